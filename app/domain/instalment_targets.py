"""What a payment pays first while an instalment agreement is active (рассрочка.порядок).

    сначала части     parts due by the day ─▶ all that is not in the agreement ─▶ the rest of it
    сначала текущее   all that is not in the agreement ─▶ the agreement, oldest first

Given to the allocation as targets: what they leave goes by the rule of the centre.
"""

from collections.abc import Sequence
from uuid import UUID

from app.domain.allocation_target import Target
from app.domain.dues import Dues
from app.domain.instalment import (
    InstalmentAgreement,
    InstalmentDebt,
    InstalmentOrder,
    InstalmentState,
    InstalmentStatus,
    shares,
)
from app.domain.period import Period

_Key = tuple[UUID, UUID, Period]


def targets_of(
    dues: Dues,
    agreements: Sequence[tuple[InstalmentAgreement, InstalmentState]],
    *,
    order: InstalmentOrder = InstalmentOrder.PARTS_FIRST,
) -> tuple[Target, ...]:
    """Give what a payment is for before the rule is asked; nothing without an active agreement."""
    active = [
        (agreement, told)
        for agreement, told in agreements
        if told.status is InstalmentStatus.ACTIVE
    ]
    if not active:
        return ()
    parts = [target for agreement, told in active for target in _parts(dues, agreement, told)]
    current = _others(dues, {_key(debt) for agreement, _ in active for debt in agreement.debts})
    if order is InstalmentOrder.CURRENT_FIRST:
        return (*current, *parts)
    return (*parts, *current)


def _key(debt: InstalmentDebt) -> _Key:
    return (debt.service_id, debt.contract_id, debt.origin_period)


def _parts(dues: Dues, agreement: InstalmentAgreement, told: InstalmentState) -> list[Target]:
    """What of the agreement is due and not paid, debt by debt, no more than is owed now."""
    owed = _outstanding(dues)
    note = f"рассрочка № {agreement.number}"
    already = agreement.amount_kop - told.left_kop
    found = []
    for share in shares(agreement, told.due_kop, already_kop=already):
        principal, penalty = owed.get(_key(share.debt), (0, 0))
        for is_penalty, amount in (
            (False, min(share.principal_kop, principal)),
            (True, min(share.penalty_kop, penalty)),
        ):
            if amount:
                found.append(
                    Target(
                        service_id=share.debt.service_id,
                        origin_period=share.debt.origin_period,
                        is_penalty=is_penalty,
                        amount_kop=amount,
                        note=note,
                    )
                )
    return found


def _others(dues: Dues, agreed: set[_Key]) -> list[Target]:
    """What is owed beside the agreements, oldest first, principal before penalties."""
    owed = [(key, parts) for key, parts in _outstanding(dues).items() if key not in agreed]
    return [
        Target(
            service_id=service,
            origin_period=origin,
            is_penalty=is_penalty,
            amount_kop=parts[is_penalty],
            note="вне рассрочки",
        )
        for is_penalty in (False, True)
        for (service, _, origin), parts in owed
        if parts[is_penalty]
    ]


def _outstanding(dues: Dues) -> dict[_Key, tuple[int, int]]:
    """What is owed of each row when the credits have covered what they cover, oldest first."""
    left = dues.outstanding
    return {
        (
            dues.purposes[purpose].service_id,
            dues.purposes[purpose].contract_id,
            dues.origin_periods[row],
        ): (left.principal_kop[row], left.penalty_kop[row])
        for row, purpose in enumerate(dues.purpose_of)
    }
