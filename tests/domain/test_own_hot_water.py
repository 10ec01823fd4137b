"""Hot water made in the house: the resource goes over its volumes (formulas 20, 20(1), 20(2))."""

from datetime import date
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain import replay
from app.domain.charging import charge
from app.domain.ledger import EntryKind
from app.domain.period import Period
from app.domain.service import Method
from tests.domain.oracle_heating import q6, rounded
from tests.domain.test_charging_oracle import stored
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
from tests.fixtures.soak import examples

Q = Fraction
LAST = date(2026, 10, 31)
PRICE, FACTOR = Q("7.35"), Q(3, 2)


def house(flats: list[tuple[str, int]], gas: str, norm: str) -> World:
    """Flats with a meter's volume, or without one and persons; gas by the house meter."""
    meters, readings, residents = [], [], []
    for nth, (volume, persons) in enumerate(flats):
        if volume:
            meters.append(Meter(f"П{nth}", "ГВС", "1", str(nth)))
            readings.append(Reading(f"П{nth}", LAST, volume=volume))
        residents += [Resident(f"{nth}") for _ in range(persons)]
    if gas:
        meters.append(Meter("ОДПУ", "ГАЗ", "1", of_house=True))
        readings.append(Reading("ОДПУ", LAST, volume=gas))
    return World(
        period=Period(2026, 10),
        services=(
            Service("ГВС", Method.HOT_WATER_OWN, "hot"),
            Service("ГАЗ", Method.HOT_WATER_OWN, "gas"),
        ),
        tariffs=(Tariff("ГВС", "45.6"), Tariff("ГАЗ", "7.35")),
        norms=(Norm("ГВС", "person", norm), Norm("ГАЗ", "heat-per-volume", "8.4")),
        houses=(House("1"),),
        flats=tuple(Flat("1", str(nth), "50") for nth in range(len(flats))),
        accounts=tuple(Account(str(nth), "1", str(nth)) for nth in range(len(flats))),
        residents=tuple(residents),
        assignments=(Assignment("ГВС", house="1"), Assignment("ГАЗ", house="1")),
        meters=tuple(meters),
        readings=tuple(readings),
    )


def expected(flats: list[tuple[str, int]], gas: str, norm: str) -> list[tuple]:
    water = [Q(volume) if volume else q6(Q(norm) * persons) for volume, persons in flats]
    found = []
    for nth, (volume, _) in enumerate(flats):
        each = q6(Q(gas) * water[nth] / sum(water)) if gas else q6(water[nth] * Q("8.4"))
        plain = rounded(each * PRICE, 2)
        found.append((str(nth), "charge", each, plain))
        if not volume:
            more = rounded(each * PRICE * FACTOR, 2) - plain
            found.append((str(nth), "raising", q6(each * FACTOR) - each, more))
    return sorted(found)


volumes = st.integers(1, 9_000).map(lambda value: f"{value // 1000}.{value % 1000:03d}")
flats = st.tuples(st.one_of(st.just(""), volumes), st.integers(1, 4))


@settings(
    max_examples=examples(60, full=3_000), deadline=None, suppress_health_check=list(HealthCheck)
)
@given(st.lists(flats, min_size=1, max_size=5), st.one_of(st.just(""), volumes), volumes)
def test_gas_of_hot_water_is_shared_by_its_volumes(flats, gas, norm):
    world = house(flats, gas, norm)

    charges = charge(inputs_of(world))

    at = [one for one in range(len(charges)) if charges.service[one] == 1]
    lines = [stored(charges, one) for one in at]
    spoken = sorted(
        (world.accounts[int(charges.account[one])].number,
         EntryKind(line.kind).name.lower(),
         Q(line.volume_mcu, 10**6), Q(line.amount_kop, 100))
        for one, line in zip(at, lines, strict=True)
    )  # fmt: skip
    assert spoken == expected(flats, gas, norm)
    for line in lines:
        assert replay.volume_mcu(line) == line.volume_mcu
        assert replay.amount_kop(line) == line.amount_kop
    if gas:
        whole = sum(line.volume_mcu for line in lines if line.kind == EntryKind.CHARGE)
        assert abs(Q(whole, 10**6) - Q(gas)) <= Q(len(lines) + 1, 2 * 10**6)
