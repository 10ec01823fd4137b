"""Rows of section 5 of a payment document: what is due by agreements when the bill is due."""

from collections.abc import Sequence
from datetime import date

from app.domain.instalment import (
    InstalmentAgreement,
    InstalmentState,
    InstalmentStatus,
    shares,
)
from app.domain.payment_document import InstalmentRow
from app.domain.period import Period


def rows_of(
    agreements: Sequence[tuple[InstalmentAgreement, InstalmentState]],
    *,
    period: Period,
    due_on: date,
) -> tuple[InstalmentRow, ...]:
    """Give a row for each service of the parts that are due and not paid.

    :param agreements: with their states on that day
    :param due_on: the day the bill is to be paid by
    :param period: of the bill: debts of it are «за расчётный период», earlier ones «за предыдущие»
    """
    return tuple(
        row
        for agreement, told in agreements
        if told.status is InstalmentStatus.ACTIVE
        for row in _rows(agreement, told, period, due_on)
    )


def _rows(
    agreement: InstalmentAgreement, told: InstalmentState, period: Period, due_on: date
) -> list[InstalmentRow]:
    sums: dict[str, list[int]] = {}
    already = agreement.amount_kop - told.left_kop
    for share in shares(agreement, told.due_kop, already_kop=already):
        of_service = sums.setdefault(share.debt.service_name, [0, 0])
        of_service[share.debt.origin_period < period] += share.amount_kop
    # Interest is of the agreement as a whole: it stands with the largest service.
    interest = sum(
        one.part.interest_kop
        for one in told.parts
        if one.paid_on is None and one.part.due_on <= due_on
    )
    largest = max(sums, key=lambda name: (sum(sums[name]), name), default=None)
    return [
        InstalmentRow(
            service=name,
            current_kop=current,
            previous_kop=previous,
            interest_ppm=agreement.interest_ppm,
            interest_kop=interest if name == largest else 0,
        )
        for name, (current, previous) in sums.items()
    ]
