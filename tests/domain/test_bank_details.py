"""Check digits of bank accounts and of taxpayer numbers."""

import pytest

from app.domain import bank_details


@pytest.mark.parametrize(
    ("account", "bic", "fits"),
    [
        ("40702810138250123017", "044525225", True),
        ("40702810138250123018", "044525225", False),
        ("40702810138250123017", "044525226", False),
        ("4070281013825012301", "044525225", False),
        ("40702A10038250123017", "044525225", False),
        ("40702A10938250123017", "044525225", True),
        ("４0702810138250123017", "044525225", False),
    ],
)
def test_key_of_a_settlement_account_depends_on_the_bank(account, bic, fits):
    assert bank_details.account_key_fits(account, bic=bic) == fits


@pytest.mark.parametrize(
    ("account", "bic", "fits"),
    [
        ("30101810400000000225", "044525225", True),
        ("30101810965770000413", "044525225", False),
        ("0", "044525225", True),
    ],
)
def test_key_of_a_correspondent_account_depends_on_the_region(account, bic, fits):
    assert bank_details.correspondent_key_fits(account, bic=bic) == fits


@pytest.mark.parametrize(
    ("inn", "fits"),
    [
        ("7707083893", True),
        ("7707083894", False),
        ("500100732259", True),
        ("500100732258", False),
        ("500100732249", False),
        ("0000000000", False),
        ("770708389", False),
        ("７707083893", False),
        ("", False),
    ],
)
def test_taxpayer_number_has_its_check_digits(inn, fits):
    assert bank_details.inn_fits(inn) == fits
