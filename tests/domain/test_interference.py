"""Interference beyond the worked examples: rooms of one flat, several contracts, plots."""

from datetime import date

import pytest

from app.domain.basis import Basis
from app.domain.charging import charge
from app.domain.interference import months_before
from app.domain.period import Period
from app.domain.service import Method
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
from tests.fixtures.check_world import Connection, Interference

WHOLE_MONTH = Interference("П", date(2026, 10, 1))


def world(**changes: object) -> World:
    """A flat with a meter of cold water, 10 m3 in October."""
    return World(
        period=Period(2026, 10),
        services=(Service("ХВС", Method.METER_OR_NORM, "cold"),),
        tariffs=(Tariff("ХВС", "10"),),
        norms=(Norm("ХВС", "person", "5"),),
        houses=(House("1"),),
        flats=(Flat("1", "1", "50"),),
        accounts=(Account("1", "1", "1"),),
        residents=(Resident("1"),),
        assignments=(Assignment("ХВС", house="1"),),
        meters=(Meter("П", "ХВС", "1", "1"),),
        readings=(
            Reading("П", date(2026, 9, 20), "100"),
            Reading("П", date(2026, 10, 20), "110"),
        ),
    ).but(**changes)


def test_a_meter_of_the_premises_is_tampered_with_for_every_account_there() -> None:
    shared = world(
        accounts=(
            Account("1", "1", "1", shares=((date(2000, 1, 1), 1, 2),)),
            Account("2", "1", "1", shares=((date(2000, 1, 1), 1, 2),)),
        ),
        residents=(Resident("1"), Resident("2"), Resident("2")),
        interferences=(WHOLE_MONTH,),
    )

    charges = charge(inputs_of(shared))

    assert charges.basis.tolist() == [Basis.NORM10] * 2
    assert charges.volume_mcu.tolist() == [50_000_000, 100_000_000]


def test_rooms_of_a_communal_flat_pay_by_their_own_persons() -> None:
    rooms = world(
        flats=(
            Flat("1", "5", "60"),
            Flat("1", "1", "20", kind="room", of_flat="5"),
            Flat("1", "2", "20", kind="room", of_flat="5"),
        ),
        accounts=(Account("1", "1", "1"), Account("2", "1", "2")),
        residents=(Resident("1"), Resident("2"), Resident("2")),
        meters=(Meter("П", "ХВС", "1", "1"),),
        interferences=(WHOLE_MONTH,),
    )

    charges = charge(inputs_of(rooms))

    mine = charges.account == 0
    assert charges.basis[mine].tolist() == [Basis.NORM10]
    assert charges.volume_mcu[mine].tolist() == [50_000_000]


def test_other_accounts_and_services_stay_with_their_meters() -> None:
    neighbours = world(
        flats=(Flat("1", "1", "50"), Flat("1", "2", "50")),
        accounts=(Account("1", "1", "1"), Account("2", "1", "2")),
        residents=(Resident("1"), Resident("2")),
        meters=(Meter("П", "ХВС", "1", "1"), Meter("П2", "ХВС", "1", "2")),
        readings=(
            *world().readings,
            Reading("П2", date(2026, 9, 20), "0"),
            Reading("П2", date(2026, 10, 20), "3"),
        ),
        interferences=(WHOLE_MONTH,),
    )

    charges = charge(inputs_of(neighbours))

    assert charges.basis.tolist() == [Basis.NORM10, Basis.METER]
    assert charges.volume_mcu.tolist() == [50_000_000, 3_000_000]


def test_two_interferences_of_one_day_are_charged_once() -> None:
    twice = world(
        meters=(Meter("П", "ХВС", "1", "1"), Meter("П2", "ХВС", "1", "1")),
        readings=(
            *world().readings,
            Reading("П2", date(2026, 9, 20), "0"),
            Reading("П2", date(2026, 10, 20), "3"),
        ),
        interferences=(WHOLE_MONTH, Interference("П2", date(2026, 10, 1))),
    )

    charges = charge(inputs_of(twice))

    assert charges.volume_mcu.tolist() == [50_000_000]


def test_a_meter_of_the_house_makes_nobody_pay_tenfold() -> None:
    of_house = world(
        meters=(*world().meters, Meter("ОДПУ", "ХВС", "1", of_house=True)),
        interferences=(Interference("ОДПУ", date(2026, 10, 1)),),
    )

    charges = charge(inputs_of(of_house))

    assert charges.basis.tolist() == [Basis.METER]


def test_nobody_known_is_a_problem_not_a_zero() -> None:
    empty = world(residents=(), interferences=(WHOLE_MONTH,))

    charges = charge(inputs_of(empty))

    assert len(charges) == 0
    assert "не указаны ни проживающие, ни собственники" in charges.problems[0].message


def test_a_plot_has_no_norm_per_person_to_take_tenfold() -> None:
    plot = world(
        services=(Service("ХВС", Method.PLOT, "cold"),),
        norms=(Norm("ХВС", "unit", "2"),),
        assignments=(Assignment("ХВС", house="1", quantity="3"),),
        interferences=(WHOLE_MONTH,),
    )

    charges = charge(inputs_of(plot))

    assert charges.basis.tolist() == [Basis.METER]
    assert "умножается на 10" in charges.problems[0].message


def test_two_contracts_of_a_service_do_not_pay_for_a_connection_twice() -> None:
    two = world(
        services=(Service("ХВС", Method.METER_OR_NORM, "cold"),),
        assignments=(
            Assignment("ХВС", house="1"),
            Assignment("ХВС", house="1", contract="Д-2"),
        ),
        connections=(Connection("1", "ХВС", date(2026, 10, 1), diameter="15"),),
    )

    charges = charge(inputs_of(two))

    assert (charges.basis == Basis.PIPE62_WATER).sum() == 1


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 5, 31), 3, date(2026, 2, 28)),
        (date(2026, 3, 15), 3, date(2025, 12, 15)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 1, 1), 0, date(2026, 1, 1)),
    ],
)
def test_months_back_end_on_a_day_of_the_calendar(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before
