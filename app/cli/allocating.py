"""Verbs of spreading money: setoff, allocation-rule."""

from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from app.cli.context import Context, Verbs
from app.domain import money, period
from app.domain.setoff import REACH_WORDS
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Malformed
from app.operations.saved_penalties import SavedPenalties, saved_penalties
from app.operations.set_allocation_rule import set_allocation_rule
from app.operations.set_off import SetOff, planned_lines, set_off_advances, told, undo_setoff
from app.store import setting_off
from app.store.reading import reading
from app.store.setting_off import SetoffLine

_SHOWN = 200


class NotASetoff(Malformed):
    """Options of a set-off that mean nothing together, or at all."""


def add_to(verbs: Verbs) -> None:
    """Add the verbs of this module."""
    offsetting = verbs.add(
        "setoff", help="зачесть авансы в счёт долгов: до пени, при закрытии месяца", run=setoff
    )
    offsetting.add_argument(
        "--account", action="append", metavar="СЧЁТ", help="только этот счёт; можно несколько раз"
    )
    offsetting.add_argument("--period", metavar="ПЕРИОД", help="в какой открытый месяц провести")
    offsetting.add_argument(
        "--between",
        metavar="КАК",
        help=f"зачёт между услугами на этот раз: {', '.join(REACH_WORDS)}",
    )
    offsetting.add_argument("--dry-run", action="store_true", help="только показать")
    offsetting.add_argument(
        "--saved", action="store_true", help="посчитать пени, которых не станет (дольше)"
    )
    offsetting.add_argument("--undo", metavar="ДОКУМЕНТ", help="отменить проведённый зачёт")
    offsetting.add_argument("--reason", metavar="ТЕКСТ", help="почему; для отмены обязательно")
    offsetting.add_argument(
        "--key", metavar="КЛЮЧ", help="ключ документа: с ним та же команда второй раз не проводит"
    )

    ruling = verbs.add(
        "allocation-rule", help="своя настройка распределения у договора или получателя", run=rule
    )
    ruling.add_argument("code", metavar="НАСТРОЙКА", help="например распределение.пени")
    ruling.add_argument("value", metavar="ЗНАЧЕНИЕ", nargs="?", help="без него — как у всех")
    ruling.add_argument("--contract", metavar="ДОГОВОР", help="номер договора")
    ruling.add_argument("--creditor", metavar="КОД", help="код организации: все её договоры")
    ruling.add_argument("--since", metavar="ДАТА", help="с какого дня, например 2026-11-01")


def setoff(context: Context) -> int:
    """Set off, show what would be, or undo."""
    given = context.arguments
    if given.undo:
        return _undo(context)
    if given.between is not None and given.between not in REACH_WORDS:
        raise NotASetoff(f"Зачёта «{given.between[:30]}» нет. Можно: {', '.join(REACH_WORDS)}.")
    into = _month(context)
    reach = None if given.between is None else REACH_WORDS[given.between]
    saved = None
    if given.dry_run or given.saved or given.account:
        seen = set_off_advances(
            context.engine, _voucher(context), into=into, accounts=given.account, reach=reach,
            is_dry=True,
        )  # fmt: skip
        saved = saved_penalties(context.engine, seen.planned, on=into.last_day, into=into)
        if given.dry_run:
            return _answer(context, seen, is_dry=True, saved=saved)
    done = set_off_advances(
        context.engine, _voucher(context), into=into, accounts=given.account, reach=reach
    )
    return _answer(context, done, is_dry=False, saved=None if done.is_replay else saved)


def rule(context: Context) -> int:
    """Set a rule of a contract or a creditor."""
    given = context.arguments
    since = _day(given.since) if given.since else context.at.date()
    set_allocation_rule(
        context.engine,
        Voucher(uuid7(), VoucherKind.ADJUSTMENT, context.actor, context.at),
        code=given.code,
        value=given.value,
        since=since,
        contract=given.contract,
        creditor=given.creditor,
    )
    whose = f"Договор № {given.contract}" if given.contract else f"Получатель «{given.creditor}»"
    value = given.value or "как у расчётного центра"
    return context.answer(
        {
            "contract": given.contract,
            "creditor": given.creditor,
            "code": given.code,
            "value": given.value,
            "since": since.isoformat(),
        },
        f"{whose}: «{given.code}» с {since:%d.%m.%Y} — {value}.",
    )


def _undo(context: Context) -> int:
    given = context.arguments
    if given.dry_run or given.account or given.between:
        raise NotASetoff(
            "Отмена отменяет документ целиком: уберите --account, --between, --dry-run."
        )
    done = undo_setoff(
        context.engine,
        Voucher(
            _key(given.key), VoucherKind.REVERSAL, context.actor, context.at, reason=given.reason
        ),
        setoff=_key(given.undo),
    )
    return _answer(context, done, is_dry=False, undone=given.undo)


def _voucher(context: Context) -> Voucher:
    given = context.arguments
    return Voucher(
        _key(given.key), VoucherKind.SETOFF, context.actor, context.at, reason=given.reason
    )


def _answer(
    context: Context,
    done: SetOff,
    *,
    is_dry: bool,
    saved: SavedPenalties | None = None,
    undone: str | None = None,
) -> int:
    with reading(context.engine) as snapshot:
        lines = (
            planned_lines(snapshot, done, limit=_SHOWN)
            if is_dry
            else setting_off.lines(snapshot, done.key, limit=_SHOWN)
        )
    title = told(done)
    if undone is not None:
        title = f"Зачёт отменён в {done.period.shown}, документ {done.key}."
    elif is_dry and not done.is_nothing:
        title = f"Будет: {title[0].lower()}{title[1:]} Ничего не проведено."
    elif not done.is_nothing:
        title = f"{title} Документ {done.key}."
    if done.skipped:
        title += (
            f" Пропущены счета, по которым в это время прошла операция: {len(done.skipped)}, "
            f"первые: {', '.join(done.skipped[:5])}. Повторите зачёт."
        )
    if saved is not None and saved.saved_kop:
        title += (
            f" Пени по {saved.on:%d.%m.%Y}: без зачёта {money.shown(saved.without_kop)} ₽, "
            f"с зачётом {money.shown(saved.with_kop)} ₽, меньше на "
            f"{money.shown(saved.saved_kop)} ₽."
        )
    return context.answer(
        {
            "setoff": None if is_dry or done.is_nothing else str(done.key),
            "undone": undone,
            "period": str(done.period),
            "accounts": done.accounts,
            "lines": done.lines,
            "amount": money.rubles(done.amount_kop),
            "skipped": list(done.skipped),
            "saved": None if saved is None else _saved_document(saved),
            "moves": [_document(line) for line in lines],
        },
        "\n".join([title, *map(_text, lines)]),
    )


def _saved_document(saved: SavedPenalties) -> dict[str, object]:
    return {
        "on": saved.on.isoformat(),
        "without": money.rubles(saved.without_kop),
        "with": money.rubles(saved.with_kop),
        "saved": money.rubles(saved.saved_kop),
        "accounts": [
            {"account": number, "saved": money.rubles(kop)}
            for number, kop in saved.by_account[:_SHOWN]
        ],
    }


def _document(line: SetoffLine) -> dict[str, object]:
    return {
        "account": line.account_number,
        "service": line.service_name,
        "contract": line.contract,
        "origin_period": str(line.origin_period),
        "kind": "penalty" if line.is_penalty else "principal",
        "amount": money.rubles(line.amount_kop),
        "credited_on": line.credited_on.isoformat(),
    }


def _text(line: SetoffLine) -> str:
    what = "пени " if line.is_penalty else ""
    way = "аванс израсходован" if line.amount_kop > 0 else "долг покрыт"
    return (
        f"  {line.account_number}  {line.origin_period.shown}  {what}{line.service_name[:30]:<30} "
        f"{money.shown(line.amount_kop):>14}  {way}, деньги от {line.credited_on:%d.%m.%Y}"
    )


def _month(context: Context) -> period.Period:
    if context.arguments.period:
        return period.parse(context.arguments.period)
    with reading(context.engine) as snapshot:
        return setting_off.open_month(snapshot, on=context.at.date())


def _key(text: str | None) -> UUID:
    if text is None:
        return uuid7()
    try:
        return UUID(text)
    except ValueError as error:
        raise NotASetoff(
            f"«{text[:40]}» не ключ документа. Нужен UUID, например из прежнего ответа программы."
        ) from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotASetoff(f"«{text[:20]}» не дата. Напишите её так: 2026-11-12.") from error
