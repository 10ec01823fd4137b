"""Reductions and benefits of random houses: against the law in fractions, and what always holds."""

from collections import Counter, defaultdict
from fractions import Fraction

from hypothesis import HealthCheck, Phase, given, settings

from app.domain import explanation, replay
from app.domain.basis import Basis
from app.domain.charging import Charges, charge
from app.domain.ledger import EntryKind
from app.domain.service import Component
from tests.cases.test_cases import line_of
from tests.domain import oracle_reductions
from tests.domain.oracle_reductions import Reduction
from tests.domain.test_charging_oracle import spoken, stored
from tests.fixtures.calculator import check_steps
from tests.fixtures.charge_world import LONG_AGO, World, inputs_of
from tests.fixtures.random_reductions import houses
from tests.fixtures.reduction_world import Absence
from tests.fixtures.soak import examples

_ADDED = (EntryKind.ABSENCE, EntryKind.QUALITY, EntryKind.BENEFIT)
_COMPONENTS = {Component.NONE: "", Component.WATER: "water", Component.HEAT: "heat"}
_patient = settings(
    max_examples=examples(25, full=3_000),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def added(world: World, charges: Charges) -> list[Reduction]:
    found = []
    for at in range(len(charges)):
        line = stored(charges, at)
        if line.kind not in _ADDED:
            continue
        is_benefit = line.kind == EntryKind.BENEFIT
        found.append(
            Reduction(
                account=world.accounts[int(charges.account[at])].number,
                service=world.services[int(charges.service[at])].code,
                component=_COMPONENTS[Component(line.component)],
                kind=EntryKind(line.kind).name.lower(),
                day_from=line.day_from,
                day_to=line.day_to,
                volume=Fraction(0 if is_benefit else line.volume_mcu, 10**6),
                amount=Fraction(line.amount_kop, 100),
                compensation=Fraction(line.volume_mcu if is_benefit else 0, 10**6),
            )
        )
    return found


def plain(world: World) -> World:
    return world.but(absences=(), acts=(), benefits=())


@_patient
@given(houses())
def test_every_reduction_is_what_the_law_comes_to(made):
    world, given_parameters = made
    charged = spoken(world, charge(inputs_of(plain(world))))
    expected = oracle_reductions.reductions(world, given_parameters, charged)

    found = added(world, charge(inputs_of(world)))

    ours, theirs = Counter(found), Counter(expected)
    assert [f"charge(): {one}" for one in ours - theirs] + [
        f"the law:  {one}" for one in theirs - ours
    ] == []


@_patient
@given(houses())
def test_what_was_charged_stays_as_it_was(made):
    world, _ = made
    before = spoken(world, charge(inputs_of(plain(world))))

    after = spoken(world, charge(inputs_of(world)))

    kept = [one for one in after if one.kind in ("charge", "raising")]
    assert Counter(kept) == Counter(before)


@_patient
@given(houses())
def test_reductions_never_exceed_the_payment_of_the_service(made):
    world, _ = made

    charges = charge(inputs_of(world))

    payments: dict[tuple, int] = defaultdict(int)
    for at in range(len(charges)):
        payments[int(charges.account[at]), int(charges.service[at])] += int(charges.amount_kop[at])
    assert all(amount >= 0 for amount in payments.values())


@_patient
@given(houses())
def test_every_added_line_comes_out_again_and_can_be_put_into_a_calculator(made):
    world, _ = made

    charges = charge(inputs_of(world))

    for at in range(len(charges)):
        line = line_of(world, charges, at)
        if line.kind in _ADDED:
            assert replay.volume_mcu(line.stored) == line.stored.volume_mcu
            assert replay.amount_kop(line.stored) == line.amount_kop
            assert check_steps(explanation.steps(line)) == Fraction(line.amount_kop, 100)


def alone(world: World, number: str, flat: str) -> World:
    """The same house with one flat."""
    codes = {one.code for one in world.meters if one.flat == flat}
    return world.but(
        flats=tuple(one for one in world.flats if one.number == flat),
        accounts=tuple(one for one in world.accounts if one.number == number),
        residents=tuple(one for one in world.residents if one.account == number),
        absences=tuple(one for one in world.absences if one.account == number),
        acts=tuple(one for one in world.acts if one.account in ("", number)),
        impossible=tuple(one for one in world.impossible if one[1] == flat),
        meters=tuple(one for one in world.meters if one.code in codes),
        readings=tuple(one for one in world.readings if one.meter in codes),
    )


@_patient
@given(houses())
def test_an_account_has_the_same_lines_alone_and_among_others(made):
    world, _ = made
    together = added(world, charge(inputs_of(world)))

    apart: list[Reduction] = []
    for number, flat in (("11", "1"), ("21", "2")):
        one = alone(world, number, flat)
        apart += added(one, charge(inputs_of(one)))

    assert Counter(apart) == Counter(together)


@_patient
@given(houses())
def test_everybody_away_all_month_takes_off_all_that_was_charged_by_norm(made):
    world, _ = made
    month = world.period
    everybody = tuple(
        Absence(one.account, one.name, month.previous.last_day, month.end)
        for one in world.residents
        if one.kind != "owner"
    )
    owners = {one.account for one in world.residents if one.kind == "owner"}
    services = ("ХВС", "ЭЭ", "ТКО")
    act = tuple(("1", one.number, code, LONG_AGO, None) for one in world.flats for code in services)
    world = plain(world).but(absences=everybody, impossible=act)

    charges = charge(inputs_of(world))

    left: dict[tuple, int] = defaultdict(int)
    for at in range(len(charges)):
        account = world.accounts[int(charges.account[at])].number
        service = world.services[int(charges.service[at])].code
        basis = Basis(int(charges.basis[at]))
        if account not in owners and service in services and basis is not Basis.METER:
            left[account, service] += int(charges.amount_kop[at])
    assert all(amount == 0 for amount in left.values())
