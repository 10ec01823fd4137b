"""A dated value of the law, the value in force on a day, and the rules a charge run goes by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from app.domain import money
from app.errors import Malformed

# Tables of resources/law/ that a charge run goes by; names are distinct over all of them.
CHARGING_TABLES = (
    "metering", "average", "review", "checks", "house_totals", "absence", "quality", "benefit",
    "prices", "communal", "heating",
)  # fmt: skip
# A parameter of the centre goes before the table of the law: its code, the name in the table.
_PARAMETERS = {
    "сои.перерасчёт": "common_year_mode",
    "сои.перерасчёт_с_месяца": "common_year_first_month",
    "сои.перерасчёт_цена": "common_year_price",
    "сои.перерасчёт_кому": "common_year_payer",
    "сои.перерасчёт_не_ниже_нуля": "common_year_floor",
    "сои.перенос_через_год": "common_carry_over_year",
    "сои.месяцев_среднего": "common_average_months",
    "одн.отрицательный_снижает": "negative_lessens",
    "площадь.дома": "area_of_month",
    "показание_после_среднего": "late_reading",
    "среднее.месяцев_базы": "average_base_months",
    "среднее.месяцев_минимум": "average_min_months",
    "среднее.периодов_квартира": "average_periods_flat",
    "среднее.периодов_нежилое": "average_periods_other",
    "среднее.месяц_события_первый": "average_counts_event_month",
    "среднее.счёт_заново": "average_counts_anew",
    "среднее.доначисление_норматива": "late_after_silent_norm",
    "среднее.доначисление_после_недопуска": "late_after_refused_norm",
    "среднее.доначисление_после_поверки": "late_after_expired",
    "кпов.хвс": "raising_cold",
    "кпов.гвс": "raising_hot",
    "кпов.тепло_гвс": "raising_hot_heat",
    "отопление.норматив": "heating_norm_kind",
    "отопление.отрицательная_общая": "heating_negative_common",
    "отопление.предел_общей": "heating_common_warning",
    "отопление.предел_приборов": "heating_metered_warning",
    "отопление.нет_данных_года": "heating_no_year",
    "отопление.корректировка_частей": "heating_correction_parts",
    "отопление.корректировка_кому": "heating_correction_payer",
    "участок.месяцы": "plot_months",
    "водоотведение.один_прибор": "waste_water_one_meter",
    "отопление.поправка_на_температуру": "heat_failure_by_temperature",
    "отопление.температура_помещений": "heat_indoor_temperature",
    "показание.скачок_раз": "reading_jump_own",
    "показание.скачок_от_соседей": "reading_jump_house",
    "кпов.ээ": "raising_power",
    "кпов.хвс.договор": "raising_cold_contract",
    "кпов.хвс.услуга": "raising_cold_service",
    "кпов.гвс.договор": "raising_hot_contract",
    "кпов.гвс.услуга": "raising_hot_service",
    "кпов.ээ.договор": "raising_power_contract",
    "кпов.ээ.услуга": "raising_power_service",
    "кпов.месяц_смены": "raising_change_month",
    "кпов.акт": "impossible_act_from",
    "диапазоны.на_месяцы": "range_limits_by_months",
    "капремонт.по_дням": "capital_repair_by_days",
    "проживающие.день_выбытия": "departure_day_counts",
    "проживающие.временные_без_приборов": "temporary_where_no_meters",
    "прибор.доля_счёта": "meter_share",
    "округление_объёма": "volume_digits",
    "коммунальная.соглашение": "communal_agreement",
    "коммунальная.общая_часть": "communal_common_part",
    "проверка.рост_раз": "review_jump_times",
    "проверка.рост_рублей": "review_jump_rubles",
    "проверка.месяцев_без_показаний": "review_silent_months",
    "отсутствие_минимум_дней": "absence_min_full_days",
    "отсутствие.заявление_месяцев": "absence_advance_months",
    "отсутствие.ремонт_дней": "absence_repair_days",
    "отсутствие.без_документа": "absence_without_document",
    "качество.округление_часов": "quality_hours_rounding",
    "качество.округление_градусов": "quality_degrees_rounding",
    "качество.база_процента": "quality_percent_base",
    "качество.источников_ээ": "power_sources",
    "качество.температура_воздуха": "air_degrees",
    "качество.профилактика_дней": "interruption_planned_days",
    "льготы.режим": "benefit_mode",
    "льготы.минимальный_взнос": "capital_repair_minimum",
}
# Words of settings as a person writes them, beside the codes.
_WORDS = {
    "доначисление": "true-up",
    "перезапуск": "restart",
    "практика": "practice",
    "закон": "law",
    "да": "yes",
    "нет": "no",
    "равными долями": "parts",
    "сразу": "once",
    "месяца": "month",
    "последняя": "last",
    "последний день": "last",
    "счёту": "account",
    "плательщику": "payer",
    "компенсация": "compensation",
    "скидка": "discount",
    "вниз": "down",
    "вверх": "up",
    "весь месяц": "whole",
    "по дням": "days",
    "по площади": "area",
    "по людям": "persons",
    "фиксированный процент": "percent",
    "до снижения": "before",
    "после снижения": "after",
    "месяц": "month",
    "двенадцатая": "twelfth",
    "среднее": "average",
    "норматив": "norm",
    "текущему": "current",
}


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
    :ivar changes: values of the law of each day, of what changes inside the month
    """

    values: Mapping[str, str]
    changes: Mapping[str, tuple[Dated, ...]] = field(default_factory=dict)

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

    def text(self, name: str) -> str:
        """Give a text as it was written: a code of something."""
        return _value(self.values, name).strip()

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
    # What the law did not have yet is missed only by whoever asks for it.
    for name, dated in law.items():
        if name not in values and any(one.covers(on) for one in dated):
            values[name] = in_force(dated, on=on, name=name).value
    found = Rules(values, _changes(law, parameters, on=on))
    for name in ("raising_cold", "raising_hot", "rollover_share", "months_of_year"):
        found.ppm(name)
    return found


def _changes(
    law: Mapping[str, tuple[Dated, ...]], parameters: Mapping[str, str], *, on: date
) -> dict[str, tuple[Dated, ...]]:
    """Give what the law changes after the first day of the month and up to a day."""
    first = on.replace(day=1)
    own = {_PARAMETERS[code] for code in parameters if code in _PARAMETERS}
    return {
        name: tuple(one for one in dated if one.valid_to is None or one.valid_to > first)
        for name, dated in law.items()
        if name not in own and any(first < one.valid_from <= on for one in dated)
    }


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
