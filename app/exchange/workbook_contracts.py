"""What contracts must be: sides by kind, an account whose key fits, assignments in their days."""

import re

from app.domain import bank_details
from app.exchange.workbook_book import Book
from app.exchange.workbook_catalogue import ASSIGNMENTS
from app.exchange.workbook_known import Known
from app.exchange.workbook_problems import Problems
from app.exchange.workbook_rules import complain
from app.exchange.workbook_stock import CONTRACTS
from app.exchange.workbook_table import Table
from app.exchange.workbook_values import Text

_STILL = "9999-12-31"


def check_contracts(table: Table, problems: Problems) -> None:
    """Find two-sided contracts with a supplier and accounts that no bank would take."""
    kinds, suppliers = table.column("kind"), table.column("supplier")
    for place in table.good():
        if kinds[place] == "two-sided" and suppliers[place] is not None:
            complain(
                table, problems, place, field="supplier",
                message="у двустороннего договора указан поставщик",
                hint="Очистите ячейку или напишите вид «трёхсторонний».",
            )  # fmt: skip
        else:
            _check_account(table, problems, place)


def _check_account(table: Table, problems: Problems, place: int) -> None:
    """Find the account of a contract without its bank, and keys that do not agree with it."""
    account, bic = table.column("bank_account")[place], table.column("bic")[place]
    correspondent = table.column("corr_account")[place]
    wrong = None
    if account is None and bic is None:
        return
    if account is None or bic is None:
        field = "bic" if bic is None else "bank_account"
        header = table.sheet.column("bic" if bic is None else "bank_account").header
        other = table.sheet.column("bank_account" if bic is None else "bic").header
        wrong = (field, f"«{other}» указан, а «{header}» нет", "Укажите оба или ни одного.")
    elif not bank_details.BIC.fullmatch(bic):
        wrong = ("bic", "в БИК должно быть 9 цифр", "Возьмите БИК из договора.")
    elif not bank_details.ACCOUNT.fullmatch(account):
        wrong = ("bank_account", "в расчётном счёте должно быть 20 цифр", "Проверьте счёт.")
    elif not bank_details.account_key_fits(account, bic=bic):
        wrong = (
            "bank_account", "контрольная цифра счёта не сходится с БИК",
            "Проверьте счёт и БИК: в одном из них ошибка.",
        )  # fmt: skip
    elif correspondent is not None and not (
        re.fullmatch(r"0|[0-9]{20}", correspondent)
        and bank_details.correspondent_key_fits(correspondent, bic=bic)
    ):
        wrong = (
            "corr_account", "контрольная цифра корр. счёта не сходится с БИК",
            "Проверьте корр. счёт и БИК.",
        )  # fmt: skip
    if wrong:
        complain(table, problems, place, field=wrong[0], message=wrong[1], hint=wrong[2])


def check_contract_days(table: Table, book: Book, known: Known, problems: Problems) -> None:
    """Find contracts and assignments whose days cannot be; other sheets have nothing to check."""
    if table.sheet is CONTRACTS:
        _check_kept_ends(table, known, problems)
    elif table.sheet is ASSIGNMENTS:
        _check_assigned_days(table, book, known, problems)


def _check_kept_ends(table: Table, known: Known, problems: Problems) -> None:
    """Find contracts that would begin after the end which their empty cell leaves."""
    names, starts, ends = (table.column(name) for name in ("number", "valid_from", "valid_to"))
    for place in table.good():
        kept = known.contracts.get(names[place] or "", ("", None))[1]
        if ends[place] is None and kept is not None and (starts[place] or "") >= kept:
            complain(
                table, problems, place, field="valid_from",
                message=f"по базе договор кончился раньше: {_day(kept)}",
                hint="Исправьте дату или заполните «До».",
            )  # fmt: skip


def _check_assigned_days(table: Table, book: Book, known: Known, problems: Problems) -> None:
    """Find assignments outside the days of their contracts; without an end they end with them."""
    spans = dict(known.contracts)
    given = book.table(CONTRACTS)
    columns = [given.column(name) for name in ("number", "valid_from", "valid_to")]
    for place in given.good():
        number, since, until = (column[place] for column in columns)
        kept = spans.get(number or "", ("", None))[1]
        spans[number or ""] = (since or "", until or kept)
    contracts = table.column("contract")
    starts, ends = table.column("valid_from"), table.column("valid_to")
    for place in table.good():
        span = spans.get(contracts[place] or "")
        if span is None:
            continue
        since, until = span
        first, last = starts[place] or "", ends[place]
        if first < since or first >= (until or _STILL):
            _complain(table, problems, place, "valid_from", span)
        elif last is not None and last > (until or _STILL):
            _complain(table, problems, place, "valid_to", span)


def _complain(
    table: Table, problems: Problems, place: int, field: str, span: tuple[str, Text]
) -> None:
    since, until = span
    told = f"с {_day(since)}" + (f" до {_day(until)}" if until else "")
    complain(
        table, problems, place, field=field,
        message=f"вне дней договора «{table.column('contract')[place]}»: он действует {told}",
        hint="Исправьте дату здесь или на листе «Договоры».",
    )  # fmt: skip


def _day(iso: str) -> str:
    return f"{iso[8:10]}.{iso[5:7]}.{iso[:4]}"
