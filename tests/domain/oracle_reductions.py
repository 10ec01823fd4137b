"""Absence, quality and benefits again, day by day and minute by minute, in exact fractions.

Written from charges.md §8, §10, §11 to be compared with charge(); it shares no code with it. What
is charged before any reduction is given: that is the business of oracle.py.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction as Q
from itertools import pairwise

from app.domain.service import Method
from tests.domain.oracle import Line, rounded
from tests.fixtures.charge_world import Account, World

UNITS_OF_RESOURCE = {"cold": (8, 4), "hot": (8, 4), "waste-water": (8, 4), "gas": (4, 4)}


@dataclass(frozen=True)
class Reduction:
    account: str
    service: str
    component: str
    kind: str
    day_from: int
    day_to: int
    volume: Q
    amount: Q
    compensation: Q


def reductions(world: World, given: dict[str, str], charged: list[Line]) -> list[Reduction]:
    found: list[Reduction] = []
    for account in world.accounts:
        mine = [line for line in charged if line.account == account.number]
        found += Household(world, given, account, mine).all()
    return found


def whole(value: Q, *, up: bool) -> int:
    return -(-value.numerator // value.denominator) if up else value.numerator // value.denominator


class Household:
    """One account with its lines."""

    def __init__(self, world: World, given: dict[str, str], account: Account, charged) -> None:
        self.world, self.given, self.account, self.charged = world, given, account, charged
        self.start = world.period.first_day
        self.size = world.period.days
        self.norm = {(one.service, one.kind): Q(one.value) for one in world.norms}
        self.services = {one.code: one for one in world.services}
        self.metered = {one.service for one in world.meters if one.flat == account.flat}
        self.people = [one for one in world.residents if one.account == account.number]
        self.living = [self._living(day) for day in range(self.size)]
        self.away = self._away()
        self.found: list[Reduction] = []
        self.off: dict[Line, Q] = {}
        self.off_days: dict[Line, int] = {}
        self.taken: dict[str, Q] = {}
        self.taken_by_volume: dict[str, Q] = {}
        self.paid_days = (0, self.size)

    def all(self) -> list[Reduction]:
        self.absence()
        self.quality()
        self.benefits()
        return self.found

    def on(self, day: int) -> date:
        return self.start + timedelta(days=day)

    def _is_there(self, one, day: int) -> bool:
        return one.since <= self.on(day) and (one.until is None or self.on(day) < one.until)

    def _living(self, day: int) -> list[str]:
        lives = [one for one in self.people if one.kind != "owner" and self._is_there(one, day)]
        owns = [one for one in self.people if one.kind == "owner" and self._is_there(one, day)]
        return [one.name for one in lives or owns]

    def persons(self, line: Line) -> int:
        return sum(len(self.living[day]) for day in range(line.day_from, line.day_to))

    def add(self, line, kind, volume, amount, *, days=None, compensation=Q(0)) -> None:
        low, high = days or (line.day_from, line.day_to)
        component = line.component if days is None else ""
        self.found.append(
            Reduction(line.account, line.service, component, kind, low, high, volume, amount,
                      compensation)
        )  # fmt: skip

    # --- §8

    def _away(self) -> list[dict[str, bool]]:
        """Who is away on each day, and whether by force majeure."""
        days: list[dict[str, bool]] = [{} for _ in range(self.size)]
        names = {one.name for one in self.world.absences}
        for name in names:
            rows = [one for one in self.world.absences
                    if (one.account, one.name) == (self.account.number, name)]  # fmt: skip
            if self.given["отсутствие.без_документа"] == "нет":
                rows = [one for one in rows if one.document]
            rows.sort(key=lambda one: (one.left, one.returned))
            groups: list[list] = []
            for one in rows:
                day = one.left + timedelta(days=1)
                if groups and day <= max(other.returned for other in groups[-1]):
                    groups[-1].append(one)
                else:
                    groups.append([one])
            for group in groups:
                full = (max(one.returned for one in group) - group[0].left).days - 1
                if full >= int(self.given["отсутствие_минимум_дней"]):
                    self._mark(days, name, group)
        return days

    def _mark(self, days, name: str, group) -> None:
        spells = [one for one in self.people if one.name == name and one.kind != "owner"]
        for day in range(self.size):
            if not any(self._is_there(one, day) for one in spells):
                continue
            for one in group:
                first = one.left + timedelta(days=1)
                last = one.returned
                if not one.document:
                    month = first.month - 1 + 6
                    year, month = first.year + month // 12, month % 12 + 1
                    end = min(first.day, _length(year, month))
                    last = min(last, date(year, month, end))
                if first <= self.on(day) < last:
                    days[day][name] = days[day].get(name, False) or one.is_force

    def away_days(self, low: int, high: int, *, has_act: bool) -> int:
        total = 0
        for day in range(low, high):
            forced = [name for name, force in self.away[day].items() if force]
            if has_act:
                total += len(self.away[day])
            elif forced and len(forced) == len(self.living[day]):
                total += len(forced)
        return total

    def has_act(self, service: str, day: int) -> bool:
        return any(
            one[:3] == ("1", self.account.flat, service) and one[3] <= self.on(day)
            for one in self.world.impossible
        )

    def line_away(self, line: Line) -> int:
        act = self.services[line.service].resource == "solid-waste" or self.has_act(
            line.service, line.day_from
        )
        return self.away_days(line.day_from, line.day_to, has_act=act)

    def absence(self) -> None:
        later = []
        for line in self.charged:
            method = self.services[line.service].method
            if method is Method.SOLID_WASTE_AREA:
                if (2023, 3) <= (self.start.year, self.start.month) < (2028, 1):
                    self._part(line, self.away_days(line.day_from, line.day_to, has_act=True))
            elif method is Method.WASTE_WATER:
                later.append(line)
            elif (line.service, "person") in self.norm and line.service not in self.metered:
                self._by_norm(line, self.line_away(line))
        for line in later:
            if line.service not in self.metered and line.kind == "charge":
                self._waste(line)

    def _part(self, line: Line, away: int) -> None:
        persons = self.persons(line)
        if away and persons and line.amount > 0:
            amount = rounded(line.amount * away / persons, 2)
            self.add(line, "absence", Q(0), -amount)
            if line.kind == "charge":
                self.taken[line.service] = self.taken.get(line.service, Q(0)) + amount

    def _by_norm(self, line: Line, away: int) -> None:
        if not away:
            return
        if line.kind == "raising":
            self._part(line, away)
            return
        months = 12 if self.services[line.service].resource == "solid-waste" else 1
        removed = rounded(self.norm[line.service, "person"] * away / self.size / months, 6)
        if line.component == "heat":
            removed = rounded(removed * self.norm[line.service, "heat-per-volume"], 6)
        self._off(line, removed, away, "absence")

    def _off(self, line: Line, removed: Q, away: int, kind: str) -> None:
        if not removed:
            return
        amount = rounded(removed * line.price, 2)
        self.off[line] = self.off.get(line, Q(0)) + removed
        self.off_days[line] = away
        self.add(line, kind, -removed, -amount)
        for books in (self.taken, self.taken_by_volume):
            books[line.service] = books.get(line.service, Q(0)) + amount

    def _waste(self, line: Line) -> None:
        waters = [one for one in self.charged if one.service in ("ХВС", "ГВС")
                  and one.component != "heat" and one.kind == "charge"
                  and one.service not in self.metered]  # fmt: skip
        overlaps = [
            (one, max(one.day_from, line.day_from), min(one.day_to, line.day_to)) for one in waters
        ]
        overlaps = [one for one in overlaps if one[1] < one[2]]
        if {"ХВС", "ГВС"} & self.metered:
            removed, most = Q(0), 0
            for one, low, high in overlaps:
                act = self.has_act(one.service, one.day_from)
                away = self.away_days(low, high, has_act=act)
                removed += rounded(self.norm[one.service, "person"] * away / self.size, 6)
                most = max(most, away)
            if removed:
                self._off(line, removed, most, "absence")
            return
        away = 0
        for day in range(line.day_from, line.day_to):
            acts = [self.has_act(one.service, one.day_from) for one, low, high in overlaps
                    if low <= day < high]  # fmt: skip
            if acts:
                away += self.away_days(day, day + 1, has_act=any(acts))
        removed = rounded(self.norm["ВО", "person"] * away / self.size, 6)
        self._off(line, removed, away, "absence")

    # --- §10

    def minutes(self, act) -> tuple[int, int]:
        begin = datetime.combine(self.start, time())
        low, high = ((one - begin) // timedelta(minutes=1) for one in (act.starts, act.ends))
        first, end = (day * 1440 for day in self.paid_days)
        return max(first, min(low, end)), max(first, min(high, end))

    def hours(self, minutes: int) -> int:
        return whole(Q(minutes, 60), up=self.given["качество.округление_часов"] == "вверх")

    def degrees(self, value: Q) -> int:
        up = self.given["качество.округление_градусов"] == "вверх"
        return whole(max(value, Q(0)), up=up)

    def quality(self) -> None:
        for service in self.services.values():
            acts = [one for one in self.world.acts if one.service == service.code
                    and (one.house or one.account == self.account.number)]  # fmt: skip
            lines = [one for one in self.charged
                     if one.service == service.code and one.kind == "charge"]  # fmt: skip
            # Hours of days that are not paid for lower nothing.
            self.paid_days = (
                min((one.day_from for one in lines), default=0),
                max((one.day_to for one in lines), default=self.size),
            )
            # The same told twice is told once.
            acts = list({(one.breach, one.starts, one.ends, one.indicator): one for one in acts
                         if self.minutes(one)[0] < self.minutes(one)[1]}.values())  # fmt: skip
            if acts and lines:
                self._service(service, acts, lines)
        self.paid_days = (0, self.size)
        for act in self.world.acts:
            if act.breach == "maintenance" and (act.house or act.account == self.account.number):
                self._maintenance(act)

    def _service(self, service, acts, lines) -> None:
        before = self.taken.get(service.code, Q(0))
        percent = Q(0)
        bad: set[int] = set()
        cold: set[int] = set()
        known: dict[str, set[int]] = {}
        for act in sorted(acts, key=worst_first):
            minutes = set(range(*self.minutes(act)))
            if act.breach not in ("interruption", "maintenance"):
                mine = minutes - known.setdefault(act.breach, set())
                known[act.breach] |= minutes
                if (
                    act.breach == "water-temperature"
                    and act.indicator
                    and number(act.indicator) < 40
                ):
                    cold |= mine
                else:
                    more, is_bad = self._act(service, act, mine)
                    percent += more
                    bad |= minutes if is_bad else set()
        missing = []
        stops = [one for one in acts if one.breach == "interruption"]
        if stops and service.resource:
            missing = runs({at for one in stops for at in range(*self.minutes(one))})
            cold -= {at for low, high in missing for at in range(low, high)}
            percent += self._interruptions(service.resource, stops)
        for line in lines:
            self._hours_off(line, missing, is_cold=False)
            self._hours_off(line, runs(cold), is_cold=True)
        payment = sum(line.amount for line in lines)
        left = payment - self.taken.get(service.code, Q(0))
        if self.given["качество.база_процента"] == "после снижения":
            payment -= self.taken.get(service.code, Q(0)) - before
        spans = {(line.day_from, line.day_to) for line in lines}
        supplied = sum(high - low for low, high in spans)
        days_bad = min(sum((high - low) // 1440 for low, high in runs(bad)), supplied)
        share = min(percent / 100 + Q(days_bad, supplied), Q(1))
        amount = min(rounded(payment * share, 2), left) if payment > 0 and left > 0 else Q(0)
        if amount:
            days = (min(low for low, _ in spans), max(high for _, high in spans))
            self.add(lines[0], "quality", Q(0), -amount, days=days)
            self.taken[service.code] = self.taken.get(service.code, Q(0)) + amount

    def _nights(self, minutes: set[int]) -> tuple[int, int]:
        night = self.hours(sum(1 for minute in minutes if minute % 1440 < 300))
        return night, self.hours(len(minutes)) - night

    def _act(self, service, act, minutes: set[int]) -> tuple[Q, bool]:
        """What an act gives by the hour, and whether its days are not fit for use."""
        if act.breach == "composition":
            if service.resource == "power":
                return Q("0.15") * self.hours(len(minutes)), False
            return Q(0), True
        if not act.indicator:
            return Q(0), False
        if act.breach == "pressure":
            if abs(number(act.indicator)) > 25:
                return Q(0), True
            return Q("0.1") * self.hours(len(minutes)), False
        return self._degrees_off(act, minutes), False

    def _degrees_off(self, act, minutes: set[int]) -> Q:
        value = number(act.indicator)
        night, day = self._nights(minutes)
        if act.breach == "air-temperature":
            _, _, told = act.indicator.partition("/")
            norm = number(told) if told else Q(18)
            by_day = self.degrees(max(norm - value, value - norm - 4))
            by_night = self.degrees(max(norm - 3 - value, value - norm - 4))
            return Q("0.15") * (day * by_day + night * by_night)
        up = self.given["качество.округление_градусов"] == "вверх"
        by_day = whole(max(60 - value - 3, Q(0)) / 3, up=up)
        by_night = whole(max(60 - value - 5, Q(0)) / 3, up=up)
        return Q("0.1") * (day * by_day + night * by_night)

    def _interruptions(self, resource: str, stops) -> Q:
        single = total = apart = 0
        known: set[int] = set()
        for kind in ("профилактика", "тупиковая", ""):
            mine = [one for one in stops if self._kind_of_stop(resource, one.indicator) == kind]
            minutes = {at for one in mine for at in range(*self.minutes(one))} - known
            known |= minutes
            for low, high in runs(minutes):
                hours = self.hours(high - low)
                its = [one for one in mine if self.minutes(one)[0] <= high and
                       self.minutes(one)[1] >= low]  # fmt: skip
                if kind == "тупиковая":
                    apart += max(0, hours - 24)
                elif kind == "":
                    total += hours
                    at_once = min(self._at_once(resource, one.indicator) for one in its)
                    single += max(0, hours - at_once)
        in_all = {"heat": 24, "solid-waste": 72, "power": 10**9}.get(
            resource, UNITS_OF_RESOURCE.get(resource, (0, 0))[0]
        )
        above = max(single, total - in_all, 0) + apart
        if resource == "solid-waste":
            return Q("3.3") * (above // 24)
        return Q("0.15") * above

    def _kind_of_stop(self, resource: str, indicator: str) -> str:
        if "профилактика" in indicator and resource == "hot":
            return "профилактика"
        if "тупиковая" in indicator and resource in ("cold", "hot"):
            return "тупиковая"
        return ""

    def _at_once(self, resource: str, indicator: str) -> int:
        value = number(indicator) if any(one.isdigit() for one in indicator) else None
        if resource == "heat":
            return 16 if value is None or value >= 12 else 8 if value >= 10 else 4
        if resource == "power":
            sources = int(self.given["качество.источников_ээ"]) if value is None else int(value)
            return 2 if sources > 1 else 24
        if resource == "solid-waste":
            return 48 if value is None or value <= 5 else 24
        return UNITS_OF_RESOURCE[resource][1]

    def _hours_off(self, line: Line, spans, *, is_cold: bool) -> None:
        service = self.services[line.service]
        if is_cold:
            if line.component != "heat":
                return
        elif not self._has_no_meter(service):
            return
        low, high = line.day_from * 1440, line.day_to * 1440
        hours = sum(self.hours(max(0, min(end, high) - max(begin, low))) for begin, end in spans)
        hours = min(hours, (line.day_to - line.day_from) * 24)
        supplied = line.volume - self.off.get(line, Q(0))
        if not hours or supplied <= 0:
            return
        removed = rounded(supplied * hours / (24 * (line.day_to - line.day_from)), 6)
        amount = rounded(removed * line.price, 2)
        self.add(line, "quality", -removed, -amount)
        self.taken[line.service] = self.taken.get(line.service, Q(0)) + amount
        if not is_cold:
            self.off[line] = self.off.get(line, Q(0)) + removed
            kept = self.taken_by_volume.get(line.service, Q(0))
            self.taken_by_volume[line.service] = kept + amount

    def _has_no_meter(self, service) -> bool:
        if service.method is Method.HEATING:
            return True
        if service.method is Method.WASTE_WATER:
            return not {"ВО", "ХВС", "ГВС"} & self.metered
        return service.code in ("ХВС", "ГВС", "ЭЭ", "ГАЗ") and service.code not in self.metered

    def _maintenance(self, act) -> None:
        low, high = self.minutes(act)
        first, end = -(-low // 1440), high // 1440
        for line in self.charged:
            if line.service != act.service or not act.indicator:
                continue
            days = min(end, line.day_to) - max(first, line.day_from)
            charged = sum(one.amount for one in self.charged if one.service == act.service)
            left = charged - self.taken.get(act.service, Q(0))
            area = next(Q(one.area) for one in self.world.flats if one.number == self.account.flat)
            if days <= 0 or left <= 0:
                continue
            amount = rounded(number(act.indicator) * area / self.size * days, 2)
            amount = min(amount, left)
            if amount:
                self.add(line, "quality", Q(0), -amount)
                self.taken[act.service] = self.taken.get(act.service, Q(0)) + amount

    # --- §11

    def benefits(self) -> None:
        for service in self.services.values():
            lines = [one for one in self.charged
                     if one.service == service.code and one.kind == "charge"]  # fmt: skip
            kinds = [one for one in self.world.benefits if service.code in one.services]
            if not lines or not kinds:
                continue
            gross = sum(one.amount for one in lines) - self.taken_by_volume.get(service.code, Q(0))
            net = sum(one.amount for one in lines) - self.taken.get(service.code, Q(0))
            if net <= 0 or gross <= 0:
                continue
            self._paid_back(service, lines, kinds, (net, gross))

    def _paid_back(self, service, lines, kinds, left) -> None:
        """Of own benefits and a family's, what comes to more; a person has one kind a day."""
        own: list[tuple] = []
        family: list[tuple] = []
        days_of_family: dict[int, set[int]] = {}
        for kind in kinds:
            for name in {one.name for one in self.people if one.benefit == kind.code}:
                days = {day for day in range(self.size) if self._holds(kind, name, day)}
                if kind.for_family:
                    days_of_family.setdefault(id(kind), set()).update(days)
                elif days:
                    own.append((kind, {name: days}))
        for kind in kinds:
            days = days_of_family.get(id(kind))
            if days:
                family.append((kind, {None: days}))
        grouped = []
        for kind in kinds:
            people = {name: days for one, some in own if one is kind for name, days in some.items()}
            if people:
                grouped.append((kind, people))
        best = max(
            ([one for kind, who in some for one in self._worth(service, lines, kind, who, left)]
             for some in (grouped, family)),
            key=lambda found: sum(one[3] for one in found),
        )  # fmt: skip
        for line, days, volume, amount in within(best, left[0]):
            is_discount = self.given["льготы.режим"] == "скидка"
            self.add(line, "benefit", volume, -amount if is_discount else Q(0), days=days,
                     compensation=amount)  # fmt: skip

    def _holds(self, kind, name: str, day: int) -> bool:
        return (
            self._is_there(kind, day)
            and name in self.living[day]
            and any(
                one.name == name and one.benefit == kind.code and self._is_there(one, day)
                for one in self.people
            )
        )

    def _holder_days(self, line_days, who, *, without_away: bool) -> int:
        total = 0
        for name, days in who.items():
            for day in set(line_days) & days:
                names = self.living[day] if name is None else [name]
                gone = self.away[day] if without_away else {}
                total += sum(1 for one in names if one not in gone)
        return total

    def _worth(self, service, lines, kind, who, left) -> list[tuple]:
        net, _ = left
        percent = Q(kind.percent) / 100
        by_volume = (Method.AREA, Method.METER_OR_NORM, Method.WASTE_WATER, Method.POWER,
                     Method.GAS, Method.HOT_WATER_TWO_PART, Method.SOLID_WASTE_PERSON)  # fmt: skip
        if service.method in by_volume:
            found = [self._of_volume(service, line, kind, who, left) for line in lines]
            return [one for one in found if one and one[3]]
        spans = sorted({(line.day_from, line.day_to) for line in lines})
        days = [day for low, high in spans for day in range(low, high)]
        persons = sum(len(self.living[day]) for day in days)
        holders = min(self._holder_days(days, who, without_away=False), persons)
        if not holders:
            return []
        part = Q(holders, persons)
        if kind.area_norm and service.method is not Method.ACCOUNT:
            area = next(Q(one.area) for one in self.world.flats if one.number == self.account.flat)
            part = min(part, Q(kind.area_norm) * holders / len(days) / area)
        amount = rounded(net * percent * part, 2)
        return [(lines[0], (spans[0][0], spans[-1][1]), Q(0), amount)] if amount else []

    def _of_volume(self, service, line: Line, kind, who, left):
        net, gross = left
        away = self.off_days.get(line, 0)
        volume = line.volume - self.off.get(line, Q(0))
        days = range(line.day_from, line.day_to)
        persons = self.persons(line) - away
        holders = min(self._holder_days(days, who, without_away=away > 0), persons)
        if holders <= 0 or not volume:
            return None
        part = volume * holders / persons
        is_metered = service.code in self.metered or (
            service.code == "ВО" and bool({"ХВС", "ГВС"} & self.metered)
        )
        if service.method is Method.AREA:
            if kind.area_norm:
                part = min(part, Q(kind.area_norm) * holders / self.size)
        elif kind.within_norm and is_metered:
            norm = self.norm[service.code, "person"]
            if line.component == "heat":
                norm = rounded(norm * self.norm[service.code, "heat-per-volume"], 6)
            part = min(part, norm * holders / self.size)
        each = Q(kind.percent) / 100 * line.price
        if service.section == "capital-repair":
            least = Q(self.given["льготы.минимальный_взнос"].replace(",", ".")) or line.price
            each = min(each, rounded(least / 2, 6))
        return line, None, Q(0), rounded(each * part * net / gross, 2)


def within(found: list[tuple], payment: Q) -> list[tuple]:
    """Let benefits of a service be together no more than its payment: the last gives way."""
    over = sum((one[3] for one in found), Q(0)) - payment
    parts = {"": 0, "water": 1, "heat": 2}
    result = []
    for line, days, volume, amount in sorted(
        found, reverse=True,
        key=lambda one: (one[1] or (one[0].day_from, one[0].day_to), one[3],
                         parts[one[0].component]),
    ):  # fmt: skip
        less = min(max(over, Q(0)), amount)
        over -= less
        if amount - less:
            result.append((line, days, volume, amount - less))
    return result


def number(text: str) -> Q:
    first, _, _ = text.partition("/")
    digits = "".join(one for one in first if one.isdigit() or one in "-.,")
    return Q(digits.replace(",", "."))


def worst_first(act) -> tuple[str, Q]:
    """Of acts of one breach: what they share is judged by the worst of them."""
    if not act.indicator or act.breach in ("interruption", "maintenance"):
        return act.breach, Q(10**9)
    value = number(act.indicator)
    if act.breach == "air-temperature":
        _, _, told = act.indicator.partition("/")
        return act.breach, -abs(value - (number(told) if told else Q(18)))
    return act.breach, value if act.breach == "water-temperature" else -abs(value)


def runs(minutes: set[int]) -> list[tuple[int, int]]:
    """Minutes on end as spans [from, to)."""
    starts = sorted(one for one in minutes if one - 1 not in minutes)
    ends = sorted(one + 1 for one in minutes if one + 1 not in minutes)
    return list(zip(starts, ends, strict=True))


def _length(year: int, month: int) -> int:
    starts = [date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)]
    return next((after - before).days for before, after in pairwise(starts))
