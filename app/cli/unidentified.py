"""Verbs of money that is not clear: unidentified, duplicates, agent-cancel."""

from uuid import UUID

from uuid_utils.compat import uuid7

from app.cli import payment_shapes, typed
from app.cli.context import Context, Verbs
from app.domain import money, period
from app.domain.payment import Channel
from app.domain.payment_matching import MatchCandidate, UnidentifiedPayment
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Malformed
from app.operations import cancel_agent_payment as agents
from app.operations.cancel_agent_payment import CancellationRule
from app.operations.resolve_unidentified import record_unidentified, resolve_unidentified
from app.store import payment_changes, unidentified
from app.store.payment_changes import DuplicatePayments, ManualCase
from app.store.reading import reading
from app.store.unidentified import WaitingPayment

_ACTIONS = ("list", "add", "match", "resolve")
_RULES = {
    "в тот же день": CancellationRule.SAME_DAY,
    "пока месяц открыт": CancellationRule.OPEN_MONTH,
    "запрещена": CancellationRule.NEVER,
}


class WordsMissing(Malformed):
    """A verb that was not told what it needs."""


def add_to(verbs: Verbs) -> None:
    """Add unidentified, duplicates and agent-cancel."""
    parser = verbs.add("unidentified", help="невыясненные платежи: чьи они", run=_unidentified)
    parser.add_argument("action", nargs="?", default="list", choices=_ACTIONS, metavar="ДЕЙСТВИЕ",
                        help="list, add СУММА, match ПЛАТЁЖ, resolve ПЛАТЁЖ СЧЁТ")  # fmt: skip
    parser.add_argument("words", nargs="*", metavar="ЧТО", help="платёж, сумма, счёт")
    parser.add_argument("--amount", metavar="СУММА", help="часть платежа для этого счёта")
    parser.add_argument("--reason", metavar="ТЕКСТ", help="почему этот счёт")
    parser.add_argument("--key", metavar="КЛЮЧ", help="с ним та же команда второй раз не проводит")
    parser.add_argument("--all", action="store_true", help="и выясненные")
    parser.add_argument("--date", metavar="ДАТА", help="день оплаты")
    parser.add_argument("--payer", default="", metavar="ИМЯ", help="плательщик")
    parser.add_argument("--purpose", default="", metavar="ТЕКСТ", help="назначение платежа")
    parser.add_argument("--address", default="", metavar="АДРЕС", help="адрес, если назван")
    parser.add_argument("--number", default="", metavar="НОМЕР", help="номер счёта, если назван")
    parser.add_argument("--creditor", metavar="КОД", help="организация, которой пришли деньги")
    parser.add_argument("--agent", metavar="КОД", help="код организации-агента")
    parser.add_argument("--external", metavar="НОМЕР", help="номер платежа у того, кто его принял")

    seeking = verbs.add("duplicates", help="похожие платежи: счёт, день, сумма", run=_duplicates)
    seeking.add_argument("--period", metavar="ПЕРИОД", help="месяц; без него — текущий")

    undoing = verbs.add("agent-cancel", help="отмена платежа агентом и ручные случаи", run=_cancel)
    undoing.add_argument("agent", nargs="?", metavar="АГЕНТ", help="код; без него — список случаев")
    undoing.add_argument("payment", nargs="?", metavar="НОМЕР", help="номер платежа у агента")
    undoing.add_argument("cancel", nargs="?", metavar="ОТМЕНА", help="номер отмены у агента")
    undoing.add_argument("--rule", choices=_RULES, metavar="ПРАВИЛО", help=", ".join(_RULES))
    undoing.add_argument("--from", dest="since", metavar="ДАТА", help="с какого дня правило")
    undoing.add_argument("--settle", metavar="СЛУЧАЙ", help="закрыть ручной случай")
    undoing.add_argument("--reason", metavar="ТЕКСТ", help="что решено")
    undoing.add_argument("--all", action="store_true", help="и закрытые случаи")


def book(context: Context, *, told: UnidentifiedPayment, channel: Channel) -> int:
    """Book money apart; the common options are those of `pay` and of `unidentified add`."""
    given = context.arguments
    taken = record_unidentified(
        context.engine,
        Voucher(
            typed.key_or_new(getattr(given, "key", None)),
            VoucherKind.PAYMENT,
            context.actor,
            context.at,
        ),
        told=told,
        paid_on=typed.day(given.date) if given.date else context.at.date(),
        channel=channel,
        creditor=given.creditor,
        agent_code=given.agent,
        external_id=given.external,
    )
    with reading(context.engine) as snapshot:
        document = payment_shapes.payment_document(snapshot, taken.key)
    return context.answer(
        document,
        f"Записано в невыясненные: {money.shown(taken.amount_kop)} ₽, документ {taken.key}, "
        f"{taken.period.shown}. Чьи они: kvitok unidentified match {taken.key}.",
    )


def _unidentified(context: Context) -> int:
    return {"list": _list, "add": _add, "match": _match, "resolve": _resolve}[
        context.arguments.action
    ](context)


def _list(context: Context) -> int:
    with reading(context.engine) as snapshot:
        found = unidentified.waiting(snapshot, is_all=context.arguments.all)
    left_kop = sum(one.left_kop for one in found)
    document = {
        "payments": [_waiting_document(one) for one in found],
        "left": money.rubles(left_kop),
    }
    text = [f"Невыясненных платежей: {len(found)}, на {money.shown(left_kop)} ₽."]
    text += [
        f"  {payment_shapes.made_on(one.paid_on)} {money.shown(one.left_kop):>14}  {one.key}  "
        f"{' · '.join(filter(None, (one.told.payer, one.told.purpose, one.told.address)))[:80]}"
        for one in found
    ]
    return context.answer(document, "\n".join(text))


def _add(context: Context) -> int:
    (amount,) = _words(context, 1, "Назовите сумму: kvitok unidentified add 100.00 --purpose …")
    given = context.arguments
    told = UnidentifiedPayment(
        money.kopecks(amount), given.payer, given.purpose, given.address, given.number
    )
    return book(context, told=told, channel=Channel.AGENT if given.agent else Channel.BANK)


def _match(context: Context) -> int:
    (text,) = _words(context, 1, "Назовите платёж: kvitok unidentified match ПЛАТЁЖ.")
    with reading(context.engine) as snapshot:
        key = payment_shapes.payment_key(snapshot, text)
        waiting = unidentified.waiting(snapshot, key=key)
        found = (
            unidentified.candidates(snapshot, waiting[0].told, on=context.at.date())
            if waiting
            else ()
        )
    if not waiting:
        raise WordsMissing(f"Невыясненного платежа {key} нет или он уже выяснен.")
    document = {"payment": str(key), "candidates": [_candidate_document(one) for one in found]}
    lines = [
        f"  {one.score:>3}  {one.account.number:<12} {one.account.payer[:30]:<30}  "
        f"{', '.join(reason.shown for reason in one.reasons)}"
        for one in found
    ]
    return context.answer(document, "\n".join(lines or ["Ни один счёт не подходит."]))


def _resolve(context: Context) -> int:
    text, account = _words(context, 2, "Назовите платёж и счёт: unidentified resolve ПЛАТЁЖ СЧЁТ.")
    given = context.arguments
    with reading(context.engine) as snapshot:
        payment = payment_shapes.payment_key(snapshot, text)
    moved = resolve_unidentified(
        context.engine,
        Voucher(
            typed.key_or_new(given.key),
            VoucherKind.PAYMENT_TRANSFER,
            context.actor,
            context.at,
            given.reason,
        ),
        payment=payment,
        account_number=account,
        amount_kop=money.kopecks(given.amount) if given.amount else None,
    )
    with reading(context.engine) as snapshot:
        return context.answer(
            payment_shapes.moved_document(snapshot, moved),
            payment_shapes.moved_text(snapshot, moved),
        )


def _duplicates(context: Context) -> int:
    given = context.arguments
    month = period.parse(given.period) if given.period else period.of(context.at.date())
    with reading(context.engine) as snapshot:
        found = payment_changes.duplicates(snapshot, month.first_day, month.end)
    document = {"period": str(month), "groups": [_duplicate_document(one) for one in found]}
    text = [f"Похожих платежей за {month.shown}: {len(found)}."]
    text += [
        f"  счёт {one.account_number}, {payment_shapes.made_on(one.paid_on)}, "
        f"{money.shown(one.amount_kop)} ₽, раз: {len(one.keys)} — {', '.join(map(str, one.keys))}"
        for one in found
    ]
    return context.answer(document, "\n".join(text))


def _cancel(context: Context) -> int:
    given = context.arguments
    voucher = Voucher(uuid7(), VoucherKind.REVERSAL, context.actor, context.at, given.reason)
    if given.settle:
        agents.settle_case(context.engine, voucher, case=typed.key_or_new(given.settle))
        return context.answer({"case": given.settle}, "Случай закрыт.")
    if given.rule:
        since = typed.day(given.since) if given.since else context.at.date()
        (agent,) = _required(context, "agent")
        agents.set_rule(context.engine, agent_code=agent, since=since, rule=_RULES[given.rule])
        return context.answer(
            {"agent": agent, "rule": given.rule, "from": since.isoformat()},
            f"Отмена агентом {agent} с {payment_shapes.made_on(since)}: {given.rule}.",
        )
    if given.agent is None:
        return _cases(context)
    agent, payment, cancel = _required(context, "agent", "payment", "cancel")
    done = agents.cancel_agent_payment(
        context.engine, voucher, agent_code=agent, external_id=payment, cancel_id=cancel
    )
    document = {
        "payment": _text(done.payment),
        "reversal": _text(done.reversal),
        "case": _text(done.case),
        "why": done.why,
    }
    text = (
        f"Платёж {done.payment} отменён документом {done.reversal}."
        if done.case is None
        else f"Не отменено: {done.why}. Случай {done.case} ждёт решения."
    )
    return context.answer(document, text)


def _cases(context: Context) -> int:
    with reading(context.engine) as snapshot:
        found = payment_changes.manual_cases(snapshot, is_all=context.arguments.all)
    text = [f"Ручных случаев: {len(found)}."]
    text += [f"  {one.key}  {one.agent}, отмена {one.cancel_id}: {one.why}" for one in found]
    return context.answer({"cases": [_case_document(one) for one in found]}, "\n".join(text))


def _words(context: Context, wanted: int, sentence: str) -> list[str]:
    words = list(context.arguments.words)
    if len(words) != wanted:
        raise WordsMissing(sentence)
    return words


def _required(context: Context, *names: str) -> list[str]:
    values = [getattr(context.arguments, name) for name in names]
    if None in values:
        raise WordsMissing("Назовите агента, номер его платежа и номер отмены.")
    return values


def _text(key: UUID | None) -> str | None:
    return None if key is None else str(key)


def _waiting_document(one: WaitingPayment) -> dict[str, object]:
    return {
        "payment": str(one.key),
        "creditor": one.creditor,
        "date": one.paid_on.isoformat(),
        "amount": money.rubles(one.told.amount_kop),
        "left": money.rubles(one.left_kop),
        "payer": one.told.payer,
        "purpose": one.told.purpose,
        "address": one.told.address,
        "number": one.told.given_number,
        "agent": one.agent,
        "external": one.external_id,
    }


def _candidate_document(one: MatchCandidate) -> dict[str, object]:
    return {
        "account": one.account.number,
        "payer": one.account.payer,
        "score": one.score,
        "reasons": [reason.shown for reason in one.reasons],
        "payable": money.rubles(one.account.payable_kop),
    }


def _duplicate_document(one: DuplicatePayments) -> dict[str, object]:
    return {
        "account": one.account_number,
        "date": one.paid_on.isoformat(),
        "amount": money.rubles(one.amount_kop),
        "channel": one.channel,
        "agent": one.agent,
        "payments": [str(key) for key in one.keys],
        "externals": list(one.external_ids),
    }


def _case_document(one: ManualCase) -> dict[str, object]:
    return {
        "case": str(one.key),
        "payment": _text(one.payment),
        "agent": one.agent,
        "external": one.external_id,
        "cancel": one.cancel_id,
        "why": one.why,
        "settlement": one.settlement,
    }
