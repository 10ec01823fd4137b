"""Sheets of services, tariffs, norms, assignments, benefits and parameters."""

from app.domain import service
from app.domain import workbook_words as words
from app.exchange.workbook_sheet import Column, Kind, Sheet
from app.exchange.workbook_stock import FROM, TO, area, code, day, whole, word

SERVICES = Sheet(
    "Услуги",
    "service",
    (
        code("Код", "code", required=True, comment="Обозначение, по нему ссылаются другие листы"),
        Column("Наименование", "name", required=True, comment="Так услуга называется в квитанции"),
        word("Группа", "section", service.SECTION_WORDS, required=True),
        word("Ресурс", "resource", service.RESOURCE_WORDS),
        Column("Единица", "unit", required=True, longest=50, comment="м², м³, Гкал, кВт·ч, чел."),
        word(
            "Способ", "method", {word: str(code) for word, code in service.METHOD_WORDS.items()},
            required=True, comment="Как считается услуга",
        ),
        whole("Порядок", "position", low=0, high=1_000_000, comment="Место в квитанции"),
        code("Реестр НСИ", "gis_registry", comment="Реестр справочника ГИС ЖКХ"),
        code("Код НСИ", "gis_code"),
        Column("Формула", "formula", longest=4_000, comment="Для способа «формула»"),
        whole(
            "Округление объёма", "volume_digits", low=3, high=6,
            comment="Знаков у расчётного объёма; пусто – по параметру «округление_объёма»",
        ),
    ),
    key=("code",),
    about="Услуги и способы их расчёта",
)  # fmt: skip

TARIFFS = Sheet(
    "Тарифы",
    "tariff",
    (
        code("Услуга", "service", refers="Услуги", required=True),
        Column(
            "Цена", "price_mcr", Kind.PRICE, required=True, low=0, high=1_000_000_000_000,
            comment="Рублей за единицу, с НДС, если он есть",
        ),
        FROM,
        TO,
        code("Договор", "contract", refers="Договоры", comment="Пусто – для всех договоров"),
        code("Дом", "house", refers="Дома", comment="Пусто – для всех домов"),
        code("Лицевой счёт", "account", refers="Лицевые счета", comment="Пусто – для всех счетов"),
        word("Зона", "zone", service.ZONE_WORDS),
        word("Компонент", "component", service.COMPONENT_WORDS, comment="Для двухкомпонентной ГВС"),
        word(
            "Ставка", "rate", service.RATE_WORDS,
            comment="Пусто – объём; «мощность» – постоянная часть двухставочного тарифа",
        ),
        Column("Объём от", "volume_from_mcu", Kind.VOLUME, low=0, comment="Начало диапазона"),
        Column("Объём до", "volume_to_mcu", Kind.VOLUME, low=0, comment="Конец диапазона"),
        Column("Основание", "basis", comment="Постановление или протокол"),
    ),
    key=(
        "service", "contract", "house", "account", "zone", "component", "rate",
        "volume_from_mcu", "valid_from",
    ),
    group=("service", "contract", "house", "account", "zone", "component", "rate"),
    dates=("valid_from", "valid_to"),
    about="Цены. Действует самая точная: счёт, дом, договор, общая",
)  # fmt: skip

NORMS = Sheet(
    "Нормативы",
    "norm",
    (
        code("Услуга", "service", refers="Услуги", required=True),
        word("Вид", "kind", service.NORM_WORDS, required=True),
        Column("Значение", "value_mcu", Kind.VOLUME, required=True, low=0, comment="В месяц"),
        FROM,
        TO,
        code("Дом", "house", refers="Дома", comment="Пусто – для всех домов"),
        whole("Комнат", "rooms", low=1, high=1000, comment="Если норматив зависит от числа комнат"),
        whole(
            "Человек", "persons", low=1, high=1000, comment="Если норматив зависит от числа людей"
        ),
        Column("Основание", "basis"),
    ),
    key=("service", "kind", "house", "rooms", "persons", "valid_from"),
    group=("service", "kind", "house", "rooms", "persons"),
    dates=("valid_from", "valid_to"),
    about="Нормативы потребления",
)

ASSIGNMENTS = Sheet(
    "Назначения",
    "assignment",
    (
        code("Услуга", "service", refers="Услуги", required=True),
        code("Договор", "contract", refers="Договоры", required=True),
        FROM,
        TO,
        code("Дом", "house", refers="Дома", comment="Заполняется либо дом, либо лицевой счёт"),
        code(
            "Лицевой счёт", "account", refers="Лицевые счета",
            comment="Заполняется либо дом, либо лицевой счёт",
        ),
        Column(
            "Количество", "quantity_mcu", Kind.VOLUME, low=0,
            comment="Для «по количеству» и «разовая»; для двухставочного тарифа – нагрузка",
        ),
        Column(
            "Доля прибора, %", "meter_share_ppm", Kind.PERCENT, low=1, high=1_000_000,
            comment="Часть счёта в общем приборе, если так решено параметром «прибор.доля_счёта»",
        ),
    ),
    key=("service", "contract", "house", "account", "valid_from"),
    group=("service", "house", "account"),
    dates=("valid_from", "valid_to"),
    about="Какие услуги начисляются дому или счёту и по какому договору",
)  # fmt: skip

BENEFITS = Sheet(
    "Льготы",
    "benefit",
    (
        code("Код", "code", required=True),
        Column("Наименование", "name", required=True),
        Column(
            "Процент", "percent_ppm", Kind.PERCENT, required=True, low=10_000, high=1_000_000,
            comment="Число процентов от 1 до 100, например 50",
        ),
        Column(
            "Услуги", "service_codes", Kind.CODES, required=True, refers="Услуги",
            comment="Коды услуг через запятую",
        ),
        area("Норма площади", "area_norm_cm2"),
        word("По нормативу", "within_norm", words.YES_NO, comment="Льгота в пределах норматива"),
        word("На семью", "for_family", words.YES_NO, comment="Пусто – только на льготника"),
        FROM,
        TO,
    ),
    key=("code", "valid_from"),
    group=("code",),
    dates=("valid_from", "valid_to"),
    about="Виды льгот; кому они даны – на листе «Проживающие»",
)  # fmt: skip

PARAMETERS = Sheet(
    "Параметры",
    "parameter",
    (
        code("Код", "code", required=True),
        Column("Значение", "value", required=True, longest=200),
        day("С", "valid_from", comment="Первый день действия; пусто – с самого начала"),
        TO,
    ),
    key=("code", "valid_from"),
    group=("code",),
    dates=("valid_from", "valid_to"),
    about="Настройки расчёта, если они отличаются от обычных",
)
