"""Verb of money on its way to suppliers: what is due on a day, posted, written for the bank."""

from datetime import date
from pathlib import Path
from uuid import UUID

from uuid_utils.compat import uuid7

from app.cli import typed
from app.cli.context import Context, Verbs
from app.domain import money
from app.domain.voucher import Voucher, VoucherKind
from app.operations import payment_orders, transfer_to_suppliers
from app.operations.transfer_to_suppliers import PlannedTransfer, TransferPlan, TransfersPosted
from app.store import supplier_transfers
from app.store.reading import reading


def add_to(verbs: Verbs) -> None:
    """Add transfers."""
    sending = verbs.add(
        "transfers", help="что причитается поставщикам на день по ПП № 253", run=transfers
    )
    sending.add_argument("--on", metavar="ДАТА", help="рабочий день, например 2026-11-12")
    sending.add_argument("--post", action="store_true", help="провести перечисления этого дня")
    sending.add_argument(
        "--out", type=Path, metavar="ФАЙЛ", help="платёжные поручения в формате 1С для банка"
    )
    sending.add_argument("--key", metavar="КЛЮЧ", help="ключ операции: повтор проведёт один раз")
    sending.add_argument("--undo", metavar="ПЕРЕЧИСЛЕНИЕ", help="отменить одно перечисление")
    sending.add_argument("--reason", metavar="ТЕКСТ", help="почему отменяется")


def transfers(context: Context) -> int:
    """Tell what is due; post it; write the orders; or undo one transfer."""
    given = context.arguments
    if given.undo:
        return _undo(context)
    on = typed.day(given.on) if given.on else context.at.date()
    with reading(context.engine) as snapshot:
        plan = transfer_to_suppliers.plan_transfers(snapshot, on=on)
        content = None
        if given.out is not None:
            # Made before anything is posted: what the bank would not take is refused now.
            first_no = supplier_transfers.next_order_no(snapshot, on.year)
            orders = payment_orders.of_plan(plan, first_no=first_no)
            content = payment_orders.orders_file(snapshot, orders, dated=on, at=context.at)
    posted = None
    if given.post:
        key = _uuid(given.key) if given.key else uuid7()
        voucher = Voucher(key, VoucherKind.BANK_TRANSFER, context.actor, context.at)
        posted = transfer_to_suppliers.post_transfers(context.engine, voucher, on=on)
    if given.out is not None:
        if posted is not None:
            content = _posted_orders(context, posted, on) if posted.transfers else None
        elif not plan.going:
            content = None
        if content is not None:
            payment_orders.save(content, given.out)
    if posted is not None:
        return _answer_posted(context, posted, on)
    return context.answer([_document(one) for one in plan.going], _text(plan))


def _posted_orders(context: Context, posted: TransfersPosted, on: date) -> bytes:
    with reading(context.engine) as snapshot:
        orders = payment_orders.of_posted(snapshot, posted, on=on)
        return payment_orders.orders_file(snapshot, orders, dated=on, at=context.at)


def _undo(context: Context) -> int:
    given = context.arguments
    transfer = _uuid(given.undo)
    voucher = Voucher(
        _uuid(given.key) if given.key else uuid7(), VoucherKind.REVERSAL, context.actor,
        context.at, given.reason,
    )  # fmt: skip
    transfer_to_suppliers.undo_transfer(context.engine, voucher, transfer=transfer)
    return context.answer(
        {"undone": str(transfer), "document": str(voucher.key)},
        f"Перечисление {transfer} отменено, деньги снова ждут перечисления.",
    )


def _answer_posted(context: Context, posted: TransfersPosted, on: date) -> int:
    document = [
        {
            "contract": one.contract,
            "supplier": one.supplier,
            "amount": money.rubles(one.amount_kop),
            "payments": one.payments,
            "transfer": str(one.key),
            "number": one.order_no,
            "withheld": money.rubles(one.withheld_kop),
        }
        for one in posted.transfers
    ]
    total_kop = sum(one.amount_kop for one in posted.transfers)
    again = " (проведено раньше этим ключом)" if posted.is_replay else ""
    title = (
        f"За {on:%d.%m.%Y} перечислено {money.shown(total_kop)} ₽, "
        f"поручений: {len(posted.transfers)}{again}."
    )
    lines = [title]
    lines += [
        f"  № {one.order_no:<6} {one.contract:<20} {money.shown(one.amount_kop):>16}  {one.key}"
        for one in posted.transfers
    ]
    return context.answer(document, "\n".join(lines))


def _document(one: PlannedTransfer) -> dict[str, object]:
    return {
        "contract": one.due.contract,
        "supplier": one.creditor.code,
        "amount": money.rubles(one.amount_kop),
        "payments": one.due.payments,
        "received": money.rubles(one.due.amount_kop),
        "withheld": money.rubles(one.commission_kop + one.fee_kop),
        "since": one.due.waits_since.isoformat(),
        "reason": one.due.state.value,
    }


def _text(plan: TransferPlan) -> str:
    lines = []
    if not plan.is_working_day:
        lines.append(
            f"{plan.on:%d.%m.%Y} – день отдыха, перечислений нет. "
            f"Ближайший рабочий день – {plan.next_working:%d.%m.%Y}."
        )
    elif not plan.going:
        lines.append(f"На {plan.on:%d.%m.%Y} перечислять нечего.")
    for title, planned in (("К перечислению", plan.going), ("Копится", plan.waiting)):
        if planned:
            total_kop = sum(one.amount_kop for one in planned)
            lines.append(f"{title}: {money.shown(total_kop)} ₽")
            lines += [
                f"  {one.due.contract:<20} {one.creditor.details.name[:40]:<40} "
                f"{money.shown(one.amount_kop):>16}  ждёт с {one.due.waits_since:%d.%m.%Y}, "
                f"не позже {one.due.deadline:%d.%m.%Y}"
                for one in planned
            ]
    return "\n".join(lines)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text.strip())
    except ValueError as error:
        raise typed.NotAKey(
            f"«{text[:40]}» не номер документа. Возьмите его из ответа kvitok transfers --post."
        ) from error
