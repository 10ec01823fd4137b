"""Posted plus recalculated is what the month comes to now; nothing changed gives no line."""

from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.domain import explanation, replay
from app.domain.bases.rule import StoredLine
from app.domain.charge_inputs import ChargeInputs
from app.domain.charge_line import ChargeLine
from app.domain.charging import Charges, charge
from app.domain.ledger import EntryKind
from app.domain.recalculation import Names, PostedMonth, Recalculated, recalculated
from tests.fixtures.charge_towns import town
from tests.fixtures.charge_world import World, inputs_of
from tests.fixtures.random_worlds import worlds
from tests.fixtures.soak import examples

REASON = "акт № 7 от 03.10.2026"
_patient = settings(
    max_examples=examples(12, full=600),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


def posted_of(charges: Charges) -> PostedMonth:
    """What a run of these charges posts."""
    is_raised = charges.kind == EntryKind.RAISING
    return PostedMonth(
        account=charges.account, service=charges.service, contract=charges.contract,
        component=charges.component, zone=charges.zone, kind=charges.kind,
        amount_kop=charges.amount_kop, volume_mcu=np.where(is_raised, 0, charges.volume_mcu),
    )  # fmt: skip


def with_lines(posted: PostedMonth, lines: Recalculated) -> PostedMonth:
    """The books after a recalculation."""
    names = PostedMonth.__slots__
    return PostedMonth(
        *(np.concatenate([getattr(posted, name), getattr(lines, name)]) for name in names)
    )


def compared(inputs: ChargeInputs, now: Charges, posted: PostedMonth, **about) -> Recalculated:
    names = Names(
        accounts=inputs.accounts.number,
        services=inputs.services,
        contracts=inputs.contracts,
        reasons=[REASON] * len(inputs.accounts.number),
    )
    wanted = np.ones(len(inputs.accounts.number), dtype=bool)
    return recalculated(now, posted, names=names, **({"wanted": wanted} | about))


def stored(lines: Recalculated, at: int) -> StoredLine:
    return StoredLine(
        period=lines.period, kind=int(lines.kind[at]), basis=270, zone=int(lines.zone[at]),
        component=int(lines.component[at]), day_from=0, day_to=lines.period.days,
        volume_mcu=int(lines.volume_mcu[at]), price_mcr=int(lines.price_mcr[at]),
        amount_kop=int(lines.amount_kop[at]), slots=lines.slots[at].tolist(), notes=lines.notes,
    )  # fmt: skip


def totals(posted: PostedMonth) -> dict[tuple[int, ...], int]:
    found: dict[tuple[int, ...], int] = {}
    keys = zip(posted.account.tolist(), posted.service.tolist(), posted.contract.tolist(),
               posted.component.tolist(), posted.zone.tolist(), strict=True)  # fmt: skip
    for key, kop in zip(keys, posted.amount_kop.tolist(), strict=True):
        found[key] = found.get(key, 0) + kop
    return {key: kop for key, kop in found.items() if kop}


@st.composite
def changes(draw, world: World) -> World:
    """The same town with other prices, areas, people or norms."""
    factor = draw(st.integers(1, 4))
    return world.but(
        tariffs=tuple(
            replace(one, price=f"{float(one.price) * factor:.2f}") for one in world.tariffs
        ),
        flats=tuple(
            replace(one, area=f"{float(one.area) + draw(st.integers(0, 3)):.2f}")
            for one in world.flats
        ),
        residents=world.residents[draw(st.integers(0, 1)) :],
        impossible=(),
    )


@given(data=st.data())
@_patient
def test_posted_and_recalculated_is_what_the_month_comes_to_now(data):
    world = data.draw(worlds())
    before = charge(inputs_of(world))
    inputs = inputs_of(data.draw(changes(world)))
    now = charge(inputs)

    lines = compared(inputs, now, posted_of(before))

    books = with_lines(posted_of(before), lines)
    assert totals(books) == totals(posted_of(now))
    assert not len(compared(inputs, now, books))
    assert np.all(lines.amount_kop != 0)


@given(worlds())
@_patient
def test_nothing_changed_gives_no_line(world):
    inputs = inputs_of(world)

    lines = compared(inputs, charge(inputs), posted_of(charge(inputs)))

    assert len(lines) == 0
    assert len(lines.volumes.account) == 0
    assert lines.notes == {}


@given(data=st.data())
@_patient
def test_every_line_comes_out_again_and_is_complete_in_itself(data):
    world = data.draw(worlds())
    before = charge(inputs_of(world))
    inputs = inputs_of(data.draw(changes(world)))

    lines = compared(inputs, charge(inputs), posted_of(before))

    for at in range(len(lines)):
        line = stored(lines, at)
        assert replay.amount_kop(line) == line.amount_kop
        assert replay.volume_mcu(line) == line.volume_mcu
        told = explanation.sentence(_named(inputs, lines, at))
        assert REASON in told
        assert f"за {lines.period.shown} было" in told


def _named(inputs: ChargeInputs, lines: Recalculated, at: int) -> ChargeLine:
    service = int(lines.service[at])
    return ChargeLine(
        account="1", period=lines.period.next, origin_period=lines.period,
        service=inputs.services.code[service], service_name=inputs.services.name[service],
        unit=inputs.services.unit[service], contract="Д-1", provider=None, supplier=None,
        stored=stored(lines, at),
    )  # fmt: skip


def test_the_sentence_says_was_became_and_how():
    world = town(houses=1)
    before = charge(inputs_of(world))
    dearer = tuple(
        replace(one, price="33.27") if one.service == "СОД" else one for one in world.tariffs
    )
    inputs = inputs_of(world.but(tariffs=dearer))

    lines = compared(inputs, charge(inputs), posted_of(before))

    at = lines.account.tolist().index(list(inputs.accounts.number).index("010021"))
    line = _named(inputs, lines, at)
    # 43.24 м2 × 31.27 = 1352.11; × 33.27 = 1438.59
    assert explanation.sentence(line) == (
        "СОД: перерасчёт прошлого месяца (ПП РФ № 354, п. 31, пп. «г»): "
        "1438,59 ₽ − 1352,11 ₽ = 86,48 ₽; за 10.2026 было 1\u202f352,11 ₽, стало 1\u202f438,59 ₽; "
        "основание: акт № 7 от 03.10.2026; расчёт: " + _sentence_now(inputs, "010021", "СОД")
    )
    assert line.method == "AREA"


def _sentence_now(inputs: ChargeInputs, number: str, service: str) -> str:
    """What the month comes to now, as charge() itself would say it."""
    nothing = PostedMonth(*(np.zeros(0, dtype=np.int64) for _ in PostedMonth.__slots__))
    lines = compared(inputs, charge(inputs), nothing)
    at = next(
        at
        for at in range(len(lines))
        if inputs.accounts.number[int(lines.account[at])] == number
        and inputs.services.code[int(lines.service[at])] == service
    )
    return lines.notes[int(lines.slots[at, 6])]


def test_what_cannot_be_charged_now_stays_as_it_was_posted():
    inputs = inputs_of(town(houses=1))
    now = charge(inputs)
    doubled = replace(posted_of(now), amount_kop=now.amount_kop * 2)
    failed = {(0, service) for service in range(len(inputs.services.code))}

    lines = compared(inputs, now, doubled, failed=failed)

    assert set(lines.account.tolist()) == set(now.account.tolist()) - {0}


def test_only_the_accounts_asked_for_have_lines():
    inputs = inputs_of(town(houses=1))
    now = charge(inputs)
    doubled = replace(posted_of(now), amount_kop=now.amount_kop * 2)
    wanted = np.arange(len(inputs.accounts.number)) == 1

    lines = compared(inputs, now, doubled, wanted=wanted)

    assert set(lines.account.tolist()) == {1}


def test_families_are_kept_apart():
    inputs = inputs_of(town(houses=1))
    now = charge(inputs)
    posted = posted_of(now)
    quality = PostedMonth(*(getattr(posted, name)[:1] for name in PostedMonth.__slots__))
    quality = replace(
        quality, kind=np.array([EntryKind.QUALITY]), amount_kop=np.array([-700]),
        volume_mcu=np.array([0]),
    )  # fmt: skip
    books = PostedMonth(
        *(
            np.concatenate([getattr(posted, name), getattr(quality, name)])
            for name in PostedMonth.__slots__
        )
    )

    lines = compared(inputs, now, books)

    assert (lines.kind.tolist(), lines.amount_kop.tolist()) == ([EntryKind.QUALITY], [700])
    assert stored(lines, 0).slots[:2] == [-700, 0]
