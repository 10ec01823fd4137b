"""The shapes of payments that verbs answer with, and the words people name them by."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from app.domain import money
from app.operations.move_payment import PaymentMoved
from app.store import cash
from app.store.cash import NoSuchPayment, PaidLine
from app.store.reading import Snapshot

_KINDS = {"payment": "оплата", "penalty_payment": "пени", "advance": "аванс"}


def lines_document(lines: Iterable[PaidLine]) -> list[dict[str, object]]:
    """Give lines as `pay` answers them."""
    return [
        {
            "service": line.service,
            "contract": line.contract,
            "origin_period": str(line.origin_period),
            "kind": line.kind,
            "amount": money.rubles(line.amount_kop),
        }
        for line in lines
    ]


def lines_text(lines: Iterable[PaidLine]) -> list[str]:
    """Give lines as people read them."""
    return [
        f"  {line.origin_period.shown}  {line.service_name[:40]:<40}  "
        f"{_KINDS[line.kind]:<7} {money.shown(line.amount_kop):>14}"
        for line in lines
    ]


def payment_document(snapshot: Snapshot, key: UUID) -> dict[str, object]:
    """Give a document of a payment in the shape of `pay` and `reverse`."""
    made = cash.payment(snapshot, key)
    document: dict[str, object] = {
        "payment": str(made.key),
        "account": made.account_number,
        "amount": money.rubles(made.amount_kop),
        "allocation": lines_document(cash.lines_of_payment(snapshot, key)),
        "change": None,
    }
    if made.reverses is not None:
        document["reverses"] = str(made.reverses)
    return document


def moved_document(snapshot: Snapshot, moved: PaymentMoved) -> dict[str, object]:
    """Give a move: its number, what left and what came."""
    return {
        "move": str(moved.key),
        "source": str(moved.source),
        "amount": money.rubles(moved.amount_kop),
        "period": str(moved.period),
        "taken": payment_document(snapshot, moved.key),
        "given": payment_document(snapshot, moved.given),
    }


def moved_text(snapshot: Snapshot, moved: PaymentMoved) -> str:
    """Give a move as people read it."""
    taken, given = cash.payment(snapshot, moved.key), cash.payment(snapshot, moved.given)
    title = (
        f"Перенос {moved.key}: {money.shown(moved.amount_kop)} ₽ со счёта {taken.account_number} "
        f"на счёт {given.account_number}, проведён в {moved.period.shown}, день оплаты "
        f"{made_on(taken.paid_on)}."
    )
    return "\n".join([title, *lines_text(cash.lines_of_payment(snapshot, moved.given))])


def made_on(day: date) -> str:
    """Write a day as people do."""
    return f"{day:%d.%m.%Y}"


def payment_key(snapshot: Snapshot, text: str) -> UUID:
    """Find a payment by its document or by the number of its receipt.

    :raises NoSuchPayment: when the text is neither
    """
    try:
        return UUID(text.strip())
    except ValueError:
        by_receipt = cash.find_by_receipt(snapshot, text)
        if by_receipt is None:
            raise NoSuchPayment(
                f"«{text[:40]}» не номер документа и не номер чека. Возьмите номер из карточки "
                "счёта или с чека, например 03-02-0145-0057."
            ) from None
        return by_receipt.key
