"""Communal flats and containers again, day by day in exact fractions, from charges.md §1.5, §3.6.

Shares no code with the product. Slow and plain on purpose.
"""

from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from tests.fixtures.charge_world import Flat, Meter, World

Q = Fraction


class Line(NamedTuple):
    account: str
    service: str
    zone: str
    kind: str
    day_from: int
    day_to: int
    volume: Fraction
    amount: Fraction


def rounded(value: Fraction, places: int = 6) -> Fraction:
    sign = -1 if value < 0 else 1
    whole, rest = divmod(abs(value.numerator) * 10**places, value.denominator)
    return Q(sign * (whole + (2 * rest >= value.denominator)), 10**places)


class Communal:
    """A house with one communal flat «5» and anything beside it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.days = world.period.days
        self.rooms = [one for one in world.flats if one.of_flat]
        self.flat = next((one for one in world.flats if one.number == "5"), None)
        self.home = {one.number: one.flat for one in world.accounts}
        self.of_flat = [
            one.number
            for one in world.accounts
            if any(room.number == one.flat for room in self.rooms)
        ]

    # -- facts of a day --------------------------------------------------------------------------

    def on(self, day: int) -> date:
        return self.world.period.first_day + timedelta(days=day)

    def holds(self, since: date, until: date | None, day: int) -> bool:
        return since <= self.on(day) and (until is None or self.on(day) < until)

    def is_open(self, number: str, day: int) -> bool:
        account = next(one for one in self.world.accounts if one.number == number)
        return self.holds(account.opened, account.closed, day)

    def persons(self, number: str, day: int) -> int:
        here = [
            one
            for one in self.world.residents
            if one.account == number and self.holds(one.since, one.until, day)
        ]
        living = sum(one.kind != "owner" for one in here)
        return living or len(here)

    def of_all(self, day: int) -> int:
        return sum(self.persons(one, day) for one in self.of_flat if self.is_open(one, day))

    def room(self, number: str) -> Flat:
        return next(one for one in self.world.flats if one.number == self.home[number])

    def price(self, service: str, zone: str, day: int) -> Fraction:
        return next(
            Q(one.price)
            for one in self.world.tariffs
            if (one.service, one.zone) == (service, zone) and self.holds(one.since, one.until, day)
        )

    def norm(self, service: str, kind: str, rooms: int = -1, persons: int = -1) -> Fraction:
        fits = [
            one
            for one in self.world.norms
            if (one.service, one.kind) == (service, kind)
            and one.rooms <= rooms and one.persons <= persons
        ]  # fmt: skip
        return Q(max(fits, key=lambda one: (one.rooms, one.persons)).value)

    # -- meters ----------------------------------------------------------------------------------

    def common(self, service: str) -> Meter | None:
        return next(
            (one for one in self.world.meters if one.service == service and one.of_flat), None
        )

    def is_over(self, meter: Meter) -> bool:
        """Not read for half a year: its averages are over (§59, §60)."""
        return not any(one.meter == meter.code and self.world.period.first_day <= one.on
                       for one in self.world.readings)  # fmt: skip

    def own(self, service: str, number: str) -> Meter | None:
        return next(
            (
                one
                for one in self.world.meters
                if one.service == service and not one.of_flat and not one.of_house
                and one.flat == self.home[number]
            ),
            None,
        )  # fmt: skip

    def counted(self, meter: Meter, zone: str, run: list[int]) -> Fraction:
        values = [
            Q(one.value)
            for one in self.world.readings
            if (one.meter, one.zone) == (meter.code, zone)
        ]
        covered = [day for day in range(self.days) if self.holds(meter.installed, None, day)]
        each = (values[1] - values[0]) / len(covered)
        before = len([day for day in covered if day < run[0]])
        upto = len([day for day in covered if day <= run[-1]])
        return rounded(each * upto) - rounded(each * before)

    # -- runs of days ----------------------------------------------------------------------------

    def runs(self, number: str, service: str) -> list[list[int]]:
        """Days of an account on which nothing changes for its flat."""
        found: list[list[int]] = []
        before = None
        for day in range(self.days):
            if not self.is_open(number, day):
                before = None
                continue
            state = self.state(number, service, day)
            if state == before:
                found[-1].append(day)
            else:
                found.append([day])
            before = state
        return found

    def state(self, number: str, service: str, day: int) -> tuple:
        prices = tuple(
            self.price(service, zone, day)
            for zone in ({one.zone for one in self.world.tariffs if one.service == service})
        )
        if service not in ("ХВС", "ЭЭ", "ГАЗ"):
            return (prices,)
        meter = self.common(service)
        covers = meter is not None and self.holds(meter.installed, None, day)
        if number not in self.of_flat:
            return (prices, self.persons(number, day) if service == "ЭЭ" else 0)
        everyone = tuple(self.is_open(one, day) for one in self.of_flat)
        people = tuple(self.persons(one, day) for one in self.of_flat) if service == "ЭЭ" else ()
        return (prices, covers, everyone, people)

    # -- volumes ---------------------------------------------------------------------------------

    def lines(self) -> list[Line]:
        found = []
        for account in self.world.accounts:
            for service in ("СОД", "ХВС", "ЭЭ", "ГАЗ", "ТКОЛ", "ТКОП", "ТКО", "ТКОМ"):
                for run in self.runs(account.number, service):
                    found += self.of_run(account.number, service, run)
        return found

    def of_run(self, number: str, service: str, run: list[int]) -> list[Line]:
        found = []
        for zone, volume, factor in self.volumes(number, service, run):
            price, ends = self.price(service, zone, run[0]), (run[0], run[-1] + 1)
            plain = rounded(volume * price, 2)
            found.append(Line(number, service, zone, "charge", *ends, volume, plain))
            if factor:
                more = rounded(volume * factor * price, 2) - plain
                extra = rounded(volume * factor) - volume
                found.append(Line(number, service, zone, "raising", *ends, extra, more))
        return found

    def volumes(self, number: str, service: str, run: list[int]):
        month = Q(len(run), self.days)
        mine = sum(self.persons(number, day) for day in run)
        if service == "СОД":
            yield "", rounded(self.area(number) * month), 0
        elif service == "ТКО":
            yield "", rounded(self.norm(service, "person") / 12 * Q(mine, self.days)), 0
        elif service == "ТКОМ":
            yield "", rounded(self.norm(service, "area") / 12 * self.area(number) * month), 0
        elif service in ("ТКОЛ", "ТКОП"):
            yield "", self.containers(number, service, run, month), 0
        elif number in self.of_flat:
            yield from self.of_room(number, service, run, mine)
        else:
            yield from self.alone(number, service, run, mine)

    def area(self, number: str) -> Fraction:
        own = Q(self.room(number).area)
        if number not in self.of_flat or self.flat is None:
            return own
        return Q(self.flat.area) * own / sum(Q(one.area) for one in self.rooms)

    def containers(self, number: str, service: str, run: list[int], month: Fraction) -> Fraction:
        house = next(Q(one.volume) for one in self.world.readings if one.meter == f"К-{service}")
        if service == "ТКОЛ":
            everyone = sum(
                self.persons(one.number, day)
                for one in self.world.accounts
                for day in range(self.days)
                if self.is_open(one.number, day)
            )
            return rounded(house * sum(self.persons(number, day) for day in run) / everyone)
        whole = [one for one in self.world.flats if not (self.flat and one.of_flat)]
        return rounded(house * self.area(number) * month / sum(Q(one.area) for one in whole))

    def alone(self, number: str, service: str, run: list[int], mine: int):
        if service == "ХВС":
            yield "", rounded(self.norm(service, "person") * Q(mine, self.days)), Q(3)
        elif service == "ЭЭ":
            rooms = self.room(number).rooms
            norm = self.norm(service, "person", rooms, self.persons(number, run[0]))
            yield "", rounded(norm * Q(mine, self.days)), 0
        else:
            area = Q(self.room(number).area) * Q(len(run), self.days)
            people = self.norm(service, "person") * Q(mine, self.days)
            yield "", rounded(people + self.norm(service, "area") * area), 0

    def of_room(self, number: str, service: str, run: list[int], mine: int):
        everyone = [one for one in self.of_flat if self.is_open(one, run[0])]
        total = sum(self.of_all(day) for day in run)
        common = self.common(service)
        is_over = common is not None and self.is_over(common)
        if common is not None and not is_over and self.holds(common.installed, None, run[0]):
            for zone in ("",) if common.zones == 1 else ("day", "night"):
                yield zone, self.part(number, service, run, zone, (everyone, mine, total)), 0
        elif (own := self.own(service, number)) is not None:
            for zone in ("",) if own.zones == 1 else ("day", "night"):
                yield zone, self.counted(own, zone, run), 0
        elif service == "ХВС":
            # §60: after averages the factor is for a failure, not for readings that are not given.
            raised = Q(0) if is_over and not common.events else Q(3)
            yield "", rounded(self.norm(service, "person") * Q(mine, self.days)), raised
        elif service == "ЭЭ":
            rooms = self.flat.rooms if self.flat else len(self.rooms)
            norm = self.norm(service, "person", rooms, self.of_all(run[0]))
            yield "", rounded(norm * Q(mine, self.days)), 0
        else:
            whole = Q(self.flat.area) if self.flat else sum(Q(one.area) for one in self.rooms)
            people = self.norm(service, "person") * Q(total, self.days)
            space = self.norm(service, "area") * whole * Q(len(run), self.days)
            yield "", rounded((people + space) * Q(mine, total)), 0

    def part(self, number: str, service: str, run: list[int], zone: str, people) -> Fraction:
        everyone, mine, total = people
        common = self.common(service)
        assert common is not None
        flat = self.counted(common, zone, run)
        own = {
            one: self.counted(meter, zone, run)
            for one in everyone
            if (meter := self.own(service, one)) is not None
        }
        is_agreed = self.world.rules.word("communal_agreement") == "yes"
        if not own or (len(own) < len(everyone) and not is_agreed):
            return rounded(flat * Q(mine, total))
        rooms = sum(own.values())
        if len(own) == len(everyone):
            return max(Q(0), rounded(own[number] + (flat - rooms) * Q(mine, total)))
        agreed = flat * Q(self.world.rules.ppm("communal_common_part"), 10**6)
        if number in own:
            return rounded(own[number] + agreed * Q(mine, total))
        others = [one for one in everyone if one not in own]
        rest = sum(self.persons(one, day) for one in others for day in run)
        left = max(Q(0), flat - rooms - agreed)
        return rounded(left * Q(mine, rest) + agreed * Q(mine, total))
