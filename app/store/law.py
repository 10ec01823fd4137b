"""The law tables, and the administrator's rows before them, as the domain reads them.

payment_terms()            shipped tables alone, for desks and papers: answers for every year
due_terms(snapshot)        days of paying with the calendar, rules and choices of the centre
penalty_terms(snapshot)    rates, caps, schemes, moratoria and choices of the centre
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from uuid import UUID

from app import resources
from app.domain import law, penalty_law, period
from app.domain.calendar import WorkCalendar
from app.domain.law import Dated
from app.domain.penalty_law import AddedCap, AddedRate
from app.domain.penalty_settings import (
    CAP_CODE,
    CENTRE_DAY_CODE,
    DUE_CODES,
    PENALTY_CODES,
    due_settings,
    penalty_settings,
)
from app.domain.penalty_terms import PenaltyTerms
from app.domain.terms import DueRule, PaymentTerms
from app.store.reading import Snapshot

_PARAMETERS = """
select code, value from app.parameter
where code = any (%(codes)s::text[]) and valid_from <= %(on)s
  and (valid_to is null or %(on)s < valid_to)
"""
_DATED = """
select value, valid_from, valid_to from app.parameter where code = %(code)s order by valid_from
"""
_RULES = """
select rule.contract_id, rule.first_period, rule.day_of_month, rule.month_offset,
  contract.penalty_scheme = 'capital-repair' as is_repair
from app.due_rule as rule join app.contract on contract.id = rule.contract_id
"""


@cache
def payment_terms() -> PaymentTerms:
    """Give the terms of paying of the shipped tables; a year without calendar has ст. 112 alone."""
    return PaymentTerms(_table("payment"), _calendar().guessing())


def due_terms(snapshot: Snapshot, *, on: date) -> PaymentTerms:
    """Give the terms of paying as the centre has them on a day; strict about the calendar.

    :raises UnknownPenaltySetting: when a parameter means nothing
    """
    chosen = due_settings(
        _parameters(snapshot, DUE_CODES, on),
        centre_days=_dated(snapshot, CENTRE_DAY_CODE),
    )
    return PaymentTerms(
        _table("payment"),
        work_calendar(snapshot),
        settings=chosen,
        contract_rules=_due_rules(snapshot),
    )


def penalty_terms(snapshot: Snapshot, *, on: date) -> PenaltyTerms:
    """Give what penalties are reckoned by, as the centre has it on a day.

    :raises UnknownPenaltySetting: when a parameter means nothing
    :raises UnreadableLaw: when a cap among the parameters is no number
    """
    rates = snapshot.rows("select valid_from, rate_ppm from app.key_rate order by valid_from")
    caps = snapshot.rows(
        "select valid_from, valid_to, rate_ppm from app.penalty_cap order by valid_from"
    )
    return penalty_law.terms(
        _penalty_tables(),
        settings=penalty_settings(_parameters(snapshot, PENALTY_CODES, on)),
        added_rates=[AddedRate(row.valid_from, row.rate_ppm) for row in rates],
        added_caps=[
            *(
                AddedCap(one.valid_from, one.valid_to, _cap_ppm(one.value))
                for one in _dated(snapshot, CAP_CODE)
            ),
            *(AddedCap(row.valid_from, row.valid_to, row.rate_ppm) for row in caps),
        ],
    )


def work_calendar(snapshot: Snapshot) -> WorkCalendar:
    """Give the working calendar with the days the administrator set."""
    set_days = snapshot.rows("select day, is_working from app.calendar_day")
    return _calendar().with_days({row.day: row.is_working for row in set_days})


@cache
def _table(name: str) -> dict[str, tuple[Dated, ...]]:
    return law.table(resources.law_table(name))


@cache
def _calendar() -> WorkCalendar:
    return penalty_law.calendar(_table("calendar"))


def _penalty_tables() -> Mapping[str, tuple[Dated, ...]]:
    return _table("penalty") | _table("key_rate")


def _cap_ppm(value: str) -> int | None:
    return None if value.strip().lower() == "нет" else penalty_law.percent_ppm(value)


def _parameters(snapshot: Snapshot, codes: tuple[str, ...], on: date) -> dict[str, str]:
    rows = snapshot.rows(_PARAMETERS, codes=list(codes), on=on)
    return {row.code: row.value for row in rows}


def _dated(snapshot: Snapshot, code: str) -> tuple[Dated, ...]:
    rows = snapshot.rows(_DATED, code=code)
    return tuple(Dated(row.value, row.valid_from, row.valid_to, code) for row in rows)


def _due_rules(snapshot: Snapshot) -> dict[UUID, tuple[DueRule, ...]]:
    found: dict[UUID, tuple[DueRule, ...]] = {}
    for row in snapshot.rows(_RULES):
        rule = DueRule(
            period.of(row.first_period), row.day_of_month, row.month_offset, row.is_repair
        )
        found[row.contract_id] = (*found.get(row.contract_id, ()), rule)
    return found
