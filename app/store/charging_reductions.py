"""What lowers the payments of some houses: absences, acts, benefits; read only where some are."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain import days
from app.domain.charge_inputs import ChargeInputs
from app.domain.occupancy import RESIDENT_CODES
from app.domain.reduction_inputs import (
    BREACH_CODES,
    MINUTES_PER_DAY,
    Absences,
    Acts,
    Benefits,
)
from app.store.charging_catalogue import Catalogue
from app.store.charging_places import About, Addition, Places
from app.store.reading import Snapshot

_OF_HOUSES = """
from app.premises join app.account on account.premises_id = premises.id
"""
_TOUCHES = """valid_from < %(end)s and coalesce({table}.valid_to, 'infinity') > %(first)s"""
_THERE = f"""
select
  exists (
    select 1 {_OF_HOUSES} join app.absence on absence.account_id = account.id
    where premises.house_id = any (%(houses)s)
      and absence.left_on < %(end)s and absence.returned_on > %(first)s
  ) as has_absences,
  exists (
    select 1 from app.act where act.starts_at < %(end)s and act.ends_at > %(first)s
      and (act.house_id = any (%(houses)s) or act.account_id in (
        select account.id {_OF_HOUSES} where premises.house_id = any (%(houses)s)
      ))
  ) as has_acts,
  exists (
    select 1 from app.benefit where benefit.{_TOUCHES.format(table="benefit")}
  ) as has_benefits
"""
# All absences of who is away in the month: those that overlap count as one, however long ago.
_ABSENCES = f"""
select account.id::text as account, absence.name, absence.left_on, absence.returned_on,
  coalesce(absence.application, '') as application, coalesce(absence.document, '') as document
{_OF_HOUSES} join app.absence on absence.account_id = account.id
where premises.house_id = any (%(houses)s) and exists (
  select 1 from app.absence as near where near.account_id = account.id
    and near.left_on < %(end)s and near.returned_on > %(first)s
)
order by account.number, absence.name, absence.left_on
"""
_SPELLS = f"""
select account.id::text as account, resident.name, resident.kind,
  resident.valid_from, resident.valid_to
{_OF_HOUSES} join app.resident on resident.account_id = account.id
where premises.house_id = any (%(houses)s) and account.id::text = any (%(accounts)s)
  and resident.{_TOUCHES.format(table="resident")}
order by account.number, resident.name, resident.valid_from
"""
_ACT = """act.breach, act.starts_at, act.ends_at, coalesce(act.indicator, '') as indicator,
  coalesce(act.number, '') as number, act.dated, service.code as service"""
_ACTS = f"""
with touching as (
  select act.* from app.act where act.starts_at < %(end)s and act.ends_at > %(first)s
)
select house.id::text as house, '' as account, {_ACT}
from touching as act join app.service on service.id = act.service_id
join app.house on house.id = act.house_id
where act.house_id = any (%(houses)s) and act.entrance is null
union all
select '', account.id::text, {_ACT}
from touching as act join app.service on service.id = act.service_id
join app.premises on premises.house_id = act.house_id
join app.premises_version as version on version.premises_id = premises.id
  and version.entrance = act.entrance and version.valid_from <= act.starts_at::date
  and coalesce(version.valid_to, 'infinity') > act.starts_at::date
join app.account on account.premises_id = premises.id
where act.house_id = any (%(houses)s)
union all
select '', account.id::text, {_ACT}
{_OF_HOUSES} join touching as act on act.account_id = account.id
join app.service on service.id = act.service_id
where premises.house_id = any (%(houses)s)
order by service, starts_at, ends_at, breach, number, indicator, account
"""
_KINDS = f"""
select benefit.code, benefit.name, benefit.percent_ppm, benefit.service_codes,
  coalesce(benefit.area_norm_cm2, -1) as area_norm, benefit.within_norm, benefit.for_family,
  benefit.valid_from, benefit.valid_to
from app.benefit where benefit.{_TOUCHES.format(table="benefit")}
order by benefit.code, benefit.valid_from
"""
# A debt confirmed by a court stops the benefit (ЖК РФ, ст. 160); the account says so itself.
_HOLDERS = f"""
select account.id::text as account, resident.name, resident.kind, resident.benefit_code as code,
  resident.valid_from, resident.valid_to, account.characteristics ->> %(court_debt)s as court_debt
{_OF_HOUSES} join app.resident on resident.account_id = account.id
where premises.house_id = any (%(houses)s) and resident.benefit_code is not null
  and resident.{_TOUCHES.format(table="resident")}
order by account.number, resident.name, resident.valid_from
"""
_CAPITAL_REPAIR = "select code from app.service where section = 'capital-repair'"
COURT_DEBT = "Долг по решению суда"
_YES = ("да", "1", "true")
_DAY = re.compile(r"(?:с )?([0-9]{2})\.([0-9]{2})\.([0-9]{4})")
_FORCE_MAJEURE = "непреодолим"


@dataclass(slots=True)
class _Persons:
    """Numbers of people: the same name on the same account is the same person."""

    known: dict[tuple[str, str], int] = field(default_factory=dict)

    def number(self, account: str, name: str) -> int:
        plain = " ".join(name.casefold().replace("ё", "е").split())
        return self.known.setdefault((account, plain), len(self.known))


def ask(snapshot: Snapshot, _catalogue: Catalogue, about: About) -> Addition:
    """Ask whether anything lowers the payments of these houses; read it where something does."""
    kinds = ("has_absences", "has_acts", "has_benefits")
    asked = snapshot.ask(_THERE, about, kinds=dict.fromkeys(kinds, "bool"), is_set=True)

    def add(inputs: ChargeInputs, at: Places) -> ChargeInputs:
        there = asked.columns()
        if not any(there[kind].any() for kind in kinds):
            return inputs
        persons = _Persons()
        by_house, by_account = _by_text(at.houses), _by_text(at.accounts)
        codes = {code: place for place, code in enumerate(inputs.services.code)}
        result = inputs
        if there["has_absences"].any():
            result = replace(result, absences=_absences(snapshot, about, by_account, persons))
        if there["has_acts"].any():
            result = replace(result, acts=_acts(snapshot, about, codes, (by_house, by_account)))
        if there["has_benefits"].any():
            benefits = _benefits(snapshot, about, codes, by_account, persons)
            result = replace(result, benefits=benefits)
        return result

    return add


def _by_text(index: dict[bytes, int]) -> dict[str, int]:
    """Give the places by keys as texts of the database."""

    def text(key: bytes) -> str:
        plain = key.hex()
        return "-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))

    return {text(key): place for key, place in index.items()}


def _ints(values: Iterable[int]) -> NDArray[np.int64]:
    return np.array(list(values), dtype=np.int64)


def _day(one: date | None) -> int:
    return days.FAR if one is None else days.number(one)


def _minute(one: datetime) -> int:
    return days.number(one.date()) * MINUTES_PER_DAY + one.hour * 60 + one.minute


def _absences(
    snapshot: Snapshot, about: About, accounts: dict[str, int], persons: _Persons
) -> Absences:
    found = [one for one in snapshot.rows(_ABSENCES, **about) if one.account in accounts]
    known = sorted({one.account for one in found})
    spells = snapshot.rows(_SPELLS, **about, accounts=known)
    return Absences(
        account=_ints(accounts[one.account] for one in found),
        person=_ints(persons.number(one.account, one.name) for one in found),
        left=_ints(days.number(one.left_on) for one in found),
        returned=_ints(days.number(one.returned_on) for one in found),
        is_documented=_ints(bool(one.document.strip()) for one in found),
        is_force=_ints(
            _FORCE_MAJEURE in f"{one.document} {one.application}".casefold() for one in found
        ),
        words=[_absence_words(one) for one in found],
        spell_person=_ints(persons.number(one.account, one.name) for one in spells),
        spell_kind=_ints(RESIDENT_CODES[one.kind] for one in spells),
        spell_from=_ints(days.number(one.valid_from) for one in spells),
        spell_to=_ints(_day(one.valid_to) for one in spells),
    )


def _absence_words(one: Any) -> str:
    words = f"{one.name}, убыл {one.left_on:%d.%m.%Y}, прибыл {one.returned_on:%d.%m.%Y}"
    application = f", заявление {one.application}" if one.application else ""
    document = f", документ {one.document}" if one.document else ""
    return f"{words}{application}{document}"


def _acts(
    snapshot: Snapshot,
    about: About,
    codes: dict[str, int],
    places: tuple[dict[str, int], dict[str, int]],
) -> Acts:
    houses, accounts = places
    found = [
        one
        for one in snapshot.rows(_ACTS, **about)
        if one.house in houses or one.account in accounts
    ]
    return Acts(
        name=[_act_words(one) for one in found],
        service=_ints(codes[one.service] for one in found),
        house=_ints(houses.get(one.house, -1) for one in found),
        account=_ints(accounts.get(one.account, -1) for one in found),
        breach=_ints(BREACH_CODES[one.breach] for one in found),
        starts=_ints(_minute(one.starts_at) for one in found),
        ends=_ints(_minute(one.ends_at) for one in found),
        indicator=[one.indicator for one in found],
    )


def _act_words(one: Any) -> str:
    number = f" № {one.number}" if one.number else ""
    dated = f" от {one.dated:%d.%m.%Y}" if one.dated else ""
    return f"акт{number}{dated}"


def _benefits(
    snapshot: Snapshot,
    about: About,
    codes: dict[str, int],
    accounts: dict[str, int],
    persons: _Persons,
) -> Benefits:
    people = snapshot.rows(_HOLDERS, **about, court_debt=COURT_DEBT)
    people = [
        one
        for one in people
        if one.account in accounts and _until(one) > days.number(one.valid_from)
    ]
    if not people:
        return Benefits()
    kinds = snapshot.rows(_KINDS, **about)
    repair = {row.code for row in snapshot.rows(_CAPITAL_REPAIR)}
    covered = [
        (kind, codes[code])
        for kind, one in enumerate(kinds)
        for code in dict.fromkeys(one.service_codes)
        if code in codes
    ]
    held = _held(kinds, people)
    return Benefits(
        name=[f"{one.name} ({one.code})" for one in kinds],
        percent_ppm=_ints(one.percent_ppm for one in kinds),
        area_norm_cm2=_ints(one.area_norm for one in kinds),
        within_norm=_ints(one.within_norm for one in kinds),
        for_family=_ints(one.for_family for one in kinds),
        covered_kind=_ints(kind for kind, _ in covered),
        covered_service=_ints(service for _, service in covered),
        holder_kind=_ints(kind for kind, _ in held),
        holder_account=_ints(accounts[one.account] for _, one in held),
        holder_person=_ints(persons.number(one.account, one.name) for _, one in held),
        holder_living=_ints(RESIDENT_CODES[one.kind] for _, one in held),
        holder_from=_ints(
            days.number(max(kinds[kind].valid_from, one.valid_from)) for kind, one in held
        ),
        holder_to=_ints(min(_day(kinds[kind].valid_to), _until(one)) for kind, one in held),
        is_capital_repair=_ints(code in repair for code in codes),
    )


def _held(kinds: Sequence[Any], people: Sequence[Any]) -> list[tuple[int, Any]]:
    """Join people with the versions of their kind that share days with them."""
    by_code: dict[str, list[int]] = {}
    for kind, one in enumerate(kinds):
        by_code.setdefault(one.code, []).append(kind)
    return [
        (kind, one)
        for one in people
        for kind in by_code.get(one.code, ())
        if _day(kinds[kind].valid_to) > days.number(one.valid_from)
        and _until(one) > days.number(kinds[kind].valid_from)
    ]


def _until(one: Any) -> int:
    """Give the day a person's benefit ends: of leaving, or of a debt confirmed by a court.

    The account says «да», or the day from which: months before it keep the benefit.
    """
    told = (one.court_debt or "").strip().casefold()
    if told in _YES:
        return days.number(one.valid_from)
    found = _DAY.fullmatch(told)
    if not found:
        return _day(one.valid_to)
    day, month, year = (int(part) for part in found.groups())
    try:
        return min(_day(one.valid_to), days.number(date(year, month, day)))
    except ValueError:
        return _day(one.valid_to)
