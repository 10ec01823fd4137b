"""The sheet of totals of houses of months before the program."""

from app.domain import service
from app.exchange.workbook_sheet import Column, Kind, Sheet
from app.exchange.workbook_stock import code, word

_COMMON = ("СОИ по нормативу", "СОИ по среднему", "СОИ по факту", "ОДН")

HOUSE_TOTALS = Sheet(
    "Итоги домов",
    "house_total",
    (
        code("Дом", "house", refers="Дома", required=True),
        code("Услуга", "service", refers="Услуги", required=True),
        Column("Период", "period", Kind.PERIOD, required=True, comment="ММ.ГГГГ"),
        word(
            "Способ", "method", {name: service.METHOD_WORDS[name] for name in _COMMON},
            comment="Как начисляли; по умолчанию СОИ по нормативу",
        ),
        Column("Объём по ОДПУ", "house_mcu", Kind.VOLUME, comment="Общедомового прибора"),
        Column("Объём помещений", "individual_mcu", Kind.VOLUME, comment="Всех помещений дома"),
        Column("Начислено", "charged_mcu", Kind.VOLUME, low=0, comment="На общие нужды, объём"),
        Column(
            "Перенос", "carry_mcu", Kind.VOLUME, low=0,
            comment="Отрицательный объём, перешедший на следующий месяц, без минуса",
        ),
        Column("Цена", "price_mcr", Kind.PRICE, low=0, comment="По ней считается перерасчёт"),
    ),
    key=("house", "service", "period"),
    about="Итоги СОИ и ОДН месяцев до перехода: для среднего и перерасчёта за прошлый год",
)  # fmt: skip
