"""One payment over what is owed, by the rule in force (money.md §2).

    payment ─▶ what the payer named ─▶ periods in order ─▶ penalties ─▶ advance
                        └── each bucket: pro rata to the charges of its period, capped by
                            what is outstanding, kopecks by the largest remainder

The lines sum to the payment; no line passes its cap but an advance; the same inputs give the
same lines, and each line says why it is there. Contracts with a scheme of their own get their
part of the payment by the rule of the centre, then spread it by their own (money.md §2.1, A7).
ПП РФ № 253, п. 5; ГК РФ, ст. 319.1; Пленум ВС № 54, п. 37.
"""

from datetime import date

from app.domain.allocation_book import AllocationBook, NothingToCredit
from app.domain.allocation_line import Allocation, AllocationKind, AllocationLine
from app.domain.allocation_scheme import DEFAULT_SCHEME, AllocationScheme, DocumentPeriod
from app.domain.allocation_split import split
from app.domain.allocation_target import Target, require_within
from app.domain.dues import Dues
from app.domain.period import Period
from app.errors import Refusal

__all__ = [
    "Allocation", "AllocationKind", "AllocationLine", "NotPositive", "NothingToCredit", "allocate",
    "split",
]  # fmt: skip


class NotPositive(Refusal):
    """A payment of nothing or less."""


def allocate(
    amount_kop: int,
    dues: Dues,
    *,
    on: date,
    scheme: AllocationScheme = DEFAULT_SCHEME,
    designation: Period | None = None,
    document_period: Period | None = None,
    targets: tuple[Target, ...] = (),
) -> Allocation:
    """Spread a payment over what is owed.

    :param on: the day of payment, for the limitation
    :param designation: the period the payer named, paid before all others (ГК РФ, ст. 319.1 п. 1)
    :param document_period: the period of the scanned document, for the schemes that start from it
    :param targets: what else he named, paid in this order
    :raises NotPositive: when the amount is not positive
    :raises NamedTooMuch: when the named parts are more than the amount
    :raises NothingToCredit: when money is left over and the account has no services
    """
    if amount_kop <= 0:
        raise NotPositive("Сумма платежа должна быть больше нуля. Введите, сколько внесено.")
    require_within(targets, amount_kop)
    if designation is None and scheme.document_period is DocumentPeriod.NAMED:
        designation = document_period
    if designation is not None:
        targets = (*targets, Target(origin_period=designation, note=f"за {designation.shown}"))

    book = AllocationBook(dues, on=on, document_period=document_period)
    left_kop = amount_kop
    for target in (*targets, *scheme.ahead):
        left_kop = book.pay_target(left_kop, scheme, target)
    if left_kop and scheme.own:
        book.pay_groups(left_kop, scheme)
    elif left_kop:
        left_kop = book.pay_owed(left_kop, scheme, book.scope(scheme))
        book.credit(left_kop, scheme)

    found = Allocation(tuple(book.lines()))
    assert found.amount_kop == amount_kop
    return found
