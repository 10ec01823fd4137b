"""Sheets of meters, readings, events of meters and acts."""

from app.domain import service
from app.domain import workbook_words as words
from app.exchange.workbook_findings import FOUND
from app.exchange.workbook_sheet import Column, Kind, Sheet
from app.exchange.workbook_stock import FROM, PREMISES_REFERENCE, TO, code, day, whole, word

_ZONES = "для зон через «;»: день;ночь или пик;полупик;ночь"

METERS = Sheet(
    "Приборы",
    "meter",
    (
        code(
            "Код",
            "code",
            required=True,
            comment="Свой у каждого прибора, по нему ссылаются показания",
        ),
        word("Вид", "kind", words.METER_KINDS, required=True),
        code("Услуга", "service", refers="Услуги", required=True),
        code("Дом", "house", refers="Дома", required=True),
        code("Помещение", "premises", refers="Помещения", comment=PREMISES_REFERENCE),
        code("Лицевой счёт", "account", refers="Лицевые счета"),
        code("Заводской номер", "serial"),
        whole("Зон", "zones", low=1, high=3, comment="1, 2 или 3; по умолчанию 1"),
        whole("Разрядность", "digits", low=1, high=12, comment="Цифр до запятой"),
        Column(
            "Коэффициент", "ratio_mcu", Kind.VOLUME, low=1, comment="Трансформации; по умолчанию 1"
        ),
        day("Введён", "installed_on", required=True, comment="Первый день"),
        Column("Начальное показание", "initial_mcu", Kind.VOLUMES, low=0, comment=_ZONES),
        day("Поверка до", "verified_to"),
        day("Снят", "removed_on", comment="Первый день без прибора"),
        Column("Конечное показание", "final_mcu", Kind.VOLUMES, low=0, comment=_ZONES),
    ),
    key=("code",),
    about="Приборы учёта: индивидуальные, квартирные, комнатные, общедомовые",
)

READINGS = Sheet(
    "Показания",
    "reading",
    (
        code("Прибор", "meter", refers="Приборы", required=True),
        day("Дата", "taken_on", required=True),
        Column(
            "Значение", "value_mcu", Kind.VOLUME, low=0,
            comment="Показание прибора; заполняется либо оно, либо объём",
        ),
        Column(
            "Объём", "volume_mcu", Kind.VOLUME,
            comment="Готовый расход; заполняется либо он, либо показание",
        ),
        word("Зона", "zone", service.ZONE_WORDS, comment="Обязательна для прибора на 2 и 3 зоны"),
        Column("Период", "period", Kind.PERIOD, comment="ММ.ГГГГ; по умолчанию месяц даты"),
        word("Источник", "source", words.READING_SOURCES, comment="По умолчанию абонент"),
    ),
    key=("meter", "zone", "taken_on", "source"),
    about="Показания приборов",
)  # fmt: skip

METER_EVENTS = Sheet(
    "События приборов",
    "meter_event",
    (
        code("Прибор", "meter", refers="Приборы", required=True),
        word("Событие", "kind", words.METER_EVENTS, required=True),
        FROM,
        TO,
        FOUND,
    ),
    key=("meter", "kind", "valid_from"),
    group=("meter", "kind"),
    dates=("valid_from", "valid_to"),
    about="Неисправности, истёкшая поверка, отказ в допуске, вмешательство",
)

ACTS = Sheet(
    "Акты",
    "act",
    (
        code("Услуга", "service", refers="Услуги", required=True),
        code("Дом", "house", refers="Дома", comment="Заполняется либо дом, либо лицевой счёт"),
        whole("Подъезд", "entrance", low=0, high=1000, comment="Пусто – весь дом"),
        code(
            "Лицевой счёт", "account", refers="Лицевые счета",
            comment="Заполняется либо дом, либо лицевой счёт",
        ),
        word("Нарушение", "breach", words.BREACHES, required=True),
        Column("Начало", "starts_at", Kind.MOMENT, required=True, comment="ДД.ММ.ГГГГ ЧЧ:ММ"),
        Column("Окончание", "ends_at", Kind.MOMENT, required=True, comment="ДД.ММ.ГГГГ ЧЧ:ММ"),
        Column(
            "Показатель", "indicator",
            comment="Температура °C, отклонение давления %, цена работы ₽/м2 для «содержание»",
        ),
        code("Номер", "number"),
        day("Дата", "dated", comment="Дата акта"),
    ),
    key=("service", "house", "entrance", "account", "breach", "starts_at"),
    about="Акты о перерывах и ненадлежащем качестве",
)  # fmt: skip
