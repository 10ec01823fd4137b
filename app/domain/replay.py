"""One line again, from what it keeps: the volume and the amount in exact fractions.

Nothing is looked up: the row's days, period, price, kind and slots are all there is
(charges.md §13.1). A line that does not come out the same was changed or is of another basis.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.domain.basis import (
    AMOUNT_REST_SLOT,
    FACTOR_SLOT,
    RULES,
    VOLUME_REST_SLOT,
    Basis,
)
from app.domain.ledger import EntryKind
from app.domain.money import KOP_PER_RUB, MILLION
from app.domain.period import Period

_CM2_PER_M2 = 10_000


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A charge line as the ledger keeps it."""

    period: Period
    kind: int
    basis: int
    zone: int
    component: int
    day_from: int
    day_to: int
    volume_mcu: int
    price_mcr: int
    amount_kop: int
    slots: Sequence[int]

    @property
    def days(self) -> int:
        return self.day_to - self.day_from

    @property
    def named(self) -> dict[str, int]:
        """The slots by the names of their basis."""
        rule = RULES[Basis(self.basis)]
        return dict(zip(rule.slots, self.slots, strict=False))

    @property
    def factor_ppm(self) -> int:
        return int(self.slots[FACTOR_SLOT])

    @property
    def is_raised(self) -> bool:
        return self.kind == EntryKind.RAISING


def volume_mcu(line: StoredLine) -> int:
    """Give the volume the inputs of a line come to, in mcu; of a raised line the excess."""
    base = base_volume_mcu(line)
    if not line.is_raised:
        return base
    return half_up(Fraction(base * line.factor_ppm, MILLION)) - base


def amount_kop(line: StoredLine) -> int:
    """Give the amount the inputs of a line come to, in kopecks; of a raised line the excess."""
    base = base_volume_mcu(line)
    plain = half_up(_money(base, line.price_mcr))
    if line.is_raised:
        return half_up(_money(base, line.price_mcr) * Fraction(line.factor_ppm, MILLION)) - plain
    return plain + int(line.slots[AMOUNT_REST_SLOT])


def base_volume_mcu(line: StoredLine) -> int:
    """Give the volume without the raising factor, in mcu."""
    return _VOLUMES[Basis(line.basis)](line) + int(line.slots[VOLUME_REST_SLOT])


def half_up(value: Fraction) -> int:
    """Round half up on the absolute value."""
    size = abs(value)
    whole = (2 * size.numerator + size.denominator) // (2 * size.denominator)
    return whole if value >= 0 else -whole


def _money(volume: int, price: int) -> Fraction:
    return Fraction(volume * price * KOP_PER_RUB, MILLION * MILLION)


def _part_of_month(line: StoredLine) -> Fraction:
    return Fraction(line.days, line.period.days)


def _share(line: StoredLine) -> Fraction:
    named = line.named
    return Fraction(named["share_numerator"], named["share_denominator"])


def _m2(cm2: int) -> Fraction:
    return Fraction(cm2, _CM2_PER_M2)


def _area(line: StoredLine) -> int:
    area = _m2(line.named["area_cm2"]) * MILLION
    return half_up(area * _share(line) * _part_of_month(line))


def _person(line: StoredLine) -> int:
    return half_up(Fraction(line.named["person_days"] * MILLION, line.period.days))


def _account(line: StoredLine) -> int:
    return half_up(MILLION * _part_of_month(line))


def _quantity(line: StoredLine) -> int:
    return half_up(line.named["quantity_mcu"] * _part_of_month(line))


def _meter(line: StoredLine) -> int:
    named = line.named
    counted = named["current_mcu"] - named["previous_mcu"] + named["turn_mcu"]
    each = Fraction(counted * named["ratio_mcu"], MILLION) * _share(line)
    each /= named["span_to"] - named["span_from"]
    until = min(line.day_to, named["span_to"]) - named["span_from"]
    since = max(line.day_from, named["span_from"]) - named["span_from"]
    return half_up(each * until) - half_up(each * since)


def _meters(line: StoredLine) -> int:
    return sum(line.slots[1:9])


def _range(line: StoredLine) -> int:
    named = line.named
    total, volume = named["total_volume_mcu"], named["zone_volume_mcu"]
    if not total:
        return 0
    high, low = min(named["range_to_mcu"], total), min(named["range_from_mcu"], total)
    return half_up(Fraction(volume * high, total)) - half_up(Fraction(volume * low, total))


def _norm(line: StoredLine) -> int:
    return half_up(Fraction(line.named["norm_mcu"] * line.named["person_days"], line.period.days))


def _gas(line: StoredLine) -> int:
    named = line.named
    persons = Fraction(named["norm_mcu"] * named["person_days"], line.period.days)
    area = _m2(named["area_cm2"]) * named["area_norm_mcu"] * _share(line) * _part_of_month(line)
    return half_up(persons + area)


def _heat_of_water(line: StoredLine) -> int:
    return half_up(Fraction(line.named["water_mcu"] * line.named["heat_norm_mcu"], MILLION))


def _waste(line: StoredLine) -> int:
    return line.named["cold_mcu"] + line.named["hot_mcu"]


def _solid_by_person(line: StoredLine) -> int:
    named = line.named
    year = Fraction(named["norm_mcu"] * named["person_days"], line.period.days)
    return half_up(year / named["months"])


def _solid_by_area(line: StoredLine) -> int:
    named = line.named
    year = _m2(named["area_cm2"]) * named["norm_mcu"] * _share(line)
    return half_up(year * _part_of_month(line) / named["months"])


def _heat_by_norm(line: StoredLine) -> int:
    named = line.named
    months = Fraction(
        named.get("heating_months", named.get("is_heating_month", 0)), named.get("months", 1)
    )
    full = _m2(named["area_cm2"]) * named["norm_mcu"] * months
    return half_up(full * _share(line) * _part_of_month(line))


def _heat_of_house(line: StoredLine) -> int:
    """V_i + S_i × (V_D − ΣV_k) / S_ob, in the words of the formula (354, formulas 3, 3(6))."""
    named = line.named
    area, house = _m2(named["area_cm2"]), _m2(named["house_area_cm2"])
    own, common = _m2(named["own_heat_area_cm2"]), _m2(named["common_area_cm2"])
    if "norm_mcu" in named:
        months = Fraction(named["heating_months"], named["months"])
        total = named["norm_mcu"] * (house - own) * months
    else:
        total = Fraction(named["house_volume_mcu"], named["months"])
    each = total / (house - own + common) if house - own + common else Fraction(0)
    individual = Fraction(0) if named["has_own_heat"] else area * each
    shared = area * (total - (house - own) * each) / house
    return half_up((individual + shared) * _share(line) * _part_of_month(line))


def _common_needs(line: StoredLine) -> int:
    named = line.named
    house = named["norm_mcu"] * _m2(named["common_area_cm2"])
    part = Fraction(named["area_cm2"], named["house_area_cm2"])
    return half_up(house * part * _share(line) * _part_of_month(line))


_VOLUMES: dict[Basis, Callable[[StoredLine], int]] = {
    Basis.NONE: lambda _: 0,
    Basis.AREA: _area,
    Basis.PERSON: _person,
    Basis.ACCOUNT: _account,
    Basis.QUANTITY: _quantity,
    Basis.METER: _meter,
    Basis.METERS: _meters,
    Basis.METER_VOLUME: _meter,
    Basis.METER_RANGE: _range,
    Basis.NORM: _norm,
    Basis.POWER_NORM: _norm,
    Basis.GAS_NORM: _gas,
    Basis.NORM_RANGE: _range,
    Basis.HOT_METER: _meter,
    Basis.HOT_METERS: _meters,
    Basis.HOT_METER_VOLUME: _meter,
    Basis.HOT_NORM: _norm,
    Basis.HOT_HEAT: _heat_of_water,
    Basis.WASTE_BY_WATER: _waste,
    Basis.WASTE_NORM: _norm,
    Basis.SOLID_WASTE_PERSON: _solid_by_person,
    Basis.SOLID_WASTE_AREA: _solid_by_area,
    Basis.HEAT_NORM: _heat_by_norm,
    Basis.HEAT_NORM_EVEN: _heat_by_norm,
    Basis.HEAT_NORM_OWN: _heat_of_house,
    Basis.HEAT_METER: _heat_of_house,
    Basis.HEAT_METER_EVEN: _heat_of_house,
    Basis.COMMON_NORM: _common_needs,
}
