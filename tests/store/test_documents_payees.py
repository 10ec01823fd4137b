"""Who is paid under a contract, and where: the supplier, by the contract's own account."""

from datetime import date

import pytest

from app.domain.document_assembly import assemble
from app.domain.period import Period
from app.domain.voucher import VoucherKind
from app.operations.issue_documents import issue_documents
from app.operations.transfer_balance import transfer_balance
from app.store import documents, organisations
from app.store.reading import reading
from tests.fixtures.contract_world import (
    NOVEMBER,
    OCTOBER,
    transfer_order,
    voucher,
    with_contracts,
)
from tests.fixtures.payers import Payers

UNTIL = date(2026, 11, 20)


@pytest.fixture
def books(engine) -> Payers:
    made = with_contracts(engine)
    made.run(
        "update app.organisation_version set bank_account = '40702810200000000031',"
        " bic = '046577000', bank_name = 'Банк', corr_account = '30101810200000000000'"
    )
    made.owe("1000", OCTOBER, {"хвс": 100_00, "от": 900_00})
    return made


def own_account(books: Payers, **told: str) -> None:
    names = ", ".join(f"{name} = %s" for name in told)
    books.run(f"update app.contract set {names} where number = 'В-1'", *told.values())


def payee_of(books: Payers, contract: str):
    with reading(books.engine) as snapshot:
        known = documents.contracts(snapshot)
    return known.payees[known.place[books.contracts[contract]]]


def document(books: Payers, period: Period = OCTOBER):
    with reading(books.engine) as snapshot:
        house = documents.houses(snapshot, codes=["Д1"])[0][0]
        known = documents.contracts(snapshot)
        (facts,) = documents.facts_of_house(
            snapshot, house, period=period, known=known, numbers=["1000"], until=UNTIL
        )
    return assemble(facts, period=period, receiving=None)


def test_the_supplier_of_a_three_sided_contract_is_paid(books: Payers) -> None:
    assert payee_of(books, "Т-2").name == "Теплосеть"
    assert payee_of(books, "В-2").name == "Новый водоканал"


def test_an_account_of_the_contract_goes_before_that_of_the_organisation(books: Payers) -> None:
    own_account(books, bank_account="40821810000000000031", bic="046577000")

    payee = payee_of(books, "В-1")

    assert (payee.bank_account, payee.bank) == ("40821810000000000031", "Банк")
    assert payee_of(books, "Т-2").bank_account == "40702810200000000031"


def test_another_bank_of_the_contract_is_not_mixed_with_that_of_the_organisation(
    books: Payers,
) -> None:
    own_account(books, bank_account="40702810138250123017", bic="044525225")

    payee = payee_of(books, "В-1")

    assert (payee.bic, payee.bank, payee.correspondent_account) == ("044525225", "", "")


def test_each_payee_has_a_code_of_its_own_account(books: Payers) -> None:
    own_account(books, bank_account="40821810000000000031", bic="046577000")

    codes = {payee.name: payee.qr.decode() for payee in document(books).payees}

    assert "PersonalAcc=40821810000000000031" in codes["Водоканал"]
    assert "Sum=10000" in codes["Водоканал"]
    assert "PersonalAcc=40702810200000000031" in codes["Теплосеть"]
    assert "Sum=90000" in codes["Теплосеть"]


def test_an_account_whose_key_is_wrong_makes_no_code(books: Payers) -> None:
    own_account(books, bank_account="40821810900000000031", bic="046577000")

    codes = {payee.name: payee.qr for payee in document(books).payees}

    assert codes["Водоканал"] == b""
    assert codes["Теплосеть"]


def test_the_desk_takes_codes_of_accounts_of_contracts(books: Payers) -> None:
    own_account(books, bank_account="40821810000000000031", bic="046577000")

    with reading(books.engine) as snapshot:
        assert ("046577000", "40821810000000000031") in organisations.payment_creditors(snapshot)


def test_the_centre_chooses_one_code_or_a_code_of_each_payee(books: Payers, tmp_path) -> None:
    with reading(books.engine) as snapshot:
        assert not organisations.each_is_paid_apart(snapshot, on=UNTIL)
    books.run(
        "insert into app.parameter (code, value) values ('документ.код_оплаты',"
        " 'каждому получателю')"
    )

    with reading(books.engine) as snapshot:
        assert organisations.each_is_paid_apart(snapshot, on=UNTIL)
    made = issue_documents(
        books.engine, period=OCTOBER, out=tmp_path / "all.pdf", until=UNTIL, accounts=["1000"]
    )
    assert made.documents == 1


def test_a_bill_of_the_month_of_a_transfer_adds_up(books: Payers) -> None:
    transfer_balance(
        books.engine, voucher(VoucherKind.TRANSFER),
        transfer_order(from_contract="В-1", to_contract="В-2"),
    )  # fmt: skip

    paper = document(books, NOVEMBER)

    closing = {payee.name: payee.turnover.closing_kop for payee in paper.payees}
    assert closing == {"Водоканал": 0, "Новый водоканал": 100_00, "Теплосеть": 900_00}
    assert paper.due_kop == 1000_00
