"""VAT inside an amount: half up, of either sign, nothing where no VAT is paid."""

import pytest

from app.domain.vat import vat_inside_kop

PERCENT = 1_000_000


@pytest.mark.parametrize(
    ("gross_kop", "percent", "expected"),
    [
        (12_200, 22, 2_200),
        (12_000, 20, 2_000),
        (36_000, 22, 6_492),  # 6491,80
        (3, 20, 1),  # 0,5 up
        (-3, 20, -1),
        (0, 22, 0),
    ],
)
def test_it_is_gross_by_the_rate_over_a_hundred_and_the_rate(gross_kop, percent, expected):
    assert vat_inside_kop(gross_kop, rate_percent_millionths=percent * PERCENT) == expected
