"""An overpayment given back: from which credits of the account it is taken (money.md §2.4, C3).

    amount ─▶ creditors, pro rata to what is overpaid to each ─▶ services, pro rata to theirs
                                                              ─▶ the latest periods first

A creditor gives back no more than was overpaid to it: what covers its own debts is no overpayment.
"""

from dataclasses import dataclass
from uuid import UUID

from app.domain import money
from app.domain.allocation import split
from app.domain.dues import Dues
from app.domain.period import Period
from app.errors import Refusal


class NothingToRefund(Refusal):
    """More is asked back than was overpaid."""


@dataclass(frozen=True, slots=True)
class RefundLine:
    """What one credit gives back, positive kopecks."""

    service_id: UUID
    contract_id: UUID
    origin_period: Period
    amount_kop: int


def refundable_kop(dues: Dues, *, payee_id: UUID | None = None) -> int:
    """Give what may be given back of an account, or of one creditor of it."""
    return sum(_caps(dues, payee_id).values())


def refund_lines(
    amount_kop: int, dues: Dues, *, payee_id: UUID | None = None
) -> tuple[RefundLine, ...]:
    """Take an amount from the credits of an account.

    :param payee_id: of one creditor alone
    :raises NothingToRefund: when the overpayment is less
    """
    if amount_kop <= 0:
        raise NothingToRefund("Сумма возврата должна быть больше нуля.")
    of_payee = _caps(dues, payee_id)
    payees, caps = list(of_payee), list(of_payee.values())
    if amount_kop > sum(caps):
        raise NothingToRefund(
            f"Вернуть {money.shown(amount_kop)} ₽ нельзя: переплата на счёте "
            f"{dues.account.number} — {money.shown(sum(caps))} ₽ (долг тому же получателю вычтен)."
        )
    lines = []
    for payee, part in zip(payees, split(amount_kop, weights=caps, caps=caps), strict=True):
        lines += _of_payee(dues, payee, part)
    found = tuple(sorted(lines, key=lambda line: (line.origin_period, str(line.service_id))))
    assert sum(line.amount_kop for line in found) == amount_kop
    return found


def _caps(dues: Dues, payee_id: UUID | None) -> dict[UUID, int]:
    """What each creditor gives back at most, those that owe nothing back left out."""
    credit_of: dict[UUID, int] = {}
    for row, place in enumerate(dues.purpose_of):
        payee = dues.purposes[place].payee_id
        owed = dues.principal_kop[row] + dues.penalty_kop[row]
        credit_of[payee] = credit_of.get(payee, 0) - owed
    return {
        payee: min(credit, sum(_spares(dues, payee).values()))
        for payee, credit in credit_of.items()
        if credit > 0 and payee_id in {None, payee}
    }


def _spares(dues: Dues, payee: UUID) -> dict[int, int]:
    """What each service of a creditor is overpaid, its own debts and penalties taken off."""
    spare: dict[int, int] = {}
    principal: dict[int, int] = {}
    for row, place in enumerate(dues.purpose_of):
        if dues.purposes[place].payee_id == payee:
            spare[place] = spare.get(place, 0) - dues.principal_kop[row] - dues.penalty_kop[row]
            principal[place] = principal.get(place, 0) - min(0, dues.principal_kop[row])
    return {place: min(kop, principal[place]) for place, kop in spare.items() if kop > 0}


def _of_payee(dues: Dues, payee: UUID, amount_kop: int) -> list[RefundLine]:
    spares = _spares(dues, payee)
    caps = list(spares.values())
    lines = []
    for place, part in zip(spares, split(amount_kop, weights=caps, caps=caps), strict=True):
        left = part
        for row in reversed(range(len(dues))):
            taken = min(left, max(0, -dues.principal_kop[row]))
            if dues.purpose_of[row] == place and taken:
                purpose = dues.purposes[place]
                lines.append(
                    RefundLine(
                        purpose.service_id, purpose.contract_id, dues.origin_periods[row], taken
                    )
                )
                left -= taken
        assert left == 0
    return lines
