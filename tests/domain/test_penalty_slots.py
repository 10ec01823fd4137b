"""Records of penalties that are none; sums too large for a machine word."""

import numpy as np
import pytest

from app.domain import penalty_slots
from app.domain.penalty import NOT_STOPPED, PenaltySegments, totals_of
from app.domain.penalty_parts import UNPAID
from app.domain.penalty_slots import NotAPenaltyRecord

HEAD = [1, 9_000, 9_100, 8_900, 1, 950, 0, 30_000, 30_000, 0, 1]
SEGMENT = [9_031, 9_061, 100_000, 300, 95_000, NOT_STOPPED, UNPAID]


def test_a_record_gives_its_amount_again() -> None:
    record = penalty_slots.unpack([*HEAD, *SEGMENT])

    assert record.recomputed_kop == record.total_kop == record.amount_kop == 950


@pytest.mark.parametrize("slots", [
    [],
    HEAD[:-1],
    HEAD,
    [2, *HEAD[1:], *SEGMENT],
    [*HEAD[:4], 77, *HEAD[5:], *SEGMENT],
    [*HEAD, *SEGMENT, 0],
])  # fmt: skip
def test_what_is_no_record_is_refused(slots: list[int]) -> None:
    with pytest.raises(NotAPenaltyRecord, match="расшифровки нет"):
        penalty_slots.unpack(slots)


def test_a_sum_too_large_for_a_machine_word_is_exact() -> None:
    base, days = 10**15, 4_000
    one = np.array([0, 1], dtype=np.int64)
    segments = PenaltySegments(
        item=one, day_from=one * 0, day_to=one * 0 + days, base_kop=np.array([base, 100_000]),
        divisor=np.array([130, 300]), rate_ppm=one * 0 + 95_001, stop=one * 0, paid_on=one * 0,
    )  # fmt: skip

    assert totals_of(segments, count=2).tolist() == [
        (2 * base * 95_001 * days + 130 * 10**6) // (2 * 130 * 10**6),
        (2 * 100_000 * 95_001 * days + 300 * 10**6) // (2 * 300 * 10**6),
    ]
