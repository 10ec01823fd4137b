"""The excess of a raising factor: whose it is, and that it adds up with the base."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from app.domain import law
from app.domain.charging import charge
from app.domain.ledger import EntryKind
from app.domain.period import Period
from app.domain.raising_lines import UnknownRaisingPlace
from app.domain.service import Method
from app.store.charging_catalogue import charging_law
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
from tests.fixtures.random_worlds import worlds
from tests.fixtures.soak import examples

OCTOBER = Period(2026, 10)
_patient = settings(
    max_examples=examples(25, full=500),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def town(parameters: dict[str, str]) -> World:
    return World(
        period=OCTOBER,
        rules=law.rules(charging_law(), parameters, on=OCTOBER.last_day),
        services=(Service("ХВС", Method.METER_OR_NORM, "cold"), Service("ПК", Method.EXTERNAL)),
        tariffs=(Tariff("ХВС", "40"),),
        norms=(Norm("ХВС", "person", "5"),),
        houses=(House("1"),),
        flats=(Flat("1", "1", "50"),),
        accounts=(Account("1", "1", "1"),),
        residents=(Resident("1"),),
        assignments=(Assignment("ХВС", house="1"),),
    )


def shown(world: World) -> list[tuple[str, str, str, int]]:
    made = charge(inputs_of(world))
    return [
        (
            world.services[int(made.service[at])].code,
            world.contracts[int(made.contract[at])],
            EntryKind(int(made.kind[at])).name,
            int(made.amount_kop[at]),
        )
        for at in range(len(made))
    ]


def test_the_excess_is_of_the_service_itself_by_default():
    assert shown(town({})) == [
        ("ХВС", "Д-1", "CHARGE", 20_000), ("ХВС", "Д-1", "RAISING", 40_000),
    ]  # fmt: skip


def test_the_excess_goes_where_the_centre_says():
    where = {"кпов.хвс.услуга": "ПК", "кпов.хвс.договор": "Д-2"}

    assert shown(town(where)) == [
        ("ХВС", "Д-1", "CHARGE", 20_000), ("ПК", "Д-2", "RAISING", 40_000),
    ]  # fmt: skip


def test_a_setting_of_another_resource_does_not_move_it():
    assert shown(town({"кпов.гвс.договор": "Д-2"}))[1][:2] == ("ХВС", "Д-1")


@pytest.mark.parametrize("code", ["кпов.хвс.услуга", "кпов.хвс.договор"])
def test_a_place_that_is_not_there_is_refused_by_name(code):
    with pytest.raises(UnknownRaisingPlace, match="«НЕТ»"):
        shown(town({code: "НЕТ"}))


def whole(volume: int, price: int, factor: int) -> int:
    value = Fraction(volume * price * factor * 100, 10**18)
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


@_patient
@given(worlds())
def test_base_and_excess_sum_to_the_full_amount(world):
    made = charge(inputs_of(world))

    keys = ("account", "service", "contract", "component", "zone", "day_from", "price_mcr")
    plain: dict[tuple[int, ...], list[int]] = {}
    for at in range(len(made)):
        key = tuple(int(getattr(made, name)[at]) for name in keys)
        plain.setdefault(key, []).append(at)
    for members in plain.values():
        raised = [at for at in members if made.kind[at] == EntryKind.RAISING]
        for at in raised:
            base = next(
                one for one in members
                if made.kind[one] == EntryKind.CHARGE and made.basis[one] == made.basis[at]
            )  # fmt: skip
            full = whole(
                int(made.volume_mcu[base]), int(made.price_mcr[base]), int(made.slots[base, 9])
            )
            assert int(made.amount_kop[base]) + int(made.amount_kop[at]) == full


@_patient
@given(worlds())
def test_shares_of_one_premises_sum_to_the_whole(world):
    """Area services: what sharers pay together is what one account of the premises would pay."""
    made = charge(inputs_of(world))
    share = {one.number: one.shares for one in world.accounts}
    of_area = {at for at, one in enumerate(world.services) if one.method is Method.AREA}

    groups: dict[tuple[object, ...], list[int]] = {}
    for at in range(len(made)):
        if int(made.service[at]) in of_area and made.kind[at] == EntryKind.CHARGE:
            account = world.accounts[int(made.account[at])]
            key = (account.house, account.flat, int(made.contract[at]), int(made.day_from[at]),
                   int(made.day_to[at]), int(made.price_mcr[at]))  # fmt: skip
            groups.setdefault(key, []).append(at)
    for members in groups.values():
        numbers = [world.accounts[int(made.account[at])].number for at in members]
        total = sum(Fraction(int(made.slots[at, 1]), int(made.slots[at, 2])) for at in members)
        if len(members) < 2 or total != 1 or len({*numbers} - set(share)):
            continue
        volume = int(made.volume_mcu[members].sum())
        one_million = whole(volume, int(made.price_mcr[members[0]]), 10**6)
        assert int(made.amount_kop[members].sum()) == one_million
