"""Every money fact is an entry; charge, correction, penalty, payment differ in kind only.

Debit is positive (owed), credit negative (paid, reduced). Entries are appended, never
changed; a mistake is undone by its opposite.

    principal   1 charge   2 raising factor   3-7 adjustments   20 payment   30 opening balance
    penalty    50 penalty                                       51 payment   52 opening balance
"""

from enum import IntEnum

FIRST_PENALTY_KIND = 50


class EntryKind(IntEnum):
    """What an entry is; the number is stored, the name in lower case is spoken to programs."""

    CHARGE = 1
    RAISING = 2
    RECALCULATION = 3
    ABSENCE = 4
    QUALITY = 5
    CORRECTION = 6
    BENEFIT = 7
    PAYMENT = 20
    TRANSFER = 25
    OPENING = 30
    PENALTY = 50
    PENALTY_PAYMENT = 51
    OPENING_PENALTY = 52

    @property
    def is_penalty(self) -> bool:
        return self >= FIRST_PENALTY_KIND


CHARGED = (EntryKind.CHARGE, EntryKind.RAISING)
ADJUSTED = (
    EntryKind.RECALCULATION,
    EntryKind.ABSENCE,
    EntryKind.QUALITY,
    EntryKind.CORRECTION,
    EntryKind.BENEFIT,
    EntryKind.TRANSFER,
)
PAID = (EntryKind.PAYMENT, EntryKind.PENALTY_PAYMENT)
OPENING = (EntryKind.OPENING, EntryKind.OPENING_PENALTY)
