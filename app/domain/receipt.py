"""The receipt of a payment as a value; how it looks on paper is the printer's business."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.tender import Tender


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who takes the money."""

    name: str
    inn: str
    address: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """A service or a supplier the money goes to; the amount is never negative."""

    name: str
    amount_kop: int

    def __post_init__(self) -> None:
        assert self.amount_kop >= 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment taken at the desk: lines sum to the total, tendered less total is the change.

    :param number: филиал-касса-смена-№, 03-02-0145-0057
    :param at: in the time of the desk, as it is printed
    :param address: of the dwelling, without the name of the payer
    :param payer: masked by masked_name
    """

    organisation: Organisation
    number: str
    cashier: str
    at: datetime
    account: str
    address: str
    lines: tuple[ReceiptLine, ...]
    total_kop: int
    tender: Tender
    tendered_kop: int
    change_kop: int
    payer: str = ""
    period: str = ""
    refund: bool = False
    copy: bool = False
    footer: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert self.lines
        assert self.total_kop > 0
        assert sum(line.amount_kop for line in self.lines) == self.total_kop
        assert self.tendered_kop - self.change_kop == self.total_kop
        assert self.change_kop >= 0
        # Change is given of cash alone (money.md §3.1 K7).
        assert self.tender is Tender.CASH or self.change_kop == 0

    @property
    def title(self) -> str:
        return "ВОЗВРАТ ПЛАТЕЖА" if self.refund else "ПРИЁМ ПЛАТЕЖА"

    def as_copy(self) -> "Receipt":
        """Give the same receipt marked as a copy; a copy may be printed any number of times."""
        return replace(self, copy=True)


def masked_name(full_name: str) -> str:
    """Give a name fit for paper left on a counter: «Иванова А. П.» of the full one."""
    family, *given = full_name.split() or [""]
    return " ".join([family, *(f"{name[0]}." for name in given)])
