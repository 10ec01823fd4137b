"""Temporary absence of people (354, раздел VIII): who was away on which days of the month.

counted      full calendar days, the days of leaving and of coming back are not (п. 90)
from         so many full days in a row on, the whole absence over months (п. 86)
living       only who is registered on these days; absences of one person are put together
"""

import calendar
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from app.domain import days
from app.domain.findings import Findings
from app.domain.money import Flags, Ints
from app.domain.occupancy import ResidentKind
from app.domain.reduction_inputs import Absences
from app.domain.staying import staying
from app.domain.volume import Scene

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Away:
    """Person-days away of the accounts that have any, with running sums over the month.

    :ivar place: account to its row
    :ivar running: shape (accounts away, days + 1), persons away summed up to each day
    :ivar forced: likewise, only days on which everybody was away by force majeure
    :ivar masks: days of each person, by account and person
    :ivar note: number of the words about who was away, by account
    """

    place: dict[int, int] = field(default_factory=dict)
    running: Ints = field(default_factory=lambda: np.zeros((0, 1), dtype=np.int64))
    forced: Ints = field(default_factory=lambda: np.zeros((0, 1), dtype=np.int64))
    masks: dict[tuple[int, int], int] = field(default_factory=dict)
    note: dict[int, int] = field(default_factory=dict)

    def days(self, account: int, day_from: int, day_to: int, *, has_act: bool = True) -> int:
        """Give the person-days away in [from, to); without an act only those by force majeure."""
        at = self.place.get(account)
        if at is None:
            return 0
        running = self.running if has_act else self.forced
        return int(running[at, day_to] - running[at, day_from])

    def of_person(self, account: int, person: int, day_from: int, day_to: int) -> int:
        """Give the days away of one person in [from, to)."""
        span = (1 << day_to) - (1 << day_from)
        return (self.masks.get((account, person), 0) & span).bit_count()


def away(scene: Scene) -> Away:
    """Work out who was away; what cannot be counted is told."""
    given = scene.inputs.absences
    if not len(given):
        return Away()
    living = _living(scene, given)
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    masks: dict[tuple[int, int], int] = {}
    words: dict[int, list[str]] = defaultdict(list)
    for (account, person), rows in _by_person(given).items():
        counted = _counted(scene, given, rows)
        mask, force = _mask(scene, given, counted), _mask(scene, given, counted, force=True)
        if not mask:
            continue
        known = living.get(person, 0)
        if not mask & known:
            _tell_unknown(scene, account, given.words[rows[0]])
            continue
        masks[account, person] = mask & known
        found[account].append((mask & known, force & known))
        words[account] += [given.words[at] for at in counted if _mask(scene, given, [at])]
    return _summed(scene, found, masks, words)


def _by_person(given: Absences) -> dict[tuple[int, int], list[int]]:
    rows: dict[tuple[int, int], list[int]] = defaultdict(list)
    keys = zip(given.account.tolist(), given.person.tolist(), strict=True)
    for at, key in enumerate(keys):
        rows[key].append(at)
    return rows


def _living(scene: Scene, given: Absences) -> dict[int, int]:
    """Give the days on which each person is registered, as masks: owners do not live there."""
    until = given.spell_to
    if scene.inputs.rules.is_on("departure_day_counts"):
        until = until + (until < days.FAR)
    masks = days.mask(given.spell_from, until, month=scene.month)
    living: dict[int, int] = defaultdict(int)
    is_counted = (given.spell_kind != ResidentKind.OWNER) & _is_counted(scene, given, until)
    for at in np.flatnonzero(is_counted).tolist():
        living[int(given.spell_person[at])] |= int(masks[at])
    return living


def _is_counted(scene: Scene, given: Absences, until: Ints) -> Flags:
    """Tell the spells that are charged for: who is counted nowhere (staying.py) is not away.

    :param until: the end of each spell as it is counted
    """
    is_counted: Flags = np.asarray(given.spell_kind != ResidentKind.TEMPORARY, dtype=np.bool_)
    if is_counted.all():
        return is_counted
    people = staying(scene.inputs, scene.rows, Findings(), month=scene.month)
    at = np.flatnonzero(people.kind == ResidentKind.TEMPORARY)
    columns = (people.account[at], people.valid_from[at], people.valid_to[at])
    known = set(zip(*(column.tolist() for column in columns), strict=True))
    account_of = dict(zip(given.person.tolist(), given.account.tolist(), strict=True))
    for spell in np.flatnonzero(~is_counted).tolist():
        account = account_of.get(int(given.spell_person[spell]), -1)
        is_counted[spell] = (account, int(given.spell_from[spell]), int(until[spell])) in known
    return is_counted


def _counted(scene: Scene, given: Absences, rows: list[int]) -> list[int]:
    """Give the absences of one person that are long enough, those that overlap as one."""
    rules = scene.inputs.rules
    enough = rules.whole("absence_min_full_days")
    without = rules.is_on("absence_without_document")
    kept = [at for at in rows if without or given.is_documented[at]]
    for at in set(rows) - set(kept):
        if _mask(scene, given, [at]):
            scene.findings.warn(
                int(given.account[at]),
                f"отсутствие не учтено, документа нет: {given.words[at]}.",
                "Впишите документ на листе «Отсутствие».",
            )
    groups: list[tuple[int, list[int]]] = []
    for at in sorted(kept, key=lambda at: (int(given.left[at]), int(given.returned[at]))):
        if groups and int(given.left[at]) + 1 <= groups[-1][0]:
            end, members = groups[-1]
            groups[-1] = (max(end, int(given.returned[at])), [*members, at])
        else:
            groups.append((int(given.returned[at]), [at]))
    return [
        at
        for end, members in groups
        if end - int(given.left[members[0]]) - 1 >= enough
        for at in members
    ]


def _mask(scene: Scene, given: Absences, rows: list[int], *, force: bool = False) -> int:
    """Give the days of the month these absences cover."""
    months = scene.inputs.rules.whole("absence_advance_months")
    found = 0
    for at in rows:
        if force and not given.is_force[at]:
            continue
        since, until = int(given.left[at]) + 1, int(given.returned[at])
        if not given.is_documented[at]:
            until = min(until, _months_later(since, months))
        low, high = (
            min(max(day - scene.month.first, 0), scene.month.days) for day in (since, until)
        )
        if high > low:
            found |= (1 << high) - (1 << low)
    return found


def _months_later(day: int, months: int) -> int:
    start = days.of_number(day)
    year, month = divmod(start.year * _MONTHS + start.month - 1 + months, _MONTHS)
    last = calendar.monthrange(year, month + 1)[1]
    return days.number(date(year, month + 1, min(start.day, last)))


def _summed(
    scene: Scene,
    found: dict[int, list[tuple[int, int]]],
    masks: dict[tuple[int, int], int],
    words: dict[int, list[str]],
) -> Away:
    place = {account: at for at, account in enumerate(sorted(found))}
    size = scene.month.days
    daily = np.zeros((2, len(place), size + 1), dtype=np.int64)
    for account, at in place.items():
        for mask, force in found[account]:
            for day in range(size):
                daily[0, at, day + 1] += mask >> day & 1
                daily[1, at, day + 1] += force >> day & 1
    accounts = np.array(list(place), dtype=np.int64)
    everybody = daily[1, :, 1:] == scene.occupancy.counted[accounts]
    daily[1, :, 1:] *= everybody
    return Away(
        place=place,
        running=daily[0].cumsum(axis=1),
        forced=daily[1].cumsum(axis=1),
        masks=masks,
        note={one: scene.notes.add("; ".join(sorted(set(words[one])))) for one in place},
    )


def _tell_unknown(scene: Scene, account: int, words: str) -> None:
    scene.findings.warn(
        account,
        f"отсутствие не учтено, такого проживающего в эти дни нет: {words}.",
        "Сверьте ФИО и даты на листах «Отсутствие» и «Проживающие»:"
        " за того, кто в расчёте не участвует (собственник без регистрации, временно"
        " проживающий, которого не считают), не начислено и снимать нечего.",
    )
