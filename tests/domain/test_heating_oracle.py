"""Heating of random houses against the law in exact fractions, and what must hold of any house."""

from fractions import Fraction

from hypothesis import HealthCheck, Phase, given, settings

from app.domain import explanation, replay
from app.domain.charge_line import ChargeLine
from app.domain.charging import charge
from app.domain.service import Method
from tests.domain import oracle_heating
from tests.domain.oracle_heating import HouseOfHeat
from tests.domain.test_charging_oracle import stored
from tests.fixtures.calculator import check_steps
from tests.fixtures.charge_world import inputs_of
from tests.fixtures.random_heating import heated_houses
from tests.fixtures.soak import examples

_patient = settings(
    max_examples=examples(70, full=5_000),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def spoken(world, charges) -> list[tuple]:
    return sorted(
        (
            world.accounts[int(charges.account[at])].number,
            int(charges.day_from[at]),
            int(charges.day_to[at]),
            Fraction(int(charges.volume_mcu[at]), 10**6),
            Fraction(int(charges.price_mcr[at]), 10**6),
            Fraction(int(charges.amount_kop[at]), 100),
        )
        for at in range(len(charges))
    )


@_patient
@given(heated_houses())
def test_every_line_of_heat_is_what_the_law_comes_to(world):
    expected = sorted(oracle_heating.lines(world))

    assert spoken(world, charge(inputs_of(world))) == expected


@_patient
@given(heated_houses())
def test_parts_of_a_house_sum_to_its_volume(world):
    house = HouseOfHeat(world)
    total = house.house_volume()

    charges = charge(inputs_of(world))

    alone = world.rules.word("heating_negative_common") == "no"
    if total is not None and not alone:
        lines = len(charges)
        charged = Fraction(int(charges.volume_mcu.sum()), 10**6)
        assert abs(charged - total) <= Fraction(lines + 1, 2 * 10**6)


@_patient
@given(heated_houses(methods=(Method.HEATING,)))
def test_without_own_sources_and_meters_of_flats_it_is_the_share_of_area(world):
    flats = tuple(type(one)(**{**one.__dict__, "own_heat": False}) for one in world.flats)
    meters = tuple(one for one in world.meters if one.of_house)
    plain = world.but(flats=flats, meters=meters, heat_years=(), readings=tuple(
        one for one in world.readings if one.meter == "ОДПУ"
    ))  # fmt: skip
    house = HouseOfHeat(plain)
    total = house.house_volume()

    if total is not None:
        for part in house.parts():
            flat = next(one for one in flats if one.number == part.flat)
            assert part.volume == Fraction(flat.area) / house.s_ob * total
        assert spoken(plain, charge(inputs_of(plain))) == sorted(oracle_heating.lines(plain))


@_patient
@given(heated_houses())
def test_every_line_of_heat_comes_out_of_its_inputs_and_of_its_printed_formula(world):
    charges = charge(inputs_of(world))

    for at in range(len(charges)):
        kept = stored(charges, at)
        line = ChargeLine(
            account="1", period=world.period, origin_period=world.period, service="ОТ",
            service_name="Отопление", unit="Гкал", contract="Д-1", provider="УК", supplier=None,
            stored=kept,
        )  # fmt: skip
        assert replay.volume_mcu(kept) == kept.volume_mcu
        assert replay.amount_kop(kept) == kept.amount_kop
        if kept.slots[11] == 0:
            assert check_steps(explanation.steps(line)) == Fraction(kept.amount_kop, 100)
