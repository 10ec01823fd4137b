"""Every money fact is an entry; charge, correction, penalty, payment differ in kind only.

Debit is positive (owed), credit negative (paid, reduced). Entries are appended, never
changed; a mistake is undone by its opposite.

    principal    1 charge   2 raising factor   3-7 adjustments   8 write-off   25 transfer
                20 payment  21 set-off         22 refund         30 opening balance
    penalty     50 penalty  51 payment         52 opening balance
                53 write-off                   54 transfer

A set-off moves a credit of an account onto its debts (a set-off of penalties is a set-off of
principal against a payment of penalty): its lines sum to zero, as those of a transfer do.
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
    WRITE_OFF = 8
    PAYMENT = 20
    SETOFF = 21
    REFUND = 22
    TRANSFER = 25
    OPENING = 30
    PENALTY = 50
    PENALTY_PAYMENT = 51
    OPENING_PENALTY = 52
    PENALTY_WRITE_OFF = 53
    PENALTY_TRANSFER = 54

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
    EntryKind.WRITE_OFF,
    EntryKind.SETOFF,
    EntryKind.TRANSFER,
)
PENALTIES = (EntryKind.PENALTY, EntryKind.PENALTY_WRITE_OFF, EntryKind.PENALTY_TRANSFER)
PAID = (EntryKind.PAYMENT, EntryKind.REFUND, EntryKind.PENALTY_PAYMENT)
OPENING = (EntryKind.OPENING, EntryKind.OPENING_PENALTY)
