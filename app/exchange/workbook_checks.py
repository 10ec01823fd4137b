"""Checks a whole workbook against itself and the database; rows with a problem are marked bad.

each sheet after those it refers to:
rows in themselves ─▶ doubles ─▶ references ─▶ premises ─▶ overlaps, shares ─▶ may be named
"""

import difflib

from app.domain.problem import Problem
from app.domain.service import ZONE_WORDS
from app.domain.workbook_words import ZONES_OF_METER
from app.exchange.workbook import BY_REFERENCE
from app.exchange.workbook_book import Book
from app.exchange.workbook_catalogue import SERVICES
from app.exchange.workbook_commission_checks import check_commissions
from app.exchange.workbook_commissions import COMMISSIONS
from app.exchange.workbook_contracts import check_contract_days, check_contracts
from app.exchange.workbook_formulas import check_formulas, has_formulas
from app.exchange.workbook_groups import GROUP_METERS
from app.exchange.workbook_known import Known, KnownMeter, Place, Wanted
from app.exchange.workbook_metering import METERS, READINGS
from app.exchange.workbook_overlaps import check_doubles, check_overlaps, check_shares
from app.exchange.workbook_penalty_checks import check_penalties
from app.exchange.workbook_problems import Problems
from app.exchange.workbook_references import (
    Scope,
    check_places,
    check_references,
    codes_named,
)
from app.exchange.workbook_rules import check_rows, complain
from app.exchange.workbook_stock import (
    ABSENCES,
    ACCOUNTS,
    CONTRACTS,
    HOUSES,
    PREMISES,
    RESIDENTS,
)
from app.exchange.workbook_table import Table

_ZONE_WORD = {code: word for word, code in ZONE_WORDS.items()}


def prepare(book: Book, problems: Problems) -> Wanted:
    """Check the rows in themselves, and say what must be known of the database for the rest."""
    for table in book:
        check_rows(table, problems)
        if table.sheet is CONTRACTS:
            check_contracts(table, problems)
        check_doubles(table, problems)
        if table.sheet is COMMISSIONS:
            check_commissions(table, problems)
        check_penalties(table, problems)
    houses = _values(book.table(ACCOUNTS), "house")
    in_book = _values(book.table(ACCOUNTS), "number")
    # Accounts of the book are asked for too: what they leave empty stays as it is.
    accounts = codes_named(book, ACCOUNTS) | in_book
    meters = codes_named(book, METERS) | _values(book.table(METERS), "code")
    return Wanted(
        houses=tuple(
            houses
            | _values(book.table(METERS), "house")
            | _values(book.table(GROUP_METERS), "house")
        ),
        houses_of_accounts=tuple(houses),
        houses_named=tuple(codes_named(book, HOUSES)),
        accounts=tuple(accounts),
        accounts_of_absences=tuple(_values(book.table(ABSENCES), "account")),
        meters=tuple(meters),
        dated=tuple(table.sheet.name for table in book if table.sheet.group),
        has_formulas=has_formulas(book),
    )


def _values(table: Table, field: str) -> set[str]:
    return {value for value in table.column(field) if value is not None}


def check(book: Book, known: Known, problems: Problems, *, tell_fallen: bool) -> None:
    """Check references, overlaps, shares and readings; the book must have been prepared.

    :param tell_fallen: also list rows that are left out because a row they name is bad
    """
    scope = Scope(known, problems, tell_fallen=tell_fallen)
    meters = dict(known.meters)
    for sheet in BY_REFERENCE:
        table = book.tables.get(sheet.name)
        if table is None:
            continue
        check_references(table, scope)
        if sheet is SERVICES:
            check_formulas(table, book, known, problems)
        if sheet in (ACCOUNTS, METERS, GROUP_METERS):
            check_places(table, scope, fallen=_fallen_places(book))
        if sheet is METERS:
            _check_meters(table, known, problems)
            _check_houses(table, book.table(ACCOUNTS), known, problems)
            meters.update(_meters_of(table, known))
        if sheet is ABSENCES:
            _check_names(table, book.table(RESIDENTS), known, problems)
        if sheet is READINGS:
            _check_readings(table, meters, problems)
        check_contract_days(table, book, known, problems)
        check_overlaps(table, known, problems)
        if sheet is ACCOUNTS or sheet is METERS:
            _check_kept_ends(table, known, problems)
        if sheet is ACCOUNTS:
            check_shares(table, known, problems)
        scope.admit(table)


def _fallen_places(book: Book) -> set[Place]:
    table = book.table(PREMISES)
    houses, flats = table.column("house"), table.column("flat_number")
    numbers = table.column("number")
    return {(houses[i] or "", flats[i] or "", numbers[i] or "") for i in table.bad}


def zones_of(table: Table, place: int, known: Known) -> str:
    """Give the number of zones of a meter: as the row says, as it was, or one."""
    given = table.column("zones")[place]
    if given:
        return given
    before = known.meters.get(table.column("code")[place] or "")
    return before.zones if before else "1"


def _check_meters(table: Table, known: Known, problems: Problems) -> None:
    for field in ("initial_mcu", "final_mcu"):
        if field not in table.is_given:
            continue
        values = table.column(field)
        for place in table.good():
            value = values[place]
            if value is None:
                continue
            zones = zones_of(table, place, known)
            given = value.count(",") + 1
            if given != int(zones):
                complain(
                    table, problems, place, field=field,
                    message=f"показаний {given}, а зон у прибора {zones}",
                    hint="Напишите показание каждой зоны через «;»: день;ночь "
                    "или пик;полупик;ночь.",
                )  # fmt: skip


def _check_kept_ends(table: Table, known: Known, problems: Problems) -> None:
    """Find accounts and meters that would begin after the end which their empty cell leaves."""
    if table.sheet is ACCOUNTS:
        start, end = "opened_on", "closed_on"
        kept = {number: account.closed_on for number, account in known.accounts.items()}
    else:
        start, end = "installed_on", "removed_on"
        kept = {code: meter.removed_on for code, meter in known.meters.items()}
    names, starts, ends = (table.column(name) for name in (table.sheet.key[0], start, end))
    for place in table.good():
        last, first = kept.get(names[place] or ""), starts[place]
        if ends[place] is None and last is not None and first is not None and first >= last:
            complain(
                table, problems, place, field=start,
                message=f"по базе это кончилось раньше: {last[8:10]}.{last[5:7]}.{last[:4]}",
                hint=f"Исправьте дату или заполните «{table.sheet.column(end).header}».",
            )  # fmt: skip


def _check_houses(table: Table, accounts: Table, known: Known, problems: Problems) -> None:
    """Find meters whose account is in another house."""
    named = table.column("account")
    if not any(named):
        return
    house_of = {number: account.place[0] for number, account in known.accounts.items()}
    for number, house in zip(accounts.column("number"), accounts.column("house"), strict=True):
        house_of[number or ""] = house or ""
    houses = table.column("house")
    for place in table.good():
        number = named[place]
        if number is not None and house_of.get(number) != houses[place]:
            complain(
                table, problems, place, field="account",
                message=f"этот счёт в доме «{house_of.get(number)}», а прибор в другом",
                hint="Исправьте дом или счёт.",
            )  # fmt: skip


def _check_names(table: Table, residents: Table, known: Known, problems: Problems) -> None:
    """Find absences of people who are not on the account: they would change nothing."""
    accounts, names = residents.column("account"), residents.column("name")
    living = {(accounts[place], names[place]) for place in residents.good()}
    absent_accounts, absent = table.column("account"), table.column("name")
    for place in table.good():
        who = (absent_accounts[place] or "", absent[place] or "")
        if who in living or who in known.residents:
            continue
        there = {name for account, name in {*living, *known.residents} if account == who[0]}
        near = difflib.get_close_matches(who[1], [name for name in there if name], n=1)
        complain(
            table, problems, place, field="name",
            message="на этом счёте нет проживающего с таким ФИО",
            hint=f"Вы имели в виду «{near[0]}»?" if near
            else "Напишите ФИО так, как на листе «Проживающие».",
        )  # fmt: skip


def _meters_of(table: Table, known: Known) -> dict[str, KnownMeter]:
    codes, digits = table.column("code"), table.column("digits")
    installed, removed = table.column("installed_on"), table.column("removed_on")
    found: dict[str, KnownMeter] = {}
    for place in table.good():
        code = codes[place] or ""
        before = known.meters.get(code)
        found[code] = KnownMeter(
            zones_of(table, place, known),
            digits[place] or (before.digits if before else None),
            installed[place] or "",
            removed[place] or (before.removed_on if before else None),
        )
    return found


def _check_readings(table: Table, meters: dict[str, KnownMeter], problems: Problems) -> None:
    codes, zones, days = table.column("meter"), table.column("zone"), table.column("taken_on")
    values = table.column("value_mcu")
    for place in table.good():
        meter = meters.get(codes[place] or "")
        if meter is None:
            continue
        day, zone, value = days[place] or "", zones[place] or "", values[place]
        if zone not in ZONES_OF_METER[meter.zones]:
            _complain_zone(table, problems, place, meter.zones)
        if day < meter.installed_on or (meter.removed_on and day > meter.removed_on):
            complain(
                table, problems, place, field="taken_on",
                message="в этот день прибор не стоял", hint="Исправьте дату или дни прибора.",
            )  # fmt: skip
        if value and meter.digits and int(value) >= 10 ** (int(meter.digits) + 6):
            complain(
                table, problems, place, field="value_mcu",
                message=f"у прибора {meter.digits} цифр до запятой, а в показании больше",
                hint="Исправьте показание или разрядность.",
            )  # fmt: skip


def _complain_zone(table: Table, problems: Problems, place: int, zones: str) -> None:
    allowed = [_ZONE_WORD[zone] for zone in ZONES_OF_METER[zones] if zone]
    table.bad.add(place)
    given = table.column("zone")[place]
    problems.add(
        Problem(
            f"прибор на {zones} зоны, зона не подходит" if allowed else "прибор на одну зону",
            f"Укажите зону: {', '.join(allowed)}." if allowed else "Очистите ячейку.",
            table.sheet.name, table.number[place], "Зона", _ZONE_WORD.get(given or ""),
        )
    )  # fmt: skip
