"""Facts that contradict themselves stop what they touch, wholly, and nothing else."""

from dataclasses import replace
from datetime import date

import pytest

from app.domain.charging import charge
from app.domain.period import Period
from app.domain.service import Method
from tests.fixtures.charge_world import (
    Account,
    Assignment,
    Flat,
    House,
    Norm,
    Resident,
    Service,
    Tariff,
    World,
    inputs_of,
)

OCTOBER = Period(2026, 10)
SERVICES = (
    Service("СОД", Method.AREA, unit="м2"),
    Service("ЛИФТ", Method.PERSON, unit="чел."),
    Service("ОТ", Method.HEATING, "heat", "Гкал"),
    Service("ОТ2", Method.HEATING, "heat", "Гкал"),
    Service("СОИ", Method.COMMON_NORM, "cold"),
)
ASSIGNED = ("СОД", "ЛИФТ", "ОТ", "СОИ")


def town(**changes: object) -> World:
    """Two houses of two flats each; the second is always sound."""
    places = [(house, flat) for house in ("1", "2") for flat in ("1", "2")]
    accounts = tuple(Account(f"{house}{flat}", house, flat) for house, flat in places)
    plain = World(
        period=OCTOBER,
        services=SERVICES,
        tariffs=tuple(Tariff(one.code, "10") for one in SERVICES),
        norms=(Norm("ОТ", "area", "0.02"), Norm("ОТ2", "area", "0.02"),
               Norm("СОИ", "common-area", "0.03")),
        houses=(House("1", common=(("", "20"),)), House("2", common=(("", "20"),))),
        flats=tuple(Flat(house, flat, "50") for house, flat in places),
        accounts=accounts,
        residents=tuple(Resident(one.number) for one in accounts),
        assignments=tuple(
            Assignment(code, house=house) for code in ASSIGNED for house in ("1", "2")
        ),
    )  # fmt: skip
    return plain.but(**changes)


def charged(world: World) -> set[tuple[str, str]]:
    made = charge(inputs_of(world))
    return {
        (world.accounts[account].number, world.services[service].code)
        for account, service in zip(made.account.tolist(), made.service.tolist(), strict=True)
    }


def told(world: World) -> list[tuple[str | None, str | None, str]]:
    return [(one.account, one.service, one.message) for one in charge(inputs_of(world)).problems]


ALL = {(number, code) for number in ("11", "12", "21", "22") for code in ASSIGNED}


def test_a_sound_town_is_charged_whole():
    assert charged(town()) == ALL
    assert told(town()) == []


def test_a_house_smaller_than_its_flats_stops_its_house_services_and_no_other():
    world = town(houses=(House("1", "99.99", (("", "20"),)), House("2", common=(("", "20"),))))

    stopped = {(number, code) for number in ("11", "12") for code in ("ОТ", "СОИ")}
    assert charged(world) == ALL - stopped
    assert {(one, code) for one, code, _ in told(world)} == stopped
    assert all("99,99 м2 меньше" in message for _, _, message in told(world))


def test_a_house_as_large_as_its_flats_is_sound():
    world = town(houses=(House("1", "100", (("", "20"),)), House("2", common=(("", "20"),))))

    assert charged(world) == ALL


def test_shares_over_one_stop_every_service_of_the_premises_and_leave_the_neighbour():
    more = Account("13", "1", "1", shares=((date(2000, 1, 1), 1, 1000),))
    world = town()
    world = world.but(
        accounts=(*world.accounts, more), residents=(*world.residents, Resident("13"))
    )

    assert charged(world) == ALL - {("11", code) for code in ASSIGNED}
    assert {one for one, _, _ in told(world)} == {"11", "13"}
    assert all("1001/1000" in message for _, _, message in told(world))


def test_three_thirds_are_a_whole_however_they_are_added():
    thirds = tuple(
        Account(f"1{nth}", "1", "1", shares=((date(2000, 1, 1), 1, 3),)) for nth in (4, 5, 6)
    )
    world = town()
    world = world.but(
        accounts=(*thirds, *(one for one in world.accounts if (one.house, one.flat) != ("1", "1"))),
        residents=tuple(Resident(one) for one in ("14", "15", "16", "12", "21", "22")),
    )

    assert told(world) == []


def test_two_services_of_heating_stop_both_for_whoever_has_them():
    world = town()
    twice = Assignment("ОТ2", account="11")
    world = world.but(assignments=(*world.assignments, twice))

    assert charged(world) == ALL - {("11", "ОТ")}
    assert {(one, code) for one, code, _ in told(world)} == {("11", "ОТ"), ("11", "ОТ2")}


def test_one_heating_after_another_is_sound():
    world = town()
    middle = date(2026, 10, 16)
    rest = [one for one in world.assignments if one.service != "ОТ"]
    turned = [
        Assignment("ОТ", house="1", until=middle), Assignment("ОТ2", house="1", since=middle),
        Assignment("ОТ", house="2"),
    ]  # fmt: skip

    assert told(world.but(assignments=(*rest, *turned))) == []


def test_two_prices_of_one_scope_stop_the_service_where_they_are_meant():
    world = town()
    again = Tariff("СОД", "11", since=date(2026, 10, 10), house="1")
    older = Tariff("СОД", "12", house="1")

    both = world.but(tariffs=(*world.tariffs, older, again))

    assert charged(both) == ALL - {("11", "СОД"), ("12", "СОД")}
    assert all("сразу две цены" in message for _, _, message in told(both))


def test_prices_of_different_scopes_do_not_contradict():
    world = town()

    scoped = world.but(tariffs=(*world.tariffs, Tariff("СОД", "11", house="1"),
                                Tariff("СОД", "12", account="11")))  # fmt: skip

    assert told(scoped) == []


@pytest.mark.parametrize("since", [date(2026, 10, 2), date(2026, 10, 31)])
def test_a_service_without_a_price_on_some_days_is_not_half_charged(since):
    world = town()
    tariffs = tuple(one for one in world.tariffs if one.service != "СОД")
    world = world.but(tariffs=(*tariffs, Tariff("СОД", "10", since=since)))

    assert charged(world) == {(one, code) for one, code in ALL if code != "СОД"}
    assert len([one for one in told(world) if one[1] == "СОД"]) == 4


def test_a_negative_area_stops_the_house_services():
    world = town()
    inputs = inputs_of(world)
    areas = inputs.premises.total_cm2.copy()
    areas[0] = -5

    made = charge(replace(inputs, premises=replace(inputs.premises, total_cm2=areas)))

    messages = {(one.account, one.service) for one in made.problems}
    assert {("11", "ОТ"), ("12", "ОТ"), ("11", "СОД")} <= messages
    assert not {("21", "ОТ"), ("12", "СОД")} & messages
