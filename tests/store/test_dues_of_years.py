"""Dues of an account with five years of history: quick, and with the settings of its contracts."""

import time
from datetime import date

import pytest
from uuid_utils.compat import uuid7

from app.domain.allocation_scheme import PenaltyOrder, TimeBarred
from app.domain.period import Period
from app.store import dues
from app.store.engine import Engine
from app.store.reading import reading
from tests.fixtures.payers import Payers, settle

ON = date(2026, 11, 12)
MONTHS, SERVICES = 60, 9
P95_MS = 20
UNDER_LOAD = 5  # the machine of a test run is not alone


@pytest.fixture
def payers(engine: Engine) -> Payers:
    return settle(engine)


def _history(made: Payers, *, unpaid_from: Period) -> None:
    """Sixty months of charge runs, paid to the kopeck before `unpaid_from`, some corrected."""
    for place in range(SERVICES):
        code = f"у{place}"
        made.services[code] = uuid7()
        made.run(
            "insert into app.service (id, code, name, section, unit, position)"
            " values (%s, %s, %s, 'utility', 'м3', %s)",
            made.services[code], code, code, 10 + place,
        )  # fmt: skip
    for place in range(MONTHS):
        month = Period(2021, 12).plus(place)
        made.owe("1000", month, {"хвс": -50, "от": -70}, kind=3)
        made.run(
            "insert into app.balance (origin_period, account_id, service_id, contract_id,"
            " charged_kop, moved_kop, penalty_kop)"
            " select %s, %s, id, %s, 10000 + position, case when %s then -10000 - position else 0"
            " end, 0 from app.service where code not in ('хвс', 'от')",
            month.first_day, made.accounts["1000"], made.contracts["В-1"], month < unpaid_from,
        )  # fmt: skip


def test_dues_of_five_years_come_within_their_time(payers: Payers) -> None:
    _history(payers, unpaid_from=Period(2026, 8))
    took = []
    for _ in range(40):
        start = time.perf_counter()
        with reading(payers.engine) as snapshot:
            owed = dues.load(snapshot, "1000", on=ON)
        took.append((time.perf_counter() - start) * 1_000)

    assert len(set(owed.dues.origin_periods)) == MONTHS
    assert sorted(took)[int(len(took) * 0.95)] < P95_MS * UNDER_LOAD


def test_weights_of_old_months_are_charges_and_their_corrections(payers: Payers) -> None:
    _history(payers, unpaid_from=Period(2021, 12))

    with reading(payers.engine) as snapshot:
        owed = dues.load(snapshot, "1000", on=ON).dues

    weights = {
        (row.purpose.service_code, row.origin_period): row.charged_kop for row in owed.rows()
    }
    assert weights["у0", Period(2021, 12)] == 10_010
    assert weights["хвс", Period(2021, 12)] == -50


def test_a_contract_has_its_own_scheme_before_its_creditor_and_the_centre(payers: Payers) -> None:
    payers.owe("1000", Period(2026, 10), {"хвс": 100, "от": 100})
    payers.run(
        "insert into app.parameter (code, value) values ('распределение.давность', 'не гасить')"
    )
    payers.run(
        "insert into app.allocation_rule (contract_id, code, value, valid_from, actor, made_at)"
        " values (%s, 'распределение.пени', 'не гасить', '2026-01-01', 'тест', now())",
        payers.contracts["Т-2"],
    )
    payers.run(
        "insert into app.allocation_rule (creditor_id, code, value, valid_from, actor, made_at)"
        " select supplier_id, 'распределение.пени', 'сначала', '2026-01-01', 'тест', now()"
        " from app.contract"
    )

    with reading(payers.engine) as snapshot:
        scheme = dues.load(snapshot, "1000", on=ON).scheme
        before = dues.load(snapshot, "1000", on=date(2025, 12, 31)).scheme

    heat = scheme.of_contract(payers.contracts["Т-2"])
    water = scheme.of_contract(payers.contracts["В-1"])
    assert (heat.penalty, water.penalty) == (PenaltyOrder.NEVER, PenaltyOrder.FIRST)
    assert heat.time_barred is TimeBarred.NEVER
    assert before.own == ()
