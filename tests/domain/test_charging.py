"""What must hold of charges whatever the houses: sums, splits, independence of batches."""

from collections import Counter
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.domain.bases.every import RULES
from app.domain.basis import SLOTS, Basis
from app.domain.charging import charge
from app.domain.fingerprint import fingerprint, house_digests
from app.domain.ledger import EntryKind
from app.domain.period import Period
from app.domain.service import Method
from tests.domain.test_charging_oracle import spoken
from tests.fixtures.charge_towns import town
from tests.fixtures.charge_world import (
    LONG_AGO,
    Account,
    Assignment,
    Flat,
    House,
    Meter,
    Reading,
    Service,
    Tariff,
    World,
    inputs_of,
)
from tests.fixtures.random_worlds import worlds
from tests.fixtures.soak import examples

_quick = settings(
    max_examples=examples(25, full=1_000),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def heated(areas: list[str], own: list[bool], volume: str, common: str) -> World:
    flats = [Flat("1", str(nth), area, own_heat=one)
             for nth, (area, one) in enumerate(zip(areas, own, strict=True))]  # fmt: skip
    return World(
        period=Period(2026, 1),
        services=(Service("ОТ", Method.HEATING, "heat", "Гкал"),),
        tariffs=(Tariff("ОТ", "2500"),),
        houses=(House("1", common=(("heat", common),)),),
        flats=tuple(flats),
        accounts=tuple(Account(f"1{one.number}", "1", one.number) for one in flats),
        assignments=(Assignment("ОТ", house="1"),),
        meters=(Meter("ОДПУ", "ОТ", "1", of_house=True),),
        readings=(Reading("ОДПУ", date(2026, 1, 31), volume=volume),),
    )


def decimal(value: int, places: int) -> str:
    return f"{value // 10**places}.{value % 10**places:0{places}d}"


areas = st.integers(1000, 15_000).map(lambda one: f"{one // 100}.{one % 100:02d}")


@given(
    st.lists(st.tuples(areas, st.booleans()), min_size=1, max_size=12),
    st.integers(0, 10**7), st.integers(0, 50_000),
)  # fmt: skip
@settings(deadline=None)
def test_heat_of_the_premises_sums_to_the_house_meter(flats, volume, common):
    world = heated([one for one, _ in flats], [one for _, one in flats],
                   decimal(volume, 4), decimal(common, 2))  # fmt: skip

    charges = charge(inputs_of(world))

    total = Fraction(volume, 10**4)
    assert len(charges) == len(flats)
    difference = Fraction(int(charges.volume_mcu.sum()), 10**6) - total
    assert abs(difference) <= Fraction(len(flats), 2 * 10**6)


@given(
    st.lists(st.integers(1, 50), min_size=2, max_size=7), areas,
    st.integers(1, 10**9), st.integers(0, 99_999),
)  # fmt: skip
@settings(deadline=None)
def test_parts_of_a_shared_flat_sum_to_the_whole(weights, area, price, used):
    total = sum(weights)
    about = {"house": "1", "flat": "1"}
    sharers = tuple(
        Account(f"1{nth}", **about, shares=((LONG_AGO, weight, total),))
        for nth, weight in enumerate(weights)
    )
    alone = (Account("1", **about),)
    world = World(
        period=Period(2026, 10),
        services=(Service("СОД", Method.AREA), Service("ХВС", Method.METER_OR_NORM, "cold")),
        tariffs=tuple(
            Tariff(code, f"{price // 10**6}.{price % 10**6:06d}") for code in ("СОД", "ХВС")
        ),
        houses=(House("1"),),
        flats=(Flat("1", "1", area),),
        accounts=sharers,
        assignments=(Assignment("СОД", house="1"), Assignment("ХВС", house="1")),
        meters=(Meter("М", "ХВС", "1", "1"),),
        readings=(
            Reading("М", date(2026, 9, 20), "0"),
            Reading("М", date(2026, 10, 20), f"{used // 1000}.{used % 1000:03d}"),
        ),
    )

    parts, whole = charge(inputs_of(world)), charge(inputs_of(world.but(accounts=alone)))

    for service in (0, 1):
        mine, its = parts.service == service, whole.service == service
        assert parts.volume_mcu[mine].sum() == whole.volume_mcu[its].sum()
        assert parts.amount_kop[mine].sum() == whole.amount_kop[its].sum()


@_quick
@given(worlds())
def test_a_house_comes_to_the_same_alone_and_in_company(world):
    together = Counter(spoken(world, charge(inputs_of(world))))

    apart: Counter = Counter()
    for house in world.houses:
        part = of_house(world, house.code)
        apart += Counter(spoken(part, charge(inputs_of(part))))

    assert apart == together


@_quick
@given(worlds(), st.randoms())
def test_the_fingerprint_knows_no_order_and_no_batches(world, random):
    inputs = inputs_of(world)
    known = prints(world)
    shuffled = list(world.accounts)
    random.shuffle(shuffled)

    again = prints(world.but(accounts=tuple(shuffled)))
    apart = [one for house in world.houses for one in prints(of_house(world, house.code))]

    assert sorted(again) == sorted(apart) == sorted(known)
    assert fingerprint(reversed(known)) == fingerprint(known)
    assert len(known) == len(inputs.houses.code)


def prints(world: World) -> list[tuple[str, bytes]]:
    inputs = inputs_of(world)
    return [
        (inputs.houses.code[one.house], one.digest) for one in house_digests(charge(inputs), inputs)
    ]


def of_house(world: World, code: str) -> World:
    """The part of a world that is one house."""
    accounts = tuple(one for one in world.accounts if one.house == code)
    numbers = {"", *(one.number for one in accounts)}
    meters = tuple(one for one in world.meters if one.house == code)
    known = {one.code for one in meters}
    return world.but(
        houses=tuple(one for one in world.houses if one.code == code),
        flats=tuple(one for one in world.flats if one.house == code),
        accounts=accounts,
        tariffs=tuple(one for one in world.tariffs
                      if one.house in ("", code) and one.account in numbers),
        norms=tuple(one for one in world.norms if one.house in ("", code)),
        residents=tuple(one for one in world.residents if one.account in numbers),
        assignments=tuple(one for one in world.assignments
                          if one.house == code or (one.account and one.account in numbers)),
        impossible=tuple(one for one in world.impossible if one[0] == code),
        meters=meters,
        readings=tuple(one for one in world.readings if one.meter in known),
    )  # fmt: skip


def test_a_changed_kopeck_changes_the_fingerprint():
    inputs = inputs_of(town())
    charges = charge(inputs)
    before = [one.digest for one in house_digests(charges, inputs)]

    charges.amount_kop[0] += 1

    after = [one.digest for one in house_digests(charges, inputs)]
    assert [one != other for one, other in zip(before, after, strict=True)].count(True) == 1


def test_one_account_and_many_go_by_one_formula():
    world = town(houses=2, flats=3)
    many = Counter(spoken(world, charge(inputs_of(world))))
    alone = world.but(
        accounts=tuple(one for one in world.accounts if one.number == "010021"),
        residents=tuple(one for one in world.residents if one.account == "010021"),
    )

    single = Counter(spoken(alone, charge(inputs_of(alone))))

    assert single == Counter({one: n for one, n in many.items() if one.account == "010021"})


def test_without_accounts_there_are_no_lines_and_no_problems():
    charges = charge(inputs_of(town().but(accounts=(), residents=())))

    assert len(charges) == 0
    assert charges.problems == []


def test_every_problem_names_house_account_and_service():
    world = town().but(tariffs=())

    charges = charge(inputs_of(world))

    assert len(charges) == 0
    told = {(one.house, one.account, one.service) for one in charges.problems}
    expected = {(one.house, one.number, service.code)
                for one in world.accounts for service in world.services}  # fmt: skip
    assert told == expected


def test_an_excess_line_stands_beside_its_plain_line():
    charges = charge(inputs_of(town()))

    raised = np.flatnonzero(charges.kind == EntryKind.RAISING)
    assert raised.size
    for at in raised.tolist():
        twins = np.flatnonzero(
            (charges.account == charges.account[at])
            & (charges.service == charges.service[at])
            & (charges.component == charges.component[at])
            & (charges.kind == EntryKind.CHARGE)
        )
        assert charges.slots[at].tolist() in charges.slots[twins].tolist()


@pytest.mark.parametrize("basis", list(Basis))
def test_every_basis_has_its_rule_and_fits_its_slots(basis):
    rule = RULES[basis]

    assert len(rule.slots) <= SLOTS - 2
    assert len(set(rule.slots)) == len(rule.slots)
    assert basis is Basis.NONE or (rule.law and rule.words and rule.code)
