"""charge() against the law in exact fractions, and against its own stored inputs."""

from collections import Counter
from fractions import Fraction

from hypothesis import HealthCheck, Phase, given, settings

from app.domain import replay
from app.domain.bases.rule import StoredLine
from app.domain.charging import Charges, charge
from app.domain.ledger import EntryKind
from app.domain.service import Component, Zone
from tests.domain import oracle
from tests.fixtures.charge_world import World, inputs_of
from tests.fixtures.random_worlds import worlds
from tests.fixtures.soak import examples

_ZONES = {Zone.NONE: "", Zone.DAY: "day", Zone.NIGHT: "night", Zone.PEAK: "peak",
          Zone.HALF_PEAK: "half-peak"}  # fmt: skip
_COMPONENTS = {Component.NONE: "", Component.WATER: "water", Component.HEAT: "heat"}
# A failing world is large however it is shrunk: the difference is shown instead.
_patient = settings(
    max_examples=examples(40, full=2_000),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def spoken(world: World, charges: Charges) -> list[oracle.Line]:
    return [
        oracle.Line(
            account=world.accounts[int(charges.account[at])].number,
            service=world.services[int(charges.service[at])].code,
            contract=world.contracts[int(charges.contract[at])],
            component=_COMPONENTS[Component(int(charges.component[at]))],
            zone=_ZONES[Zone(int(charges.zone[at]))],
            kind=EntryKind(int(charges.kind[at])).name.lower(),
            day_from=int(charges.day_from[at]),
            day_to=int(charges.day_to[at]),
            volume=Fraction(int(charges.volume_mcu[at]), 10**6),
            price=Fraction(int(charges.price_mcr[at]), 10**6),
            amount=Fraction(int(charges.amount_kop[at]), 100),
        )
        for at in range(len(charges))
    ]


def difference(lines: list[oracle.Line], expected: list[oracle.Line]) -> list[str]:
    """Give what only one of the two has."""
    ours, theirs = Counter(lines), Counter(expected)
    return [f"charge(): {one}" for one in (ours - theirs)] + [
        f"the law:  {one}" for one in (theirs - ours)
    ]


def order(line: oracle.Line) -> tuple:
    return (line.account, line.service, line.contract, line.component, line.zone,
            line.day_from, line.kind, line.price)  # fmt: skip


def stored(charges: Charges, at: int) -> StoredLine:
    names = ("kind", "basis", "zone", "component", "day_from", "day_to",
             "volume_mcu", "price_mcr", "amount_kop")  # fmt: skip
    return StoredLine(
        period=charges.period,
        slots=charges.slots[at].tolist(),
        notes=charges.notes,
        **{name: int(getattr(charges, name)[at]) for name in names},
    )


@_patient
@given(worlds())
def test_every_line_is_what_the_law_comes_to(world):
    expected = sorted(oracle.charges(world), key=order)

    lines = sorted(spoken(world, charge(inputs_of(world))), key=order)

    assert difference(lines, expected) == []


@_patient
@given(worlds())
def test_every_line_comes_out_again_from_its_own_inputs(world):
    charges = charge(inputs_of(world))

    for at in range(len(charges)):
        line = stored(charges, at)
        assert replay.volume_mcu(line) == line.volume_mcu, line
        assert replay.amount_kop(line) == line.amount_kop, line
