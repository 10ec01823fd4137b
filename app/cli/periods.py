"""Verbs of the books: close a period, verify the invariants."""

from uuid_utils.compat import uuid7

from app.cli.context import Context, Verbs
from app.domain import period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.close_period import close_period
from app.store import verify as checks
from app.store.reading import reading


def add_to(verbs: Verbs) -> None:
    """Add close and verify."""
    closing = verbs.add("close", help="закрыть период и снять остатки", run=close)
    closing.add_argument("period", metavar="ПЕРИОД", help="например 2026-10")
    verbs.add("verify", help="проверить все тождества книг", run=verify)


def close(context: Context) -> int:
    """Close one period."""
    month = period.parse(context.arguments.period)
    voucher = Voucher(uuid7(), VoucherKind.CLOSING, context.actor, context.at)
    with context.progress(f"Закрываю {month.shown}", None):
        balances = close_period(context.engine, voucher, period=month)
    return context.answer(
        {"period": str(month), "state": "closed", "balances": balances},
        f"Период {month.shown} закрыт, снято остатков: {balances}.",
    )


def verify(context: Context) -> int:
    """Run every invariant; the exit status is 2 when one is broken."""
    with (
        context.progress("Проверяю книги", len(checks.CHECKS)) as counter,
        reading(context.engine) as snapshot,
    ):
        found = checks.run(snapshot, on_checked=lambda _: counter.advance(1))
    is_sound = all(check.rows == 0 for check in found)
    document = {
        "checks": [{"name": check.name, "rows": check.rows} for check in found],
        "ok": is_sound,
    }
    lines = [f"  {'верно ' if not check.rows else 'НАРУШЕНО'}  {check.name}" for check in found]
    for check in found:
        lines += [f"      {example}" for example in check.examples]
    lines.append("Книги сходятся." if is_sound else "Книги не сходятся: строки названы выше.")
    context.answer(document, "\n".join(lines))
    return 0 if is_sound else 2
