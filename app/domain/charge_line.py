"""A charge line with the names a person knows it by, and its JSON shape (interface.md §2)."""

from dataclasses import dataclass
from typing import TypeAlias

from app.domain import money
from app.domain.bases.every import code_of, law_of
from app.domain.bases.rule import StoredLine
from app.domain.basis import Basis
from app.domain.ledger import EntryKind
from app.domain.period import Period
from app.domain.service import COMPONENT_CODES, ZONE_CODES

LineJson: TypeAlias = dict[str, str | list[str] | None]
_ZONE_NAMES = {int(number): code or None for code, number in ZONE_CODES.items()}
_COMPONENT_NAMES = {int(number): code or None for code, number in COMPONENT_CODES.items()}
_PLACES = 2


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One posted line: what is stored of it, and whose it is.

    :ivar period: posted into
    :ivar origin_period: owed for
    :ivar service: its code; `service_name` is for people
    :ivar reason: of a correction or recalculation
    """

    account: str
    period: Period
    origin_period: Period
    service: str
    service_name: str
    unit: str
    contract: str
    provider: str | None
    supplier: str | None
    stored: StoredLine
    reason: str | None = None

    @property
    def amount_kop(self) -> int:
        return self.stored.amount_kop

    @property
    def kind(self) -> EntryKind:
        return EntryKind(self.stored.kind)

    @property
    def basis(self) -> Basis:
        return Basis(self.stored.basis)

    @property
    def method(self) -> str:
        """The code of charges.md §13."""
        if self.basis is Basis.NONE:
            return _CODES_WITHOUT_BASIS.get(self.kind, "MANUAL")
        return code_of(self.basis, is_raised=self.stored.is_raised, zone=self.stored.zone)

    @property
    def law(self) -> str:
        return law_of(self.basis, is_raised=self.stored.is_raised)

    @property
    def line_unit(self) -> str:
        """The unit of its volume: the heat of hot water is in Gcal whatever the service's unit."""
        return "Гкал" if self.basis is Basis.HOT_HEAT else self.unit

    def as_json(self, *, basis: str) -> LineJson:
        """Give the shape of interface.md §2.

        :param basis: the justification in words
        """
        stored = self.stored
        has_volume = self.basis is not Basis.NONE
        return {
            "account": self.account,
            "period": str(self.period),
            "origin_period": str(self.origin_period),
            "service": self.service,
            "contract": self.contract,
            "supplier": self.supplier,
            "provider": self.provider,
            "component": _COMPONENT_NAMES[stored.component],
            "zone": _ZONE_NAMES[stored.zone],
            "kind": self.kind.name.lower(),
            "method": self.method,
            "volume": money.decimal_of(stored.volume_mcu) if has_volume else None,
            "unit": self.line_unit,
            "price": price_text(stored.price_mcr) if has_volume else None,
            "amount": money.rubles(stored.amount_kop),
            "law": self.law,
            "basis": basis,
        }


_CODES_WITHOUT_BASIS = {
    EntryKind.RECALCULATION: "RECALC61",
    EntryKind.ABSENCE: "ABSENCE",
    EntryKind.QUALITY: "QUALITY",
    EntryKind.CORRECTION: "MANUAL",
}


def price_text(price_mcr: int) -> str:
    """Give a price for programs: at least two decimals, as many as it has."""
    whole, _, part = money.decimal_of(price_mcr).partition(".")
    return f"{whole}.{part.ljust(_PLACES, '0')}"
