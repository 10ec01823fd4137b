"""Products rounded once, ratios exact, splits whole."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain import money

volumes = st.integers(-(10**12), 10**12)
prices = st.integers(0, 10**11)


def column(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def half_up(value: Fraction) -> int:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    assert Fraction(exact) == value or value.denominator > 1
    sign = -1 if value < 0 else 1
    return sign * int((2 * abs(value) + 1) // 2)


@given(st.lists(st.tuples(volumes, prices), min_size=1, max_size=30))
def test_a_charge_is_the_product_rounded_once(pairs):
    volume, price = (column(*part) for part in zip(*pairs, strict=True))

    amounts = money.charge_of(volume, price)

    expected = [
        int((Decimal(v) * Decimal(p) / 10**10).quantize(Decimal(1), ROUND_HALF_UP))
        for v, p in pairs
    ]
    assert amounts.tolist() == expected


def test_half_a_kopeck_goes_up_on_both_sides_of_zero():
    amounts = money.charge_of(column(500_000, -500_000), column(10_000, 10_000))

    assert amounts.tolist() == [1, -1]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**13), st.integers(0, 10**9), st.integers(0, 10**4),
            st.integers(1, 10**9), st.integers(1, 10**6), st.integers(1, 31),
        ),
        min_size=1, max_size=20,
    )
)  # fmt: skip
def test_a_ratio_is_exact_whether_it_fits_or_not(rows):
    rows = [row for row in rows if Fraction(row[0] * row[1] * row[2],
                                            row[3] * row[4] * row[5]) < 2**62]  # fmt: skip
    columns = [column(*part) for part in zip(*rows, strict=True)] or [column()] * 6

    result = money.ratio(columns[:3], columns[3:])

    assert result.tolist() == [
        half_up(Fraction(row[0] * row[1] * row[2], row[3] * row[4] * row[5])) for row in rows
    ]


def test_a_ratio_takes_plain_numbers_beside_columns():
    assert money.ratio((column(10, 15), 3), (2,)).tolist() == [15, 23]


def test_a_ratio_past_64_bits_is_counted_in_whole_numbers():
    big = 10**15 + 1

    result = money.ratio((column(big, 7), big), (big - 2,))

    assert result.tolist() == [half_up(Fraction(big * big, big - 2)), 7]


@given(volumes, st.integers(0, 10**9), st.integers(1, 10**9))
def test_scale_keeps_the_sign(value, top, bottom):
    assume(abs(value) * top // bottom < 2**62)

    assert money.scale(column(value), top, bottom).tolist() == [
        half_up(Fraction(value * top, bottom))
    ]


@given(st.integers(0, 10**10), st.integers(0, 10**9), st.integers(1_000_000, 10_000_000))
def test_the_plain_line_and_the_excess_add_up_to_the_full_amount(volume, price, factor):
    plain = int(money.charge_of(column(volume), column(price))[0])
    excess = int(money.excess_of(column(volume), column(price), column(factor))[0])

    assert plain + excess == half_up(Fraction(volume * price * factor, 10**16))


@given(
    st.lists(
        st.tuples(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1)),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_parts_of_every_group_sum_to_its_total(groups):
    groups = [(total if any(weights) else 0, weights) for total, weights in groups]
    totals = column(*(total for total, _ in groups))
    group_of = column(*(at for at, (_, weights) in enumerate(groups) for _ in weights))
    weights = column(*(weight for _, weights in groups for weight in weights))

    parts = money.apportion_groups(totals, group_of, weights)

    sums = np.zeros(len(groups), dtype=np.int64)
    np.add.at(sums, group_of, parts)
    assert sums.tolist() == totals.tolist()
    for at, (total, own) in enumerate(groups):
        for part, weight in zip(parts[group_of == at].tolist(), own, strict=True):
            assert abs(part - Fraction(total * weight, max(sum(own), 1))) < 1


def test_large_totals_are_split_exactly():
    parts = money.apportion(4 * 10**18, column(10**12, 2 * 10**12))

    assert parts.tolist() == [1_333_333_333_333_333_333, 2_666_666_666_666_666_667]


def test_what_is_left_goes_to_the_largest_remainder_then_weight_then_place():
    assert money.apportion(100, column(1, 1, 1)).tolist() == [34, 33, 33]
    assert money.apportion(5, column(1, 3)).tolist() == [1, 4]


@pytest.mark.parametrize(("text", "kop"), [
    ("1234.56", 123_456), ("1 234,5", 123_450), ("-10", -1_000), ("\u22120,01", -1),
])  # fmt: skip
def test_amounts_are_read_as_people_write_them(text, kop):
    assert money.kopecks(text) == kop


@pytest.mark.parametrize("text", ["", "1,234", "1.2.3", "сто", "1e3", "٣"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(money.NotAnAmount, match="не сумма"):
        money.kopecks(text)


def test_amounts_are_shown_with_thin_spaces_and_a_true_minus():
    assert money.shown(-123_456_789) == "\u22121\u202f234\u202f567,89"
    assert money.rubles(-5) == "-0.05"
    assert money.decimal_of(5_100_000) == "5.1"
