"""A dated value of the law, the value in force on a day, and the rules a charge run goes by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from app.domain import money
from app.errors import Malformed

_PARAMETERS = {
    "кпов.хвс": "raising_cold",
    "кпов.гвс": "raising_hot",
    "водоотведение.один_прибор": "waste_water_one_meter",
}
_WORDS = {"практика": "practice", "закон": "law"}


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
    """What the law and the centre's parameters set for one period.

    :ivar raising_cold_ppm: K of formula 4(1) for cold water
    :ivar raising_hot_ppm: K of formulas 4(1), 23(1) for hot water
    :ivar rollover_share_ppm: the largest part of a dial that a rollover may give
    :ivar months_of_year: what annual norms are divided by
    :ivar waste_water_by_law: literal §42 when one of two water services has no meter
    """

    raising_cold_ppm: int
    raising_hot_ppm: int
    rollover_share_ppm: int
    months_of_year: int
    waste_water_by_law: bool


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

    :param law: tables of resources/law/metering.toml, as :func:`table` gives them
    :param parameters: values of «Параметры» in force on that day, by code
    :raises NoValueInForce: when a value is missing or cannot be read
    """
    values = {
        name: _WORDS.get(parameters[code].strip().lower(), parameters[code])
        for code, name in _PARAMETERS.items()
        if code in parameters
    }
    for name, dated in law.items():
        if name not in values:
            values[name] = in_force(dated, on=on, name=name).value
    return Rules(
        raising_cold_ppm=_millionths(values, "raising_cold"),
        raising_hot_ppm=_millionths(values, "raising_hot"),
        rollover_share_ppm=_millionths(values, "rollover_share"),
        months_of_year=_millionths(values, "months_of_year") // money.MILLION,
        waste_water_by_law=values["waste_water_one_meter"] == "law",
    )


def _millionths(values: Mapping[str, str], name: str) -> int:
    text = values[name].strip().replace(",", ".")
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
