"""Later months of a replay go by what earlier ones came to, not by what the books still have."""

from dataclasses import replace

import numpy as np

from app.domain.charged_before import ChargedBefore
from app.domain.house_total import HouseTotals, month_index, no_totals
from app.domain.period import Period
from app.domain.recalculation import Recalculated, VolumeChanges
from app.domain.replayed import Replayed
from app.domain.service import Component
from tests.fixtures.charge_towns import OCTOBER, town
from tests.fixtures.charge_world import inputs_of, ints

SEPTEMBER = Period(2026, 9)
NOBODY = Recalculated(
    SEPTEMBER, *(np.zeros(0, dtype=np.int64) for _ in range(12)), {},
    VolumeChanges(*(np.zeros(0, dtype=np.int64) for _ in range(5))),
)  # fmt: skip


def changed(account: list[int], volume_mcu: list[int], component: list[int]) -> Recalculated:
    size = len(account)
    return replace(
        NOBODY,
        volumes=VolumeChanges(
            ints(account), ints([4] * size), ints(component), ints([0] * size), ints(volume_mcu)
        ),
    )


def totals(carry_mcu: int, period: Period, house: int = 0) -> HouseTotals:
    one = dict.fromkeys(HouseTotals.__slots__, 0) | {
        "house": house, "service": 4, "period": month_index(period), "carry_mcu": carry_mcu,
    }  # fmt: skip
    return HouseTotals(**{name: ints([value]) for name, value in one.items()})


def test_nothing_replayed_leaves_the_inputs_alone():
    inputs = inputs_of(town(houses=1))

    assert Replayed().into(inputs, ints([0, 1, 2, 3, 4])) is inputs


def test_changed_volumes_add_to_what_was_charged_before():
    before = ChargedBefore(
        *(ints([value]) for value in (1, 4, 0, month_index(SEPTEMBER), 5_000, 0))
    )
    inputs = replace(inputs_of(town(houses=1)), charged_before=before)
    known = Replayed()
    known.keep(changed([0, 2], [-700, 90], [Component.NONE, Component.HEAT]), no_totals())

    # Account 0 of the replay is the second of the batch; the first was not asked for.
    found = known.into(inputs, ints([-1, 0, 1, 2, 3])).charged_before

    rows = list(zip(found.account, found.service, found.month, found.volume_mcu, strict=True))
    assert rows == [
        (1, 4, month_index(SEPTEMBER), 5_000),
        (1, 4, month_index(SEPTEMBER), -700),
    ]


def test_an_account_that_was_not_open_then_has_no_volume_to_add():
    known = Replayed()
    known.keep(changed([7], [-700], [Component.NONE]), no_totals())

    found = known.into(inputs_of(town(houses=1)), ints([0, 1, 2, 3, 4])).charged_before

    assert found.account.tolist() == []


def test_totals_of_a_replayed_month_go_before_those_of_the_books():
    past = HouseTotals(
        *(
            np.concatenate([getattr(totals(1, SEPTEMBER), name), getattr(totals(2, OCTOBER), name)])
            for name in HouseTotals.__slots__
        )
    )
    inputs = replace(inputs_of(town(houses=1)), past_totals=past)
    known = Replayed()
    known.keep(NOBODY, totals(9, SEPTEMBER))

    found = known.into(inputs, ints([0])).past_totals

    assert dict(zip(found.period.tolist(), found.carry_mcu.tolist(), strict=True)) == {
        month_index(SEPTEMBER): 9,
        month_index(OCTOBER): 2,
    }
