"""Sheets of what checks found, and of the weather that a failing house meter of heat needs."""

from app.exchange.workbook_sheet import Column, Kind, Sheet
from app.exchange.workbook_stock import FROM, TO, code, day

FOUND = day(
    "Обнаружено",
    "found_on",
    comment="Дата проверки, если день начала не установлен: тогда «С» – день предыдущей проверки",
)
_DIAMETER_MAX = 2_000 * 1_000_000  # mm: wider than any pipe of a house
_POWER_MAX = 10_000 * 1_000_000  # kW
_DEGREES = 100 * 1_000_000

CONNECTIONS = Sheet(
    "Самовольные подключения",
    "unauthorised_connection",
    (
        code("Лицевой счёт", "account", refers="Лицевые счета", required=True),
        code("Услуга", "service", refers="Услуги", required=True),
        FROM,
        TO,
        FOUND,
        Column(
            "Мощность, кВт", "power_mcu", Kind.VOLUME, low=1, high=_POWER_MAX,
            comment="Оборудования; для электроэнергии",
        ),
        Column(
            "Диаметр, мм", "diameter_mcu", Kind.VOLUME, low=1, high=_DIAMETER_MAX,
            comment="Внутренний диаметр трубы; для воды",
        ),
        Column("Акт", "act", comment="Номер и дата, например: акт № 5 от 03.10.2026"),
    ),
    key=("account", "service", "valid_from"),
    group=("account", "service"),
    dates=("valid_from", "valid_to"),
    about="Самовольные подключения: доначисление по мощности, трубе или нормативу × 10",
)  # fmt: skip

TEMPERATURES = Sheet(
    "Температуры",
    "outdoor_temperature",
    (
        Column("Период", "period", Kind.PERIOD, required=True, comment="ММ.ГГГГ"),
        Column(
            "Населённый пункт", "locality", required=True, comment="Как на листе «Дома»"
        ),
        Column(
            "Температура", "temperature_mcu", Kind.VOLUME, required=True, low=-_DEGREES,
            high=_DEGREES, comment="Средняя наружного воздуха за месяц, °C",
        ),
    ),
    key=("period", "locality"),
    about="Температура наружного воздуха: средний объём тепла при неисправном общедомовом приборе",
)  # fmt: skip
