"""References between sheets: each code is in the workbook or in the database.

unknown code                 a problem, with the nearest known code when there is one
code of a row with a problem the row falls with it: told only where good rows are imported
"""

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from app.domain.problem import Problem
from app.exchange.workbook_known import Known, Place
from app.exchange.workbook_problems import Problems
from app.exchange.workbook_sheet import Kind, Sheet
from app.exchange.workbook_table import Table
from app.exchange.workbook_values import parts_of

_GUESSES_MAX = 100
_GUESS_AMONG_MAX = 3_000
_PREMISES = "Помещения"


@dataclass(slots=True)
class Scope:
    """The codes that may be named: of good rows read so far and of the database.

    :ivar fallen: codes that only rows with problems have
    """

    known: Known
    problems: Problems
    tell_fallen: bool
    good: dict[str, set[str]] = field(default_factory=dict)
    fallen: dict[str, set[str]] = field(default_factory=dict)
    places: dict[tuple[str, str], Place | None] = field(default_factory=dict)
    _guesses: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.admit_places(self.known.places)

    def admit(self, table: Table) -> None:
        """Let later sheets name the rows of this one."""
        name = table.sheet.name
        if name == _PREMISES:
            houses, flats = table.column("house"), table.column("flat_number")
            numbers = table.column("number")
            self.admit_places(
                (houses[i] or "", flats[i] or "", numbers[i] or "") for i in table.good()
            )
            return
        if len(table.sheet.key) != 1 and name != "Льготы":
            return
        codes = table.column(table.sheet.key[0])
        self.good[name] = {code for i in table.good() if (code := codes[i]) is not None}
        bad = {code for i in table.bad if (code := codes[i]) is not None}
        self.fallen[name] = bad - self.good[name]

    def admit_places(self, places: Iterable[Place]) -> None:
        """Let accounts and meters name these premises.

        A room is «flat/number», or its number alone where the house has no other such number.
        """
        rooms: list[Place] = []
        for place in places:
            house, flat, number = place
            if flat:
                self.places[house, f"{flat}/{number}"] = place
                rooms.append(place)
            else:
                self.places[house, number] = place
        for place in rooms:
            house, _, number = place
            taken = self.places.get((house, number), place)
            if taken is None or (taken[1] and taken != place):
                self.places[house, number] = None
            elif not taken[1]:
                continue
            self.places.setdefault((house, number), place)

    def is_known(self, sheet_name: str, code: str) -> bool:
        """Tell whether the code may be named."""
        return code in self.good.get(sheet_name, ()) or code in self._known_codes(sheet_name)

    def _known_codes(self, sheet_name: str) -> Collection[str]:
        if sheet_name == "Лицевые счета":
            return self.known.accounts
        if sheet_name == "Приборы":
            return self.known.meters
        return self.known.codes.get(sheet_name, frozenset())

    def guess(self, sheet_name: str, code: str) -> str | None:
        """Give the known code nearest to a wrong one, where looking is cheap."""
        if (sheet_name, code) in self._guesses:
            return self._guesses[sheet_name, code]
        found: list[str] = []
        known = self._known_codes(sheet_name)
        good = self.good.get(sheet_name, set())
        if len(known) + len(good) <= _GUESS_AMONG_MAX and len(self._guesses) < _GUESSES_MAX:
            by_lower = {name.casefold(): name for name in (*known, *good)}
            near = difflib.get_close_matches(code.casefold(), by_lower, n=1, cutoff=0.6)
            found = [by_lower[name] for name in near]
        self._guesses[sheet_name, code] = found[0] if found else None
        return self._guesses[sheet_name, code]


def check_references(table: Table, scope: Scope) -> None:
    """Find codes that name nothing, and rows that fall with those they name."""
    for column in table.sheet.columns:
        target = column.refers
        if target is None or target == _PREMISES or column.field not in table.is_given:
            continue
        values = table.column(column.field)
        is_array = column.kind is Kind.CODES
        # Most values repeat: the distinct ones are looked up, the rows only when one is wrong.
        wrong = {
            value: code
            for value in set(values)
            if value is not None
            for code in (parts_of(value) if is_array else [value])
            if not scope.is_known(target, code)
        }
        if not wrong:
            continue
        for place, value in enumerate(values):
            if value is not None and value in wrong:
                _complain(table, scope, place=place, header=column.header, target=target,
                          code=wrong[value])  # fmt: skip


def _complain(
    table: Table, scope: Scope, *, place: int, header: str, target: str, code: str
) -> None:
    has_other_problem = place in table.bad
    table.bad.add(place)
    if code in scope.fallen.get(target, ()):
        if scope.tell_fallen and not has_other_problem:
            scope.problems.add(
                Problem(
                    f"строка не загружена: строка «{code}» листа «{target}» с ошибкой",
                    "Исправьте ту строку.", table.sheet.name, table.number[place], header, code,
                ),
                kind="fallen",
            )  # fmt: skip
        return
    near = scope.guess(target, code)
    scope.problems.add(
        Problem(
            f"такого кода нет ни на листе «{target}», ни в базе",
            f"Вы имели в виду «{near}»?" if near else f"Добавьте его на лист «{target}».",
            table.sheet.name,
            table.number[place],
            header,
            code,
        )
    )


def check_places(table: Table, scope: Scope, *, fallen: set[Place]) -> None:
    """Find the premises that accounts and meters name; fills flat_number and premises_number.

    :param fallen: premises of rows with problems
    """
    houses, labels = table.column("house"), table.column("premises")
    flats: list[str | None] = [None] * len(table)
    numbers: list[str | None] = [None] * len(table)
    fallen_labels = {
        (house, label) for house, flat, number in fallen
        for label in ((f"{flat}/{number}", number) if flat else (number,))
    }  # fmt: skip
    for place, (house, label) in enumerate(zip(houses, labels, strict=True)):
        if label is None or house is None:
            continue
        found = scope.places.get((house, label))
        if found is not None:
            flats[place], numbers[place] = found[1], found[2]
        elif scope.is_known("Дома", house):
            _complain_place(table, scope, place=place, fallen=(house, label) in fallen_labels)
        else:
            table.bad.add(place)
    table.columns["flat_number"] = flats
    table.columns["premises_number"] = numbers


def _complain_place(table: Table, scope: Scope, *, place: int, fallen: bool) -> None:
    house, label = table.column("house")[place] or "", table.column("premises")[place]
    has_other_problem = place in table.bad
    table.bad.add(place)
    if fallen and (not scope.tell_fallen or has_other_problem):
        return
    if fallen:
        message, hint = (
            f"строка не загружена: помещение «{label}» с ошибкой",
            "Исправьте помещение.",
        )
    elif (house, label) in scope.places:
        message = f"в доме «{house}» несколько комнат с номером «{label}»"
        hint = "Напишите квартиру и комнату, например 12/1."
    else:
        message = f"такого помещения в доме «{house}» нет ни в книге, ни в базе"
        hint = "Добавьте его на лист «Помещения»; комната пишется как 12/1."
    scope.problems.add(
        Problem(message, hint, table.sheet.name, table.number[place], "Помещение", label),
        kind="fallen" if fallen else "place",
    )


def codes_named(tables: Iterable[Table], target: Sheet) -> set[str]:
    """Give all codes of a sheet that the rows of the workbook name."""
    named: set[str] = set()
    for table in tables:
        for column in table.sheet.columns:
            if column.refers == target.name and column.kind is not Kind.CODES:
                named.update(value for value in table.column(column.field) if value is not None)
    return named
