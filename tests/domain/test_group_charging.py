"""Group meters of random houses against exact fractions, and what must always hold."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from hypothesis import HealthCheck, given, settings

from app.domain import explanation, replay
from app.domain.basis import Basis
from app.domain.charge_line import ChargeLine
from app.domain.charging import Charges, charge
from app.domain.service import Method
from tests.domain.oracle_group_meters import outcome
from tests.domain.test_charging_oracle import stored
from tests.fixtures.calculator import check_steps
from tests.fixtures.charge_world import (
    Account,
    Assignment,
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
from tests.fixtures.group_world import GroupMember, shown
from tests.fixtures.random_groups import PERIOD, SERVICE, blocks, world_of
from tests.fixtures.soak import examples

_patient = settings(
    max_examples=examples(60, full=5_000), deadline=None, suppress_health_check=list(HealthCheck)
)
_GROUP = (Basis.GROUP_SHARE, Basis.GROUP_COMMON)
MCU = 10**6


def volumes_of(world: World, charges: Charges, *, of_group: bool) -> dict[str, Fraction]:
    result: dict[str, Fraction] = {}
    for at in range(len(charges)):
        if (Basis(int(charges.basis[at])) in _GROUP) is of_group:
            number = world.accounts[int(charges.account[at])].number
            volume = Fraction(int(charges.volume_mcu[at]), MCU)
            result[number] = result.get(number, Fraction(0)) + volume
    return result


@_patient
@given(blocks())
def test_own_volumes_and_parts_are_what_the_words_come_to(block):
    block = replace(
        block, fixed=block.fixed if any(f.is_member for f in block.flats) else Fraction(1)
    )
    world, expected = world_of(block), outcome(block)

    charges = charge(inputs_of(world))

    own = volumes_of(world, charges, of_group=False)
    parts = volumes_of(world, charges, of_group=True)
    assert own == {f"1-{at}": one for at, one in enumerate(expected.own) if one is not None}
    meant = {f"1-{at}": one for at, one in enumerate(expected.parts) if one is not None}
    assert set(parts) == set(meant)
    assert all(abs(parts[name] - meant[name]) < Fraction(1, MCU) for name in meant)
    assert sum(parts.values()) == expected.net - expected.unshared
    known = shown(charges)
    assert Fraction(known["net"]) == expected.net
    assert Fraction(known["carry"]) == expected.carry
    assert Fraction(known["unshared"]) == expected.unshared
    assert all(problem.is_warning for problem in charges.problems)


@_patient
@given(blocks())
def test_every_line_comes_out_again_and_can_be_put_into_a_calculator(block):
    charges = charge(inputs_of(world_of(block)))

    for at in range(len(charges)):
        line = replace(stored(charges, at), notes=charges.notes)
        assert replay.volume_mcu(line) == line.volume_mcu
        assert replay.amount_kop(line) == line.amount_kop
        spoken = ChargeLine("1", PERIOD, PERIOD, SERVICE, SERVICE, "м3", "Д-1", None, None, line)
        assert check_steps(explanation.steps(spoken)) == Fraction(line.amount_kop, 100)


@_patient
@given(blocks(), blocks())
def test_a_house_beside_another_is_charged_as_alone(block, other):
    other = replace(other, norm=block.norm)
    alone, both = world_of(block), world_of(other, house="2", beside=world_of(block))

    one, two = charge(inputs_of(alone)), charge(inputs_of(both))

    for of_group in (True, False):
        together = volumes_of(both, two, of_group=of_group)
        mine = {name: value for name, value in together.items() if name.startswith("1-")}
        assert mine == volumes_of(alone, one, of_group=of_group)


@_patient
@given(blocks())
def test_members_and_the_rest_come_to_the_meter_where_nothing_is_cut(block):
    block = replace(block, fixed=Fraction(0), carried=Fraction(0))
    if not any(flat.is_member for flat in block.flats):
        return
    world, expected = world_of(block), outcome(block)
    if expected.carry or expected.unshared:
        return

    charges = charge(inputs_of(world))

    own = volumes_of(world, charges, of_group=False)
    parts = volumes_of(world, charges, of_group=True)
    names = [f"1-{at}" for at, flat in enumerate(block.flats) if flat.is_member]
    taken = sum(own.get(name, Fraction(0)) + parts.get(name, Fraction(0)) for name in names)
    assert taken == block.counted


def houses_of_one_input(*, own_of_first: bool, base: str = "area") -> World:
    """Two houses of 100 and 300 m2 with common needs by fact; one meter of both counted 500."""
    meters = [Meter("ГР", "ХВС", "1", of_house=True)]
    readings = [Reading("ГР", PERIOD.last_day, volume="500")]
    if own_of_first:
        meters.append(Meter("Д1", "ХВС", "1", of_house=True))
        readings.append(Reading("Д1", PERIOD.last_day, volume="90"))
    for house, took in (("1", "80"), ("2", "360")):
        meters.append(Meter(f"К{house}", "ХВС", house, "1"))
        readings.append(Reading(f"К{house}", PERIOD.last_day, volume=took))
    return World(
        PERIOD,
        services=(
            Service("ХВС", Method.METER_OR_NORM, "cold"),
            Service("СОИ", Method.COMMON_ACTUAL, "cold"),
        ),
        tariffs=(Tariff("ХВС", "40"), Tariff("СОИ", "40")),
        houses=(House("1", common=(("", "20"),)), House("2", common=(("", "20"),))),
        flats=(Flat("1", "1", "100"), Flat("2", "1", "300")),
        accounts=(Account("1", "1", "1"), Account("2", "2", "1")),
        residents=(Resident("1"), Resident("2"), Resident("2"), Resident("2")),
        norms=(Norm("СОИ", "common-area", "0.03"),),
        assignments=tuple(Assignment(name, house=one) for name in ("ХВС", "СОИ") for one in "12"),
        meters=tuple(meters),
        readings=tuple(readings),
        group_members=tuple(
            GroupMember("ГР", house=one, base=base, mode="houses") for one in "12"
        ),
    )  # fmt: skip


def common_of(world: World) -> dict[str, Fraction]:
    charges = charge(inputs_of(world))
    assert charges.problems == []
    code = [one.code for one in world.services].index("СОИ")
    return {
        world.accounts[int(charges.account[at])].number: Fraction(int(charges.volume_mcu[at]), MCU)
        for at in range(len(charges))
        if charges.service[at] == code
    }


def test_a_meter_of_two_houses_is_split_before_the_formulas_of_each():
    # by area 100 and 300: 125 and 375; less the flats 80 and 360
    assert common_of(houses_of_one_input(own_of_first=False)) == {"1": 45, "2": 15}
    assert common_of(houses_of_one_input(own_of_first=False, base="persons")) == {"1": 45, "2": 15}


def test_a_house_with_its_own_meter_keeps_what_it_counted():
    # 90 − 80 = 10; the other house has 500 − 90 = 410, less its flat 360
    assert common_of(houses_of_one_input(own_of_first=True)) == {"1": 10, "2": 50}


def test_a_silent_meter_of_two_houses_leaves_both_to_the_norm():
    world = houses_of_one_input(own_of_first=False)
    world = world.but(readings=tuple(one for one in world.readings if one.meter != "ГР"))

    # 0.03 × 20 m2 of each house
    assert common_of(world) == {"1": Fraction(6, 10), "2": Fraction(6, 10)}


def test_the_part_of_a_house_is_explained_with_its_numbers():
    charges = charge(inputs_of(houses_of_one_input(own_of_first=True)))

    words = "общий прибор нескольких домов ГР: (500 − 90) × 9300 м2·дн. / 9300 м2·дн."
    assert words in charges.notes.values()


def test_waste_water_goes_by_the_part_of_a_group_meter():
    world = World(
        PERIOD,
        services=(
            Service("ХВС", Method.METER_OR_NORM, "cold"),
            Service("ВО", Method.WASTE_WATER, "waste-water"),
        ),
        tariffs=(Tariff("ХВС", "40"), Tariff("ВО", "30")),
        houses=(House("1"),),
        flats=(Flat("1", "1", "50"),),
        accounts=(Account("1", "1", "1"),),
        assignments=(Assignment("ХВС", house="1"), Assignment("ВО", house="1")),
        meters=(Meter("ГР", "ХВС", "1", of_house=True),),
        readings=(Reading("ГР", PERIOD.last_day, volume="12"),),
        group_members=(GroupMember("ГР", house="1"),),
    )

    charges = charge(inputs_of(world))

    assert charges.problems == []
    assert charges.volume_mcu.tolist() == [12 * MCU, 12 * MCU]


def test_an_unknown_member_leaves_the_rest_unshared_and_is_told():
    # the dial of the flat went back: nobody knows what it took
    charges = charge(inputs_of(world_of_two(("10", "5"))))

    assert charges.volume_mcu.tolist() == []
    assert any("не определён" in str(problem) for problem in charges.problems)
    assert shown(charges)["net"] is None


def test_a_member_whose_meter_is_silent_and_has_no_average_takes_a_part():
    charges = charge(inputs_of(world_of_two(())))

    assert charges.volume_mcu.tolist() == [6 * MCU, 6 * MCU]


def world_of_two(dials: tuple[str, ...]) -> World:
    """One flat with a meter, its dial in September and October, and one without; no norm."""
    months = (date(2026, 9, 25), date(2026, 10, 25))
    return World(
        PERIOD,
        services=(Service("ХВС", Method.METER_OR_NORM, "cold"),),
        tariffs=(Tariff("ХВС", "40"),),
        houses=(House("1"),),
        flats=(Flat("1", "1", "50"), Flat("1", "2", "50")),
        accounts=(Account("1", "1", "1"), Account("2", "1", "2")),
        assignments=(Assignment("ХВС", house="1"),),
        meters=(Meter("ГР", "ХВС", "1", of_house=True), Meter("М", "ХВС", "1", "1")),
        readings=(
            Reading("ГР", PERIOD.last_day, volume="12"),
            *(Reading("М", on, value) for on, value in zip(months, dials, strict=False)),
        ),
        group_members=(
            GroupMember("ГР", account="1", base="equal"),
            GroupMember("ГР", account="2", base="equal"),
        ),
    )
