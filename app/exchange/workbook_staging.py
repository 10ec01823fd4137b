"""Good rows of the tables as the columns of the staging tables, and payments as values."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import NAMESPACE_URL, UUID, uuid5

from app.domain import period
from app.domain.period import Period
from app.domain.workbook_words import ZONES_OF_METER
from app.exchange.workbook import SHEETS
from app.exchange.workbook_book import Book
from app.exchange.workbook_checks import zones_of
from app.exchange.workbook_groups import GROUP_METERS
from app.exchange.workbook_known import Known
from app.exchange.workbook_metering import METERS, READINGS
from app.exchange.workbook_money import BALANCES, PAYMENTS
from app.exchange.workbook_sheet import Sheet
from app.exchange.workbook_stock import ACCOUNTS
from app.exchange.workbook_table import Table
from app.exchange.workbook_values import Text

Columns = Mapping[str, Sequence[Text]]
WITHOUT_KEYS = {BALANCES.table, "parameter", "outdoor_temperature", "transfer_terms",
                "calendar_day", "key_rate", "penalty_cap", "due_rule"}  # fmt: skip

_PLACES = ("flat_number", "premises_number")
_SERIES = ("initial_mcu", "final_mcu")
_PAYMENTS = uuid5(NAMESPACE_URL, "kvitok:workbook:payments")


@dataclass(frozen=True, slots=True)
class PastPayment:
    """A payment of the sheet «Оплаты»; its key is the same whenever the same row comes again."""

    key: UUID
    row: int
    account_number: str
    amount_kop: int
    paid_on: date
    channel: str
    for_period: Period | None
    external_id: str | None
    agent_code: str | None


def staged(book: Book, known: Known) -> Iterator[tuple[str, Columns]]:
    """Give table and columns of every sheet with good rows but the payments."""
    for sheet in SHEETS:
        table = book.tables.get(sheet.name)
        if table is None or sheet is PAYMENTS:
            continue
        places = list(table.good())
        if not places:
            continue
        is_whole = len(places) == len(table)
        columns = {
            name: values if is_whole else [values[place] for place in places]
            for name, values in _columns(table).items()
        }
        yield sheet.table, columns
        if sheet is METERS:
            yield from _first_and_last(table, known)


def _columns(table: Table) -> dict[str, list[Text]]:
    sheet = table.sheet
    names = [name for name in sheet.fields if name not in _SERIES]
    if sheet in (ACCOUNTS, METERS, GROUP_METERS):
        names = [name for name in names if name != "premises"] + [*_PLACES]
    columns = {name: table.column(name) for name in names}
    if sheet.free:
        columns["characteristics"] = table.free
    return columns


def _first_and_last(table: Table, known: Known) -> Iterator[tuple[str, Columns]]:
    """Give the first and last readings of meters as rows of the readings, one a zone."""
    columns: dict[str, list[Text]] = {
        name: [] for name in ("meter", "zone", "taken_on", "period", "value_mcu", "source")
    }
    codes = table.column("code")
    for field, day_field, source in (
        ("initial_mcu", "installed_on", "initial"),
        ("final_mcu", "removed_on", "final"),
    ):
        values, days = table.column(field), table.column(day_field)
        for place in table.good():
            value, day = values[place], days[place]
            if value is None or day is None:
                continue
            zones = ZONES_OF_METER[zones_of(table, place, known)]
            for zone, number in zip(zones, value[1:-1].split(","), strict=True):
                columns["meter"].append(codes[place])
                columns["zone"].append(zone)
                columns["taken_on"].append(day)
                columns["period"].append(f"{day[:7]}-01")
                columns["value_mcu"].append(number)
                columns["source"].append(source)
    if columns["meter"]:
        yield READINGS.table, columns


def payments(book: Book) -> list[PastPayment]:
    """Give the good rows of «Оплаты», oldest first."""
    table = book.table(PAYMENTS)
    read = {name: table.column(name) for name in PAYMENTS.fields}
    seen: Counter[tuple[Text, ...]] = Counter()
    found: list[PastPayment] = []
    for place in table.good():
        account, day, amount, for_period, channel, external, agent = (
            read[name][place] for name in PAYMENTS.fields
        )
        assert account is not None
        assert day is not None
        assert amount is not None
        told = (account, day, amount, channel, agent, external)
        # Two equal rows are two payments: the second is the second again next time.
        seen[told] += 1
        name = "|".join([*(text or "" for text in told), str(seen[told])])
        found.append(
            PastPayment(
                key=uuid5(_PAYMENTS, name),
                row=table.number[place],
                account_number=account,
                amount_kop=int(amount),
                paid_on=date.fromisoformat(day),
                channel=channel or "desk",
                for_period=period.of(date.fromisoformat(for_period)) if for_period else None,
                external_id=external,
                agent_code=agent,
            )
        )
    return sorted(found, key=lambda payment: (payment.paid_on, payment.row))


def counted(book: Book) -> dict[str, int]:
    """Give the number of good rows of each sheet that has rows."""
    return {sheet.name: _good_rows(book, sheet) for sheet in SHEETS if sheet.name in book.tables}


def _good_rows(book: Book, sheet: Sheet) -> int:
    table = book.tables[sheet.name]
    return len(table) - len(table.bad)
