"""The code of a payment document: what every kind of scan is read as."""

import base64
import json
from pathlib import Path

import pytest

from app.domain import keyboard_layout, slip, slip_layout
from app.domain.period import Period

SAMPLES = Path(__file__).resolve().parents[2] / "../shared/data/qr_samples.json"

HEAT = (
    'ST00012|Name=МУП "Тепловые сети"|PersonalAcc=40702810900000012345|BankName=ПАО Сбербанк'
    "|BIC=044525225|CorrespAcc=30101810400000000225|Sum=241207|PayeeINN=3628001234"
    "|PersAcc=100200300|PaymPeriod=062026|Purpose=Оплата ЖКУ за июнь 2026, ЛС 100200300"
)
OURS = frozenset({("044525225", "40702810900000012345")})
STRANGER = (
    'ST00012|Name=ООО «Три кита»|PersonalAcc=40702810138250123017|BankName=ОАО "БАНК"'
    "|BIC=044525225|CorrespAcc=30101810400000000225|"
)


def codes(remarks):
    return [remark.code for remark in remarks]


def test_whole_code_of_our_creditor_is_payable():
    read = slip.parse(HEAT, creditors=OURS)

    assert (read.level, read.kind, read.account) == ("payable", "st", "100200300")
    assert read.amount_kop == 241_207
    assert read.period == Period(2026, 6)
    assert read.errors == ()


def test_stranger_with_an_account_is_enough_for_lookup():
    read = slip.parse(HEAT, creditors=frozenset({("044525225", "40702810138250123017")}))

    assert read.level == "lookup"
    assert "FOREIGN_PAYEE" in codes(read.warnings)


def test_json_has_exactly_the_fields_of_the_contract():
    document = slip.parse(HEAT, creditors=OURS).as_json()

    assert list(document) == [
        "level",
        "kind",
        "account",
        "amount",
        "period",
        "fields",
        "warnings",
        "errors",
    ]
    assert document["amount"] == "2412.07"
    assert document["period"] == "2026-06"
    assert document["warnings"] == ["ACC_KEY: Ключ расчётного счёта получателя не сходится с БИК."]
    assert json.loads(json.dumps(document)) == document


def test_json_of_an_unreadable_scan_has_nulls():
    document = slip.parse("йцу").as_json()

    assert (document["account"], document["amount"], document["period"]) == (None, None, None)
    assert document["level"] == "reject"


def _samples():
    if not SAMPLES.exists():
        return []
    return json.loads(SAMPLES.read_text(encoding="utf-8"))["samples"]


@pytest.mark.skipif(not SAMPLES.exists(), reason="no shared folder beside the repository")
@pytest.mark.parametrize("sample", _samples(), ids=lambda sample: sample["id"])
def test_published_sample_is_read_as_it_expects(sample):
    expect = sample["expect"]
    scan = base64.b64decode(sample["bytes_b64"]) if "bytes_b64" in sample else sample["payload"]

    read = slip.parse(scan)

    assert (read.kind == "st") == (not sample["payload"].startswith("https"))
    if expect["ok"] is False:
        assert read.level == "reject"
        assert read.errors
    if "account" in expect:
        assert (read.level, read.account) == ("lookup", expect["account"])
    if "sum_kop" in expect:
        assert read.amount_kop == expect["sum_kop"]
    if "sum_rub" in expect:
        assert read.as_json()["amount"] == expect["sum_rub"]
    if "sum_kop_prefix" in expect:
        assert read.amount_kop == int(expect["sum_kop_prefix"])
    if "period" in expect:
        assert str(read.period) == expect["period"]
    if "name" in expect:
        assert read.fields["Name"] == expect["name"]
    if "bank" in expect:
        assert read.fields["BankName"] == expect["bank"]
    for name, value in expect.get("extra", {}).items():
        assert read.fields[name] == value


def test_separator_may_be_any_sign_and_the_bar_then_stands_in_a_value():
    read = slip.parse(STRANGER.replace("|", "#").replace("ОАО ", "ОАО | "))

    assert read.fields["BankName"] == 'ОАО | "БАНК"'
    assert read.errors == ()


def test_value_keeps_its_equals_signs():
    read = slip.parse(HEAT + "|Contract=a=b=c")

    assert read.fields["Contract"] == "a=b=c"


def test_keys_in_any_case_get_their_standard_name_and_unknown_ones_stay():
    read = slip.parse("ST00012|PERSACC=77|lastname=Иванов|calc=412133")

    assert read.account == "77"
    assert read.fields["LastName"] == "Иванов"
    assert read.fields["calc"] == "412133"


def test_first_of_two_equal_keys_wins_with_a_warning():
    read = slip.parse(HEAT + "|Sum=999")

    assert read.amount_kop == 241_207
    assert "DUP" in codes(read.warnings)


def test_spoilt_letters_still_leave_the_account_and_the_sum():
    spoilt = "".join(letter if letter.isascii() else "?" for letter in HEAT)

    read = slip.parse(spoilt)

    assert (read.level, read.account, read.amount_kop) == ("lookup", "100200300", 241_207)


@pytest.mark.parametrize(
    "written",
    ["1234.00", "1234,56", "-1", "1e5", "0x10", "１２３", "١٢٣", "12 34", "9" * 19, "1.234"],
)
def test_sum_not_in_kopecks_is_never_guessed(written):
    read = slip.parse(f"ST00012|PersAcc=77|Sum={written}")

    assert read.amount_kop is None
    assert "SUM_FORMAT" in codes(read.errors)
    assert read.level == "lookup"


def test_zero_sum_is_no_sum():
    read = slip.parse("ST00012|PersAcc=77|Sum=0")

    assert read.amount_kop is None
    assert "SUM_ZERO" in codes(read.warnings)


def test_sum_of_a_trillion_is_refused():
    read = slip.parse("ST00012|PersAcc=77|Sum=100000000000000")

    assert read.amount_kop is None
    assert "SUM_RANGE" in codes(read.errors)


@pytest.mark.parametrize(
    ("written", "period"),
    [
        ("102026", Period(2026, 10)),
        ("10.2026", Period(2026, 10)),
        ("1026", Period(2026, 10)),
        ("202610", Period(2026, 10)),
        ("2026-10", Period(2026, 10)),
        ("10/2026", Period(2026, 10)),
        ("132026", None),
        ("0026", None),
        ("октябрь", None),
        ("01.10.2026", None),
    ],
)
def test_period_is_read_in_its_written_forms(written, period):
    read = slip.parse(f"ST00012|PersAcc=77|PaymPeriod={written}")

    assert read.period == period
    assert ("PERIOD" in codes(read.warnings)) == (period is None)


@pytest.mark.parametrize(
    ("field", "spoilt"),
    [
        ("Name", ""),
        ("Name", "Я" * 161),
        ("PersonalAcc", "4070281090000001234"),
        ("PersonalAcc", "00702810900000012345"),
        ("BankName", "Б" * 46),
        ("BIC", "04452522"),
        ("BIC", "04452522５"),
        ("CorrespAcc", "1"),
    ],
)
def test_wrong_mandatory_field_is_named(field, spoilt):
    old = slip.parse(HEAT).fields[field]

    read = slip.parse(HEAT.replace(f"{field}={old}", f"{field}={spoilt}"), creditors=OURS)

    assert codes(read.errors) == [f"REQ_{field}"]
    assert read.level == "lookup"


def test_correspondent_account_may_be_zero():
    read = slip.parse(HEAT.replace("30101810400000000225", "0"), creditors=OURS)

    assert read.level == "payable"


def test_swapped_order_is_a_warning():
    head, *fields = HEAT.split("|")
    fields[0], fields[3] = fields[3], fields[0]

    read = slip.parse("|".join([head, *fields]), creditors=OURS)

    assert read.level == "payable"
    assert "ORDER" in codes(read.warnings)


def test_wrong_check_digits_are_warnings_only():
    read = slip.parse(HEAT.replace("3628001234", "3628001235"), creditors=OURS)

    assert {"ACC_KEY", "INN"} <= set(codes(read.warnings))
    assert read.level == "payable"


def test_right_check_digits_give_no_warning():
    read = slip.parse(STRANGER + "PayeeINN=7707083893|PersAcc=1")

    assert read.warnings == ()


def test_two_codes_in_one_scan_are_not_taken_for_one():
    read = slip.parse(HEAT + STRANGER)

    assert read.level == "reject"
    assert codes(read.errors) == ["GLUED"]


@pytest.mark.parametrize(
    ("scan", "code"),
    [
        ("ST00022|Name=X", "VERSION"),
        ("ST00010|Name=X", "ENCODING"),
        ("ST00014|Name=X", "ENCODING"),
        ("ST00012Name=X", "SEPARATOR"),
        ("ST0001", "HEADER"),
        ("", "EMPTY"),
        ("\r\n", "EMPTY"),
        ("ST00012|PersAcc=1' OR '1'='1", "ACCOUNT_FORMAT"),
    ],
)
def test_broken_code_is_rejected_with_its_reason(scan, code):
    read = slip.parse(scan)

    assert read.level == "reject"
    assert code in codes(read.errors)


def test_payment_link_is_not_a_slip():
    read = slip.parse("https://qr.nspk.ru/AS10003P3RH0LJ2A9ROO038L6NT5RU1M?type=01&sum=100")

    assert (read.kind, read.level) == ("sbp", "reject")
    with pytest.raises(slip.NotOurSlip, match="ссылка СБП"):
        slip.require_ours(read)


FISCAL = "t=20261124T0930&s=4259.22&fn=9999078900000961&i=71&fp=1494325660&n=1"


@pytest.mark.parametrize(
    "scan", [FISCAL, "]Q1" + FISCAL, keyboard_layout.to_russian(FISCAL), FISCAL.encode()]
)
def test_receipt_is_not_a_slip(scan):
    read = slip.parse(scan)

    assert (read.kind, read.level, read.account) == ("fiscal", "reject", None)
    assert read.fields["fp"] == "1494325660"
    with pytest.raises(slip.NotOurSlip, match="чек, а не квитанция"):
        slip.require_ours(read)


@pytest.mark.parametrize(
    ("typed", "account"),
    [
        ("0012345678", "0012345678"),
        ("12-345/6", "12-345/6"),
        ("100 200 300", "100200300"),
        ("60АА123456", "60АА123456"),
        ("80АВ123456-01", "80АВ123456-01"),
    ],
)
def test_account_typed_by_hand_is_looked_up(typed, account):
    read = slip.parse(typed + "\r")

    assert (read.level, read.kind, read.account) == ("lookup", "account", account)


def test_account_is_offered_with_and_without_leading_zeros():
    assert slip.parse("0012").spellings == ("0012", "12")
    assert slip.parse("12").spellings == ("12",)
    assert slip.parse("0").spellings == ("0",)
    assert slip.parse("йцу").spellings == ()


def test_configured_key_holds_the_account():
    scan = STRANGER + "PersonalAccount=555"

    assert slip.parse(scan).level == "reject"
    assert slip.parse(scan, account_keys=("PersAcc", "PersonalAccount")).account == "555"


def test_stranger_without_an_account_is_refused_by_name():
    read = slip.parse(STRANGER)

    assert read.errors == ()
    with pytest.raises(slip.NotOurSlip, match=r"Три кита.*F2"):
        slip.require_ours(read)


def test_short_foreign_code_is_refused_with_what_to_do():
    read = slip.parse("ST00012|Name=X|Sum=1|Sum=2")

    with pytest.raises(slip.NotOurSlip, match=r"нет поля PersonalAcc.*F2"):
        slip.require_ours(read)


def test_spoilt_sum_is_the_reason_before_missing_fields():
    read = slip.parse("ST00012|Name=X|Sum=-1")

    with pytest.raises(slip.NotOurSlip, match="не число копеек"):
        slip.require_ours(read)


def test_ours_is_given_back():
    read = slip.parse(HEAT)

    assert slip.require_ours(read) is read


def test_layouts_in_use_are_a_choice_of_the_caller():
    read = slip.parse("00123456781026004259228", layouts=(slip_layout.TOMSK_2002,))

    assert read.level == "reject"
