"""Meters without a reading against the law in exact fractions; what holds whatever comes."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from app.domain import days, explanation, metering, replay, situation
from app.domain.charging import Charges, charge
from app.domain.house_volumes import HouseVolumes, VolumeKind
from app.domain.ledger import EntryKind
from app.domain.period import Period
from app.domain.service import Method
from tests.cases.test_cases import line_of
from tests.domain import oracle_estimates as oracle
from tests.domain.test_charging_oracle import stored
from tests.fixtures.calculator import check_steps
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
from tests.fixtures.random_estimates import OTHER_FLAT, SERVICE, thousandths, worlds
from tests.fixtures.soak import examples

_patient = settings(
    max_examples=examples(50, full=4_000),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def of_account(world: World, charges: Charges, account: str) -> list[oracle.Line]:
    at = next(n for n, one in enumerate(world.accounts) if one.number == account)
    return [
        oracle.Line(
            int(charges.day_from[row]),
            int(charges.day_to[row]),
            Fraction(int(charges.volume_mcu[row]), 10**6),
            EntryKind(int(charges.kind[row])).name.lower(),
        )
        for row in range(len(charges))
        if charges.account[row] == at
    ]


@_patient
@given(worlds())
def test_every_flat_is_charged_as_the_law_comes_to(world):
    charges = charge(inputs_of(world))

    compared = 0
    for account in world.accounts:
        try:
            expected = oracle.lines(
                world, account.number, is_residential=account.number != OTHER_FLAT
            )
        except oracle.Skip:
            continue
        compared += 1
        assert of_account(world, charges, account.number) == expected, account.number
    assume(compared)


@_patient
@given(worlds())
def test_every_line_comes_out_again_and_can_be_put_into_a_calculator(world):
    charges = charge(inputs_of(world))

    for at in range(len(charges)):
        line = stored(charges, at)
        assert replay.volume_mcu(line) == line.volume_mcu
        assert replay.amount_kop(line) == line.amount_kop
        steps = explanation.steps(line_of(world, charges, at))
        assert check_steps(steps) == Fraction(line.amount_kop, 100), steps


@_patient
@given(worlds())
def test_flats_together_are_charged_like_each_alone(world):
    together = charge(inputs_of(world))

    for account in world.accounts:
        own = {one.code for one in world.meters if one.flat == account.flat}
        alone = world.but(
            accounts=(account,),
            flats=tuple(one for one in world.flats if one.number == account.flat),
            residents=tuple(one for one in world.residents if one.account == account.number),
            meters=tuple(one for one in world.meters if one.code in own),
            readings=tuple(one for one in world.readings if one.meter in own),
            charged=tuple(one for one in world.charged if one.account == account.number),
        )
        assert of_account(alone, charge(inputs_of(alone)), account.number) == of_account(
            world, together, account.number
        )


def town(readings: tuple[Reading, ...], period: Period, charged: list[Charged], *, meters: int,
         shares: int) -> World:  # fmt: skip
    """One flat, its accounts with equal shares, its meters of the flat."""
    accounts = [str(nth) for nth in range(1, shares + 1)]
    return World(
        period=period,
        services=(Service(SERVICE, Method.METER_OR_NORM, "cold"),),
        tariffs=(Tariff(SERVICE, "40"),),
        norms=(Norm(SERVICE, "person", "4.5"),),
        houses=(House("1"),),
        flats=(Flat("1", "1", "50"),),
        accounts=tuple(
            Account(one, "1", "1", shares=((LONG_AGO, 1, shares),)) for one in accounts
        ),
        residents=tuple(Resident(one) for one in accounts),
        assignments=(Assignment(SERVICE, house="1"),),
        meters=tuple(Meter(f"П{nth}", SERVICE, "1", "1") for nth in range(meters)),
        readings=tuple(
            one for one in readings if one.on < period.end
        ),
        charged=tuple(charged),
    )  # fmt: skip


@settings(max_examples=examples(25, full=2_000), deadline=None,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(
    used=st.lists(st.tuples(st.integers(0, 9_000), st.booleans()), min_size=4, max_size=14),
    more=st.lists(st.tuples(st.integers(0, 9_000), st.booleans()), min_size=14, max_size=14),
    meters=st.integers(1, 2),
    shares=st.integers(1, 3),
)
def test_what_was_charged_over_the_gaps_and_after_them_is_the_difference_of_the_readings(
    used, more, meters, shares
):
    """Averages, norms after silence and late readings: in the end everything consumed, no more."""
    start = Period(2025, 9)
    by_meter = [used, more[: len(used)]][:meters]
    readings = [Reading(f"П{nth}", start.first_day.replace(day=20), "100") for nth in range(meters)]
    for nth, months in enumerate(by_meter):
        value = 100_000
        for place, (volume, is_given) in enumerate(months, start=1):
            value += volume
            if is_given or place == len(months):
                on = start.plus(place).first_day.replace(day=20)
                readings.append(Reading(f"П{nth}", on, thousandths(value)))
    consumed = sum(volume for months in by_meter for volume, _ in months)
    charged: list[Charged] = []

    for place in range(1, len(used) + 1):
        period = start.plus(place)
        world = town(tuple(readings), period, charged, meters=meters, shares=shares)
        charges = charge(inputs_of(world))
        assert not charges.problems
        for at in plain_rows(charges):
            number = world.accounts[int(charges.account[at])].number
            volume = int(charges.volume_mcu[at])
            sign = "-" if volume < 0 else ""
            text = f"{sign}{abs(volume) // 10**6}.{abs(volume) % 10**6:06d}"
            charged.append(Charged(number, SERVICE, period, text))

    total = sum(Fraction(one.volume) for one in charged)
    assert total == Fraction(consumed, 1000), float(total - Fraction(consumed, 1000))


def plain_rows(charges: Charges) -> list[int]:
    """Rows that are no excess of a raising factor."""
    return [at for at in range(len(charges)) if charges.kind[at] != EntryKind.RAISING]


def test_a_gap_of_two_meters_at_once_is_shared_by_their_averages():
    """Both silent in October, the first read again in November: of 9 charged, 3 were its own."""
    readings = [
        Reading(f"П{nth}", date(2026, 6 + month, 20), str(each * month))
        for nth, each in enumerate((3, 6))
        for month in range(4)
    ]
    readings.append(Reading("П0", date(2026, 11, 20), "15"))
    charged = [Charged("1", SERVICE, Period(2026, 10), "9")]
    world = town(tuple(readings), Period(2026, 11), charged, meters=2, shares=1)

    charges = charge(inputs_of(world))

    assert of_account(world, charges, "1") == [oracle.Line(0, 30, Fraction(15 - 9 - 3 + 6))]


def house_world(period: Period, months: int) -> World:
    """A house meter of 100 a month up to September, so many months of it with readings."""
    start = Period(2026, 9).plus(-months)
    return World(
        period=period,
        services=(Service(SERVICE, Method.METER_OR_NORM, "cold"),),
        tariffs=(Tariff(SERVICE, "40"),),
        norms=(Norm(SERVICE, "person", "4.5"),),
        houses=(House("1"),),
        flats=(Flat("1", "1", "50"),),
        accounts=(Account("1", "1", "1"),),
        residents=(Resident("1"),),
        assignments=(Assignment(SERVICE, house="1"),),
        meters=(Meter("ОДПУ", SERVICE, "1", of_house=True),),
        readings=tuple(
            Reading("ОДПУ", start.plus(nth).first_day.replace(day=25), str(100 * nth))
            for nth in range(months + 1)
        ),
    )


def house_volumes_of(world: World) -> HouseVolumes:
    inputs = inputs_of(world)
    month = days.month_of(world.period)
    consumers = metering.consumers(inputs, month=month)
    rows = situation.rows(inputs, month=month)
    soft = rows.active * 0
    return metering.metering(inputs, consumers, rows, soft=soft, month=month).house_volumes


@pytest.mark.parametrize(("month", "months", "kind", "volume"), [
    (9, 8, VolumeKind.READING, 100),
    (10, 8, VolumeKind.AVERAGE, 100),
    (12, 8, VolumeKind.AVERAGE, 100),
    (10, 5, VolumeKind.NONE, 0),
])  # fmt: skip
def test_a_house_meter_goes_by_its_average_of_six_months_for_three_periods(
    month, months, kind, volume
):
    found = house_volumes_of(house_world(Period(2026, month), months))

    assert (int(found.kind[0]), int(found.volume_mcu[0])) == (kind, volume * 10**6)


def test_after_three_periods_a_house_has_no_volume_by_its_meter():
    found = house_volumes_of(house_world(Period(2027, 1), 8))

    assert int(found.kind[0]) == VolumeKind.NONE
    assert int(found.periods[0]) == 4
    assert "4-й период" in found.why[0]


def test_averages_of_a_house_come_off_its_next_reading():
    """Read 0 … 800 to September, nothing for two months, 1 150 in December: 350 − 100 − 100."""
    world = house_world(Period(2026, 12), 8)
    late = Reading("ОДПУ", date(2026, 12, 25), "1150")

    found = house_volumes_of(world.but(readings=(*world.readings, late)))

    assert (int(found.kind[0]), int(found.volume_mcu[0])) == (VolumeKind.READING, 150_000_000)
