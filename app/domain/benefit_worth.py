"""What a kind of benefit is worth on the lines of one account, service and contract.

Rights      who has the kind, on which days
Worth       one line of benefit to come, and its amount
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.bases.benefits import (
    SHARE_OF_PAYMENT_SLOTS,
    VOLUME_SLOTS,
    share_benefit_kop,
    volume_benefit_kop,
)
from app.domain.bases.every import RULES
from app.domain.basis import NORM_SLOTS, Basis
from app.domain.communal import has_flats, room_areas
from app.domain.money import MILLION, Ints
from app.domain.norm import NO_NORM, NormKind
from app.domain.reductions import Reduced
from app.domain.service import Method
from app.domain.situation import METHODS, Situation, picked
from app.domain.volume import Scene

MCU_PER_CM2 = 100
BY_VOLUME = (
    Method.AREA, Method.METER_OR_NORM, Method.WASTE_WATER, Method.POWER, Method.GAS,
    Method.HOT_WATER_TWO_PART, Method.SOLID_WASTE_PERSON,
)  # fmt: skip
BY_AREA = (
    Method.HEATING, Method.HEATING_OWN, Method.SOLID_WASTE_AREA,
    Method.SOLID_WASTE_CONTAINERS_AREA, Method.COMMON_NORM, Method.COMMON_AVERAGE,
    Method.COMMON_ACTUAL, Method.COMMON_354,
)  # fmt: skip
BY_NORM = frozenset(
    basis for basis, rule in RULES.items() if set(NORM_SLOTS[:2]) <= set(rule.slots)
) | {Basis.NORM_RANGE, Basis.COMMUNAL_NORM_RANGE, Basis.NORM_RANGE_AFTER}
HOUSING = (Basis.AREA, Basis.COMMUNAL_AREA)
_NO_NORM = (
    "льгота в пределах норматива не рассчитана: норматива на человека нет.",
    "Добавьте его на листе «Нормативы» или снимите «По нормативу» на листе «Льготы».",
)


@dataclass(frozen=True, slots=True)
class Right:
    """A person has a kind of benefit on the days of a mask."""

    kind: int
    person: int
    mask: int


@dataclass(frozen=True, slots=True)
class Worth:
    """A line of benefit; `days` where it is of a whole row."""

    place: int
    basis: Basis
    slots: tuple[int, ...]
    amount_kop: int
    zone: int = 0
    component: int = 0
    price_mcr: int = 0
    days: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class RowOfBenefits:
    """The lines of one row, and what its benefits are reckoned from.

    :ivar lines: places of its lines without the raising factor
    :ivar gross_kop: what volumes come to after reductions by volume, `net_kop` after all
    :ivar norms: norms looked up so far, by sheet, rooms and persons: of a person, of heat
    """

    scene: Scene
    reduced: Reduced
    lines: Sequence[int]
    gross_kop: int
    net_kop: int
    norms: dict[tuple[int, int, int], tuple[int, int]]

    @property
    def _place(self) -> int:
        return int(self.reduced.lines.place[self.lines[0]])

    @property
    def account(self) -> int:
        return int(self.reduced.of.account[self._place])

    @property
    def service_place(self) -> int:
        return int(self.reduced.of.service[self._place])

    def worth(self, kind: int, rights: Sequence[Right]) -> list[Worth]:
        """Give the lines of a kind for those who have it; none when it comes to nothing."""
        if self.net_kop <= 0 or self.gross_kop <= 0:
            return []
        number = int(self.reduced.of.method[self._place])
        method = METHODS[number] if number >= 0 else None
        is_plain = all(
            RULES[Basis(self._column("basis", one))].amount is None for one in self.lines
        )
        if method in BY_VOLUME and is_plain:
            found = [self._of_volume(kind, rights, line) for line in self.lines]
        else:
            found = [self._of_payment(kind, rights, method)]
        return [one for one in found if one is not None and one.amount_kop]

    def _column(self, name: str, line: int) -> int:
        return int(getattr(self.reduced.lines, name)[line])

    def _holder_days(self, kind: int, rights: Sequence[Right], span: int, *, less: bool) -> int:
        """Give person-days of holders within a mask, of the family's where the kind is for it.

        :param less: without the days they were away, where the line was lowered by them
        """
        away, account = self.reduced.away, self.account
        if not self.scene.inputs.benefits.for_family[kind]:
            total = 0
            for right in rights:
                absent = away.masks.get((account, right.person), 0) if less else 0
                total += (right.mask & span & ~absent).bit_count()
            return total
        mask = 0
        for right in rights:
            mask |= right.mask
        mask &= span
        inside = [day for day in range(self.scene.month.days) if mask >> day & 1]
        total = int(self.scene.occupancy.counted[account, inside].sum())
        return total - (sum(away.days(account, day, day + 1) for day in inside) if less else 0)

    def _persons(self, place: int) -> int:
        of = self.reduced.of
        running = self.scene.occupancy.person_days[of.account[place]]
        return int(running[of.day_to[place]] - running[of.day_from[place]])

    def _span(self, place: int) -> int:
        of = self.reduced.of
        return (1 << int(of.day_to[place])) - (1 << int(of.day_from[place]))

    def _of_volume(self, kind: int, rights: Sequence[Right], line: int) -> Worth | None:
        place = self._column("place", line)
        away_days = self.reduced.away_days.get(line, 0)
        volume = self._column("volume_mcu", line) - self.reduced.removed_mcu.get(line, 0)
        persons = self._persons(place) - away_days
        holders = self._holder_days(kind, rights, self._span(place), less=away_days > 0)
        holders = min(holders, persons)
        cap = self._cap(kind, line)
        if holders <= 0 or not volume or cap is None:
            return None
        price = self._column("price_mcr", line)
        percent = int(self.scene.inputs.benefits.percent_ppm[kind])
        slots = (
            volume, percent, holders, persons, cap, self._limit(percent, price),
            self.gross_kop, self.net_kop, self._note(kind),
        )  # fmt: skip
        named = dict(zip(VOLUME_SLOTS, slots, strict=True))
        return Worth(
            place=place,
            basis=Basis.BENEFIT_VOLUME,
            slots=slots,
            amount_kop=volume_benefit_kop(named, price_mcr=price, month_days=self.scene.month.days),
            zone=self._column("zone", line),
            component=self._column("component", line),
            price_mcr=price,
        )

    def _note(self, kind: int) -> int:
        return self.scene.notes.add(self.scene.inputs.benefits.name[kind])

    def _limit(self, percent: int, price: int) -> int:
        """Give the most that is paid back of a m2 of the contribution to capital repair."""
        if not self.scene.inputs.benefits.is_capital_repair[self.service_place]:
            return 0
        rules = self.scene.inputs.rules
        least = rules.ppm("capital_repair_minimum") or price
        limit = half_up_product(rules.ppm("capital_repair_benefit_share"), least)
        return limit if percent * price > limit * MILLION else 0

    def _cap(self, kind: int, line: int) -> int | None:
        """Give the most volume of one holder and month, 0 no limit; None where it is not known."""
        benefits = self.scene.inputs.benefits
        basis = self._column("basis", line)
        if basis in HOUSING:
            return max(int(benefits.area_norm_cm2[kind]), 0) * MCU_PER_CM2
        is_by_norm = basis in BY_NORM or (
            basis == Basis.HOT_HEAT and not self.reduced.lines.slots[line, 2]
        )
        if not benefits.within_norm[kind] or is_by_norm:
            return 0
        norm = self._norm(line)
        if norm is None:
            self.scene.findings.warn(self.account, *_NO_NORM, service=self.service_place)
            return None
        return half_up_ratio(norm * self._column("volume_mcu", line), self._whole_volume(line))

    def _whole_volume(self, line: int) -> int:
        """Give the volume of all lines of the segment: zones and ranges share one norm."""
        about = (self._column("place", line), self._column("component", line))
        return sum(
            self._column("volume_mcu", one)
            for one in self.lines
            if (self._column("place", one), self._column("component", one)) == about
        )

    def _norm(self, line: int) -> int | None:
        of, place = self.reduced.of, self._column("place", line)
        version = int(of.area_version[place])
        rooms = int(self.scene.inputs.premises.rooms[version]) if version >= 0 else -1
        persons = int(self.scene.occupancy.counted[self.account, int(of.day_from[place])])
        key = (int(of.norm_sheet[place]), rooms, persons)
        if key not in self.norms:
            self.norms[key] = self._looked_up(key)
        norm, heat = self.norms[key]
        if norm == NO_NORM or self._column("basis", line) != Basis.HOT_HEAT:
            return None if norm == NO_NORM else norm
        return half_up_product(norm, heat)

    def _looked_up(self, key: tuple[int, int, int]) -> tuple[int, int]:
        sheet, rooms, persons = np.array([key[0]], dtype=np.int64), key[1], key[2]
        sheets = self.scene.norm_sheets
        norm = sheets.values(sheet, kind=NormKind.PERSON, rooms=rooms, persons=persons)
        heat = sheets.values(sheet, kind=NormKind.HEAT_PER_VOLUME)
        return int(norm[0]), int(heat[0])

    def _of_payment(
        self, kind: int, rights: Sequence[Right], method: Method | None
    ) -> Worth | None:
        of = self.reduced.of
        places = sorted({self._column("place", line) for line in self.lines})
        last = places[-1]
        # Segments of one row never share days: what they have is summed.
        persons = sum(map(self._persons, places))
        span = 0
        for place in places:
            span |= self._span(place)
        holders = min(self._holder_days(kind, rights, span, less=False), persons)
        area, over, under = (int(one[0]) for one in areas_of(self.scene, of, np.array([last])))
        benefits = self.scene.inputs.benefits
        norm = max(int(benefits.area_norm_cm2[kind]), 0) if method in BY_AREA and area else 0
        if holders <= 0:
            return None
        slots = (
            self.net_kop, int(benefits.percent_ppm[kind]), holders, persons, norm,
            span.bit_count(), area, over, under, self._note(kind),
        )  # fmt: skip
        named = dict(zip(SHARE_OF_PAYMENT_SLOTS, slots, strict=True))
        days = (int(of.day_from[places].min()), int(of.day_to[places].max()))
        return Worth(
            place=places[0],
            basis=Basis.BENEFIT_SHARE,
            slots=slots,
            amount_kop=share_benefit_kop(named),
            days=days,
        )


def areas_of(scene: Scene, of: Situation, place: Ints) -> tuple[Ints, Ints, Ints]:
    """Give the area that is paid for and the part of it an account has: over, under.

    A room has its part of the whole flat, where the flat is listed itself (ЖК, ст. 42).
    """
    area = picked(scene.inputs.premises.total_cm2, of.area_version[place], otherwise=0)
    over, under = of.share_numerator[place], of.share_denominator[place]
    if not has_flats(scene.inputs):
        return area, over, under
    day = scene.month.first + of.day_from[place]
    rooms = room_areas(scene.inputs, of.premises[place], day, is_heated=False)
    is_room = rooms.flat_cm2 > 0
    over = np.where(is_room, over * rooms.room_cm2, over)
    under = np.where(is_room, under * rooms.rooms_cm2, under)
    divisor = np.maximum(np.gcd(over, under), 1)
    return np.where(is_room, rooms.flat_cm2, area), over // divisor, under // divisor


def half_up_product(one: int, other: int) -> int:
    """Give the product of two numbers in millionths, in millionths."""
    return half_up_ratio(one * other, MILLION)


def half_up_ratio(top: int, bottom: int) -> int:
    """Give a ratio of whole numbers as a whole number, half up."""
    return (2 * top + bottom) // (2 * bottom) if bottom else 0
