"""Meters that were merely not read: their columns are what the walk of each one alone gives."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.domain import days, law, meter, meter_lives
from app.domain.average import History, month_number
from app.domain.charge_inputs import ChargeInputs
from app.domain.charging import Charges, charge
from app.domain.meter import METER_ZONES, SOURCE_RANKS, Readings, Spans
from app.domain.meter_lives import Lives, lives
from app.domain.money import MILLION
from app.domain.period import Period
from app.domain.service import Method
from app.store.charging_catalogue import charging_law
from tests.fixtures.charge_world import (
    LONG_AGO,
    Account,
    Assignment,
    Charged,
    Flat,
    House,
    Meter,
    Norm,
    Reading,
    Resident,
    Service,
    Tariff,
    World,
    inputs_of,
)
from tests.fixtures.random_estimates import worlds
from tests.fixtures.soak import examples

_patient = settings(
    max_examples=examples(150, full=10_000),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
_PERIOD = Period(2026, 10)
_CUT = date(2026, 10, 15)
_PRICES = (
    (Tariff("У", "5"),),
    (Tariff("У", "5", until=_CUT), Tariff("У", "6", since=_CUT)),
)
_SETTINGS = (
    {},
    {"показание_после_среднего": "перезапуск"},
    {"среднее.доначисление_норматива": "нет"},
    {"среднее.месяцев_минимум": "1"},
    {"среднее.месяцев_базы": "3"},
)


@st.composite
def stocks(draw) -> ChargeInputs:
    """Meters of all zones with dials, most of them in order, some as no centre has them."""
    flats = [str(number) for number in range(1, 7)]
    meters = tuple(
        Meter(
            one, "У", "1", one, zones=draw(st.integers(1, 3)), ratio=draw(st.sampled_from("112")),
            digits=draw(st.sampled_from([None, 2, 2, 5])), installed=LONG_AGO,
        )
        for one in flats
    )  # fmt: skip
    world = World(
        period=_PERIOD,
        services=(Service("У", Method.POWER, "power"),),
        tariffs=draw(st.sampled_from(_PRICES)),
        charged=tuple(
            Charged(one, "У", _PERIOD.plus(-back), str(draw(st.integers(0, 9))))
            for one in flats
            for back in range(1, 5)
        ),
        norms=(Norm("У", "person", "50"),),
        houses=(House("1"),),
        flats=tuple(
            Flat("1", one, "40", kind="non-residential" if one == "6" else "flat") for one in flats
        ),
        accounts=tuple(Account(one, "1", one) for one in flats),
        residents=tuple(Resident(one) for one in flats),
        assignments=(Assignment("У", house="1"),),
        meters=meters,
        readings=(),
        rules=law.rules(
            charging_law(), draw(st.sampled_from(_SETTINGS)), on=_PERIOD.last_day
        ),
    )  # fmt: skip
    inputs = inputs_of(world)
    first = days.number(_PERIOD.first_day)
    installed = [
        draw(st.just(days.number(LONG_AGO)) | st.integers(first - 400, first + 20)) for _ in flats
    ]
    verified = [draw(st.just(days.FAR) | st.integers(first - 40, first + 80)) for _ in flats]
    rows = [
        row
        for which, one in enumerate(meters)
        for row in draw(dials(which, one, installed=installed[which]))
    ]
    now = month_number(_PERIOD.first_day)
    columns = np.array(rows, dtype=np.int64).reshape(-1, 7)
    before, of_now = columns[columns[:, 2] < now], columns[columns[:, 2] >= now]
    # The last dial before the period is read for every meter, in the history or not.
    known = np.concatenate([before[draw(st.integers(0, 3)) :], of_now])
    names = ("meter", "zone", "month", "taken_on", "rank", "is_volume", "value_mcu")
    return replace(
        inputs,
        meters=replace(
            inputs.meters, installed=np.array(installed), verified_to=np.array(verified)
        ),
        history=History(*before.T),
        readings=Readings(
            **dict(zip(names, known.T, strict=True)),
            in_period=(known[:, 2] >= now).astype(np.int64),
        ),
    )


@st.composite
def dials(draw, which: int, of: Meter, *, installed: int) -> list[tuple[int, ...]]:
    """Dials of a year: months without one, several in a month, backward, initial, volumes."""
    now = month_number(_PERIOD.first_day)
    is_orderly = draw(st.integers(0, 3)) > 0
    rows = []
    turns_at = 10**of.digits if of.digits else 10**9
    values = {zone: draw(st.sampled_from([20, 75, 90, 95])) for zone in METER_ZONES[of.zones]}
    if draw(st.booleans()):
        month = month_number(days.of_number(installed))
        month -= 0 if is_orderly else draw(st.integers(0, 1))
        rows += [
            (which, int(zone), month, installed, 0, 0, value * MILLION)
            for zone, value in values.items()
            if is_orderly or draw(st.booleans())
        ]
    gap = draw(st.sampled_from([0, 1, 1, 2, 2, 3, 4]))
    for back in range(draw(st.integers(0, 16)), -1, -1):
        if draw(st.integers(0, 6)) == 0 or 0 < back <= gap:
            continue
        if back == 0 and draw(st.booleans()):
            continue
        start = days.number(_PERIOD.plus(-back).first_day)
        on = start + draw(st.integers(0, 27))
        for zone in METER_ZONES[of.zones]:
            if on <= installed and is_orderly:
                continue
            if draw(st.integers(0, 30)) == 0:
                continue
            values[zone] += draw(st.integers(0 if is_orderly else -3, 4))
            rank, is_volume = 1, 0
            if not is_orderly:
                on = max(on + draw(st.integers(-20, 20)), installed)
                rank = draw(st.sampled_from(sorted(SOURCE_RANKS.values())))
                is_volume = int(draw(st.integers(0, 20)) == 0)
            value = abs(values[zone]) % turns_at * MILLION + draw(st.integers(0, 2))
            rows.append((which, int(zone), now - back, on, rank, is_volume, value))
    return rows


def of_stock(inputs: ChargeInputs) -> tuple[Lives, list[int]]:
    """Give how the meters stand, and which were unusual to begin with."""
    month = days.month_of(inputs.period)
    known = meter.found(inputs.meters, inputs.readings, month=month)
    unusual = meter.unusual(inputs.meters, inputs.meter_events, known, month=month)
    return lives(inputs, known, month=month), np.flatnonzero(unusual).tolist()


def check(inputs: ChargeInputs) -> int:
    """Compare every unusual meter with its walk; give how many of them were columns."""
    found, unusual = of_stock(inputs)
    rows = []
    for which in unusual:
        walked = found.stander(which).life()

        assert found.life(which) == walked
        assert bool(found.is_unusual[which]) == (walked is not None)
        if walked is None:
            continue
        norm = (1 << walked.norm_to) - (1 << walked.norm_from)
        assert found.norm_days[which] == norm
        # A cut at the ends of the month cuts nothing.
        ends = {end for one in walked.pieces for end in (one.day_from, one.day_to)}
        inner = sum(1 << end for end in ends if 0 < end < inputs.period.days)
        full = days.month_of(inputs.period).full & ~1
        assert found.cuts().get(which, 0) & full == (inner if len(walked.pieces) > 1 else 0)
        if not walked.doubt:
            zones = found.stander(which).of.zones
            rows += [
                (which, int(zones[one.zone]), one.day_from, one.day_to, one.previous_mcu,
                 one.current_mcu, one.turn_mcu, one.ratio_mcu, one.previous_on, one.current_on,
                 int(one.kind), one.parts)
                for one in walked.pieces if one.day_from < one.day_to
            ]  # fmt: skip
    spans = found.spans()
    columns = np.array([getattr(spans, name) for name in Spans.__slots__]).T
    assert sorted(map(tuple, columns.tolist())) == sorted(rows)
    return 0 if found.gaps is None else len(found.gaps.which)


@_patient
@given(stocks())
def test_a_plain_gap_is_what_the_walk_gives(inputs):
    check(inputs)


@_patient
@given(worlds())
def test_plain_gaps_beside_meters_with_events_are_what_the_walk_gives(world):
    check(inputs_of(world))


def walked_one_by_one(inputs: ChargeInputs) -> Charges:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(meter_lives, "plain_gaps", lambda *_: None)
        return charge(inputs)


@_patient
@given(st.one_of(stocks(), worlds().map(inputs_of)))
def test_charges_by_columns_are_the_charges_of_the_walk(inputs):
    by_columns, by_walk = charge(inputs), walked_one_by_one(inputs)

    for name in Charges.__slots__:
        one, other = getattr(by_columns, name), getattr(by_walk, name)
        if isinstance(one, np.ndarray):
            assert np.array_equal(one, other), name
        elif name in ("notes", "problems"):
            assert one == other, name


@pytest.mark.parametrize(
    ("silent", "expected"), [(1, "average"), (3, "average"), (4, "norm"), (0, "late")]
)
def test_an_ordinary_silence_is_in_columns(silent, expected):
    meters = (Meter("1", "У", "1", "1", zones=1),)
    now = month_number(_PERIOD.first_day)
    months = [back for back in range(silent or 1, 10) if silent or back > 2]
    world = World(
        period=_PERIOD,
        services=(Service("У", Method.METER_OR_NORM, "cold"),),
        houses=(House("1"),),
        flats=(Flat("1", "1", "40"),),
        accounts=(Account("1", "1", "1"),),
        meters=meters,
        readings=tuple(
            Reading("1", _PERIOD.plus(-back).last_day, str(100 - back))
            for back in (*months, *([] if silent else [0]))
        ),
    )

    found, unusual = of_stock(inputs_of(world))

    assert unusual == [0]
    assert found.lives == {}
    life = found.life(0)
    assert (life.base is not None, life.norm_to > 0, life.late_to == now) == (
        expected == "average", expected == "norm", expected == "late"
    )  # fmt: skip


def test_a_reading_of_a_month_before_the_meter_was_installed_stands_for_no_month():
    installed = date(2026, 5, 1)
    world = World(
        period=_PERIOD,
        services=(Service("У", Method.METER_OR_NORM, "cold"),),
        houses=(House("1"),),
        flats=(Flat("1", "1", "40"),),
        accounts=(Account("1", "1", "1"),),
        meters=(Meter("1", "У", "1", "1", installed=installed),),
        readings=(
            Reading("1", installed, "1", source="initial"),
            Reading("1", date(2026, 5, 2), "2", period=Period(2026, 4)),
            *(Reading("1", date(2026, month, 20), str(month)) for month in range(5, 10)),
        ),
    )

    found, unusual = of_stock(inputs_of(world))

    assert unusual == [0]
    assert found.life(0).base.words.startswith("05.2026: 3; 06.2026: 1")
