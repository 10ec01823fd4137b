"""Reconciliation with a supplier: what came for it, what went to it, what the centre still owes.

    opening + received − transferred − withheld = closing       month by month

Charges of the consumers stand beside: they are owed by them, not by the centre.
"""

from dataclasses import dataclass

from app.domain.period import Period


@dataclass(frozen=True, slots=True)
class ReconciledMonth:
    """A month of one contract.

    :ivar charged_kop: to the consumers: charges, their corrections, penalties
    :ivar received_kop: from them, less what was given back
    :ivar withheld_kop: commissions and the fee of the centre
    """

    period: Period
    opening_kop: int
    charged_kop: int = 0
    received_kop: int = 0
    transferred_kop: int = 0
    withheld_kop: int = 0

    @property
    def closing_kop(self) -> int:
        return self.opening_kop + self.received_kop - self.transferred_kop - self.withheld_kop


@dataclass(frozen=True, slots=True)
class PaidOut:
    """A payment order inside the span."""

    number: int
    dated: str
    amount_kop: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """One contract over some months, each of them there."""

    contract: str
    supplier: str
    months: tuple[ReconciledMonth, ...]
    orders: tuple[PaidOut, ...] = ()

    @property
    def total(self) -> ReconciledMonth:
        """The whole span as one month."""
        months = self.months
        return ReconciledMonth(
            months[-1].period,
            months[0].opening_kop,
            sum(one.charged_kop for one in months),
            sum(one.received_kop for one in months),
            sum(one.transferred_kop for one in months),
            sum(one.withheld_kop for one in months),
        )


def months_of(
    moved: dict[Period, tuple[int, int, int, int]],
    *,
    opening_kop: int,
    first: Period,
    last: Period,
) -> tuple[ReconciledMonth, ...]:
    """Give the months of a span, each beginning as the one before it ended.

    :param moved: charged, received, transferred, withheld by month
    """
    months: list[ReconciledMonth] = []
    month = first
    while month <= last:
        start = months[-1].closing_kop if months else opening_kop
        months.append(ReconciledMonth(month, start, *moved.get(month, (0, 0, 0, 0))))
        month = month.next
    return tuple(months)
