"""A dated value of the law, the value in force on a day, and the rules a charge run goes by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from app.domain import money
from app.errors import Malformed

# Tables of resources/law/ that a charge run goes by; names are distinct over all of them.
CHARGING_TABLES = ("metering",)
# A parameter of the centre goes before the table of the law: its code, the name in the table.
_PARAMETERS = {
    "кпов.хвс": "raising_cold",
    "кпов.гвс": "raising_hot",
    "водоотведение.один_прибор": "waste_water_one_meter",
}


_WORDS = {"практика": "practice", "закон": "law", "да": "yes", "нет": "no"}


class NoValueInForce(Malformed):
    """A table of the law has no value for the day, or one that cannot be read."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A value with the days it is in force and where it is written."""

    value: str
    valid_from: date
    valid_to: date | None
    citation: str

    def covers(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the law and the centre's parameters set for one period, by the names of the tables.

    :ivar values: texts as the tables have them, or as the centre wrote its parameter
    """

    values: Mapping[str, str]

    def ppm(self, name: str) -> int:
        """Give a number in millionths.

        :raises NoValueInForce: when there is none, or it is not a number from zero on
        """
        return _millionths(self.values, name)

    def whole(self, name: str) -> int:
        """Give a whole number from zero on.

        :raises NoValueInForce: when there is none, or it is not one
        """
        return _millionths(self.values, name) // money.MILLION

    def word(self, name: str) -> str:
        """Give a word as the table has it: codes in English, parameters in Russian alike."""
        value = _value(self.values, name).strip().lower()
        return _WORDS.get(value, value)

    def is_on(self, name: str) -> bool:
        """Tell whether a setting of yes and no is on."""
        return self.word(name) == "yes"

    @property
    def raising_cold_ppm(self) -> int:
        """K of formula 4(1) for cold water."""
        return self.ppm("raising_cold")

    @property
    def raising_hot_ppm(self) -> int:
        """K of formulas 4(1), 23(1) for hot water."""
        return self.ppm("raising_hot")

    @property
    def rollover_share_ppm(self) -> int:
        """The largest part of a dial that a rollover may give."""
        return self.ppm("rollover_share")

    @property
    def months_of_year(self) -> int:
        """What annual norms are divided by."""
        return self.whole("months_of_year")

    @property
    def waste_water_by_law(self) -> bool:
        """Literal §42 when one of two water services has no meter."""
        return self.word("waste_water_one_meter") == "law"


def table(document: Mapping[str, Any]) -> dict[str, tuple[Dated, ...]]:
    """Read a law table as TOML gives it: each name has a list of dated values."""
    return {
        name: tuple(
            Dated(
                value=str(row["value"]),
                valid_from=row["valid_from"],
                valid_to=row.get("valid_to"),
                citation=row["citation"],
            )
            for row in rows
        )
        for name, rows in document.items()
    }


def in_force(values: Iterable[Dated], *, on: date, name: str) -> Dated:
    """Give the value in force on a day.

    :raises NoValueInForce: when there is none
    """
    for value in values:
        if value.covers(on):
            return value
    raise NoValueInForce(
        f"В таблице закона нет значения «{name}» на {on:%d.%m.%Y}."
        " Укажите его на листе «Параметры» или обновите программу."
    )


def rules(
    law: Mapping[str, tuple[Dated, ...]], parameters: Mapping[str, str], *, on: date
) -> Rules:
    """Give the rules of a period: the law on its last day (charges.md §2.1), the centre's first.

    :param law: all CHARGING_TABLES of resources/law/ together, as :func:`table` gives them
    :param parameters: values of «Параметры» in force on that day, by code
    :raises NoValueInForce: when a value is missing or cannot be read
    """
    values = {_PARAMETERS[code]: value for code, value in parameters.items() if code in _PARAMETERS}
    for name, dated in law.items():
        if name not in values:
            values[name] = in_force(dated, on=on, name=name).value
    found = Rules(values)
    for name in ("raising_cold", "raising_hot", "rollover_share", "months_of_year"):
        found.ppm(name)
    return found


def _value(values: Mapping[str, str], name: str) -> str:
    if name not in values:
        raise NoValueInForce(
            f"В таблице закона нет значения «{name}». Укажите его на листе «Параметры»"
            " или обновите программу."
        )
    return values[name]


def _millionths(values: Mapping[str, str], name: str) -> int:
    text = _value(values, name).strip().replace(",", ".")
    try:
        number = money.millionths(Decimal(text))
    except (InvalidOperation, ValueError) as error:
        raise NoValueInForce(
            f"Значение «{values[name]}» параметра «{name}» не число. Исправьте лист «Параметры»."
        ) from error
    if number < 0:
        raise NoValueInForce(
            f"Значение «{values[name]}» параметра «{name}» меньше нуля. Исправьте лист «Параметры»."
        )
    return number
