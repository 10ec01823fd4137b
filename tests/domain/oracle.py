"""The law again, one account and one day at a time, in exact fractions.

Written from charges.md and ПП РФ № 354 to be compared with charge(); it shares no code with it
and never will. Slow and plain on purpose.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from app.domain.service import Method
from tests.fixtures.charge_world import Account, Assignment, Flat, House, Meter, Service, World

Q = Fraction
ZONES = {1: [""], 2: ["day", "night"], 3: ["peak", "half-peak", "night"]}


@dataclass(frozen=True)
class Line:
    account: str
    service: str
    contract: str
    component: str
    zone: str
    kind: str
    day_from: int
    day_to: int
    volume: Fraction
    price: Fraction
    amount: Fraction


class CannotBeCharged(Exception):
    pass


def rounded(value: Fraction, places: int) -> Fraction:
    sign = -1 if value < 0 else 1
    scaled = abs(value) * 10**places
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    return Q(sign * (whole + (2 * rest >= scaled.denominator)), 10**places)


def charges(world: World) -> list[Line]:
    found: list[Line] = []
    everyone = oracles(world)
    for oracle in everyone.values():
        found += oracle.lines()
    return shared_money(everyone, found)


def oracles(world: World) -> dict[str, "Oracle"]:
    everyone: dict[str, Oracle] = {}
    for account in world.accounts:
        everyone[account.number] = Oracle(world, account, everyone)
    return everyone


def shared_money(everyone: dict[str, "Oracle"], found: list[Line]) -> list[Line]:
    """Accounts of one flat: the kopecks of the whole go where the largest share is."""
    home = {number: (one.account.house, one.account.flat) for number, one in everyone.items()}
    groups: dict[tuple, list[int]] = {}
    for at, line in enumerate(found):
        if line.kind != "charge" or not _is_of_a_whole(everyone[line.account], line):
            continue
        key = (home[line.account], line.service, line.contract, line.component, line.zone,
               line.day_from, line.day_to, line.price)  # fmt: skip
        groups.setdefault(key, []).append(at)
    result = list(found)
    for members in groups.values():
        share = {at: _share_on(everyone[found[at].account], found[at]) for at in members}
        if len(members) < 2 or sum(share.values()) != 1:
            continue
        members.sort(key=lambda at: (-share[at], found[at].account))
        total = rounded(sum(found[at].volume for at in members) * found[members[0]].price, 2)
        rest = total - sum(found[at].amount for at in members)
        first = found[members[0]]
        result[members[0]] = Line(**{**first.__dict__, "amount": first.amount + rest})
    return result


def _share_on(oracle: "Oracle", line: Line) -> Fraction:
    return oracle.share(oracle.on(line.day_from))


def _is_of_a_whole(oracle: "Oracle", line: Line) -> bool:
    """By area always; by meter when the meter is of the flat; by own persons never."""
    service = oracle.service(line.service)
    about = (line.service, line.contract, line.day_from, line.zone, line.component)
    if len(oracle.prices(*about)) > 1:
        return False
    if service.method in (Method.AREA, Method.SOLID_WASTE_AREA, Method.HEATING, Method.COMMON_NORM):
        return True
    days = range(line.day_from, line.day_to)
    if service.method is Method.WASTE_WATER:
        own = oracle.meters(line.service)
        if oracle.by_meters(line.service, days[0]):
            return not any(one.account for one in own)
        waters = [one for one in oracle.water_services() if oracle.active_days(one.code)]
        of_all = [oracle.meters(one.code) for one in waters]
        return bool(waters) and all(
            some and not any(one.account for one in some)
            and all(oracle.by_meters(water.code, day)
                    for day in days if day in oracle.active_days(water.code))
            for some, water in zip(of_all, waters, strict=True)
        )  # fmt: skip
    some = [one for one in oracle.meters(line.service) if oracle.covers(one, line.day_from)]
    return oracle.by_meters(line.service, line.day_from) and not any(one.account for one in some)


class Oracle:
    """What one account owes."""

    def __init__(self, world: World, account: Account, everyone: dict[str, "Oracle"]) -> None:
        self.world = world
        self.account = account
        self.everyone = everyone
        self.known_runs: dict[tuple[str, str], list[list[int]]] = {}
        self.known_meters: dict[str, list[Meter]] = {}
        self.house: House = next(one for one in world.houses if one.code == account.house)
        self.first = world.period.first_day
        self.days = world.period.days

    # -- what there is on a day ----------------------------------------------------------------

    def service(self, code: str) -> Service:
        return next(one for one in self.world.services if one.code == code)

    def on(self, day: int) -> date:
        return self.first + timedelta(days=day)

    def lives(self, since: date, until: date | None, day: int) -> bool:
        return since <= self.on(day) and (until is None or self.on(day) < until)

    def flat(self, day: int) -> Flat:
        return next(
            one
            for one in self.world.flats
            if (one.house, one.number) == (self.account.house, self.account.flat)
            and self.lives(one.since, one.until, day)
        )

    def share(self, on: date) -> Fraction:
        over, under = 1, 1
        for since, numerator, denominator in self.account.shares:
            if since <= on:
                over, under = numerator, denominator
        return Q(over, under)

    def is_short(self, one) -> bool:
        """Temporarily living is who stays more than five days running (§56)."""
        if one.kind != "temporary" or one.until is None:
            return False
        since, until, before = one.since, one.until, None
        while (since, until) != before:
            before = since, until
            for other in self.world.residents:
                if (other.account, other.kind) == (one.account, "temporary"):
                    since = other.since if other.until == since else since
                    until = (other.until or date.max) if other.since == until else until
        return (until - since).days <= 5

    def persons(self, day: int) -> int:
        living = owning = 0
        for one in self.world.residents:
            if not self.lives(one.since, one.until, day) or self.is_short(one):
                continue
            if one.account == self.account.number:
                owning += one.kind == "owner"
                living += one.kind != "owner"
        return living or owning

    def assignment(self, code: str, contract: str, day: int) -> Assignment | None:
        known = [
            one
            for one in self.world.assignments
            if one.service == code and self.lives(one.since, one.until, day)
        ]
        own = [one for one in known if one.account == self.account.number]
        of_house = [one for one in known if one.house == self.account.house]
        for one in own or of_house:
            if one.contract == contract:
                return one
        return None

    def active_days(self, code: str) -> list[int]:
        return [
            day
            for day in range(self.days)
            if self.lives(self.account.opened, self.account.closed, day)
            and any(self.assignment(code, one, day) for one in self.world.contracts)
        ]

    def norm(self, code: str, kind: str, day: int, rooms: int = -1, persons: int = -1):
        known = [
            one
            for one in self.world.norms
            if (one.service, one.kind) == (code, kind) and self.lives(one.since, one.until, day)
        ]
        own = [one for one in known if one.house == self.house.code]
        best = None
        for one in own or [one for one in known if not one.house]:
            if one.rooms > rooms or one.persons > persons:
                continue
            if best is None or (one.rooms, one.persons) > (best.rooms, best.persons):
                best = one
        return None if best is None else Q(best.value)

    def prices(self, code: str, contract: str, day: int, zone: str, component: str):
        best: dict[int, list] = {}
        for one in self.world.tariffs:
            if (one.service, one.zone, one.component) != (code, zone, component):
                continue
            if not self.lives(one.since, one.until, day):
                continue
            if one.account not in ("", self.account.number):
                continue
            if one.house not in ("", self.house.code) or one.contract not in ("", contract):
                continue
            score = 4 * bool(one.account) + 2 * bool(one.house) + bool(one.contract)
            best.setdefault(score, []).append(one)
        if not best:
            return ()
        top = sorted(best[max(best)], key=lambda one: Q(one.volume_from))
        return tuple(
            (Q(one.volume_from), Q(one.volume_to) if one.volume_to else None, Q(one.price))
            for one in top
        )

    # -- meters --------------------------------------------------------------------------------

    def meters(self, code: str) -> list[Meter]:
        if code not in self.known_meters:
            self.known_meters[code] = self.found_meters(code)
        return self.known_meters[code]

    def found_meters(self, code: str) -> list[Meter]:
        return [
            one
            for one in self.world.meters
            if one.service == code
            and not one.of_house
            and (
                one.account == self.account.number
                or (
                    not one.account
                    and (one.house, one.flat) == (self.account.house, self.account.flat)
                )
            )
            and any(self.covers(one, day) for day in range(self.days))
        ]

    def covers(self, meter: Meter, day: int) -> bool:
        return self.lives(meter.installed, meter.removed, day)

    def is_silent(self, meter: Meter) -> bool:
        """No reading of the month; random worlds have no history, so there is no average."""
        return not any(
            one.meter == meter.code
            and (one.period.first_day if one.period else one.on.replace(day=1)) == self.first
            for one in self.world.readings
        )

    def by_norm_after(self, code: str, day: int) -> bool:
        """A silent meter gives its days of the whole resource to the norm."""
        return any(self.covers(one, day) and self.is_silent(one) for one in self.meters(code))

    def by_meters(self, code: str, day: int) -> bool:
        covered = any(self.covers(one, day) for one in self.meters(code))
        return covered and not self.by_norm_after(code, day)

    def counted(self, meter: Meter, zone: str) -> Fraction:
        """Volume of the month; random worlds have no reading on a day of change."""
        mine = [one for one in self.world.readings if (one.meter, one.zone) == (meter.code, zone)]
        now = [
            one
            for one in mine
            if one.source != "initial"
            and (one.period.first_day if one.period else one.on.replace(day=1)) == self.first
        ]
        before = [one for one in mine if one not in now and one.on < self.on(self.days)]
        if not now and any(self.world.period.first_day <= one.on for one in before):
            return Q(0)
        if not now:
            raise CannotBeCharged
        if now[-1].volume:
            return sum((Q(one.volume) for one in now if one.volume), Q(0))
        last = max(now, key=lambda one: one.on)
        prior = max(before, key=lambda one: one.on)
        difference = Q(last.value) - Q(prior.value)
        if difference < 0:
            if not meter.digits:
                raise CannotBeCharged
            difference += 10**meter.digits
            if difference > Q(10**meter.digits, 10):
                raise CannotBeCharged
        return difference * Q(meter.ratio)

    def by_meter(self, code: str, run: list[int], zone: str) -> Fraction:
        total = Q(0)
        for meter in self.meters(code):
            covered = [day for day in range(self.days) if self.covers(meter, day)]
            share = Q(1) if meter.account else self.share(self.on(run[0]))
            volume = self.counted(meter, zone) * share / len(covered)
            until = len([day for day in covered if day <= run[-1]])
            since = len([day for day in covered if day < run[0]])
            total += rounded(volume * until, 6) - rounded(volume * since, 6)
        return total + self._rest_of_meter(code, run, zone)

    def _rest_of_meter(self, code: str, run: list[int], zone: str) -> Fraction:
        """Volumes of sharers sum to the flat's: the largest share takes the millionths left."""
        shares = self.sharers_of_meter(code, run)
        if not shares or self.largest(shares) != self.account.number:
            return Q(0)
        whole, parts = Q(0), Q(0)
        for meter in self.meters(code):
            covered = [day for day in range(self.days) if self.covers(meter, day)]
            until = len([day for day in covered if day <= run[-1]])
            since = len([day for day in covered if day < run[0]])
            each = self.counted(meter, zone) / len(covered)
            whole += rounded(each * until, 6) - rounded(each * since, 6)
            parts += sum(
                rounded(each * until * share, 6) - rounded(each * since * share, 6)
                for share in shares.values()
            )
        return whole - parts

    def heat(self, code: str, run: list[int], water: Fraction, norm: Fraction) -> Fraction:
        """q of the water; of a shared meter the heat of the whole flat is shared likewise."""
        mine = rounded(water * norm, 6)
        shares = self.sharers_of_meter(code, run)
        if not shares or self.largest(shares) != self.account.number:
            return mine
        parts = [self.everyone[number].by_meter(code, run, "") for number in shares]
        whole = sum(
            (rounded(self.counted(meter, "") * self.part_of(meter, run), 6)
             for meter in self.meters(code)), Q(0),
        )  # fmt: skip
        assert sum(parts) == whole or len(run) < self.days
        return mine + rounded(sum(parts) * norm, 6) - sum(rounded(one * norm, 6) for one in parts)

    def part_of(self, meter: Meter, run: list[int]) -> Fraction:
        covered = [day for day in range(self.days) if self.covers(meter, day)]
        return Q(len(run), len(covered))

    def largest(self, shares: dict[str, Fraction]) -> str:
        return min(shares, key=lambda number: (-shares[number], number))

    def sharers_of_meter(self, code: str, run: list[int]) -> dict[str, Fraction]:
        """Shares of those who are charged by the same meter of the flat for the same days."""
        if not self.meters(code) or any(one.account for one in self.meters(code)):
            return {}
        if not self.by_meters(code, run[0]):
            return {}
        sharers = [
            one
            for one in self.everyone.values()
            if (one.account.house, one.account.flat) == (self.account.house, self.account.flat)
        ]
        here = [one for one in sharers if (code, run) in one.metered_runs(code)]
        shares = {one.account.number: one.share(self.on(run[0])) for one in here}
        return shares if len(here) > 1 and sum(shares.values()) == 1 else {}

    def metered_runs(self, code: str) -> list[tuple[str, list[int]]]:
        return [
            (code, run)
            for contract in self.world.contracts
            for run in self.runs(code, contract)
            if self.by_meters(code, run[0])
        ]

    # -- runs of days on which nothing changes ---------------------------------------------------

    def runs(self, code: str, contract: str) -> list[list[int]]:
        if (code, contract) not in self.known_runs:
            self.known_runs[code, contract] = self.found_runs(code, contract)
        return self.known_runs[code, contract]

    def found_runs(self, code: str, contract: str) -> list[list[int]]:
        found: list[list[int]] = []
        before = None
        for day in range(self.days):
            if not self.lives(self.account.opened, self.account.closed, day):
                before = None
                continue
            if self.assignment(code, contract, day) is None:
                before = None
                continue
            state = self.state(code, contract, day)
            if state == before:
                found[-1].append(day)
            else:
                found.append([day])
            before = state
        return found

    def state(self, code: str, contract: str, day: int):
        service = self.service(code)
        prices = tuple(
            self.prices(code, contract, day, zone, component)
            for zone in ("", "day", "night", "peak", "half-peak")
            for component in ("", "water", "heat")
        )
        known = [
            one
            for one in self.world.norms
            if one.service == code
            and one.house in ("", self.house.code)
            and self.lives(one.since, one.until, day)
        ]
        own = {one.kind for one in known if one.house}
        norms = tuple(
            sorted(
                (one.kind, one.rooms, one.persons, Q(one.value))
                for one in known
                if one.house or one.kind not in own
            )
        )
        state = [prices, norms]
        methods = (Method.AREA, Method.SOLID_WASTE_AREA, Method.GAS)
        by_meter = (Method.METER_OR_NORM, Method.WASTE_WATER, Method.POWER, Method.GAS,
                    Method.HOT_WATER_TWO_PART)  # fmt: skip
        if service.method in methods:
            state.append(self.flat(day))
        by_share = (*methods, *by_meter, Method.HEATING)
        if service.method in by_share:
            state.append(self.share(self.on(day)))
        if service.method in by_meter:
            state.append(any(self.covers(one, day) for one in self.meters(code)))
            state.append(self.by_norm_after(code, day))
        if service.method is Method.WASTE_WATER and not self.by_meters(code, day):
            state.append(self.has_water_meter(day))
        if service.method is Method.POWER:
            state.append(self.persons(day))
        state.append(self.impossible(code, day))
        return state

    def impossible(self, code: str, day: int) -> bool:
        return any(
            (house, flat, service) == (self.account.house, self.account.flat, code)
            and self.lives(since, until, day)
            for house, flat, service, since, until in self.world.impossible
        )

    # -- volumes -------------------------------------------------------------------------------

    def lines(self) -> Iterator[Line]:
        result: list[Line] = []
        for service in self.world.services:
            for contract in self.world.contracts:
                for run in self.runs(service.code, contract):
                    try:
                        result += self.of_run(service, contract, run)
                    except CannotBeCharged:
                        continue
        return result

    def of_run(self, service: Service, contract: str, run: list[int]) -> list[Line]:
        self.code_now = (service.code, contract)
        volumes = list(self.volumes(service, contract, run))
        total = sum((volume for zone, part, volume, _ in volumes if part != "heat"), Q(0))
        result: list[Line] = []
        for zone, component, volume, factor in volumes:
            prices = self.prices(service.code, contract, run[0], zone, component)
            for price, part in self.priced(prices, volume, total, run, (service.code, contract)):
                ends = (run[0], run[-1] + 1)
                what = (self.account.number, service.code, contract, component, zone)
                plain = rounded(part * price, 2)
                result.append(Line(*what, "charge", *ends, part, price, plain))
                if factor:
                    more = rounded(part * factor * price, 2) - plain
                    extra = rounded(part * factor, 6) - part
                    result.append(Line(*what, "raising", *ends, extra, price, more))
        return result

    def priced(self, prices, volume, total, run, what):
        if not prices:
            return
        if prices[0][0] == 0 and prices[0][1] is None:
            yield prices[0][2], volume
            return
        active = sum(
            1 for day in range(self.days)
            if self.lives(self.account.opened, self.account.closed, day)
            and self.assignment(*what, day)
        )  # fmt: skip
        for nth, (since, until, price) in enumerate(prices):
            low = min(rounded(since * len(run) / active, 6), total)
            high = total if until is None else min(rounded(until * len(run) / active, 6), total)
            part = Q(0)
            if total:
                part = rounded(volume * high / total, 6) - rounded(volume * low / total, 6)
            if part > 0 or nth == 0:
                yield price, part

    def volumes(self, service: Service, contract: str, run: list[int]):  # noqa: C901  a list of methods
        """Give (zone, component, volume, factor) of a run of days."""
        month = Q(len(run), self.days)
        share = self.share(self.on(run[0]))
        method = service.method
        if method is Method.AREA:
            yield "", "", self.shared(run, lambda one: Q(self.flat(run[0]).area) * one * month), 0
        elif method is Method.PERSON:
            yield "", "", rounded(self.person_months(run), 6), 0
        elif method is Method.ACCOUNT:
            yield "", "", rounded(month, 6), 0
        elif method is Method.QUANTITY:
            quantity = self.assignment(service.code, contract, run[0]).quantity
            if not quantity:
                raise CannotBeCharged
            yield "", "", rounded(Q(quantity) * month, 6), 0
        elif method is Method.SOLID_WASTE_PERSON:
            norm = self.needed_norm(service.code, "person", run[0])
            yield "", "", rounded(norm / 12 * self.person_months(run), 6), 0
        elif method is Method.SOLID_WASTE_AREA:
            norm = self.needed_norm(service.code, "area", run[0])
            area = Q(self.flat(run[0]).area)
            yield "", "", self.shared(run, lambda one: norm / 12 * area * one * month), 0
        elif method is Method.HEATING:
            yield "", "", self.heating(service.code, run, month), 0
        elif method is Method.COMMON_NORM:
            yield "", "", self.common(service, run, month), 0
        elif method is Method.WASTE_WATER:
            yield "", "", self.waste_water(service.code, run), 0
        else:
            yield from self.utility(service, run, share, month)

    def utility(self, service: Service, run: list[int], share: Fraction, month: Fraction):
        code, method = service.code, service.method
        heat_norm = None
        if method is Method.HOT_WATER_TWO_PART:
            heat_norm = self.needed_norm(code, "heat-per-volume", run[0])
        if self.by_meters(code, run[0]):
            zones = ZONES[max(one.zones for one in self.meters(code))]
            parts = [(zone, self.by_meter(code, run, zone), 0) for zone in zones]
        elif method is Method.GAS:
            parts = [("", self.gas(code, run, share, month), 0)]
        elif method is Method.POWER:
            flat = self.flat(run[0])
            norm = self.needed_norm(code, "person", run[0], flat.rooms, self.persons(run[0]))
            parts = [("", rounded(norm * self.person_months(run), 6), 0)]
        else:
            norm = self.needed_norm(code, "person", run[0])
            volume = rounded(norm * self.person_months(run), 6)
            parts = [("", volume, self.factor(service, run[0]))]
        for zone, volume, factor in parts:
            if heat_norm is None:
                yield zone, "", volume, factor
            else:
                yield zone, "water", volume, factor
                yield zone, "heat", self.heat(code, run, volume, heat_norm), factor

    def factor(self, service: Service, day: int) -> Fraction:
        """Formula 4(1): cold and hot water, no meter, and a meter could be there."""
        if self.impossible(service.code, day) or self.by_norm_after(service.code, day):
            return Q(0)
        rules = self.world.rules
        factor = {"cold": rules.raising_cold_ppm, "hot": rules.raising_hot_ppm}
        return Q(factor.get(service.resource, 0), 10**6)

    def gas(self, code: str, run: list[int], share: Fraction, month: Fraction) -> Fraction:
        person = self.norm(code, "person", run[0])
        area = self.norm(code, "area", run[0])
        if person is None and area is None:
            raise CannotBeCharged
        flat = self.flat(run[0])
        total = Q(0) if person is None else person * self.person_months(run)
        if area is not None:
            total += Q(flat.heated or flat.area) * area * share * month
        return rounded(total, 6)

    def needed_norm(self, code: str, kind: str, day: int, *about: int) -> Fraction:
        norm = self.norm(code, kind, day, *about)
        if norm is None:
            raise CannotBeCharged
        return norm

    def person_months(self, run: list[int]) -> Fraction:
        total = Q(sum(self.persons(day) for day in run), self.days)
        if not total:
            raise CannotBeCharged
        return total

    def shared(self, run: list[int], volume) -> Fraction:
        """A part by share, rounded; what is left of the whole goes to the largest share."""
        mine = self.share(self.on(run[0]))
        part = rounded(volume(mine), 6)
        code = self.code_now
        sharers = [
            one
            for one in self.everyone.values()
            if (one.account.house, one.account.flat) == (self.account.house, self.account.flat)
        ]
        shares = {
            one.account.number: one.share(self.on(run[0]))
            for one in sharers
            if run in one.runs(*code)
        }
        if len(shares) < 2 or sum(shares.values()) != 1:
            return part
        if self.largest(shares) != self.account.number:
            return part
        return (
            part
            + rounded(volume(Q(1)), 6)
            - sum(rounded(volume(one), 6) for one in shares.values())
        )

    def water_services(self) -> list[Service]:
        return [
            one
            for one in self.world.services
            if one.resource in ("cold", "hot")
            and one.method in (Method.METER_OR_NORM, Method.HOT_WATER_TWO_PART)
        ]

    def has_water_meter(self, day: int) -> bool:
        """Without one on a day its waste water goes by the norm, whatever other days go by."""
        return any(
            day in self.active_days(water.code)
            and any(self.covers(one, day) for one in self.meters(water.code))
            for water in self.water_services()
        )

    def waste_water(self, code: str, run: list[int]) -> Fraction:
        if self.by_meters(code, run[0]):
            return self.by_meter(code, run, "")
        total, metered = Q(0), False
        for water in self.water_services():
            for contract in self.world.contracts:
                for water_run in self.runs(water.code, contract):
                    both = [day for day in run if day in water_run]
                    if not both:
                        continue
                    volumes = self.volumes(water, contract, water_run)
                    volume = sum(one[2] for one in volumes if one[1] != "heat")
                    metered |= any(self.covers(m, water_run[0]) for m in self.meters(water.code))
                    until = len([day for day in water_run if day <= both[-1]])
                    since = len([day for day in water_run if day < both[0]])
                    each = volume / len(water_run)
                    total += rounded(each * until, 6) - rounded(each * since, 6)
        if metered:
            return total
        return rounded(self.needed_norm(code, "person", run[0]) * self.person_months(run), 6)

    def common(self, service: Service, run: list[int], month: Fraction) -> Fraction:
        norm = self.needed_norm(service.code, "common-area", run[0])
        known = dict(self.house.common)
        area = Q(known.get(service.resource, known.get("", "0")))
        mine = Q(self.flat(self.days - 1).area) / self.house_area()
        return self.shared(run, lambda one: norm * area * mine * one * month)

    def house_area(self) -> Fraction:
        if self.house.area:
            return Q(self.house.area)
        return sum((Q(one.area) for one in self.flats_at_end()), Q(0))

    def flats_at_end(self) -> list[Flat]:
        return [
            one
            for one in self.world.flats
            if one.house == self.house.code and self.lives(one.since, one.until, self.days - 1)
        ]

    def heating(self, code: str, run: list[int], month: Fraction) -> Fraction:
        house_area = self.house_area()
        own = sum((Q(one.area) for one in self.flats_at_end() if one.own_heat), Q(0))
        common = Q(dict(self.house.common).get("heat", "0"))
        flat = self.flat(self.days - 1)
        area = Q(flat.area)
        house_meters = [
            one
            for one in self.world.meters
            if one.of_house and one.house == self.house.code and one.service == code
        ]
        heats = self.world.period.month in self.house.heating_months
        even = Q(len(self.house.heating_months), 12)
        if house_meters and not self.house.even:
            total = self.counted(house_meters[0], "")
        elif house_meters and house_meters[0].last_year:
            total = Q(house_meters[0].last_year) / 12
        else:
            norm = self.needed_norm(code, "area", run[0])
            part = even if self.house.even else Q(int(heats))
            if not own:
                return self.shared(run, lambda one: area * norm * part * one * month)
            total = norm * (house_area - own) * part
        heated = house_area - own + common
        rate = total / heated if heated else Q(0)
        individual = Q(0) if flat.own_heat else area * rate
        everyone = (house_area - own) * rate
        mine = individual + area * (total - everyone) / house_area
        return self.shared(run, lambda one: mine * one * month)
