"""What a year came to by account, service and contract: the currency of yearly corrections."""

from typing import NamedTuple


class Whose(NamedTuple):
    """An account, a service and a contract: their number and codes."""

    account: str
    service: str
    contract: str


class Charged(NamedTuple):
    """Money and volume."""

    amount_kop: int = 0
    volume_mcu: int = 0

    def plus(self, other: "Charged") -> "Charged":
        return Charged(self.amount_kop + other.amount_kop, self.volume_mcu + other.volume_mcu)
