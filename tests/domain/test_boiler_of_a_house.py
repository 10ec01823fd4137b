"""Gas that heats: the boiler's is no general need (354, 12), the flats' goes by area (§47)."""

from dataclasses import replace
from fractions import Fraction

from app.domain import explanation, law, replay
from app.domain.charge_line import ChargeLine
from app.domain.charging import Charges, charge
from app.domain.period import Period
from app.domain.service import Method
from app.store.charging_catalogue import charging_law
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
    Service,
    Tariff,
    World,
    inputs_of,
)

JANUARY = Period(2026, 1)
MCU = 10**6


def world_of(*, boiler: str, hot: str = "") -> World:
    """A house of two flats of 60 and 40 m2: gas 1000 by its meter, of it the flats 100 and 50."""
    meters = [
        Meter("Д", "ГАЗ", "1", of_house=True),
        Meter("К1", "ГАЗ", "1", "1"),
        Meter("К2", "ГАЗ", "1", "2"),
        Meter("КОТ", "ОТ", "1", of_house=True),
    ]
    volumes = {"Д": "1000", "К1": "100", "К2": "50", "КОТ": boiler}
    services = [
        Service("ГАЗ", Method.GAS, "gas"),
        Service("ОДН", Method.COMMON_354, "gas"),
        Service("ОТ", Method.HEATING_OWN, "gas"),
    ]
    if hot:
        services += [
            Service("ГВС", Method.HOT_WATER_OWN, "hot"),
            Service("ГАЗГВС", Method.HOT_WATER_OWN, "gas"),
        ]
        meters += [Meter("Г1", "ГВС", "1", "1"), Meter("Г2", "ГВС", "1", "2")]
        volumes |= {"Г1": hot, "Г2": hot}
    return World(
        JANUARY,
        services=tuple(services),
        tariffs=tuple(Tariff(one.code, "7") for one in services),
        norms=(
            Norm("ОДН", "common-area", "0.5"),
            Norm("ГАЗГВС", "heat-per-volume", "10"),
            Norm("ОТ", "heat-per-volume", "10"),
        )
        if hot
        else (Norm("ОДН", "common-area", "0.5"),),
        houses=(House("1", common=(("", "200"),), over_norm=True),),
        flats=(Flat("1", "1", "60"), Flat("1", "2", "40")),
        accounts=(Account("1", "1", "1"), Account("2", "1", "2")),
        assignments=tuple(Assignment(one.code, house="1") for one in services),
        meters=tuple(meters),
        readings=tuple(
            Reading(code, JANUARY.last_day, volume=one) for code, one in volumes.items()
        ),
    )


def volumes_of(world: World, charges: Charges, service: str) -> list[Fraction]:
    code = [one.code for one in world.services].index(service)
    return [
        Fraction(int(charges.volume_mcu[at]), MCU)
        for at in range(len(charges))
        if charges.service[at] == code
    ]


def test_the_gas_of_the_boiler_is_taken_off_the_general_needs():
    world = world_of(boiler="800")

    charges = charge(inputs_of(world))

    # 1000 − 100 − 50 − 800 = 50: 30 and 20; the boiler's 800 are heating: 480 and 320
    assert charges.problems == []
    assert volumes_of(world, charges, "ОДН") == [30, 20]
    assert volumes_of(world, charges, "ОТ") == [480, 320]


def test_one_meter_of_heating_and_hot_water_is_taken_off_once():
    world = world_of(boiler="800", hot="3")

    charges = charge(inputs_of(world))

    # hot water took 10 × 6 = 60 of the 800: 1000 − 150 − 60 − 740 = 50
    assert charges.problems == []
    assert volumes_of(world, charges, "ГАЗГВС") == [30, 30]
    assert sum(volumes_of(world, charges, "ОТ")) == 740
    assert volumes_of(world, charges, "ОДН") == [30, 20]


def test_gas_that_heats_the_flats_is_lessened_by_their_areas():
    rules = law.rules(charging_law(), {"одн.отрицательный_снижает": "да"}, on=JANUARY.last_day)
    plain = world_of(boiler="0").but(
        rules=rules,
        houses=(House("1", common=(("", "200"),), direct=True),),
        norms=(Norm("ОДН", "common-area", "0.5"), Norm("ГАЗ", "area", "8")),
    )
    short = tuple(replace(one, volume="140") if one.meter == "Д" else one for one in plain.readings)
    world = plain.but(readings=short)

    charges = charge(inputs_of(world))

    # 140 − 150 = −10: by 60 and 40 m2 it is 6 and 4, not by persons
    assert charges.problems == []
    assert sorted(volumes_of(world, charges, "ГАЗ")) == [-6, -4, 50, 100]
    for at in range(len(charges)):
        line = replace(stored(charges, at), notes=charges.notes)
        assert replay.volume_mcu(line) == line.volume_mcu
        spoken = ChargeLine("1", JANUARY, JANUARY, "ГАЗ", "ГАЗ", "м3", "Д-1", None, None, line)
        assert check_steps(explanation.steps(spoken)) == Fraction(line.amount_kop, 100)
