"""Sheets that add to the tables of the law: working days, key rates, caps, days of paying."""

from app.domain import workbook_words as words
from app.exchange.workbook_sheet import Column, Kind, Sheet
from app.exchange.workbook_stock import FROM, TO, code, day, whole, word

_RATE = Column(
    "Ставка", "rate_ppm", Kind.PERCENT, required=True, low=0, high=1_000_000,
    comment="Процентов годовых, например 9,5",
)  # fmt: skip

CALENDAR = Sheet(
    "Календарь",
    "calendar_day",
    (
        day("Дата", "day", required=True),
        word(
            "Рабочий", "is_working", words.YES_NO, required=True,
            comment="да – рабочая суббота; нет – праздник или перенесённый выходной",
        ),
        Column("Примечание", "note", comment="Постановление о переносе или закон региона"),
    ),
    key=("day",),
    about="Дни, которые отличаются от производственного календаря программы. Год, которого в "
    "программе нет, начинается с 1 января: «нет»",
)  # fmt: skip

KEY_RATES = Sheet(
    "Ключевая ставка",
    "key_rate",
    (day("С", "valid_from", required=True, comment="Первый день действия"), _RATE),
    key=("valid_from",),
    about="Изменения ключевой ставки Банка России, которых нет в программе",
)

PENALTY_CAPS = Sheet(
    "Потолок пени",
    "penalty_cap",
    (FROM, TO, _RATE, Column("Основание", "basis", required=True, comment="Акт Правительства")),
    key=("valid_from",),
    dates=("valid_from", "valid_to"),
    about="Наибольшая ставка для пени, если она установлена на другие дни, чем в программе",
)

DUE_RULES = Sheet(
    "Срок оплаты",
    "due_rule",
    (
        code("Договор", "contract", refers="Договоры", required=True),
        Column(
            "С периода", "first_period", Kind.PERIOD, required=True,
            comment="ММ.ГГГГ, первый оплачиваемый месяц",
        ),
        whole("День", "day_of_month", low=1, high=31, required=True, comment="По этот день"),
        whole(
            "Месяцев после", "month_offset", low=0, high=3,
            comment="Через сколько месяцев; пусто – в следующем",
        ),
    ),
    key=("contract", "first_period"),
    about="Свой день оплаты договора: до марта 2026 года по договору или решению собрания, "
    "потом только у взносов на капремонт по закону региона",
)  # fmt: skip
