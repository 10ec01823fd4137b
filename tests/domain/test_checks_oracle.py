"""Random checks of meters against the text of the law, in exact fractions."""

from collections import defaultdict
from datetime import date
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain import days, explanation, replay
from app.domain.charging import Charges, charge
from app.domain.heat_failure import Failing, failed_heat
from app.domain.note import Notes
from app.domain.period import Period
from tests.cases.test_cases import line_of
from tests.domain import oracle_checks as oracle
from tests.fixtures.calculator import check_steps
from tests.fixtures.charge_world import House, Meter, Service, World, inputs_of
from tests.fixtures.check_world import HeatFailure
from tests.fixtures.random_checks import NORMS, PERIOD, PRICES, CheckedWorld, checked_worlds
from tests.fixtures.soak import examples

MONTH = oracle.days_of(PERIOD.year, PERIOD.month)
ONE = Fraction(1, 10**6)


def _patient(quick: int, *, full: int) -> settings:
    return settings(
        max_examples=examples(quick, full=full),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def half_up(value: Fraction, unit: Fraction) -> Fraction:
    parts = abs(value) / unit
    whole = parts.numerator // parts.denominator
    whole += 2 * (parts - whole) >= 1
    return (whole if value >= 0 else -whole) * unit


def expected(one: CheckedWorld) -> dict[tuple[str, str, str], Fraction]:
    """Volumes by account, service and method code."""
    result: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    for (account, service), dials in one.dials.items():
        persons = oracle.persons_by_day(
            MONTH,
            [(r.kind, r.since, r.until) for r in one.world.residents if r.account == account],
        )
        norm = Fraction(NORMS[service])
        counted, other = oracle.difference(
            *(Fraction(text) if text else None
              for text in (dials.previous, dials.consumer, dials.check))
        )  # fmt: skip
        bad = {
            day
            for event in one.world.interferences
            if event.meter == f"{account}-{service}"
            for day in oracle.tampered(MONTH, event.since, event.until, event.found)
        }
        sound = [day for day in MONTH if day not in bad]
        result[account, service, "IPU"] += counted * len(sound) / len(MONTH)
        result[account, service, "NORM10"] += oracle.tenfold(norm, persons, bad, len(MONTH))
        # The difference is of a sound meter with its seals (§61): not of days of interference.
        used_on = date(2026, 10, 20) if dials.consumer else date(2026, 9, 20)
        if not any(used_on <= day <= date(2026, 10, 25) for day in bad):
            result[account, service, "RECALC61"] += other
        for at in one.world.connections:
            if (at.account, at.service) != (account, service):
                continue
            through = oracle.connected(MONTH, at.since, at.until, at.found)
            if at.power:
                result[account, service, "PIPE62"] += oracle.by_power(Fraction(at.power), through)
            elif at.diameter:
                result[account, service, "PIPE62"] += oracle.by_pipe(Fraction(at.diameter), through)
            else:
                result[account, service, "NORM10"] += oracle.tenfold(
                    norm, persons, through, len(MONTH)
                )
    return result


def lines_of(world: World, charges: Charges):
    return [line_of(world, charges, at) for at in range(len(charges))]


@given(one=checked_worlds())
@_patient(60, full=1_500)
def test_volumes_of_checks_are_those_of_the_law(one: CheckedWorld) -> None:
    charges = charge(inputs_of(one.world))

    volumes: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    number: dict[tuple[str, str, str], int] = defaultdict(int)
    for line in lines_of(one.world, charges):
        key = line.account, line.service, line.method
        volumes[key] += Fraction(line.stored.volume_mcu, 10**6)
        number[key] += 1
    wanted = expected(one)
    assert charges.problems == []
    for key in volumes.keys() | wanted.keys():
        # Each line is rounded once, half up to six decimals.
        assert abs(volumes[key] - wanted[key]) <= ONE / 2 * max(number[key], 1), key


@given(one=checked_worlds())
@_patient(40, full=800)
def test_every_line_of_checks_is_its_volume_times_its_price_and_can_be_put_into_a_calculator(
    one: CheckedWorld,
) -> None:
    charges = charge(inputs_of(one.world))

    for line in lines_of(one.world, charges):
        stored = line.stored
        exact = Fraction(stored.volume_mcu, 10**6) * Fraction(PRICES[line.service])
        assert Fraction(stored.amount_kop, 100) == half_up(exact, Fraction(1, 100))
        assert replay.volume_mcu(stored) == stored.volume_mcu
        assert replay.amount_kop(stored) == stored.amount_kop
        assert check_steps(explanation.steps(line)) == Fraction(stored.amount_kop, 100)


@given(
    base=st.integers(1, 10**12),
    base_days=st.integers(28, 184),
    temperatures=st.tuples(st.integers(-4500, 1900), st.integers(-4500, 1900)),
)
@_patient(100, full=3_000)
def test_the_average_of_a_failing_heat_meter_is_that_of_the_law(
    base: int, base_days: int, temperatures: tuple[int, int]
) -> None:
    outside, before = temperatures
    failure = HeatFailure(
        "ОДПУ", Period(2025, 12).first_day, months=3, base_days=base_days,
        base=f"{base // 10**6}.{base % 10**6:06d}", base_temperature=f"{before / 100:.2f}",
        temperature=f"{outside / 100:.2f}",
    )  # fmt: skip
    world = World(
        period=Period(2026, 1),
        services=(Service("О", "heating", "heat", "Гкал"),),
        houses=(House("1"),),
        meters=(Meter("ОДПУ", "О", "1", of_house=True),),
        heat_failures=(failure,),
    )  # fmt: skip
    notes = Notes()

    failed = failed_heat(inputs_of(world), notes, month=days.month_of(world.period))

    exact = oracle.failing_heat(
        Fraction(base, 10**6), base_days, 31, inside=Fraction(20),
        outside=Fraction(outside, 100), base_outside=Fraction(before, 100),
    )  # fmt: skip
    assert failed.state.tolist() == [Failing.AVERAGE]
    assert Fraction(int(failed.volume_mcu[0]), 10**6) == half_up(exact, ONE)
    assert "средний объём" in notes.known[int(failed.note[0])]
