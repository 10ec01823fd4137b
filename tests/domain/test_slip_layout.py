"""One-dimensional codes: native, Tomsk-2002, and layouts a centre writes itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import slip, slip_layout
from app.domain.period import Period
from app.domain.slip_layout import Check, Layout, NotForBarcode, Place

NATIVE = "00123456781026004259228"
TOMSK = "351100010534"

periods = st.builds(Period, st.integers(2000, 2099), st.integers(1, 12))


def codes(remarks):
    return [remark.code for remark in remarks]


def test_native_code_is_that_of_the_standard_example():
    built = slip_layout.build_native("12345678", period=Period(2026, 10), amount_kop=425_922)

    assert built == NATIVE


def test_native_code_says_account_period_and_sum():
    read = slip.parse(NATIVE)

    assert (read.level, read.kind, read.account) == ("payable", "barcode", "0012345678")
    assert (read.amount_kop, read.period) == (425_922, Period(2026, 10))
    assert read.spellings == ("0012345678", "12345678")


@given(
    account=st.from_regex(r"[0-9]{10}", fullmatch=True),
    period=periods,
    amount_kop=st.integers(1, 99_999_999),
)
def test_native_code_reads_back_what_it_was_built_of(account, period, amount_kop):
    read = slip.parse(slip_layout.build_native(account, period=period, amount_kop=amount_kop))

    assert (read.account, read.period, read.amount_kop) == (account, period, amount_kop)
    assert read.errors == ()


@given(place=st.integers(0, 22), shift=st.integers(1, 9))
def test_one_wrong_digit_of_a_native_code_is_noticed(place, shift):
    wrong = str((int(NATIVE[place]) + shift) % 10)

    read = slip.parse(NATIVE[:place] + wrong + NATIVE[place + 1 :])

    assert read.level == "reject"
    assert read.account is None


def test_native_code_of_an_impossible_month_is_rejected():
    body = "0012345678" + "1326" + "00425922"

    read = slip.parse(body + slip_layout.check_digits("luhn", body))

    assert read.level == "reject"
    assert "PERIOD" in codes(read.errors)


def test_native_code_without_a_sum_leaves_the_amount_open():
    read = slip.parse(slip_layout.build_native("1", period=Period(2026, 1), amount_kop=0))

    assert read.amount_kop is None
    assert read.level == "payable"


@pytest.mark.parametrize(
    ("account", "period", "amount_kop"),
    [
        ("12345678901", Period(2026, 10), 1),
        ("12-34", Period(2026, 10), 1),
        ("１２", Period(2026, 10), 1),
        ("", Period(2026, 10), 1),
        ("12", Period(2026, 10), 100_000_000),
        ("12", Period(2026, 10), -1),
        ("12", Period(1999, 12), 1),
    ],
)
def test_what_has_no_room_in_the_native_code_is_refused(account, period, amount_kop):
    with pytest.raises(NotForBarcode):
        slip_layout.build_native(account, period=period, amount_kop=amount_kop)


@pytest.mark.parametrize("prefix", ["]C0", "]C1", "ъС0"])
def test_symbology_named_by_the_scanner_is_heeded(prefix):
    assert slip.parse(prefix + NATIVE).account == "0012345678"


def test_code_of_another_symbology_is_not_native():
    assert slip.parse("]E0" + NATIVE).level == "reject"


def test_two_native_codes_in_a_row_are_noticed():
    read = slip.parse(NATIVE * 2)

    assert codes(read.errors) == ["GLUED"]


def test_tomsk_example_is_read():
    read = slip.parse(TOMSK)

    assert (read.kind, read.account) == ("barcode", "001053")
    assert read.fields["Office"] == "10"
    assert "MAYBE_ACCOUNT" in codes(read.warnings)


def test_tomsk_example_is_read_with_the_digit_of_ean_left_on():
    read = slip.parse(TOMSK + slip_layout.check_digits("mod10_31", TOMSK))

    assert (read.kind, read.account) == ("barcode", "001053")


def test_twelve_digits_that_fail_the_check_are_a_typed_account():
    read = slip.parse("351100010535")

    assert (read.kind, read.account) == ("account", "351100010535")


@pytest.mark.parametrize(
    ("algorithm", "digits", "check"),
    [
        ("luhn", "7992739871", "3"),
        ("luhn", "0012345678102600425922", "8"),
        ("mod11_desc", "35110001053", "4"),
        ("mod11_desc", "00000000060", "7"),
        ("mod10_31", "400638133393", "1"),
        ("mod11_desc", "00000000005", "0"),
        ("mod97", "32142829123456987654321611", "82"),
    ],
)
def test_check_digits_are_those_of_published_examples(algorithm, digits, check):
    assert slip_layout.check_digits(algorithm, digits) == check


OWN = Layout(
    code="old-town",
    length=24,
    prefix="77",
    places=(
        Place("Kind", 2, 2, "const", value="01"),
        Place("PersAcc", 4, 8, "account", pad=True),
        Place("PaymPeriod", 12, 4, "period_YYMM"),
        Place("Sum", 16, 7, "money_kop"),
    ),
    checks=(Check("mod10_31", 23, 1, 0, 23),),
    creditor=("044525225", "40702810900000012345"),
)


def test_layout_written_by_the_centre_is_read():
    body = "77" + "01" + "00004711" + "2610" + "0012345"

    read = slip.parse(
        body + slip_layout.check_digits("mod10_31", body),
        layouts=(*slip_layout.DEFAULT, OWN),
        creditors=frozenset({OWN.creditor}),
    )

    assert (read.level, read.account, read.amount_kop) == ("payable", "4711", 12_345)
    assert read.period == Period(2026, 10)


def test_code_that_fits_two_layouts_is_asked_about():
    twin = Layout(code="twin", length=23, places=(Place("PersAcc", 0, 10, "account"),))

    read = slip.parse(NATIVE, layouts=(slip_layout.NATIVE, twin))

    assert read.level == "reject"
    assert codes(read.errors) == ["AMBIGUOUS"]
    assert "native, twin" in str(read.errors[0])
