"""The sheet of group meters: who is behind a meter of an entrance, a block or several houses."""

from app.domain import workbook_words as words
from app.exchange.workbook_sheet import Column, Kind, Sheet
from app.exchange.workbook_stock import FROM, PREMISES_REFERENCE, TO, code, word

GROUP_METERS = Sheet(
    "Групповые приборы",
    "group_member",
    (
        code("Прибор", "meter", refers="Приборы", required=True, comment="Вид – общедомовой"),
        code("Дом", "house", refers="Дома", comment="Без помещения – весь дом"),
        code("Помещение", "premises", refers="Помещения", comment=PREMISES_REFERENCE),
        code("Лицевой счёт", "account", refers="Лицевые счета", comment="Вместо дома и помещения"),
        word(
            "База", "base", words.GROUP_BASES,
            comment="Чем делится остаток; у прибора одна; по умолчанию площадь",
        ),
        Column(
            "Доля", "share_ppm", Kind.VOLUME, low=1,
            comment="Для базы «доля»: сколько частей у участника, например 0,35",
        ),
        word(
            "Режим", "mode", words.GROUP_MODES,
            comment="Кому остаток; у прибора один; по умолчанию без приборов",
        ),
        Column(
            "Объём", "fixed_mcu", Kind.VOLUME, low=1,
            comment="Вычесть за месяц до деления; строка без участника или с ним",
        ),
        FROM,
        TO,
    ),
    key=("meter", "house", "premises", "account", "valid_from"),
    dates=("valid_from", "valid_to"),
    about="Приборы подъезда, секции, нескольких домов: участники и как делится остаток",
)  # fmt: skip
