"""Spread payments of an account anew: what they paid for changes, their sums do not (C5).

    dues ─ all lines given back ─▶ each payment by the rule in force, in the order they came,
                                   or one by hand with a reason ─▶ «До» and «После»

Also the manual override of a split: by hand, with the reason in every line (money.md K5).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.domain import payment_change, period
from app.domain.allocation import allocate
from app.domain.allocation_by_hand import HandPart, split_by_hand
from app.domain.allocation_line import AllocationLine
from app.domain.payment import line_document
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.operations.take_payment import DuesChanged, explained
from app.store import cash, dues, payment_changes, writing
from app.store.cash import PaidLine
from app.store.engine import Engine, RefusedByDatabase
from app.store.payment_changes import LineDocument
from app.store.reading import Snapshot, reading

_TRIES = 5


class NotOfOneAccount(Refusal):
    """Payments of several accounts, or parts by hand for several payments."""


@dataclass(frozen=True, slots=True)
class SpreadAnew:
    """One payment before and after."""

    payment: UUID
    before: tuple[PaidLine, ...]
    after: tuple[PaidLine, ...]

    @property
    def is_changed(self) -> bool:
        return _sums(self.before) != _sums(self.after)


@dataclass(frozen=True, slots=True)
class Reallocated:
    """What was spread anew, or would be.

    :ivar period: the month it is posted into, None for a preview
    """

    key: UUID
    account_number: str
    payments: tuple[SpreadAnew, ...]
    period: Period | None
    is_replay: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    account_number: str
    version: str
    payments: list[tuple[UUID, list[LineDocument], list[LineDocument]]]


def reallocate_payment(
    engine: Engine,
    voucher: Voucher,
    *,
    payments: Sequence[UUID],
    by_hand: Sequence[HandPart] = (),
    is_preview: bool = False,
) -> Reallocated:
    """Spread payments of one account anew once by the voucher's key; voucher.reason says why.

    :param payments: in the order they came
    :param by_hand: parts of the one payment; without them the rule in force on the voucher's day
    :raises NoSuchPayment: when one is not there
    :raises NotOfOneAccount: when they are not of one account, or parts by hand are for several
    :raises PartsDoNotFit: when the parts by hand are no split
    :raises Refusal: when one is undone or moved away, no reason is given, or nothing changes
    """
    assert voucher.kind is VoucherKind.REALLOCATION
    if by_hand and len(payments) > 1:
        raise NotOfOneAccount("Вручную распределяют один платёж: назовите его одного.")
    for left in reversed(range(_TRIES)):
        with reading(engine) as snapshot:
            done = payment_changes.asked(snapshot, voucher.key) is not None
            plan = _planned(snapshot, voucher, payments, by_hand, is_done=done)
            if is_preview:
                return _preview(snapshot, voucher, plan)
        try:
            answer = _asked(engine, voucher, plan, is_by_hand=bool(by_hand))
        except RefusedByDatabase as error:
            reason = explained(error)
            if not (left and isinstance(reason, DuesChanged)):
                raise reason from error
        else:
            with reading(engine) as snapshot:
                return _reallocated(snapshot, voucher, answer)
    raise AssertionError("the last try returns or raises")


def _planned(
    snapshot: Snapshot,
    voucher: Voucher,
    payments: Sequence[UUID],
    by_hand: Sequence[HandPart],
    *,
    is_done: bool,
) -> _Plan:
    made = [cash.payment(snapshot, payment) for payment in dict.fromkeys(payments)]
    numbers = {one.account_number for one in made}
    if len(numbers) != 1:
        raise NotOfOneAccount(
            f"Эти платежи на разных счетах: {', '.join(sorted(numbers)) or 'ни одного'}. "
            "Распределяйте по одному счёту."
        )
    number = made[0].account_number
    before = {one.key: payment_changes.line_documents(snapshot, one.key) for one in made}
    if is_done or payment_changes.is_suspense(snapshot, number):
        # Answered by its key, or refused by the books: nothing to reckon.
        return _Plan(number, "", [(one.key, before[one.key], before[one.key]) for one in made])
    owed = dues.load(snapshot, number, on=voucher.made_at.date())
    kept = payment_changes.lines([line for one in made for line in before[one.key]])
    names = payment_changes.purposes(snapshot, kept, on=voucher.made_at.date())
    left = payment_change.returned(owed.dues, kept, purposes=names)
    names |= {(one.service_id, one.contract_id): one for one in left.purposes}
    spread = []
    for one in made:
        amount_kop = sum(line["amount_kop"] for line in before[one.key])
        lines: tuple[AllocationLine, ...] = ()
        if by_hand:
            lines = split_by_hand(amount_kop, left, by_hand, reason=voucher.reason or "").lines
        elif amount_kop > 0:
            lines = allocate(
                amount_kop,
                left,
                on=one.paid_on,
                scheme=owed.scheme,
                designation=payment_changes.for_period(snapshot, one.key),
            ).lines
        left = payment_change.paid(left, lines, purposes=names)
        spread.append((one.key, before[one.key], [line_document(line) for line in lines]))
    return _Plan(number, owed.dues.version, spread)


def _asked(engine: Engine, voucher: Voucher, plan: _Plan, *, is_by_hand: bool) -> dict[str, Any]:
    answer: dict[str, Any] = writing.call(
        engine,
        "reallocate_payments",
        key=voucher.key,
        account_number=plan.account_number,
        payments=json.dumps(
            [{"payment": str(payment), "lines": after} for payment, _, after in plan.payments]
        ),
        by_hand=is_by_hand,
        reason=voucher.reason or "",
        actor=voucher.actor,
        at=voucher.made_at,
        expected_version=plan.version or None,
    )
    return answer


def _preview(snapshot: Snapshot, voucher: Voucher, plan: _Plan) -> Reallocated:
    return Reallocated(
        key=voucher.key,
        account_number=plan.account_number,
        payments=tuple(
            _spread_anew(snapshot, voucher, payment, before, after)
            for payment, before, after in plan.payments
        ),
        period=None,
    )


def _reallocated(snapshot: Snapshot, voucher: Voucher, answer: dict[str, Any]) -> Reallocated:
    return Reallocated(
        key=UUID(answer["reallocation"]),
        account_number=answer["account"],
        payments=tuple(
            _spread_anew(snapshot, voucher, UUID(one["payment"]), one["before"], one["after"])
            for one in answer["payments"]
        ),
        period=period.parse(answer["period"][:7]),
        is_replay=answer["replay"],
    )


def _spread_anew(
    snapshot: Snapshot,
    voucher: Voucher,
    payment: UUID,
    before: list[LineDocument],
    after: list[LineDocument],
) -> SpreadAnew:
    on = voucher.made_at.date()
    return SpreadAnew(
        payment,
        tuple(payment_changes.named(snapshot, before, on=on)),
        tuple(payment_changes.named(snapshot, after, on=on)),
    )


def _sums(lines: Sequence[PaidLine]) -> dict[tuple[str, str, Period, bool], int]:
    sums: dict[tuple[str, str, Period, bool], int] = {}
    for line in lines:
        key = (line.service, line.contract, line.origin_period, line.kind == "penalty_payment")
        sums[key] = sums.get(key, 0) + line.amount_kop
    return sums
