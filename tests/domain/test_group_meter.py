"""A meter of several consumers: worked examples, and what must always hold."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.domain.group_meter import GroupMembers, GroupMode, allocate

M = 1_000_000


def column(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def members(*rows: tuple[int, int, int | None]) -> GroupMembers:
    """Rows of group, weight, own volume or None without a meter."""
    return GroupMembers(
        group=column(*(one[0] for one in rows)),
        weight=column(*(one[1] for one in rows)),
        has_meter=np.array([one[2] is not None for one in rows], dtype=np.bool_),
        own_mcu=column(*(one[2] or 0 for one in rows)),
    )


def shared(volume: int, rows: list[tuple[int, int, int | None]], mode: GroupMode, **about: int):
    less = {name: column(value) for name, value in about.items()}
    return allocate(column(volume), members(*rows), mode=column(int(mode)), **less)


def test_the_rest_covers_those_without_a_meter_by_their_weights():
    rows = [(0, 50, 30 * M), (0, 40, None), (0, 60, None)]

    done = shared(130 * M, rows, GroupMode.COVER_UNMETERED)

    # 130 − 30 = 100: by area 40 and 60
    assert done.volume_mcu.tolist() == [30 * M, 40 * M, 60 * M]
    assert done.carry_mcu.tolist() == [0]


def test_a_common_need_comes_on_top_of_what_everybody_took():
    rows = [(0, 1, 30 * M), (0, 1, 50 * M)]

    done = shared(100 * M, rows, GroupMode.COMMON_NEED)

    assert done.volume_mcu.tolist() == [40 * M, 60 * M]
    assert done.part_mcu.tolist() == [10 * M, 10 * M]


def test_fixed_volumes_and_what_was_carried_are_taken_off_first():
    rows = [(0, 1, None), (0, 3, None)]

    done = shared(100 * M, rows, GroupMode.COVER_UNMETERED, fixed_mcu=15 * M, carried_mcu=5 * M)

    assert done.volume_mcu.tolist() == [20 * M, 60 * M]


def test_below_zero_nothing_is_shared_and_it_is_carried():
    done = shared(20 * M, [(0, 1, 30 * M), (0, 1, None)], GroupMode.COVER_UNMETERED)

    assert done.volume_mcu.tolist() == [30 * M, 0]
    assert (done.rest_mcu.tolist(), done.carry_mcu.tolist()) == ([0], [10 * M])


def test_a_rest_nobody_has_a_weight_for_is_told_not_lost():
    done = shared(50 * M, [(0, 5, 30 * M)], GroupMode.COVER_UNMETERED)

    assert done.volume_mcu.tolist() == [30 * M]
    assert done.unshared_mcu.tolist() == [20 * M]


def test_groups_do_not_touch_each_other():
    rows = [(0, 1, None), (1, 1, None), (0, 1, None)]

    done = allocate(
        column(10 * M, 7 * M),
        members(*rows),
        mode=column(GroupMode.COVER_UNMETERED, GroupMode.COMMON_NEED),
    )

    assert done.volume_mcu.tolist() == [5 * M, 7 * M, 5 * M]


@given(
    volume=st.integers(0, 10**12),
    rows=st.lists(
        st.tuples(
            st.just(0), st.integers(0, 10**7), st.none() | st.integers(0, 10**10)
        ),
        min_size=1, max_size=12,
    ),
    mode=st.sampled_from(GroupMode),
)  # fmt: skip
def test_parts_come_to_the_meter_or_to_what_is_said_of_the_rest(volume, rows, mode):
    done = shared(volume, rows, mode)

    total = int(done.volume_mcu.sum())
    assert total + int(done.unshared_mcu[0]) == volume + int(done.carry_mcu[0])
    assert (done.part_mcu >= 0).all()
