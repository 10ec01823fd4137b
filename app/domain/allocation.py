"""One payment over what is owed, by the rule in force (money.md §2).

    payment ─▶ period the payer named ─▶ periods in order ─▶ penalties ─▶ advance
                        └── each bucket: pro rata to the charges of its period, capped by
                            what is outstanding, kopecks by the largest remainder

The lines sum to the payment; no line passes its cap but an advance; the same inputs give the
same lines. ПП РФ № 253, п. 5; ГК РФ, ст. 319.1; Пленум ВС № 54, п. 37.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.domain.allocation_scheme import (
    DEFAULT_SCHEME,
    AllocationScheme,
    PenaltyOrder,
    PeriodOrder,
    WithinPeriod,
)
from app.domain.dues import Dues
from app.domain.ledger import EntryKind
from app.domain.period import Period
from app.errors import Refusal


class NothingToCredit(Refusal):
    """Money came, and the account has no service to credit it to."""


class NotPositive(Refusal):
    """A payment of nothing or less."""


class AllocationKind(StrEnum):
    """What a line of an allocation pays; an advance is a payment of nothing owed yet."""

    PAYMENT = "payment"
    PENALTY_PAYMENT = "penalty_payment"
    ADVANCE = "advance"

    @property
    def entry_kind(self) -> EntryKind:
        return (
            EntryKind.PENALTY_PAYMENT
            if self is AllocationKind.PENALTY_PAYMENT
            else EntryKind.PAYMENT
        )


@dataclass(frozen=True, slots=True)
class AllocationLine:
    """A part of a payment, positive kopecks."""

    service_id: UUID
    contract_id: UUID
    origin_period: Period
    kind: AllocationKind
    amount_kop: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """One payment over dues: oldest period first, penalties after, the advance last."""

    lines: tuple[AllocationLine, ...]

    @property
    def amount_kop(self) -> int:
        return sum(line.amount_kop for line in self.lines)

    @property
    def advance_kop(self) -> int:
        return sum(line.amount_kop for line in self.lines if line.kind is AllocationKind.ADVANCE)


def allocate(
    amount_kop: int,
    dues: Dues,
    *,
    on: date,
    scheme: AllocationScheme = DEFAULT_SCHEME,
    designation: Period | None = None,
    document_period: Period | None = None,
) -> Allocation:
    """Spread a payment over what is owed.

    :param on: the day of payment, for the limitation
    :param designation: the period the payer named, paid before all others (ГК РФ, ст. 319.1 п. 1)
    :param document_period: the period of the scanned document, for the schemes that start from it
    :raises NotPositive: when the amount is not positive
    :raises NothingToCredit: when money is left over and the account has no services
    """
    if amount_kop <= 0:
        raise NotPositive("Сумма платежа должна быть больше нуля. Введите, сколько внесено.")
    book = _Book(dues, scheme, left_kop=amount_kop)
    if designation is not None:
        book.pay_principal([designation])
    order = _ordered(dues, scheme, document_period=document_period, on=on)
    book.pay(order)
    book.credit()

    found = Allocation(tuple(book.lines()))
    assert found.amount_kop == amount_kop
    return found


def split(amount_kop: int, *, weights: Sequence[int], caps: Sequence[int]) -> list[int]:
    """Split an amount over lines pro rata to weights, none above its cap (money.md §2.3).

    What passes a cap is shared by the others; when only lines without weight are left, they
    share by what is outstanding. Kopecks left of rounding down go one each to the largest
    fractions, ties to the larger weight, then to the earlier line.

    :param amount_kop: not negative; above Σ caps every line gets its cap
    :param caps: not negative
    :returns: parts in the order of the lines; they sum to min(amount, Σ caps)
    """
    assert amount_kop >= 0
    assert all(cap >= 0 for cap in caps)
    if amount_kop >= sum(caps):
        return list(caps)

    parts = [0] * len(caps)
    left = amount_kop
    active = [place for place, cap in enumerate(caps) if cap > 0 and weights[place] > 0]
    shares: Sequence[int] = weights
    while left:
        if not active:
            shares = caps
            active = [place for place, cap in enumerate(caps) if parts[place] < cap]
        whole = sum(shares[place] for place in active)
        full = [place for place in active if left * shares[place] >= caps[place] * whole]
        if not full:
            _round_by_remainder(left, active, shares, parts)
            break
        for place in full:
            parts[place] = caps[place]
        left -= sum(caps[place] for place in full)
        taken = set(full)
        active = [place for place in active if place not in taken]
    return parts


def _round_by_remainder(
    left: int, active: list[int], shares: Sequence[int], parts: list[int]
) -> None:
    whole = sum(shares[place] for place in active)
    remainders = {}
    given = 0
    for place in active:
        parts[place], remainders[place] = divmod(left * shares[place], whole)
        given += parts[place]
    ranked = sorted(active, key=lambda place: (-remainders[place], -shares[place], place))
    for place in ranked[: left - given]:
        parts[place] += 1


@dataclass(slots=True)
class _Book:
    """The money that is left and the caps that are left, while buckets are paid."""

    dues: Dues
    scheme: AllocationScheme
    left_kop: int
    _paid: dict[tuple[Period, AllocationKind, int], int] = field(default_factory=dict)
    _principal: list[int] = field(init=False)
    _penalty: list[int] = field(init=False)
    _rows_of: dict[Period, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._principal = list(self.dues.outstanding.principal_kop)
        self._penalty = list(self.dues.outstanding.penalty_kop)
        for row, origin in enumerate(self.dues.origin_periods):
            self._rows_of.setdefault(origin, []).append(row)

    def pay(self, order: list[Period]) -> None:
        match self.scheme.penalty:
            case PenaltyOrder.LAST:
                self.pay_principal(order)
                self.pay_penalty(order)
            case PenaltyOrder.FIRST:
                self.pay_penalty(order)
                self.pay_principal(order)
            case PenaltyOrder.AFTER_PERIOD:
                for origin in order:
                    self.pay_principal([origin])
                    self.pay_penalty([origin])
            case PenaltyOrder.OWN_LINE | PenaltyOrder.NEVER:
                self.pay_principal(order)

    def pay_principal(self, order: list[Period]) -> None:
        """Pay periods one after another; with own_line their penalties share with them."""
        shared = self.scheme.penalty is PenaltyOrder.OWN_LINE
        for origin in order:
            rows = self._rows_of.get(origin, [])
            if not self.left_kop or not rows:
                continue
            caps = [self._principal[row] for row in rows]
            weights = [max(0, self.dues.charged_kop[row]) for row in rows]
            if shared:
                owed = [self._penalty[row] for row in rows]
                parts = self._shared(caps + owed, weights + owed, rows + rows)
                self._note(origin, AllocationKind.PENALTY_PAYMENT, rows, parts[len(rows) :])
            else:
                parts = self._shared(caps, weights, rows)
            self._note(origin, AllocationKind.PAYMENT, rows, parts[: len(rows)])

    def pay_penalty(self, order: list[Period]) -> None:
        """Pay the penalties of periods, within one pro rata to themselves."""
        for origin in order:
            rows = self._rows_of.get(origin, [])
            if self.left_kop and rows:
                caps = [self._penalty[row] for row in rows]
                parts = split(min(self.left_kop, sum(caps)), weights=caps, caps=caps)
                self._note(origin, AllocationKind.PENALTY_PAYMENT, rows, parts)

    def credit(self) -> None:
        """Leave what is over as an advance, spread by the charges of the last bill."""
        if not self.left_kop:
            return
        weights = self.dues.advance_weights
        if not any(weights):
            raise NothingToCredit(
                f"На счёте {self.dues.account.number} нет ни долга, ни услуг, на которые можно "
                "отнести платёж. Проверьте номер счёта и назначьте услуги дому или счёту."
            )
        uncapped = [self.left_kop if weight else 0 for weight in weights]
        parts = split(self.left_kop, weights=weights, caps=uncapped)
        for purpose, part in enumerate(parts):
            if part:
                key = (self.dues.posting_period, AllocationKind.ADVANCE, purpose)
                self._paid[key] = part
        self.left_kop = 0

    def lines(self) -> list[AllocationLine]:
        """Give what was paid: principal by period, then penalties, then the advance."""
        kinds = list(AllocationKind)
        ordered = sorted(self._paid, key=lambda key: (kinds.index(key[1]), key[0], key[2]))
        return [
            AllocationLine(
                service_id=self.dues.purposes[purpose].service_id,
                contract_id=self.dues.purposes[purpose].contract_id,
                origin_period=origin,
                kind=kind,
                amount_kop=self._paid[origin, kind, purpose],
            )
            for origin, kind, purpose in ordered
        ]

    def _shared(self, caps: list[int], weights: list[int], rows: list[int]) -> list[int]:
        amount = min(self.left_kop, sum(caps))
        match self.scheme.within_period:
            case WithinPeriod.CHARGES:
                return split(amount, weights=weights, caps=caps)
            case WithinPeriod.DEBT:
                return split(amount, weights=caps, caps=caps)
            case WithinPeriod.PRIORITY:
                return _in_order(amount, caps)
            case WithinPeriod.SUPPLIER_THEN_SERVICE:
                contracts = [
                    self.dues.purposes[self.dues.purpose_of[row]].contract_id for row in rows
                ]
                return _by_contract(amount, weights=weights, caps=caps, contracts=contracts)

    def _note(
        self, origin: Period, kind: AllocationKind, rows: list[int], parts: list[int]
    ) -> None:
        debts = self._penalty if kind is AllocationKind.PENALTY_PAYMENT else self._principal
        for row, part in zip(rows, parts, strict=True):
            if part:
                debts[row] -= part
                assert debts[row] >= 0
                key = (origin, kind, self.dues.purpose_of[row])
                self._paid[key] = self._paid.get(key, 0) + part
        self.left_kop -= sum(parts)


def _ordered(
    dues: Dues, scheme: AllocationScheme, *, document_period: Period | None, on: date
) -> list[Period]:
    order = sorted(set(dues.origin_periods))
    if scheme.skip_time_barred:
        order.sort(key=lambda origin: dues.terms.is_time_barred(origin, on=on))
    first = {
        PeriodOrder.FIFO: None,
        PeriodOrder.DOCUMENT_FIRST: document_period,
        PeriodOrder.CURRENT_FIRST: max(order, default=None),
        PeriodOrder.DOCUMENT_ONLY: document_period,
    }[scheme.period_order]
    if first is None:
        return order
    if scheme.period_order is PeriodOrder.DOCUMENT_ONLY:
        return [first]
    return [first, *(origin for origin in order if origin != first)]


def _in_order(amount: int, caps: list[int]) -> list[int]:
    parts = []
    for cap in caps:
        parts.append(min(amount, cap))
        amount -= parts[-1]
    return parts


def _by_contract(
    amount: int, *, weights: list[int], caps: list[int], contracts: list[UUID]
) -> list[int]:
    """Share by contract first, then by service inside each."""
    places: dict[UUID, list[int]] = {}
    for place, contract in enumerate(contracts):
        places.setdefault(contract, []).append(place)
    groups = list(places.values())
    shares = split(
        amount,
        weights=[sum(weights[place] for place in group) for group in groups],
        caps=[sum(caps[place] for place in group) for group in groups],
    )
    parts = [0] * len(caps)
    for group, share in zip(groups, shares, strict=True):
        inside = split(
            share,
            weights=[weights[place] for place in group],
            caps=[caps[place] for place in group],
        )
        for place, part in zip(group, inside, strict=True):
            parts[place] = part
    return parts
