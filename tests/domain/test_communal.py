"""Communal flats and containers against the law, and what must always be so of them."""

from collections import Counter
from fractions import Fraction

from hypothesis import HealthCheck, Phase, given, settings

from app.domain import replay
from app.domain.basis import METERED, Basis
from app.domain.charging import charge
from app.domain.ledger import EntryKind
from app.domain.service import Zone
from tests.domain.oracle_communal import Communal, Line
from tests.domain.test_charging_oracle import stored
from tests.fixtures.charge_world import inputs_of
from tests.fixtures.random_communal import communal_worlds
from tests.fixtures.soak import examples

_ZONES = {Zone.NONE: "", Zone.DAY: "day", Zone.NIGHT: "night"}
_patient = settings(
    max_examples=examples(60, full=2_000),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def spoken(world, charges) -> list[Line]:
    return [
        Line(
            world.accounts[int(charges.account[at])].number,
            world.services[int(charges.service[at])].code,
            _ZONES[Zone(int(charges.zone[at]))],
            EntryKind(int(charges.kind[at])).name.lower(),
            int(charges.day_from[at]),
            int(charges.day_to[at]),
            Fraction(int(charges.volume_mcu[at]), 10**6),
            Fraction(int(charges.amount_kop[at]), 100),
        )
        for at in range(len(charges))
    ]


@_patient
@given(communal_worlds())
def test_every_line_of_a_communal_house_is_what_the_law_comes_to(world):
    charges = charge(inputs_of(world))

    ours, theirs = Counter(spoken(world, charges)), Counter(Communal(world).lines())

    assert [str(one) for one in charges.problems] == []
    assert (sorted(ours - theirs), sorted(theirs - ours)) == ([], [])


@_patient
@given(communal_worlds())
def test_every_line_of_a_communal_house_comes_out_again_from_its_own_inputs(world):
    charges = charge(inputs_of(world))

    for at in range(len(charges)):
        line = stored(charges, at)
        assert replay.volume_mcu(line) == line.volume_mcu, line
        assert replay.amount_kop(line) == line.amount_kop, line


@_patient
@given(communal_worlds())
def test_rooms_of_a_flat_sum_to_what_its_meter_counted(world):
    charges = charge(inputs_of(world))

    metered = [int(one) for one in METERED]
    groups: dict[tuple[int, ...], list[int]] = {}
    for at in range(len(charges)):
        if charges.basis[at] in metered and charges.basis[at] == Basis.COMMUNAL_METER:
            key = (charges.service[at], charges.zone[at], charges.day_from[at], charges.day_to[at])
            groups.setdefault(tuple(int(one) for one in key), []).append(at)
    for members in groups.values():
        whole = int(charges.slots[members[0], 0])
        assert abs(int(charges.volume_mcu[members].sum()) - whole) <= len(members)


@_patient
@given(communal_worlds())
def test_containers_of_a_house_are_charged_to_its_people_whole(world):
    charges = charge(inputs_of(world))

    by_person = (int(Basis.CONTAINERS_PERSON), int(Basis.ROOM_CONTAINERS_PERSON))
    its = [at for at in range(len(charges)) if int(charges.basis[at]) in by_person]
    assert abs(int(charges.volume_mcu[its].sum()) - int(charges.slots[its[0], 0])) <= len(its)
