"""Shifts and payments as the books have them; what changes them is app.store.writing's."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.domain import period
from app.domain.period import Period
from app.domain.shift import (
    Shift,
    ShiftPayment,
    ShiftTotals,
    receipt_number,
    totals,
)
from app.domain.tender import Tender
from app.errors import Refusal
from app.store.reading import Snapshot

_SHIFT = """
select id, branch_id, desk_no, shift_no, cashier, opened_at, opening_cash_kop, closed_at
from app.shift
"""

_PAYMENT = """
select payment.id, account.number as account_number, payment.amount_kop, payment.paid_on,
  payment.accepted_at, payment.channel, payment.tender, payment.tendered_kop, payment.shift_id,
  payment.receipt_no, payment.external_id, payment.for_period, payment.reverses,
  undone.id as reversed_by, voucher.period, voucher.actor, voucher.reason,
  shift.branch_id, shift.desk_no, shift.shift_no, coalesce(named.payer, '') as payer
from app.payment
join app.voucher on voucher.id = payment.id
join app.account on account.id = payment.account_id
left join app.shift on shift.id = payment.shift_id
left join app.payment as undone on undone.reverses = payment.id
left join app.account_version as named on named.account_id = account.id
  and named.valid_from <= payment.paid_on
  and (named.valid_to is null or payment.paid_on < named.valid_to)
"""

_LINES = """
select service.code as service, service.name as service_name, contract.number as contract,
  (line ->> 'origin_period')::date as origin_period, line ->> 'paid_as' as kind,
  (line ->> 'amount_kop')::bigint as amount_kop
from app.voucher, jsonb_array_elements(request -> 'lines') with ordinality as given (line, place)
join app.service on service.id = (line ->> 'service_id')::uuid
join app.contract on contract.id = (line ->> 'contract_id')::uuid
where voucher.id = %(payment)s
order by place
"""


class NoSuchPayment(Refusal):
    """No payment has this key."""


@dataclass(frozen=True, slots=True)
class PaidLine:
    """A line of a payment with the names of its service and contract; a reversal is negative."""

    service: str
    service_name: str
    contract: str
    origin_period: Period
    kind: str
    amount_kop: int


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that is in the books; a reversal is negative and names what it undoes.

    :ivar receipt: the printed number, None when no receipt was given
    """

    key: UUID
    account_number: str
    amount_kop: int
    paid_on: date
    accepted_at: datetime
    channel: str
    tender: Tender | None
    tendered_kop: int | None
    shift: UUID | None
    receipt_no: int | None
    receipt: str | None
    external_id: str | None
    period: Period
    actor: str
    reason: str | None
    reverses: UUID | None
    reversed_by: UUID | None
    payer: str = ""


def open_shift(snapshot: Snapshot, *, branch_id: int, desk_no: int) -> Shift | None:
    """Give the open shift of a desk, None when it has none."""
    row = snapshot.one(
        f"{_SHIFT} where branch_id = %(branch)s and desk_no = %(desk)s and closed_at is null",
        branch=branch_id,
        desk=desk_no,
    )
    return None if row is None else _shift(row)


def shift(snapshot: Snapshot, key: UUID) -> Shift | None:
    """Give a shift by its key."""
    row = snapshot.one(f"{_SHIFT} where id = %(key)s", key=key)
    return None if row is None else _shift(row)


def shift_totals(snapshot: Snapshot, of: Shift) -> ShiftTotals:
    """Add up what the books have of a shift."""
    drawer = snapshot.one(
        "select coalesce(sum(amount_kop) filter (where kind = 'in'), 0)::bigint as put_in,"
        " coalesce(sum(amount_kop) filter (where kind = 'out'), 0)::bigint as taken_out"
        " from app.cash_operation where shift_id = %(shift)s",
        shift=of.key,
    )
    rows = snapshot.rows(
        "select amount_kop, tender, receipt_no from app.payment where shift_id = %(shift)s",
        shift=of.key,
    )
    return totals(
        (
            ShiftPayment(row.amount_kop, Tender(row.tender or "cash"), row.receipt_no or 0)
            for row in rows
        ),
        opening_cash_kop=of.opening_cash_kop,
        cash_in_kop=drawer.put_in,
        cash_out_kop=drawer.taken_out,
    )


def payments_of_shift(snapshot: Snapshot, key: UUID, *, limit: int = 1000) -> list[Payment]:
    """Give the payments of a shift, the last receipt first."""
    rows = snapshot.rows(
        f"{_PAYMENT} where payment.shift_id = %(shift)s"
        " order by payment.receipt_no desc nulls last, payment.accepted_at desc limit %(limit)s",
        shift=key,
        limit=limit,
    )
    return [_payment(row) for row in rows]


def payments_of_account(snapshot: Snapshot, number: str, *, limit: int = 100) -> list[Payment]:
    """Give the payments of an account, the last first."""
    rows = snapshot.rows(
        f"{_PAYMENT} where account.number = %(number)s"
        " order by payment.paid_on desc, payment.accepted_at desc limit %(limit)s",
        number=number,
        limit=limit,
    )
    return [_payment(row) for row in rows]


def payment(snapshot: Snapshot, key: UUID) -> Payment:
    """Give a payment by its key.

    :raises NoSuchPayment: when there is none
    """
    row = snapshot.one(f"{_PAYMENT} where payment.id = %(key)s", key=key)
    if row is None:
        raise NoSuchPayment(f"Платежа {key} нет. Возьмите номер документа из карточки счёта.")
    return _payment(row)


def find_by_receipt(snapshot: Snapshot, number: str) -> Payment | None:
    """Give the payment of a printed number: филиал-касса-смена-№."""
    parts = number.strip().split("-")
    if len(parts) != 4 or not all(part.isdigit() and len(part) <= 6 for part in parts):
        return None
    branch, desk, shift_no, receipt_no = map(int, parts)
    row = snapshot.one(
        f"{_PAYMENT} where shift.branch_id = %(branch)s and shift.desk_no = %(desk)s"
        " and shift.shift_no = %(shift)s and payment.receipt_no = %(receipt)s",
        branch=branch,
        desk=desk,
        shift=shift_no,
        receipt=receipt_no,
    )
    return None if row is None else _payment(row)


def lines_of_payment(snapshot: Snapshot, key: UUID) -> list[PaidLine]:
    """Give how a payment was spread, in the order it was."""
    return [
        PaidLine(
            service=row.service,
            service_name=row.service_name,
            contract=row.contract,
            origin_period=period.of(row.origin_period),
            kind=row.kind,
            amount_kop=row.amount_kop,
        )
        for row in snapshot.rows(_LINES, payment=key)
    ]


def _shift(row: Any) -> Shift:
    return Shift(
        key=row.id,
        branch_id=row.branch_id,
        desk_no=row.desk_no,
        shift_no=row.shift_no,
        cashier=row.cashier,
        opened_at=row.opened_at,
        opening_cash_kop=row.opening_cash_kop,
        closed_at=row.closed_at,
    )


def _payment(row: Any) -> Payment:
    receipt = None
    if row.shift_no is not None and row.receipt_no is not None:
        receipt = receipt_number(
            row.branch_id, desk_no=row.desk_no, shift_no=row.shift_no, receipt_no=row.receipt_no
        )
    return Payment(
        key=row.id,
        account_number=row.account_number,
        amount_kop=row.amount_kop,
        paid_on=row.paid_on,
        accepted_at=row.accepted_at,
        channel=row.channel,
        tender=Tender(row.tender) if row.tender else None,
        tendered_kop=row.tendered_kop,
        shift=row.shift_id,
        receipt_no=row.receipt_no,
        receipt=receipt,
        external_id=row.external_id,
        period=period.of(row.period),
        actor=row.actor,
        reason=row.reason,
        reverses=row.reverses,
        reversed_by=row.reversed_by,
        payer=row.payer,
    )
