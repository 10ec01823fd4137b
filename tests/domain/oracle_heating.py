"""Heating of one house in exact fractions, from charges.md §5, §7, §16. Shares no code with app.

Every flat has its account, or two that share it, for the whole month; prices may change once.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.domain.service import Method
from tests.fixtures.charge_world import Flat, World

Q = Fraction


@dataclass(frozen=True)
class Part:
    """What a flat owes for: V_i and its part of the common volume; exact."""

    flat: str
    volume: Fraction


class NobodyKnows(Exception):
    """The house cannot be charged."""


def q6(value: Fraction) -> Fraction:
    return rounded(value, 6)


def rounded(value: Fraction, places: int) -> Fraction:
    sign, scaled = (-1 if value < 0 else 1), abs(value) * 10**places
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    return Q(sign * (whole + (2 * rest >= scaled.denominator)), 10**places)


class HouseOfHeat:
    def __init__(self, world: World) -> None:
        self.world = world
        self.house = world.houses[0]
        self.service = world.services[0]
        self.is_own = self.service.method is Method.HEATING_OWN
        self.even = self.house.even and not self.is_own
        self.flats = list(world.flats)
        self.s_ob = sum((Q(flat.area) for flat in self.flats), Q(0))
        self.s_own = sum((Q(flat.area) for flat in self.flats if flat.own_heat), Q(0))
        self.s_oi = Q(dict(self.house.common).get("heat", "0"))
        self.months = len(self.house.heating_months)
        self.heats = world.period.month in self.house.heating_months

    def word(self, name: str) -> str:
        return self.world.rules.word(name)

    def read(self, meter: str) -> Fraction:
        return next(Q(one.volume) for one in self.world.readings if one.meter == meter)

    def house_volume(self) -> Fraction | None:
        """V_D of the month; None where there is nothing to go by."""
        found = [one for one in self.world.meters if one.of_house]
        if not found:
            return None
        if not self.even:
            return self.read(found[0].code)
        return Q(found[0].last_year) / 12 if found[0].last_year else None

    def norm(self) -> Fraction:
        return Q(self.world.norms[0].value)

    def norm_month(self) -> Fraction:
        """The norm of this month for a m2."""
        if self.word("heating_norm_kind") == "twelfth":
            if self.even:
                return self.norm()
            return self.norm() * Q(12, self.months) if self.heats else Q(0)
        if self.even:
            return self.norm() * Q(self.months, 12)
        return self.norm() if self.heats else Q(0)

    def individual(self, flat: Flat) -> Fraction | None:
        """V_i by the flat's meter."""
        code = next((one.code for one in self.world.meters if one.flat == flat.number), None)
        if code is None:
            return None
        if not self.even:
            return self.read(code)
        year = next((one for one in self.world.heat_years if one.flat == flat.number), None)
        if year is not None:
            return q6(Q(year.volume) / 12)
        if self.word("heating_no_year") == "norm":
            twelfth = self.word("heating_norm_kind") == "twelfth"
            part = Q(1) if twelfth else Q(self.months, 12)
            return q6(Q(flat.area) * self.norm() * part)
        house = self.house_volume()
        assert house is not None
        return q6(Q(flat.area) * house / self.s_ob)

    def parts(self) -> list[Part]:
        total = self.house_volume()
        if total is None:
            return self.without_meter()
        if self.is_own:
            return self.own(total)
        metered = {
            flat.number: volume
            for flat in self.flats
            if not flat.own_heat and (volume := self.individual(flat)) is not None
        }
        if not metered:
            return self.with_common(total, self.shares_of_area(total))
        return self.with_meters(q6(total) if self.even else total, metered)

    def shares_of_area(self, total: Fraction) -> dict[str, Fraction]:
        under = self.s_ob - self.s_own + self.s_oi
        return {
            flat.number: Q(0) if flat.own_heat else Q(flat.area) * total / under
            for flat in self.flats
        }

    def with_common(self, total: Fraction, own: dict[str, Fraction]) -> list[Part]:
        common = total - sum(own.values())
        if common < 0 and self.word("heating_negative_common") == "no":
            common = Q(0)
        made = [
            Part(flat.number, own[flat.number] + Q(flat.area) * common / self.s_ob)
            for flat in self.flats
        ]
        if common or total == sum(own.values()):
            assert sum((part.volume for part in made), Q(0)) == total
        return made

    def with_meters(self, total: Fraction, metered: dict[str, Fraction]) -> list[Part]:
        area = sum(Q(flat.area) for flat in self.flats if flat.number in metered)
        each = sum(metered.values()) / area
        own = {}
        for flat in self.flats:
            if flat.own_heat:
                own[flat.number] = Q(0)
            else:
                own[flat.number] = metered.get(flat.number, Q(flat.area) * each)
        return self.with_common(total, own)

    def without_meter(self) -> list[Part]:
        if self.is_own:
            raise NobodyKnows
        only = self.flats[0]
        has_meter = any(one.flat == only.number for one in self.world.meters)
        has_house_meter = any(m.of_house for m in self.world.meters)
        if len(self.flats) == 1 and has_meter and not has_house_meter and not only.own_heat:
            if not self.even:
                return [Part(only.number, self.read(f"ИПУ{only.number}"))]
            if self.world.heat_years:
                return [Part(only.number, Q(self.world.heat_years[0].volume) / 12)]
        if not self.s_own:
            return [Part(flat.number, Q(flat.area) * self.norm_month()) for flat in self.flats]
        total = self.norm_month() * (self.s_ob - self.s_own)
        if self.s_ob - self.s_own + self.s_oi == 0:
            own = {flat.number: Q(0) for flat in self.flats}
        else:
            own = self.shares_of_area(total)
        common = total - sum(own.values())
        return [
            Part(flat.number, own[flat.number] + Q(flat.area) * common / self.s_ob)
            for flat in self.flats
        ]

    def own(self, total: Fraction) -> list[Part]:
        """Formula 18: by area as in 3(6), or by the heat of the premises."""
        metered = {
            flat.number: volume
            for flat in self.flats
            if not flat.own_heat and (volume := self.individual(flat)) is not None
        }
        if not sum(metered.values()):
            if self.s_ob - self.s_own + self.s_oi == 0:
                return [Part(f.number, Q(f.area) * total / self.s_ob) for f in self.flats]
            own = self.shares_of_area(total)
            common = total - sum(own.values())
            return [
                Part(flat.number, own[flat.number] + Q(flat.area) * common / self.s_ob)
                for flat in self.flats
            ]
        area = sum(Q(flat.area) for flat in self.flats if flat.number in metered)
        each = sum(metered.values()) / area
        weight = {
            flat.number: Q(0) if flat.own_heat else metered.get(flat.number, Q(flat.area) * each)
            for flat in self.flats
        }
        whole = sum(weight.values())
        made = [Part(number, total * own / whole) for number, own in weight.items()]
        assert sum((part.volume for part in made), Q(0)) == total
        return made


def lines(world: World) -> list[tuple[str, int, int, Fraction, Fraction, Fraction]]:
    """Give account, days, volume, price and amount of every line."""
    parts = {part.flat: part.volume for part in HouseOfHeat(world).parts()}
    days = world.period.days
    found = []
    for start, stop, price in _prices(world):
        for flat, volume in parts.items():
            mine = [one for one in world.accounts if one.flat == flat]
            whole = volume * Q(stop - start, days)
            found += _shared(mine, whole, (start, stop, price))
    return found


def _prices(world: World) -> list[tuple[int, int, Fraction]]:
    known = sorted(world.tariffs, key=lambda one: one.since or date.min)
    if len(known) == 1 or known[0].price == known[1].price:
        return [(0, world.period.days, Q(known[0].price))]
    return [(0, 10, Q(known[0].price)), (10, world.period.days, Q(known[1].price))]


def _shared(mine, whole: Fraction, about) -> list:
    """Accounts of a flat: the largest share takes what rounding leaves, of volume and of money."""
    start, stop, price = about
    share = {one.number: Q(one.shares[0][1], one.shares[0][2]) for one in mine}
    volume = {number: q6(whole * part) for number, part in share.items()}
    first = min(share, key=lambda number: (-share[number], number))
    if len(mine) > 1:
        volume[first] += q6(whole) - sum(volume.values())
    amount = {number: rounded(value * price, 2) for number, value in volume.items()}
    if len(mine) > 1:
        amount[first] += rounded(sum(volume.values()) * price, 2) - sum(amount.values())
    return [(number, start, stop, volume[number], price, amount[number]) for number in volume]
