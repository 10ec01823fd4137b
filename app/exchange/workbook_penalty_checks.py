"""What rows of the sheets of penalties must be as a whole."""

from app.exchange.workbook_penalties import BILLS_HANDED_OVER, PENALTY_STOPS
from app.exchange.workbook_problems import Problems
from app.exchange.workbook_rules import complain
from app.exchange.workbook_table import Table


def check_penalties(table: Table, problems: Problems) -> None:
    """Check what a row of these sheets says as a whole."""
    if table.sheet is PENALTY_STOPS:
        _check_stops(table, problems)
    elif table.sheet is BILLS_HANDED_OVER:
        _check_bills(table, problems)


def _check_stops(table: Table, problems: Problems) -> None:
    scopes, periods = table.column("scope"), table.column("origin_period")
    for place in table.good():
        is_document = scopes[place] == "document"
        if is_document and periods[place] is None:
            complain(
                table, problems, place, field="origin_period",
                message="не указан период документа",
                hint="Укажите месяц платёжного документа, например 07.2026.",
            )  # fmt: skip
        elif not is_document and periods[place] is not None:
            complain(
                table, problems, place, field="origin_period",
                message="период бывает только у вида «документ»",
                hint="Оставьте пусто или выберите вид «документ».",
            )  # fmt: skip


def _check_bills(table: Table, problems: Problems) -> None:
    houses, accounts = table.column("house"), table.column("account")
    for place in table.good():
        if (houses[place] is None) == (accounts[place] is None):
            complain(
                table, problems, place, field="house",
                message="нужен дом или лицевой счёт, одно из двух",
                hint="Укажите код дома либо номер счёта.",
            )  # fmt: skip
