"""Benefits by columns are those reckoned one by one: two ways to the same lines."""

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings

from app.domain import benefit_columns
from app.domain.benefit_columns import Columns
from app.domain.charging import Charges, charge
from tests.fixtures.charge_world import inputs_of
from tests.fixtures.random_reductions import houses
from tests.fixtures.soak import examples

_patient = settings(
    max_examples=examples(40, full=3_000),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def lines(charges: Charges) -> list[tuple[object, ...]]:
    """Every line with the words its slots stand for."""
    return sorted(
        (
            *(int(getattr(charges, name)[at]) for name in
              ("account", "service", "contract", "component", "zone", "kind", "basis", "day_from",
               "day_to", "volume_mcu", "price_mcr", "amount_kop")),
            *charges.slots[at].tolist(),
        )
        for at in range(len(charges))
    )  # fmt: skip


def by_ones(inputs) -> Charges:
    """Charge with nothing done by columns."""
    whole = benefit_columns.columns

    def nothing(*about) -> Columns:
        made = whole(*about)
        none = made.lines.taken(np.zeros(0, dtype=np.int64))
        return Columns(none, np.zeros(0, dtype=bool), np.zeros_like(made.done))

    benefit_columns.columns = nothing
    try:
        return charge(inputs)
    finally:
        benefit_columns.columns = whole


@_patient
@given(houses())
def test_columns_give_what_one_by_one_gives(made):
    world, _ = made

    by_columns = charge(inputs_of(world))

    assert lines(by_columns) == lines(by_ones(inputs_of(world)))


@_patient
@given(houses())
def test_an_account_with_one_kind_and_nobody_away_is_done_by_columns(made):
    world, _ = made
    kept = {one.code: one for one in world.benefits[:1]}
    plain = world.but(benefits=tuple(kept.values()), absences=(), acts=())

    by_columns, whole = charge(inputs_of(plain)), charge(inputs_of(plain.but(acts=world.acts)))

    assert lines(by_columns) == lines(by_ones(inputs_of(plain)))
    assert lines(whole) == lines(by_ones(inputs_of(plain.but(acts=world.acts))))
