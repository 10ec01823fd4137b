"""A charge line with the names a person knows it by, and its JSON shape (interface.md §2)."""

from dataclasses import dataclass
from typing import TypeAlias

from app.domain import money
from app.domain.bases.benefits import MCR_PER_KOP
from app.domain.bases.every import code_of, law_of
from app.domain.bases.recalculated import became_basis, unit_of
from app.domain.bases.rule import StoredLine
from app.domain.basis import Basis
from app.domain.ledger import EntryKind
from app.domain.period import Period
from app.domain.service import COMPONENT_CODES, ZONE_CODES, Component, unit_of_component
from app.domain.vat import vat_inside_kop

LineJson: TypeAlias = dict[str, str | list[str] | None]
_ZONE_NAMES = {int(number): code or None for code, number in ZONE_CODES.items()}
_COMPONENT_NAMES = {int(number): code or None for code, number in COMPONENT_CODES.items()}
_PLACES = 2
_HEAT_BASES = (Basis.HOT_HEAT, Basis.COMMON_HEAT)


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One posted line: what is stored of it, and whose it is.

    :ivar period: posted into
    :ivar origin_period: owed for
    :ivar service: its code; `service_name` is for people
    :ivar reason: of a correction or recalculation
    :ivar vat_percent_millionths: the rate inside the amount, 0 where the provider pays no VAT
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
    vat_percent_millionths: int = 0

    @property
    def amount_kop(self) -> int:
        return self.stored.amount_kop

    @property
    def vat_kop(self) -> int | None:
        """VAT inside the amount, None where its provider pays none (charges.md §12)."""
        if not self.vat_percent_millionths:
            return None
        return vat_inside_kop(self.amount_kop, rate_percent_millionths=self.vat_percent_millionths)

    @property
    def compensation_kop(self) -> int | None:
        """What a line of benefit comes to, paid back or taken off; None of other lines."""
        if self.kind is not EntryKind.BENEFIT or self.basis is Basis.NONE:
            return None
        return self.stored.volume_mcu // MCR_PER_KOP

    @property
    def kind(self) -> EntryKind:
        return EntryKind(self.stored.kind)

    @property
    def basis(self) -> Basis:
        return Basis(self.stored.basis)

    @property
    def method(self) -> str:
        """The code of charges.md §13."""
        basis = self.basis
        if basis is Basis.RECALCULATION:
            # The method of what it became; of several methods, or of nothing, its own.
            basis = became_basis(self.stored)
            if basis is Basis.NONE:
                return _CODES_WITHOUT_BASIS.get(self.kind, "RECALC61")
        if basis is Basis.NONE:
            return _CODES_WITHOUT_BASIS.get(self.kind, "MANUAL")
        return code_of(basis, is_raised=self.stored.is_raised, zone=self.stored.zone)

    @property
    def law(self) -> str:
        return law_of(self.basis, is_raised=self.stored.is_raised)

    @property
    def line_unit(self) -> str:
        """The unit of its volume: the heat of hot water is in Gcal whatever the service's unit."""
        if self.basis is Basis.RECALCULATION:
            return unit_of(self.stored) or self.unit
        # What lowers the heat of hot water is in its unit too, by its component.
        component = Component(self.stored.component)
        if self.basis in _HEAT_BASES:
            component = Component.HEAT
        return unit_of_component(component, self.unit)

    @property
    def volume_unit(self) -> str:
        """The unit of what is stored as its volume: of a benefit, what it comes to."""
        return "₽" if self.kind is EntryKind.BENEFIT else self.line_unit

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
            "unit": self.volume_unit,
            "price": price_text(stored.price_mcr) if has_volume else None,
            "amount": money.rubles(stored.amount_kop),
            "law": self.law,
            "basis": basis,
            **self._more(),
        }

    def _more(self) -> LineJson:
        """Give what only some lines have: VAT inside, what a benefit comes to."""
        known = {"vat": self.vat_kop, "compensation": self.compensation_kop}
        return {name: money.rubles(kop) for name, kop in known.items() if kop is not None}


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
