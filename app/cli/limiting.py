"""Limitation and writing off: limitation, limitation-event, write-off, write-off-undo."""

from typing import Any
from uuid import UUID

from app.cli import typed
from app.cli.context import Context, Verbs
from app.cli.instalments import day_of, key_option, period_of
from app.domain import money
from app.domain.limitation import CHANGE_WORDS
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Malformed
from app.operations import record_limitation
from app.operations.record_limitation import WantedEvent
from app.operations.write_off_debt import WantedWriteOff, undo_write_off, write_off_debt
from app.store import limitation
from app.store.limitation import MarkedDebt
from app.store.reading import reading

_PARTS = {"всё": (True, True), "долг": (True, False), "пени": (False, True)}


class NotAnEvent(Malformed):
    """An event of limitation that says too little."""


def add_to(verbs: Verbs) -> None:
    """Add the verbs of this module."""
    parser = verbs.add("limitation", help="долги счёта и их срок исковой давности", run=_marks)
    parser.add_argument("account", nargs="+", metavar="СЧЁТ", help="номера лицевых счетов")
    parser.add_argument("--on", metavar="ДАТА", help="на какой день; пусто — сегодня")
    parser.add_argument("--barred", action="store_true", help="только с истёкшим сроком")

    parser = verbs.add("limitation-event", help="что изменило срок давности", run=_event)
    parser.add_argument("account", nargs="?", metavar="СЧЁТ", help="номер лицевого счёта")
    parser.add_argument("--what", choices=tuple(CHANGE_WORDS), help="подано, отменено, признано")
    parser.add_argument("--on", metavar="ДАТА", help="когда; пусто — сегодня")
    parser.add_argument("--from", dest="first", metavar="ПЕРИОД", help="первый месяц долга")
    parser.add_argument("--to", dest="last", metavar="ПЕРИОД", help="последний месяц долга")
    parser.add_argument("--contract", metavar="НОМЕР", help="пусто — по всем договорам")
    parser.add_argument("--document", default="", metavar="ТЕКСТ", help="дело, определение, письмо")
    parser.add_argument("--revoke", metavar="КЛЮЧ", help="отозвать внесённое по ошибке")
    parser.add_argument("--reason", default="", metavar="ТЕКСТ", help="почему отзывается")
    key_option(parser)

    parser = verbs.add("write-off", help="списать долг: основной долг и пени", run=_write_off)
    parser.add_argument("account", nargs="+", metavar="СЧЁТ", help="номера лицевых счетов")
    parser.add_argument("--order", required=True, metavar="НОМЕР", help="номер и дата приказа")
    parser.add_argument("--reason", required=True, metavar="ТЕКСТ", help="причина списания")
    parser.add_argument("--on", metavar="ДАТА", help="день списания; пусто — сегодня")
    parser.add_argument("--from", dest="first", metavar="ПЕРИОД", help="первый месяц долга")
    parser.add_argument("--to", dest="last", metavar="ПЕРИОД", help="последний месяц долга")
    parser.add_argument("--contract", metavar="НОМЕР", help="пусто — по всем договорам")
    parser.add_argument("--barred", action="store_true", help="только с истёкшим сроком давности")
    parser.add_argument("--what", choices=tuple(_PARTS), default="всё", help="долг, пени или всё")
    key_option(parser)

    parser = verbs.add("write-off-undo", help="отменить списание долга", run=_undo)
    parser.add_argument("write_off", metavar="КЛЮЧ", help="ключ из ответа kvitok write-off")
    parser.add_argument("--reason", required=True, metavar="ТЕКСТ", help="почему долг вернулся")
    parser.add_argument("--on", metavar="ДАТА", help="день отмены; пусто — сегодня")
    key_option(parser)


def _marks(context: Context) -> int:
    asked = context.arguments
    on = day_of(asked.on, context)
    with reading(context.engine) as snapshot:
        debts = limitation.marked(snapshot, asked.account, on=on)
        events = limitation.events(snapshot, asked.account)
    if asked.barred:
        debts = [debt for debt in debts if debt.mark.is_barred]
    document = {
        "on": on.isoformat(),
        "debts": [_debt_document(debt) for debt in debts],
        "events": [
            {
                "key": str(one.key),
                "account": one.account,
                "contract": one.contract,
                "what": one.event.change.value,
                "on": one.event.on.isoformat(),
                "from": str(one.event.first),
                "to": str(one.event.last),
                "document": one.event.document,
            }
            for one in events
        ],
    }
    return context.answer(document, "\n".join(map(_shown, debts)) or "Долгов нет.")


def _event(context: Context) -> int:
    asked = context.arguments
    if asked.revoke is not None:
        event = typed.key_or_new(asked.revoke)
        record_limitation.revoke_limitation(
            context.engine, event, reason=asked.reason, actor=context.actor
        )
        return context.answer({"revoked": str(event)}, "Отметка отозвана.")
    first, last = period_of(asked.first), period_of(asked.last)
    if asked.account is None or asked.what is None or first is None:
        raise NotAnEvent(
            "Назовите счёт, что произошло (--what) и первый месяц долга (--from), например: "
            "kvitok limitation-event 1000 --what подано --from 2023-01 --document «дело 2-15/2026»."
        )
    key = typed.key_or_new(asked.key)
    wanted = WantedEvent(
        account=asked.account,
        change=CHANGE_WORDS[asked.what],
        on=day_of(asked.on, context),
        first=first,
        last=last or first,
        document=asked.document,
        contract=asked.contract,
    )
    is_new = record_limitation.record_limitation(context.engine, key, wanted, actor=context.actor)
    return context.answer(
        {"key": str(key), "is_new": is_new}, "Внесено." if is_new else "Было внесено раньше."
    )


def _write_off(context: Context) -> int:
    asked = context.arguments
    principal, penalty = _PARTS[asked.what]
    voucher = Voucher(
        typed.key_or_new(asked.key),
        VoucherKind.WRITE_OFF,
        context.actor,
        context.at,
        reason=asked.reason,
    )
    wanted = WantedWriteOff(
        accounts=tuple(asked.account),
        on=day_of(asked.on, context),
        order_number=asked.order,
        contract=asked.contract,
        first=period_of(asked.first),
        last=period_of(asked.last),
        barred_only=asked.barred,
        principal=principal,
        penalty=penalty,
    )
    return _answered(context, write_off_debt(context.engine, voucher, wanted), "Списано")


def _undo(context: Context) -> int:
    asked = context.arguments
    voucher = Voucher(
        typed.key_or_new(asked.key),
        VoucherKind.REVERSAL,
        context.actor,
        context.at,
        reason=asked.reason,
    )
    done = undo_write_off(
        context.engine, voucher, write_off=UUID(str(typed.key_or_new(asked.write_off))),
        on=day_of(asked.on, context),
    )  # fmt: skip
    return _answered(context, done, "Списание отменено")


def _answered(context: Context, done: dict[str, Any], word: str) -> int:
    principal, penalty = abs(done["principal_kop"]), abs(done["penalty_kop"])
    document = {
        "key": done["voucher"],
        "period": done["period"][:7],
        "accounts": done["accounts"],
        "lines": done["lines"],
        "principal": money.rubles(principal),
        "penalty": money.rubles(penalty),
        "replay": done["replay"],
    }
    told = "Было проведено раньше. " if done["replay"] else ""
    return context.answer(
        document,
        f"{told}{word}: долг {money.shown(principal)} ₽, пени {money.shown(penalty)} ₽, счетов "
        f"{done['accounts']}. Ключ {done['voucher']}",
    )


def _debt_document(debt: MarkedDebt) -> dict[str, object]:
    last = debt.mark.last_day
    return {
        "account": debt.account,
        "service": debt.service,
        "contract": debt.contract,
        "period": str(debt.origin_period),
        "principal": money.rubles(debt.principal_kop),
        "penalty": money.rubles(debt.penalty_kop),
        "due_on": debt.mark.due_on.isoformat(),
        "last_day": last.isoformat() if last else None,
        "is_barred": debt.mark.is_barred,
    }


def _shown(debt: MarkedDebt) -> str:
    last = debt.mark.last_day
    how = (
        "срок приостановлен: дело в суде"
        if last is None
        else f"срок давности {'истёк' if debt.mark.is_barred else 'до'} {last:%d.%m.%Y}"
    )
    return (
        f"{debt.account} {debt.origin_period.shown} {debt.service_name}, договор {debt.contract}: "
        f"долг {money.shown(debt.principal_kop)} ₽, пени {money.shown(debt.penalty_kop)} ₽, {how}"
    )
