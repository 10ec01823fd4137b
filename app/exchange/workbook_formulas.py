"""Formulas of services as they come in: syntax, names, units; a wrong one is not kept."""

import json

from app.domain import formula, formula_names
from app.exchange.workbook_book import Book
from app.exchange.workbook_catalogue import SERVICES
from app.exchange.workbook_known import Known
from app.exchange.workbook_problems import Problems
from app.exchange.workbook_rules import complain
from app.exchange.workbook_stock import ACCOUNTS, HOUSES, PREMISES
from app.exchange.workbook_table import Table


def has_formulas(book: Book) -> bool:
    """Tell whether a service of the workbook goes by a formula."""
    return "formula" in book.table(SERVICES).column("method")


def check_formulas(table: Table, book: Book, known: Known, problems: Problems) -> None:
    """Find formulas that cannot be read, or that make no sense.

    :param table: of the services
    """
    methods, formulas = table.column("method"), table.column("formula")
    units = table.column("unit")
    names: set[str] | None = None
    for place in list(table.good()):
        text = formulas[place]
        if methods[place] != "formula" or text is None:
            continue
        if names is None:
            names = {*known.characteristics, *_named(book)}
        try:
            read = formula.read(text)
        except formula.NotAFormula as error:
            complain(
                table, problems, place, field="formula", message=error.told.rstrip("."),
                hint=error.hint or "Исправьте формулу.",
            )  # fmt: skip
            continue
        fault = formula_names.check(read, unit=units[place] or "", characteristics=names)
        if fault is not None:
            complain(
                table, problems, place, field="formula", message=fault.message, hint=fault.hint
            )


def _named(book: Book) -> set[str]:
    """Give the names of the characteristics that the workbook itself brings."""
    texts = {
        text for sheet in (HOUSES, PREMISES, ACCOUNTS) for text in book.table(sheet).free if text
    }
    return {name for text in texts for name in json.loads(text)}
