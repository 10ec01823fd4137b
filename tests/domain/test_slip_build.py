"""The code that goes into the QR of a payment document, and its way back."""

from string import ascii_letters, digits

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain import slip
from app.domain.period import Period
from app.domain.slip_build import NotForCode, Payee, build_st

PAYEE = Payee(
    name="ООО «Три кита»",
    account="40702810138250123017",
    bank='ОАО "БАНК"',
    bic="044525225",
    correspondent="30101810400000000225",
    inn="7707083893",
    kpp="770701001",
)
OURS = frozenset({(PAYEE.bic, PAYEE.account)})

_LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯёЁ«»№"
words = st.text(alphabet=_LETTERS + ascii_letters + digits + " .,-|#;:=\"'()", max_size=200)


def test_built_code_is_that_of_the_standard():
    built = build_st(
        PAYEE,
        account="0012345678",
        amount_kop=425_922,
        period=Period(2026, 10),
        purpose="Оплата ЖКУ",
        bill="42",
        penalty_kop=1450,
    )

    assert built.decode() == (
        'ST00012|Name=ООО «Три кита»|PersonalAcc=40702810138250123017|BankName=ОАО "БАНК"'
        "|BIC=044525225|CorrespAcc=30101810400000000225|Sum=425922|Purpose=Оплата ЖКУ"
        "|PayeeINN=7707083893|KPP=770701001|PersAcc=0012345678|PaymPeriod=102026|Category=ЖКУ"
        "|QuittId=42|AddAmount=1450|TechCode=02"
    )


@given(
    name=words,
    bank=words,
    purpose=words,
    bill=words,
    account=st.from_regex(r"[0-9]{1,20}", fullmatch=True),
    amount_kop=st.none() | st.integers(1, 10_000_000_000),
    period=st.none() | st.builds(Period, st.integers(2000, 2099), st.integers(1, 12)),
    encoding=st.sampled_from([1, 2]),
)
def test_built_code_reads_back_what_it_was_built_of(  # noqa: PLR0917
    name, bank, purpose, bill, account, amount_kop, period, encoding
):
    assume(name[:160].strip() and bank[:45].strip())
    payee = Payee(name, PAYEE.account, bank, PAYEE.bic, PAYEE.correspondent)

    built = build_st(
        payee,
        account=account,
        amount_kop=amount_kop,
        period=period,
        purpose=purpose,
        bill=bill,
        encoding=encoding,
    )
    read = slip.parse(built, creditors=OURS)

    assert (read.level, read.account) == ("payable", account)
    assert (read.amount_kop, read.period) == (amount_kop, period)
    assert read.fields["Name"] == name.strip()[:160].strip()
    assert read.fields["BankName"] == bank.strip()[:45].strip()
    assert read.fields.get("Purpose", "") == purpose.strip()[:160].strip()
    assert read.fields.get("QuittId", "") == bill.strip()
    assert read.warnings == ()
    assert read.errors == ()


def test_bar_in_a_value_changes_the_separator():
    built = build_st(PAYEE, purpose="ЖКУ | пени").decode()

    assert built.startswith("ST00012#Name=")
    assert slip.parse(built, creditors=OURS).fields["Purpose"] == "ЖКУ | пени"


def test_separator_may_be_chosen():
    assert build_st(PAYEE, separator=";").startswith(b"ST00012;Name=")


@pytest.mark.parametrize("separator", ["=", "A", "||", ""])
def test_separator_outside_the_standard_is_refused(separator):
    with pytest.raises(NotForCode):
        build_st(PAYEE, separator=separator)


def test_no_separator_left_is_refused():
    with pytest.raises(NotForCode, match="разделители"):
        build_st(PAYEE, purpose="|#;:^_~{}!$%&()*+,/@")


def test_mandatory_block_that_does_not_fit_in_utf8_is_written_in_cp1251():
    payee = Payee("Я" * 200, PAYEE.account, "Б" * 60, PAYEE.bic, PAYEE.correspondent)

    built = build_st(payee)

    assert built.startswith(b"ST00011|")
    assert len(built.split(b"|Category=")[0]) - 8 <= 300
    assert slip.parse(built, creditors=OURS).fields["Name"] == "Я" * 160


def test_purpose_is_cut_to_160():
    assert "Ж" * 160 + "|" in build_st(PAYEE, purpose="Ж" * 300).decode()


def test_rouble_sign_survives_cp1251():
    built = build_st(PAYEE, purpose="100 ₽", encoding=1)

    assert "Purpose=100 руб." in built.decode("cp1251")


def test_extra_fields_are_added_and_empty_ones_left_out():
    built = build_st(PAYEE, extra={"CounterId": "77", "CounterVal": ""}).decode()

    assert built.endswith("|CounterId=77")


def test_zero_sum_is_not_written():
    assert b"Sum=" not in build_st(PAYEE, amount_kop=0)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"name": ""},
        {"account": "123"},
        {"bic": "12345678"},
        {"correspondent": ""},
        {"bank": "\n"},
        {"inn": "7707083890"},
        {"kpp": "77"},
    ],
    ids=str,
)
def test_wrong_details_of_a_payee_are_refused(spoilt):
    details = {field: getattr(PAYEE, field) for field in Payee.__dataclass_fields__}

    with pytest.raises(NotForCode, match="QR-код не построен"):
        build_st(Payee(**details | spoilt))


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_kop": -1},
        {"penalty_kop": -1},
        {"account": "1' OR 1"},
        {"extra": {"BIC": "1"}},
        {"extra": {"a|b": "1"}},
        {"extra": {"DocNo": "1" * 16}},
    ],
    ids=str,
)
def test_wrong_facts_of_a_document_are_refused(wrong):
    with pytest.raises(NotForCode):
        build_st(PAYEE, **wrong)
