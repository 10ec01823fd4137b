"""Recalculation for temporary absence: what is taken off each line that was charged by persons.

    by norm          dV = N × Σd / D, money −round(dV × T)                 354, п. 86, 91
    broken meter     while it may still be put right: its average V × Σd / person-days, its norm
                     as any other; without an act that no meter is possible   п. 81(13), 86
    waste water      iff the water was recalculated, by its volumes        п. 87
    solid waste      whatever meters there are: by persons as by norm; by containers P × Σd /
                     person-days; by area likewise, while приложение № 4 is in force
    never            heating, common property, housing, a constant part    п. 86, 88, 89

Without the act that no meter can be installed there is none, but for force majeure of everybody
and for a meter under repair (repair.py).
"""

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from app.domain import utility
from app.domain.absence import Away
from app.domain.added_lines import AddedLines
from app.domain.bases.every import RULES
from app.domain.bases.rule import half_up, money_of
from app.domain.basis import NORM_SLOTS, ROOM_REASON_SLOTS, Basis
from app.domain.ledger import EntryKind
from app.domain.money import MILLION
from app.domain.pricing import Lines
from app.domain.repair import under_repair
from app.domain.service import Component
from app.domain.situation import Situation
from app.domain.volume import Scene

# A part of the volume is of the area: it stays.
_AREA_PARTS = (Basis.GAS_NORM, Basis.GAS_NORM_AFTER, Basis.COMMUNAL_GAS_NORM)
_RANGES = (Basis.NORM_RANGE, Basis.COMMUNAL_NORM_RANGE, Basis.NORM_RANGE_AFTER, Basis.RANGE_FAILURE)
# By the average of a broken meter, or a part of its norm: in proportion to the person-days.
_IN_PROPORTION = (Basis.AVERAGE_FAILURE, Basis.POWER_NORM_ZONE, Basis.COMMUNAL_METER)
# There is a meter, only its readings are not: an act that none is possible is not what is missing.
_WITH_METER = frozenset(
    {Basis.AVERAGE_FAILURE, Basis.RANGE_FAILURE, Basis.COMMUNAL_METER, Basis.NORM_AFTER,
     Basis.HOT_NORM_AFTER, Basis.POWER_NORM_AFTER, Basis.POWER_NORM_ZONE, Basis.GAS_NORM_AFTER,
     Basis.NORM_RANGE_AFTER}
)  # fmt: skip
_COMMUNAL_REASON_SLOT = RULES[Basis.COMMUNAL_METER].slots.index("reason_note")
_WASTE_BY_AREA = (
    Basis.SOLID_WASTE_AREA, Basis.ROOM_WASTE_AREA, Basis.CONTAINERS_AREA,
    Basis.ROOM_CONTAINERS_AREA,
)  # fmt: skip
_CONTAINERS_BY_PERSON = (Basis.CONTAINERS_PERSON, Basis.ROOM_CONTAINERS_PERSON)
_WASTE = (Basis.WASTE_BY_WATER, Basis.WASTE_NORM)
_NO_ACT = (
    "временное отсутствие не учтено: нет акта о том, что прибор установить нельзя.",
    "Укажите услугу в столбце «Нет возможности установить прибор» листа «Помещения».",
)


_NOT_REPAIRED = (
    "временное отсутствие не учтено: прибор есть, а начислено без его показаний.",
    "Перерасчёт положен, пока прибор чинят: внесите «неисправность» на листе «События приборов».",
)


@dataclass(frozen=True, slots=True)
class _Norm:
    """Where a basis of norms keeps norm, person-days and months of its norm."""

    norm: int
    persons: int
    months: int | None


_NORMS = {
    int(basis): _Norm(
        rule.slots.index(NORM_SLOTS[0]),
        rule.slots.index(NORM_SLOTS[1]),
        rule.slots.index("months") if "months" in rule.slots else None,
    )
    for basis, rule in RULES.items()
    if set(NORM_SLOTS[:2]) <= set(rule.slots)
}


@dataclass(slots=True)
class AbsenceLines:
    """What absence takes off, beside the lines it is taken off from.

    :ivar removed_mcu: by place of a line, the volume taken off, with the days away it is for
    """

    scene: Scene
    of: Situation
    lines: Lines
    away: Away
    made: AddedLines
    removed_mcu: dict[int, tuple[int, int]] = field(default_factory=dict)
    _reduced: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    _has_water: set[int] = field(default_factory=set)
    _repaired: dict[int, int] = field(default_factory=dict)

    def add_all(self) -> None:
        """Go over the lines of accounts with somebody away."""
        if not self.away.place:
            return
        self._repaired = under_repair(self.scene.inputs, month=self.scene.month)
        accounts = np.array(list(self.away.place), dtype=np.int64)
        at = np.flatnonzero(np.isin(self.of.account[self.lines.place], accounts))
        water = utility.is_water(self.scene.inputs.services)
        later: list[int] = []
        for line in at.tolist():
            service = int(self.of.service[self.lines.place[line]])
            if water[service]:
                self._has_water.add(int(self.of.account[self.lines.place[line]]))
            if int(self.lines.basis[line]) in _WASTE:
                later.append(line)
            elif int(self.lines.basis[line]) == Basis.HOT_HEAT:
                later.insert(0, line)
            else:
                self._add(line, is_water=bool(water[service]))
        for line in later:
            match int(self.lines.basis[line]):
                case Basis.HOT_HEAT:
                    self._add_heat(line)
                case Basis.WASTE_BY_WATER:
                    self._add_waste_by_water(line)
                case _:
                    self._add_waste_norm(line)

    def _span(self, line: int) -> tuple[int, int, int]:
        place = self.lines.place[line]
        return int(self.of.account[place]), int(self.of.day_from[place]), int(self.of.day_to[place])

    def _has_act(self, line: int) -> bool:
        place = self.lines.place[line]
        impossible = int(self.scene.impossible[self.of.row[place]])
        return bool(impossible >> int(self.of.day_from[place]) & 1)

    def _note(self, line: int) -> int:
        return self.away.note[self._span(line)[0]]

    def _resource(self, line: int) -> str:
        return self.scene.inputs.services.resource[int(self.of.service[self.lines.place[line]])]

    def _days(self, line: int) -> int:
        """Give the person-days to take off a line by norm, telling where an act is missing."""
        account, since, until = self._span(line)
        if self._resource(line) == "solid-waste":
            return self.away.days(account, since, until)
        found = self._days_within(line, since, until)
        if not found and self.away.days(account, since, until):
            basis, service = self._basis(line), int(self.of.service[self.lines.place[line]])
            if basis not in (Basis.AVERAGE_FAILURE, Basis.RANGE_FAILURE, Basis.COMMUNAL_METER):
                words = _NOT_REPAIRED if self._has_meter(line) else _NO_ACT
                self.scene.findings.warn(account, *words, service=service)
        return found

    def _days_within(self, line: int, since: int, until: int) -> int:
        """Give the person-days of some days of a line: by the act, or while a meter is repaired."""
        account = self._span(line)[0]
        if not self._has_meter(line):
            return self.away.days(account, since, until, has_act=self._has_act(line))
        repaired = self._repaired.get(int(self.of.point[self.lines.place[line]]), 0)
        return sum(
            self.away.days(account, day, day + 1, has_act=bool(repaired >> day & 1))
            for day in range(since, until)
        )

    def _basis(self, line: int) -> Basis:
        return Basis(int(self.lines.basis[line]))

    def _has_meter(self, line: int) -> bool:
        basis = self._basis(line)
        reason = ROOM_REASON_SLOTS.get(basis)
        return basis in _WITH_METER or (reason is not None and self.lines.slots[line, reason] > 0)

    def _is_in_proportion(self, line: int) -> bool:
        basis = self._basis(line)
        if basis is Basis.COMMUNAL_METER:
            return bool(self.lines.slots[line, _COMMUNAL_REASON_SLOT])
        return basis in _IN_PROPORTION

    def _add(self, line: int, *, is_water: bool) -> None:
        basis = int(self.lines.basis[line])
        if basis in _WASTE_BY_AREA or basis in _CONTAINERS_BY_PERSON:
            by_area = basis in _WASTE_BY_AREA
            if not by_area or self.scene.inputs.rules.is_on("solid_waste_absence_by_area"):
                account, since, until = self._span(line)
                away_days = self.away.days(account, since, until)
                its_basis = Basis.ABSENCE_PART if by_area else Basis.ABSENCE_CONTAINERS
                self._add_part(line, away_days, its_basis)
            return
        is_range, is_part = basis in _RANGES, self._is_in_proportion(line)
        if not is_range and not is_part and not (basis in _NORMS and self._is_by_persons(line)):
            return
        away_days = self._days(line)
        if not away_days:
            return
        if int(self.lines.kind[line]) == EntryKind.RAISING:
            self._add_part(line, away_days, Basis.ABSENCE_RAISED)
        elif is_range:
            self._add_range(line, away_days)
        else:
            if is_part:
                self._add_in_proportion(line, away_days)
            else:
                self._add_norm(line, away_days)
            if is_water and line in self.removed_mcu:
                self._reduced[self._span(line)[0]].append(line)

    def _is_by_persons(self, line: int) -> bool:
        """Tell whether the volume is N × person-days, whatever else the basis may know."""
        basis = int(self.lines.basis[line])
        if basis in _AREA_PARTS or int(self.lines.kind[line]) == EntryKind.RAISING:
            return True
        persons = int(self.lines.slots[line, _NORMS[basis].persons])
        return self._by_norm(line, persons) == int(self.lines.volume_mcu[line])

    def _by_norm(self, line: int, person_days: int) -> int:
        where = _NORMS[int(self.lines.basis[line])]
        slots = self.lines.slots[line]
        months = 1 if where.months is None else int(slots[where.months])
        bottom = self.scene.month.days * months
        return half_up(Fraction(int(slots[where.norm]) * person_days, bottom))

    def _add_norm(self, line: int, away_days: int) -> None:
        where = _NORMS[int(self.lines.basis[line])]
        slots = self.lines.slots[line]
        months = 1 if where.months is None else int(slots[where.months])
        removed = min(self._by_norm(line, away_days), int(self.lines.volume_mcu[line]))
        kept = (int(slots[where.norm]), away_days, months, self._note(line))
        is_waste = self._resource(line) == "solid-waste"
        basis = Basis.ABSENCE_SOLID_WASTE if is_waste else Basis.ABSENCE
        self._add_volume(line, removed, away_days, basis, kept)

    def _of_days(self, line: int, away_days: int) -> int:
        """Give the volume of a line that so many person-days away come to."""
        if not self._is_in_proportion(line):
            return self._by_norm(line, away_days)
        persons, volume = self._persons(line), int(self.lines.volume_mcu[line])
        return half_up(Fraction(volume * min(away_days, persons), persons)) if persons else 0

    def _add_in_proportion(self, line: int, away_days: int) -> None:
        persons, volume = self._persons(line), int(self.lines.volume_mcu[line])
        removed = self._of_days(line, away_days)
        if removed > 0:
            away_days = min(away_days, persons)
            kept = (volume, away_days, persons, self._note(line))
            self._add_volume(line, removed, away_days, Basis.ABSENCE_VOLUME, kept)

    def _add_volume(
        self, line: int, removed: int, away_days: int, basis: Basis, slots: tuple[int, ...]
    ) -> None:
        if not removed:
            return
        price = int(self.lines.price_mcr[line])
        self.removed_mcu[line] = (removed, away_days)
        self.made.add(
            int(self.lines.place[line]),
            EntryKind.ABSENCE,
            basis=basis,
            slots=slots,
            zone=int(self.lines.zone[line]),
            component=int(self.lines.component[line]),
            volume_mcu=-removed,
            price_mcr=price,
            amount_kop=half_up(money_of(-removed, price)),
        )

    def _persons(self, line: int) -> int:
        where = (self.lines.place[line : line + 1],)
        account, since, until = (
            column[where] for column in (self.of.account, self.of.day_from, self.of.day_to)
        )
        return int(self.scene.occupancy.persons(account, since, until)[0])

    def _add_part(self, line: int, away_days: int, basis: Basis) -> None:
        persons = self._persons(line)
        payment = int(self.lines.amount_kop[line])
        if not away_days or not persons or payment <= 0:
            return
        away_days = min(away_days, persons)
        self.made.add(
            int(self.lines.place[line]),
            EntryKind.ABSENCE,
            basis=basis,
            slots=(payment, away_days, persons, self._note(line)),
            zone=int(self.lines.zone[line]),
            component=int(self.lines.component[line]),
            amount_kop=-half_up(Fraction(payment * away_days, persons)),
        )

    def _add_range(self, line: int, away_days: int) -> None:
        """Take the days off the top of the volume: the dearest range is lowered first."""
        _, total, low, high = (int(one) for one in self.lines.slots[line, :4])
        persons = self._persons(line)
        left = total - half_up(Fraction(total * min(away_days, persons), persons))
        before = min(high, total) - min(low, total)
        removed = before - (min(high, left) - min(low, left))
        if before == int(self.lines.volume_mcu[line]):
            kept = (total, left, low, high, away_days, persons, self._note(line))
            self._add_volume(line, removed, away_days, Basis.ABSENCE_RANGE, kept)

    def _add_heat(self, line: int) -> None:
        """Take off the heat of the water that was taken off, in the same days."""
        place = int(self.lines.place[line])
        water = [
            one for one in self._reduced[self._span(line)[0]] if int(self.lines.place[one]) == place
        ]
        if not water:
            return
        if int(self.lines.kind[line]) == EntryKind.RAISING:
            self._add_part(line, self.removed_mcu[water[0]][1], Basis.ABSENCE_RAISED)
            return
        norm = int(self.lines.slots[line, 1])
        removed, away_days = self.removed_mcu[water[0]]
        heat = min(half_up(Fraction(removed * norm, MILLION)), int(self.lines.volume_mcu[line]))
        kept = (removed, norm, self._note(line))
        self._add_volume(line, heat, away_days, Basis.ABSENCE_HEAT, kept)

    def _water(self, line: int) -> list[tuple[int, int, int]]:
        """Give the lines of water taken off on days of this line, with these days."""
        account, since, until = self._span(line)
        found = []
        for one in self._reduced[account]:
            _, low, high = self._span(one)
            low, high = max(low, since), min(high, until)
            if low < high and int(self.lines.component[one]) != Component.HEAT:
                found.append((one, low, high))
        return found

    def _add_waste_by_water(self, line: int) -> None:
        by_resource = {"cold": 0, "hot": 0}
        away_days = 0
        for one, low, high in self._water(line):
            its_days = self._days_within(one, low, high)
            by_resource[self._resource(one)] += self._of_days(one, its_days)
            away_days = max(away_days, its_days)
        removed = sum(by_resource.values())
        if 0 < removed <= int(self.lines.volume_mcu[line]):
            kept = (by_resource["cold"], by_resource["hot"], self._note(line))
            self._add_volume(line, removed, away_days, Basis.ABSENCE_WASTE, kept)

    def _add_waste_norm(self, line: int) -> None:
        account = self._span(line)[0]
        if account not in self._has_water:
            away_days = self._days(line)
        else:
            days: dict[int, int] = {}
            for one, low, high in self._water(line):
                for day in range(low, high):
                    days[day] = max(days.get(day, 0), self._days_within(one, day, day + 1))
            away_days = sum(days.values())
        if away_days:
            self._add_norm(line, away_days)
