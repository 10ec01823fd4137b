"""Lines that acts of quality take off a payment: percents, hours without it, cold hours.

payment of a row     its lines without the raising factor, with ОДН of the same resource
not supplied         V × h / H of lines by norm where neither a flat nor the house has a meter
cold hours           V × h / H by the difference of the two prices
percents, bad days   summed over a service and month, one product, one rounding
in all               never more than the payment
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from app.domain.added_lines import AddedLines
from app.domain.bases.reductions import quality_kop
from app.domain.bases.rule import half_up, money_of
from app.domain.basis import ROOM_REASON_SLOTS, Basis
from app.domain.ledger import EntryKind
from app.domain.money import Ints
from app.domain.pricing import Lines
from app.domain.quality import Judge, Verdict, hours_within
from app.domain.reduction_inputs import Breach
from app.domain.service import Component, Method
from app.domain.situation import METHODS, Situation
from app.domain.utility import is_water
from app.domain.volume import Scene

_HOURS_PER_DAY = 24
# By norm for want of any meter: of these the volume that was not supplied comes off (п. 99). By
# norm once averages are over there is a meter, only it is broken or not read: not so there.
_UNMETERED = frozenset(
    {Basis.NORM, Basis.NORM_RANGE, Basis.POWER_NORM, Basis.GAS_NORM, Basis.HOT_NORM,
     Basis.COMMUNAL_NORM_RANGE, Basis.WASTE_NORM, Basis.HEAT_NORM, Basis.HEAT_NORM_EVEN,
     Basis.HEAT_NORM_OWN,
     Basis.HEAT_TWELFTH, Basis.HEAT_TWELFTH_EVEN, Basis.PLOT, *ROOM_REASON_SLOTS}
)  # fmt: skip
_MADE: dict[Method | None, str] = {Method.HEATING_OWN: "heat", Method.HOT_WATER_OWN: "hot"}
_SOME_ACTS = tuple[int, ...]
_NO_COLD_PRICE = (
    "вода холоднее допустимой, а цены холодной воды на счёте нет: за эти часы не пересчитано.",
    "Назначьте счёту холодную воду и её цену на этот месяц.",
)


@dataclass(slots=True)
class Payments:
    """What is charged for each row, and what is left of it after reductions.

    :ivar charged_kop: by row, lines without the raising factor
    :ivar taken_kop: by row, what reductions took so far
    """

    charged_kop: Ints
    taken_kop: Ints

    def left_kop(self, row: int) -> int:
        return int(self.charged_kop[row] - self.taken_kop[row])


@dataclass(slots=True)
class QualityLines:
    """Puts acts of quality on the lines they are about.

    :ivar removed_mcu: by place of a line, the volume taken off for absence before, days away
    :ivar spans: segments to come: a segment of the row, its first day, the day after its last
    """

    scene: Scene
    of: Situation
    lines: Lines
    payments: Payments
    made: AddedLines
    removed_mcu: dict[int, tuple[int, int]]
    unsupplied_mcu: dict[int, int] = field(default_factory=dict)
    spans: list[tuple[int, int, int]] = field(default_factory=list)
    _common_needs: dict[tuple[int, int, str], list[int]] | None = None
    _metered_houses: set[tuple[int, int]] | None = None
    _cold_prices: dict[int, list[tuple[int, int]]] | None = None

    def add_all(self) -> None:
        """Go over the acts, service by service, accounts with the same acts together."""
        acts = self.scene.inputs.acts
        chosen = np.flatnonzero(acts.breach != Breach.MAINTENANCE)
        base = np.flatnonzero(self.lines.kind == EntryKind.CHARGE)
        service_of = self.of.service[self.lines.place[base]]
        for service in np.unique(acts.service[chosen]).tolist():
            some = base[service_of == service]
            services = self.scene.inputs.services
            method = services.method[service]
            # A boiler of the house: gas is what it takes, heat is what is judged.
            resource = _MADE.get(method, services.resource[service])
            judge = Judge(self.scene.inputs.rules, self.scene.inputs.period, resource, acts)
            its_acts = chosen[acts.service[chosen] == service]
            groups = accounts_of_acts(self.scene, its_acts)
            for known, accounts in groups.items():
                at = some[np.isin(self.of.account[self.lines.place[some]], accounts)]
                self._judged(judge, known, at)

    def _judged(self, judge: Judge, known: _SOME_ACTS, at: Ints) -> None:
        """Judge what is paid for the same days together: a payment is lowered for its own days."""
        rows: dict[int, list[int]] = defaultdict(list)
        for line in at.tolist():
            rows[int(self.of.row[self.lines.place[line]])].append(line)
        by_days: dict[tuple[int, int], dict[int, list[int]]] = defaultdict(dict)
        for row, lines in rows.items():
            since, until = zip(*map(self._days, lines), strict=True)
            by_days[min(since), max(until)][row] = lines
        for within, some in by_days.items():
            of_days = replace(judge, within=within)
            self._put(of_days, of_days.verdict(known), some)

    def _put(self, judge: Judge, verdict: Verdict, rows: dict[int, list[int]]) -> None:
        for message, hint in verdict.faults:
            for account, service in {self._about(lines[0]) for lines in rows.values()}:
                self.scene.findings.warn(account, message, hint, service=service)
        note = self.scene.notes.add("; ".join(verdict.words)) if verdict.words else 0
        before = {row: int(self.payments.taken_kop[row]) for row in rows}
        for row, lines in rows.items():
            for line in lines:
                if verdict.missing and self._is_unmetered(line):
                    self._add_unsupplied(judge, verdict, line, row, note)
                if verdict.cold:
                    self._add_cold(judge, verdict, line, row, note)
            if verdict.percent_millionths or verdict.bad_days:
                is_after = judge.rules.word("quality_percent_base") == "after"
                lowered = int(self.payments.taken_kop[row]) - before[row] if is_after else 0
                self._add_percent(verdict, row, lines, (note, lowered))

    def _about(self, line: int) -> tuple[int, int]:
        place = self.lines.place[line]
        return int(self.of.account[place]), int(self.of.service[place])

    def _days(self, line: int) -> tuple[int, int]:
        place = self.lines.place[line]
        return int(self.of.day_from[place]), int(self.of.day_to[place])

    def _supplied(self, line: int) -> int:
        removed, _ = self.removed_mcu.get(line, (0, 0))
        return int(self.lines.volume_mcu[line]) - removed - self.unsupplied_mcu.get(line, 0)

    def _is_unmetered(self, line: int) -> bool:
        basis = int(self.lines.basis[line])
        if basis == Basis.HOT_HEAT:
            return not self.lines.slots[line, 2]
        reason = ROOM_REASON_SLOTS.get(Basis(basis))
        return basis in _UNMETERED and not (reason and self.lines.slots[line, reason])

    def _has_house_meter(self, line: int) -> bool:
        if self._metered_houses is None:
            meters, month = self.scene.inputs.meters, self.scene.month
            there = (meters.installed < month.end) & (meters.removed > month.first)
            at = np.flatnonzero((meters.of_house == 1) & there)
            pairs = zip(meters.house[at].tolist(), meters.service[at].tolist(), strict=True)
            self._metered_houses = set(pairs)
        place = self.lines.place[line]
        return (int(self.of.house[place]), int(self.of.service[place])) in self._metered_houses

    def _add_unsupplied(
        self, judge: Judge, verdict: Verdict, line: int, row: int, note: int
    ) -> None:
        """V × h / H of what has no meter (354, п. 99); solid waste has none by its nature."""
        day_from, day_to = self._days(line)
        hours = hours_within(judge, verdict.missing, day_from, day_to)
        supplied = self._supplied(line)
        if not hours or supplied <= 0 or self._has_house_meter(line):
            return
        kept = (supplied, hours, day_to - day_from, note)
        price = int(self.lines.price_mcr[line])
        self.unsupplied_mcu[line] = self._add_hours(
            line, row, Basis.UNSUPPLIED, kept, price_mcr=price
        )

    def _add_cold(self, judge: Judge, verdict: Verdict, line: int, row: int, note: int) -> None:
        """Hours below 40 °C: by the price of cold water; of two components heat is not paid."""
        component = int(self.lines.component[line])
        day_from, day_to = self._days(line)
        hours = hours_within(judge, verdict.cold, day_from, day_to)
        supplied = self._supplied(line)
        if not hours or supplied <= 0 or component == Component.WATER:
            return
        hot, cold = int(self.lines.price_mcr[line]), 0
        if component != Component.HEAT:
            found = self._cold_price(line)
            if found is None:
                account, service = self._about(line)
                self.scene.findings.warn(account, *_NO_COLD_PRICE, service=service)
                return
            cold = found
        if hot > cold:
            kept = (supplied, hours, day_to - day_from, hot, cold, note)
            self._add_hours(line, row, Basis.QUALITY_COLD, kept, price_mcr=hot - cold)

    def _add_hours(
        self, line: int, row: int, basis: Basis, slots: tuple[int, ...], *, price_mcr: int
    ) -> int:
        supplied, hours, days = slots[:3]
        volume = half_up(Fraction(supplied * hours, _HOURS_PER_DAY * days))
        amount = half_up(money_of(volume, price_mcr))
        self.made.add(
            int(self.lines.place[line]),
            EntryKind.QUALITY,
            basis=basis,
            slots=slots,
            zone=int(self.lines.zone[line]),
            component=int(self.lines.component[line]),
            volume_mcu=-volume,
            price_mcr=price_mcr,
            amount_kop=-amount,
        )
        self.payments.taken_kop[row] += amount
        return volume

    def _cold_price(self, line: int) -> int | None:
        """Give the price of the cold water of the account on the days of a line."""
        if self._cold_prices is None:
            self._cold_prices = self._all_cold_prices()
        account, day_from = self._about(line)[0], self._days(line)[0]
        known = self._cold_prices.get(account, [])
        return next((price for day_to, price in known if day_to > day_from), None)

    def _all_cold_prices(self) -> dict[int, list[tuple[int, int]]]:
        """Give, by account, the prices of cold water with the day each ends on."""
        services, place = self.scene.inputs.services, self.lines.place
        is_cold = np.array([one == "cold" for one in services.resource]) & is_water(services)
        its = is_cold[self.of.service[place]] & (self.lines.kind == EntryKind.CHARGE)
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for at in np.flatnonzero(its).tolist():
            found[int(self.of.account[place[at]])].append(
                (int(self.of.day_to[place[at]]), int(self.lines.price_mcr[at]))
            )
        return found

    def _add_percent(
        self, verdict: Verdict, row: int, lines: list[int], more: tuple[int, int]
    ) -> None:
        """One line of a row: the payment × the sum of percents and bad days."""
        note, lowered = more
        with_common = [row, *self._common_rows(lines[0])]
        payment = sum(int(self.payments.charged_kop[one]) for one in with_common) - lowered
        left = sum(self.payments.left_kop(one) for one in with_common)
        places = sorted({int(self.lines.place[line]) for line in lines})
        supplied = sum(int(self.of.day_to[one] - self.of.day_from[one]) for one in places)
        if payment <= 0 or left <= 0:
            return
        bad = min(verdict.bad_days, supplied)
        slots = (payment, verdict.percent_millionths, bad, supplied, left, note)
        names = ("payment_kop", "percent_millionths", "bad_days", "supplied_days", "left_kop")
        amount = quality_kop(dict(zip(names, slots, strict=False)))
        if not amount:
            return
        self.made.add(
            len(self.of.place) + len(self.spans),
            EntryKind.QUALITY,
            basis=Basis.QUALITY,
            slots=slots,
            amount_kop=-amount,
        )
        since, until = self.of.day_from[places], self.of.day_to[places]
        self.spans.append((places[0], int(since.min()), int(until.max())))
        self.payments.taken_kop[row] += amount

    def _common_rows(self, line: int) -> list[int]:
        """Give the rows of ОДН of the same account, resource and contract."""
        if self._common_needs is None:
            self._common_needs = self._all_common_rows()
        place = int(self.lines.place[line])
        resource = self.scene.inputs.services.resource[int(self.of.service[place])]
        key = (int(self.of.account[place]), int(self.of.contract[place]), resource)
        return self._common_needs.get(key, [])

    def _all_common_rows(self) -> dict[tuple[int, int, str], list[int]]:
        of, resources = self.of, self.scene.inputs.services.resource
        found: dict[tuple[int, int, str], list[int]] = defaultdict(list)
        at = np.flatnonzero(of.method == METHODS.index(Method.COMMON_354))
        _, first = np.unique(of.row[at], return_index=True)
        for place in at[first].tolist():
            resource = resources[int(of.service[place])]
            key = (int(of.account[place]), int(of.contract[place]), resource)
            found[key].append(int(of.row[place]))
        return found


def accounts_of_acts(scene: Scene, chosen: Ints) -> dict[_SOME_ACTS, Ints]:
    """Give the accounts that have the same of these acts, by the acts."""
    acts, accounts = scene.inputs.acts, scene.inputs.accounts
    houses = scene.inputs.premises.house[accounts.premises]
    known: dict[int, list[int]] = defaultdict(list)
    for act in chosen.tolist():
        one = int(acts.account[act])
        meant = [one] if one >= 0 else np.flatnonzero(houses == acts.house[act]).tolist()
        for account in meant:
            known[account].append(act)
    groups: dict[_SOME_ACTS, list[int]] = defaultdict(list)
    for account, its_acts in known.items():
        groups[tuple(its_acts)].append(account)
    return {key: np.array(some, dtype=np.int64) for key, some in groups.items()}
