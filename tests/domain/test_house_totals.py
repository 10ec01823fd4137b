"""Common needs of random houses against the law in exact fractions, and what must always hold."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings

from app.domain import explanation, law, replay
from app.domain.charge_line import ChargeLine
from app.domain.charging import Charges, charge
from app.domain.house_total import UNKNOWN
from app.domain.ledger import EntryKind
from app.domain.period import Period
from app.domain.service import Method
from app.store.charging_catalogue import charging_law
from tests.domain.oracle_house_totals import Line, outcome
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
from tests.fixtures.house_world import PastTotal
from tests.fixtures.random_houses import COMMON, houses, world_of
from tests.fixtures.soak import examples

_patient = settings(
    max_examples=examples(40, full=5_000), deadline=None, suppress_health_check=list(HealthCheck)
)


def lines_of(world: World, charges: Charges, service: str = COMMON) -> list[Line]:
    return sorted(
        Line(
            world.accounts[int(charges.account[at])].number,
            EntryKind(int(charges.kind[at])).name.lower(),
            Fraction(int(charges.volume_mcu[at]), 10**6),
            Fraction(int(charges.amount_kop[at]), 100),
        )
        for at in range(len(charges))
        if world.services[int(charges.service[at])].code == service
    )


def total_of(world: World, charges: Charges, name: str, service: str = COMMON) -> Fraction | None:
    totals = charges.house_totals
    code = [one.code for one in world.services].index(service)
    (value,) = getattr(totals, name)[totals.service == code].tolist()
    return None if value == UNKNOWN else Fraction(value, 10**6)


@_patient
@given(houses())
def test_lines_and_totals_are_what_the_law_comes_to(house):
    world = world_of(house)
    expected = outcome(house)

    charges = charge(inputs_of(world))

    assert lines_of(world, charges) == expected.lines
    assert charges.problems == []
    assert total_of(world, charges, "carry_mcu") == expected.carry
    charged = total_of(world, charges, "charged_mcu")
    assert abs(charged - expected.charged) <= Fraction(1, 2 * 10**6)
    if expected.net is not None:
        assert abs(total_of(world, charges, "net_mcu") - expected.net) <= Fraction(1, 2 * 10**6)


@_patient
@given(houses())
def test_every_line_comes_out_again_and_can_be_put_into_a_calculator(house):
    world = world_of(house)

    charges = charge(inputs_of(world))

    for at in range(len(charges)):
        line = replace(stored(charges, at), notes=charges.notes)
        assert replay.volume_mcu(line) == line.volume_mcu
        assert replay.amount_kop(line) == line.amount_kop
        spoken = ChargeLine(
            "1", world.period, world.period, COMMON, COMMON, "м3", "Д-1", None, None, line
        )
        assert check_steps(explanation.steps(spoken)) == Fraction(line.amount_kop, 100)


@_patient
@given(houses())
def test_flats_and_common_needs_come_to_the_house_where_nothing_is_cut_or_carried(house):
    house = replace(house, method="common-actual", last_month=None, area=None)
    world = world_of(house)
    took = sum(flat.took for flat in house.flats)
    if house.by_meter is None or house.by_meter < took:
        return

    charges = charge(inputs_of(world))

    shared = sum(one.volume for one in lines_of(world, charges) if one.kind == "charge")
    rounding = Fraction(len(house.flats), 2 * 10**6)
    assert abs(took + shared - house.by_meter) <= rounding


@_patient
@given(houses())
def test_what_is_carried_and_shared_is_what_was_left(house):
    house = replace(house, method="common-actual")
    world = world_of(house)
    if house.by_meter is None:
        return

    charges = charge(inputs_of(world))

    net, carry = total_of(world, charges, "net_mcu"), total_of(world, charges, "carry_mcu")
    before = total_of(world, charges, "carry_before_mcu")
    fact = total_of(world, charges, "house_mcu") - total_of(world, charges, "individual_mcu")
    assert net - carry == fact - before
    assert net == 0 or carry == 0


@_patient
@given(houses())
def test_a_house_beside_others_is_charged_as_alone(house):
    alone = world_of(house)
    beside = alone.but(
        houses=(*alone.houses, House("2", common=(("", "10"),))),
        flats=(*alone.flats, Flat("2", "1", "40")),
        accounts=(*alone.accounts, Account("2-1", "2", "1")),
        assignments=(*alone.assignments, Assignment(COMMON, house="2")),
    )

    one, both = charge(inputs_of(alone)), charge(inputs_of(beside))

    others = [line for line in lines_of(beside, both) if line.account != "2-1"]
    assert others == lines_of(alone, one)


def test_twelve_parts_come_to_the_correction_of_the_year():
    parameters: dict[str, str] = {}
    total = Fraction(0)
    for month in range(1, 13):
        world = _direct_house(month=month, parameters=parameters, method=Method.COMMON_NORM).but(
            past_totals=(
                PastTotal("ОДН", "2025-03", house_volume="121.777", premises="100",
                          charged="20", price="40.13"),
            ),
        )  # fmt: skip

        charges = charge(inputs_of(world))

        lines = lines_of(world, charges, "ОДН")
        total += sum(one.amount for one in lines if one.kind == "recalculation")

    # 1,777 × 40,13 = 71,31101: of flats 50 and 30 of 80 m2 44,57 and 26,74
    assert total == Fraction("44.57") + Fraction("26.74")


def _direct_house(
    *,
    month: int = 10,
    parameters: dict[str, str] | None = None,
    house_volume: str = "100",
    took: tuple[str, str] = ("60", "50"),
    direct: bool = True,
    method: Method = Method.COMMON_354,
) -> World:
    """Two flats, 50 and 30 m2, with three persons and one."""
    period = Period(2026, month)
    on = period.last_day
    rules = law.rules(charging_law(), parameters or {}, on=on)
    return World(
        period=period,
        rules=rules,
        services=(
            Service("ОДН", method, "cold"),
            Service("ХВС", Method.METER_OR_NORM, "cold"),
        ),
        tariffs=(Tariff("ОДН", "40"), Tariff("ХВС", "40")),
        norms=(Norm("ОДН", "common-area", "0.03"),),
        houses=(House("1", common=(("", "200"),), direct=direct),),
        flats=(Flat("1", "1", "50"), Flat("1", "2", "30")),
        accounts=(Account("1", "1", "1"), Account("2", "1", "2")),
        residents=(*(Resident("1") for _ in range(3)), Resident("2")),
        assignments=(Assignment("ОДН", house="1"), Assignment("ХВС", house="1")),
        meters=(
            Meter("П1", "ХВС", "1", "1"),
            Meter("П2", "ХВС", "1", "2"),
            Meter("ОДПУ", "ХВС", "1", of_house=True),
        ),
        readings=(
            Reading("П1", on, volume=took[0]),
            Reading("П2", on, volume=took[1]),
            Reading("ОДПУ", on, volume=house_volume),
        ),
    )


LESSENS = {"одн.отрицательный_снижает": "да"}


def test_a_negative_general_need_lessens_the_flats_by_persons():
    world = _direct_house(parameters=LESSENS)

    charges = charge(inputs_of(world))

    # 100 − 110 = −10: of 3 and 1 persons 7,5 and 2,5
    assert lines_of(world, charges, "ХВС") == [
        Line("1", "charge", Fraction("-7.5"), Fraction(-300)),
        Line("1", "charge", Fraction(60), Fraction(2400)),
        Line("2", "charge", Fraction("-2.5"), Fraction(-100)),
        Line("2", "charge", Fraction(50), Fraction(2000)),
    ]
    assert total_of(world, charges, "carry_mcu", "ОДН") == 0


def test_a_flat_is_not_lessened_below_zero_and_the_rest_is_carried():
    world = _direct_house(parameters=LESSENS, took=("1", "109"))

    charges = charge(inputs_of(world))

    # the first flat took 1 of its 7,5; 6,5 are carried
    lessened = [one for one in lines_of(world, charges, "ХВС") if one.volume < 0]
    assert [one.volume for one in lessened] == [Fraction(-1), Fraction("-2.5")]
    assert total_of(world, charges, "carry_mcu", "ОДН") == Fraction("6.5")


@pytest.mark.parametrize(
    ("parameters", "direct"), [({}, True), (LESSENS, False)], ids=["switch off", "managed house"]
)
def test_elsewhere_a_negative_general_need_lessens_nothing(parameters, direct):
    world = _direct_house(parameters=parameters, direct=direct)

    charges = charge(inputs_of(world))

    assert all(one.volume >= 0 for one in lines_of(world, charges, "ХВС"))


def test_lessening_lines_come_out_again_from_their_inputs():
    world = _direct_house(parameters=LESSENS)

    charges = charge(inputs_of(world))

    for at in range(len(charges)):
        line = replace(stored(charges, at), notes=charges.notes)
        assert replay.volume_mcu(line) == line.volume_mcu
        assert replay.amount_kop(line) == line.amount_kop


def test_the_managers_own_volume_is_kept_for_a_house_that_charges_no_common_needs():
    world = _direct_house(house_volume="125", method=Method.COMMON_ACTUAL).but(
        assignments=(Assignment("ХВС", house="1"),),
        past_totals=(PastTotal("ХВС", "2026-09", method=Method.METER_OR_NORM, carry="4"),),
    )

    charges = charge(inputs_of(world))

    # 125 − 110 − 4 = 11 is what the manager pays the supplier for (124, §21(1))
    assert total_of(world, charges, "net_mcu", "ХВС") == 11
    assert total_of(world, charges, "charged_mcu", "ХВС") is None


def test_a_price_of_the_month_is_kept_for_the_correction():
    world = _direct_house(method=Method.COMMON_NORM)

    charges = charge(inputs_of(world))

    assert total_of(world, charges, "price_mcr", "ОДН") == 40


def test_a_silent_house_meter_goes_by_its_average():
    world = _direct_house(method=Method.COMMON_ACTUAL)
    past = [Reading("ОДПУ", date(2026, at, 25), volume=str(100 + 5 * at)) for at in range(4, 10)]
    readings = [one for one in world.readings if one.meter != "ОДПУ"]

    charges = charge(inputs_of(world.but(readings=(*readings, *past))))

    # (120 + 125 + 130 + 135 + 140 + 145) / 6 = 132,5 less 110: of it 50 and 30 of 80 m2
    assert [one.volume for one in lines_of(world, charges, "ОДН")] == [
        Fraction("14.0625"),
        Fraction("8.4375"),
    ]
    assert any("средний объём 795 / 6 мес." in words for words in charges.notes.values())


def test_cold_water_made_hot_in_the_house_is_taken_off_its_cold_water():
    on = date(2026, 10, 31)
    world = _direct_house(method=Method.COMMON_ACTUAL, house_volume="160")
    world = world.but(
        services=(
            *world.services,
            Service("ГВС", Method.HOT_WATER_OWN, "hot"),
            Service("СОИ ГВС", Method.COMMON_NORM, "hot"),
        ),
        tariffs=(*world.tariffs, Tariff("ГВС", "40"), Tariff("СОИ ГВС", "40")),
        norms=(*world.norms, Norm("СОИ ГВС", "common-area", "0.01")),
        assignments=(
            *world.assignments, Assignment("ГВС", house="1"), Assignment("СОИ ГВС", house="1"),
        ),
        meters=(*world.meters, Meter("Г1", "ГВС", "1", "1"), Meter("Г2", "ГВС", "1", "2")),
        readings=(
            *world.readings, Reading("Г1", on, volume="20"), Reading("Г2", on, volume="10"),
        ),
    )  # fmt: skip

    charges = charge(inputs_of(world))

    # 20 + 10 of flats and 0,01 × 200 = 2 of common property: 160 − 110 − 32 = 18 (formula 11)
    assert total_of(world, charges, "for_hot_mcu", "ОДН") == 32
    assert total_of(world, charges, "net_mcu", "ОДН") == 18


def test_one_meter_of_two_houses_counts_in_each_by_its_share():
    before, now = date(2026, 9, 30), date(2026, 10, 31)
    world = _direct_house(method=Method.COMMON_ACTUAL, took=("30", "10"))
    world = world.but(
        meters=(
            *world.meters[:2],
            Meter("Общий", "ХВС", "1", of_house=True, ratio="0.35"),
        ),
        readings=(
            *(one for one in world.readings if one.meter != "ОДПУ"),
            Reading("Общий", before, "1000"),
            Reading("Общий", now, "1200"),
        ),
    )

    charges = charge(inputs_of(world))

    # (1200 − 1000) × 0,35 = 70 is this house's; 70 − 40 = 30
    assert total_of(world, charges, "house_mcu", "ОДН") == 70
    assert total_of(world, charges, "net_mcu", "ОДН") == 30
