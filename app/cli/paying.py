"""Verbs of money: pay, explain-payment, reverse, balance."""

from argparse import Namespace
from uuid import UUID

from uuid_utils.compat import uuid7

from app.cli import payment_shapes, typed, unidentified
from app.cli.context import Context, Verbs
from app.domain import money, period
from app.domain.allocation_by_hand import part_of
from app.domain.allocation_target import NamedPart
from app.domain.payment import CHANNEL_WORDS, Channel
from app.domain.payment_matching import UnidentifiedPayment
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Malformed
from app.operations.record_payment import ByHand, record_payment
from app.operations.reverse_payment import reverse_payment
from app.store import balances, cash, payment_reasons
from app.store.balances import AccountBalance
from app.store.payment_reasons import ExplainedLine
from app.store.reading import reading

_CHANNELS = CHANNEL_WORDS | {channel.value: channel for channel in Channel}
_KINDS = {"payment": "оплата", "penalty_payment": "пени", "advance": "аванс"}


class NoSuchChannel(Malformed):
    """A word that names no channel."""


class TwoWaysToSplit(Malformed):
    """A payment that is split by hand and named for something at once."""


def add_to(verbs: Verbs) -> None:
    """Add pay, explain-payment, reverse and balance."""
    _add_pay(verbs)
    telling = verbs.add(
        "explain-payment", help="почему платёж разнесён так: основание каждой строки", run=explain
    )
    telling.add_argument("payment", metavar="ПЛАТЁЖ", help="номер документа или чека")

    undoing = verbs.add("reverse", help="отменить платёж обратными проводками", run=reverse)
    undoing.add_argument("payment", metavar="ПЛАТЁЖ", help="номер документа или чека")
    undoing.add_argument("--reason", required=True, metavar="ТЕКСТ", help="почему")

    asking = verbs.add("balance", help="сальдо счёта за месяц", run=balance)
    asking.add_argument("account", metavar="СЧЁТ", help="номер лицевого счёта")
    asking.add_argument("--on", metavar="ДАТА", help="день нужного месяца, например 2026-10-31")


def _add_pay(verbs: Verbs) -> None:
    paying = verbs.add("pay", help="принять платёж без устройств", run=pay)
    paying.add_argument("account", metavar="СЧЁТ", help="номер лицевого счёта")
    paying.add_argument("amount", metavar="СУММА", help="например 1234.56")
    paying.add_argument("--date", metavar="ДАТА", help="день оплаты, например 2026-11-12")
    paying.add_argument("--period", metavar="ПЕРИОД", help="период, названный плательщиком")
    paying.add_argument("--channel", metavar="КАНАЛ", help=", ".join(CHANNEL_WORDS))
    paying.add_argument("--external", metavar="НОМЕР", help="номер платежа у того, кто его принял")
    paying.add_argument("--agent", metavar="КОД", help="код организации-агента")
    paying.add_argument("--service", metavar="УСЛУГА", help="код услуги, названной плательщиком")
    paying.add_argument(
        "--contract", metavar="ДОГОВОР", help="договор или получатель, названный плательщиком"
    )
    paying.add_argument("--penalty", action="store_true", help="плательщик назвал пени")
    paying.add_argument(
        "--advance", action="store_true", help="всё на названную услугу, лишнее — её аванс"
    )
    paying.add_argument(
        "--split",
        nargs="+",
        metavar="ЧАСТЬ",
        help="разнести вручную: услуга:договор:период:сумма[:пени|аванс] …",
    )
    paying.add_argument("--reason", metavar="ТЕКСТ", help="почему разнесено вручную")
    paying.add_argument(
        "--unidentified",
        action="store_true",
        help="плательщик неизвестен: СЧЁТ — названный номер, или «-»",
    )
    paying.add_argument("--payer", default="", metavar="ИМЯ", help="для невыясненного: от кого")
    paying.add_argument(
        "--purpose", default="", metavar="ТЕКСТ", help="для невыясненного: назначение платежа"
    )
    paying.add_argument("--creditor", metavar="КОД", help="для невыясненного: кому пришли деньги")


def pay(context: Context) -> int:
    """Take a payment."""
    given = context.arguments
    if given.unidentified:
        told = UnidentifiedPayment(
            money.kopecks(given.amount), given.payer, given.purpose,
            given_number=given.account.strip("-"),
        )  # fmt: skip
        channel = _channel(given.channel or "bank", is_agent=bool(given.agent))
        return unidentified.book(context, told=told, channel=channel)
    taken = record_payment(
        context.engine,
        Voucher(uuid7(), VoucherKind.PAYMENT, context.actor, context.at),
        account_number=given.account,
        amount_kop=money.kopecks(given.amount),
        paid_on=typed.day(given.date) if given.date else context.at.date(),
        channel=_channel(given.channel, is_agent=bool(given.agent)),
        for_period=period.parse(given.period) if given.period else None,
        named=_named(given),
        by_hand=_by_hand(given),
        agent_code=given.agent,
        external_id=given.external,
    )
    return _answer_payment(
        context,
        taken.key,
        f"Платёж проведён в {taken.period.shown}.",
        remark=taken.remark,
        explains=True,
    )


def explain(context: Context) -> int:
    """Say why a payment was spread so."""
    with reading(context.engine) as snapshot:
        key = payment_shapes.payment_key(snapshot, context.arguments.payment)
    return _answer_payment(context, key, "Основания распределения.", explains=True)


def reverse(context: Context) -> int:
    """Undo a payment."""
    with reading(context.engine) as snapshot:
        key = payment_shapes.payment_key(snapshot, context.arguments.payment)
    undone = reverse_payment(
        context.engine,
        Voucher(uuid7(), VoucherKind.REVERSAL, context.actor, context.at, context.arguments.reason),
        payment=key,
    )
    return _answer_payment(context, undone.key, f"Платёж отменён в {undone.period.shown}.")


def balance(context: Context) -> int:
    """Show the balance of an account."""
    given = context.arguments
    with reading(context.engine) as snapshot:
        found = balances.account_balance(
            snapshot,
            given.account,
            on=typed.day(given.on) if given.on else None,
            today=context.at.date(),
        )
    return context.answer(_balance_document(found), _balance_text(found))


def _answer_payment(
    context: Context, key: UUID, done: str, *, remark: str | None = None, explains: bool = False
) -> int:
    with reading(context.engine) as snapshot:
        made = cash.payment(snapshot, key)
        lines = payment_reasons.explained(snapshot, key)
    document: dict[str, object] = {
        "payment": str(made.key),
        "account": made.account_number,
        "amount": money.rubles(made.amount_kop),
        "allocation": [
            {
                "service": line.service,
                "contract": line.contract,
                "origin_period": str(line.origin_period),
                "kind": line.kind,
                "amount": money.rubles(line.amount_kop),
            }
            for line in lines
        ],
        "change": None,
        "reasons": [{"step": line.step, "text": line.sentence} for line in lines],
        "reason": made.reason,
        "warnings": [] if remark is None else [remark],
    }
    if made.reverses is not None:
        document["reverses"] = str(made.reverses)
    title = f"{done} Счёт {made.account_number}, {money.shown(made.amount_kop)} ₽, документ {key}."
    told = [title, *(text for line in lines for text in _line_text(line, explains=explains))]
    return context.answer(document, "\n".join([*told, *([remark] if remark else [])]))


def _line_text(line: ExplainedLine, *, explains: bool) -> list[str]:
    shown = (
        f"  {line.origin_period.shown}  {line.service_name[:40]:<40}  "
        f"{_KINDS[line.kind]:<7} {money.shown(line.amount_kop):>14}"
    )
    return [shown, f"      {line.sentence}"] if explains else [shown]


def _named(given: Namespace) -> tuple[NamedPart, ...]:
    if not (given.service or given.contract or given.penalty or given.advance):
        return ()
    if given.split:
        raise TwoWaysToSplit(
            "Платёж либо разносится вручную (--split), либо назначен плательщиком (--service, "
            "--contract, --penalty, --advance). Оставьте что-то одно."
        )
    if given.advance and not (given.service or given.contract):
        raise TwoWaysToSplit("Для аванса назовите услугу (--service) или получателя (--contract).")
    part = NamedPart(
        service=given.service,
        contract=given.contract,
        origin_period=period.parse(given.period) if given.period else None,
        is_penalty=given.penalty,
        is_whole=given.advance,
    )
    return (part,)


def _by_hand(given: Namespace) -> ByHand | None:
    if not given.split:
        return None
    return ByHand(tuple(part_of(text) for text in given.split), given.reason or "")


def _balance_document(found: AccountBalance) -> dict[str, object]:
    total = found.total
    return {
        "account": found.account_number,
        "on": found.on.isoformat(),
        "opening": money.rubles(total.opening_kop),
        "charged": money.rubles(total.charged_kop),
        "adjusted": money.rubles(total.adjusted_kop),
        "penalty": money.rubles(total.penalty_kop),
        "paid": money.rubles(total.paid_kop),
        "closing": money.rubles(total.closing_kop),
        "overdue": money.rubles(found.overdue_kop),
        "lines": [
            {
                "service": line.purpose.service_code,
                "contract": line.purpose.contract_number,
                "origin_period": str(line.origin_period),
                "principal": money.rubles(line.principal_kop),
                "penalty": money.rubles(line.penalty_kop),
            }
            for line in found.lines
        ],
    }


def _balance_text(found: AccountBalance) -> str:
    total = found.total
    rows = [
        ("Входящее сальдо", total.opening_kop),
        ("Начислено", total.charged_kop),
        ("Перерасчёты", total.adjusted_kop),
        ("Пени", total.penalty_kop),
        ("Оплачено", total.paid_kop),
        ("Исходящее сальдо", total.closing_kop),
        ("  из него просрочено", found.overdue_kop),
    ]
    lines = [f"Счёт {found.account_number}, {found.period.spoken}"]
    lines += [f"  {name:<22}{money.shown(amount_kop):>16}" for name, amount_kop in rows]
    lines += [
        f"  {line.origin_period.shown}  {line.purpose.service_name[:40]:<40}  "
        f"{money.shown(line.principal_kop):>14}"
        + (f"  пени {money.shown(line.penalty_kop)}" if line.penalty_kop else "")
        for line in found.lines
    ]
    return "\n".join(lines)


def _channel(word: str | None, *, is_agent: bool) -> Channel:
    if word is None:
        return Channel.AGENT if is_agent else Channel.DESK
    if word not in _CHANNELS:
        raise NoSuchChannel(
            f"Канала «{word[:20]}» нет. Укажите один из: {', '.join(CHANNEL_WORDS)}."
        )
    return _CHANNELS[word]
