"""Verbs of the books: close a period or a part of it, open it again, verify the invariants."""

from uuid import UUID

from uuid_utils.compat import uuid7

from app.cli.context import Context, Verbs
from app.domain import closing, money, period
from app.domain.closing import ClosingCheck, MonthPart, MonthState
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Malformed
from app.operations import set_off
from app.operations.close_period import check_period, close_period
from app.operations.reopen_period import reopen_period
from app.store import desk_journals, periods
from app.store import verify as checks
from app.store.reading import reading


class NoReason(Malformed):
    """What is done against the rule has no reason."""


class NotAKey(Malformed):
    """A text that is no key of a document."""


def add_to(verbs: Verbs) -> None:
    """Add close, reopen and verify."""
    close = verbs.add("close", help="закрыть период или его часть, снять остатки", run=_close)
    close.add_argument("period", metavar="ПЕРИОД", help="например 2026-10")
    close.add_argument(
        "--part", metavar="ЧАСТЬ", help="только charges, payments или penalties, без снимка"
    )
    close.add_argument("--check", action="store_true", help="только прочитать список проверок")
    close.add_argument(
        "--despite", metavar="ПРОВЕРКА", action="append", default=[],
        help="закрыть, хотя проверка не пройдена; нужна --reason",
    )  # fmt: skip
    close.add_argument("--reason", metavar="ТЕКСТ", help="почему закрывается вопреки проверке")
    close.add_argument("--key", metavar="КЛЮЧ", help="ключ документа, чтобы повторить без вреда")
    reopen = verbs.add("reopen", help="переоткрыть последний закрытый период", run=_reopen)
    reopen.add_argument("period", metavar="ПЕРИОД", help="например 2026-10")
    reopen.add_argument("--reason", required=True, metavar="ТЕКСТ", help="почему")
    reopen.add_argument(
        "--part", metavar="ЧАСТЬ", help="только charges, payments или penalties, прочее закрыто"
    )
    reopen.add_argument("--key", metavar="КЛЮЧ", help="ключ документа, чтобы повторить без вреда")
    verbs.add("verify", help="проверить все тождества книг", run=_verify)


def _close(context: Context) -> int:
    asked = context.arguments
    month = period.parse(asked.period)
    part = closing.part_of(asked.part) if asked.part else None
    unsent = _unsent(context)
    if asked.check:
        return _tell_checks(context, month, part, unsent)
    if asked.despite and not (asked.reason or "").strip():
        raise NoReason("Укажите --reason: почему период закрывается вопреки проверке.")
    voucher = Voucher(_key(asked.key), VoucherKind.CLOSING, context.actor, context.at)
    with context.progress(f"Закрываю {month.shown}", None):
        done = close_period(
            context.engine,
            voucher,
            period=month,
            part=part,
            despite=dict.fromkeys(asked.despite, asked.reason or ""),
            unsent=unsent,
        )
    document: dict[str, object] = {
        "period": str(month),
        "state": "closed" if part is None else "open",
        "balances": done.balances,
        "checks": [check.as_json() for check in done.checks],
    }
    if done.setoffs:
        document["setoff"] = money.rubles(sum(one.amount_kop for one in done.setoffs))
    said = f"Период {month.shown} закрыт, снято остатков: {done.balances}."
    if part is not None:
        document["part"] = str(part)
        said = f"За {month.shown} закрыто: {part.words}. Остальное открыто."
    return context.answer(
        document, "\n".join([*_told(done.checks), *map(set_off.told, done.setoffs), said])
    )


def _tell_checks(
    context: Context, month: Period, part: MonthPart | None, unsent: tuple[str, ...]
) -> int:
    """Tell the list without closing; the exit status is 2 when something stops."""
    found = check_period(context.engine, period=month, part=part, unsent=unsent)
    with reading(context.engine) as snapshot:
        seen = periods.month(snapshot, month)
    stops = any(check.stops for check in found)
    document = {
        "period": str(month),
        "state": str(seen.state if seen else MonthState.OPEN),
        "closable": not stops,
        "checks": [check.as_json() for check in found],
    }
    said = "Закрыть нельзя: исправьте отмеченное «стоп»." if stops else "Закрыть можно."
    context.answer(document, "\n".join([*_told(found), said]))
    return 2 if stops else 0


def _reopen(context: Context) -> int:
    asked = context.arguments
    month = period.parse(asked.period)
    voucher = Voucher(
        _key(asked.key), VoucherKind.REOPENING, context.actor, context.at, reason=asked.reason
    )
    done = reopen_period(
        context.engine,
        voucher,
        period=month,
        part=closing.part_of(asked.part) if asked.part else None,
    )
    document = {
        "period": str(month),
        "state": "open",
        "part": None if done.part is None else str(done.part),
        "months": [str(one) for one in done.months],
        "balances": done.balances,
        "closing": money.rubles(done.closing_kop),
        "documents": done.documents,
        "reason": asked.reason,
    }
    what = "период открыт" if done.part is None else f"открыто: {done.part.words}"
    lines = [f"{month.shown}: {what}."]
    if done.balances:
        lines.append(
            f"Снимок отменён: остатков {done.balances} на {money.shown(done.closing_kop)} ₽."
        )
    if len(done.months) > 1:
        lines.append("С ним открыты: " + ", ".join(one.shown for one in done.months[:-1]) + ".")
    if done.documents:
        lines.append(
            f"После закрытия проведено документов: {done.documents}; они остались в своих месяцах."
        )
    return context.answer(document, " ".join(lines))


def _verify(context: Context) -> int:
    """Run every invariant; the exit status is 2 when one is broken."""
    with (
        context.progress("Проверяю книги", len(checks.CHECKS)) as counter,
        reading(context.engine) as snapshot,
    ):
        found = checks.run(snapshot, on_checked=lambda _: counter.advance(1))
    is_sound = all(check.rows == 0 for check in found)
    document = {
        "checks": [
            {
                "name": check.name,
                "rows": check.rows,
                "meaning": check.meaning,
                "examples": list(check.examples),
                "seconds": round(check.seconds, 3),
            }
            for check in found
        ],
        "ok": is_sound,
        "seconds": round(sum(check.seconds for check in found), 2),
    }
    lines = [
        f"  {'верно ' if not check.rows else 'НАРУШЕНО'}  {check.name}"
        f" ({check.seconds:.1f} с): {check.meaning}"
        for check in found
    ]
    for check in found:
        lines += [f"      {example}" for example in check.examples]
    lines.append("Книги сходятся." if is_sound else "Книги не сходятся: строки названы выше.")
    context.answer(document, "\n".join(lines))
    return 0 if is_sound else 2


def _told(found: tuple[ClosingCheck, ...]) -> list[str]:
    """Give the lines of the list that found something, with examples and what to do."""
    lines = []
    for check in found:
        if not check.count:
            continue
        mark = "стоп   " if check.stops else "замечание"
        lines.append(f"  {mark}  {check.rule.name}: {check.sentence} {check.rule.mend}")
        lines += [f"      {example}" for example in check.examples]
    return lines


def _unsent(context: Context) -> tuple[str, ...]:
    """Give what journals of desks on this computer hold that the books may not have."""
    return desk_journals.unsent(context.settings.data_dir / "desks")


def _key(text: str | None) -> UUID:
    if text is None:
        return uuid7()
    try:
        return UUID(text)
    except ValueError as error:
        raise NotAKey(f"«{text[:40]}» не ключ документа. Нужен UUID.") from error
