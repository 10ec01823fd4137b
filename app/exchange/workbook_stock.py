"""Sheets of organisations, houses, premises, accounts and people."""

from app.domain import workbook_words as words
from app.exchange.workbook_sheet import Column, Kind, Sheet

_AREA_MAX = 100_000_000 * 10_000  # 100 km2 in cm2, well above any house
_YES = {"kind": Kind.WORD, "words": words.YES_NO}


def code(header: str, name: str, *, refers: str | None = None, required: bool = False,
         comment: str = "") -> Column:  # fmt: skip
    """Declare a column that holds a code or a number of something."""
    return Column(header, name, Kind.CODE, required, longest=100, refers=refers, comment=comment)


def day(header: str, name: str, *, required: bool = False, comment: str = "") -> Column:
    """Declare a column that holds a date."""
    return Column(header, name, Kind.DATE, required, comment=comment)


def word(
    header: str, name: str, allowed: dict[str, str], *, required: bool = False, comment: str = ""
) -> Column:
    """Declare a column whose cells are words of a list."""
    return Column(header, name, Kind.WORD, required, words=allowed, comment=comment)


def area(header: str, name: str, *, low: int = 0, required: bool = False,
         comment: str = "") -> Column:  # fmt: skip
    """Declare a column of square metres."""
    told = f"{comment}; " if comment else ""
    return Column(
        header,
        name,
        Kind.AREA,
        required,
        low=low,
        high=_AREA_MAX,
        comment=f"{told}м², например 54,3",
    )


def whole(header: str, name: str, *, low: int, high: int, required: bool = False,
          comment: str = "") -> Column:  # fmt: skip
    """Declare a column of whole numbers."""
    return Column(header, name, Kind.WHOLE, required, low=low, high=high, comment=comment)


FROM = day("С", "valid_from", required=True, comment="Первый день действия")
TO = day(
    "До", "valid_to", comment="Первый день, когда уже не действует; пусто – действует и сейчас"
)

ORGANISATIONS = Sheet(
    "Организации",
    "organisation",
    (
        code("Код", "code", required=True, comment="Обозначение, по нему ссылаются другие листы"),
        Column("Наименование", "name", required=True),
        Column(
            "Роли", "roles", Kind.WORDS, required=True, words=words.ORGANISATION_ROLES,
            comment="Одна или несколько через запятую: " + ", ".join(words.ORGANISATION_ROLES),
        ),
        code("ИНН", "inn"),
        code("КПП", "kpp"),
        code("ОГРН", "ogrn"),
        code("Расчётный счёт", "bank_account", comment="20 цифр, ячейка должна быть текстовой"),
        code("БИК", "bic"),
        Column("Банк", "bank_name"),
        code("Корр. счёт", "corr_account", comment="20 цифр, ячейка должна быть текстовой"),
        code("Телефон", "phone"),
        Column("Адрес", "address"),
        Column("E-mail", "email"),
        Column("Сайт", "site"),
        word("НДС", "pays_vat", words.YES_NO, comment="Цены содержат НДС; пусто – нет"),
    ),
    key=("code",),
    about="Расчётный центр, исполнители, поставщики, агенты и банки",
)  # fmt: skip

CONTRACTS = Sheet(
    "Договоры",
    "contract",
    (
        code("Номер", "number", required=True),
        word("Вид", "kind", words.CONTRACT_KINDS, required=True),
        code("Исполнитель", "provider", refers="Организации", required=True),
        code("Поставщик", "supplier", refers="Организации", comment="Нужен трёхстороннему"),
        FROM,
        TO,
        word("Схема пени", "penalty_scheme", words.PENALTY_SCHEMES, comment="Пусто – жилищная"),
        whole(
            "День оплаты", "due_day", low=1, high=31,
            comment="Свой день месяца: капремонт; у остальных – до 02.2026",
        ),
        Column(
            "Комиссия, %", "commission_ppm", Kind.PERCENT, low=0, high=1_000_000,
            comment="Число процентов, например 1,5",
        ),
        code(
            "Расчётный счёт", "bank_account",
            comment="20 цифр текстом: свой счёт договора; пусто – счёт организации",
        ),
        code("БИК", "bic", comment="Вместе с расчётным счётом договора"),
        Column("Банк", "bank_name"),
        code("Корр. счёт", "corr_account", comment="20 цифр, ячейка должна быть текстовой"),
    ),
    key=("number",),
    dates=("valid_from", "valid_to"),
    about="Договоры расчётного центра с исполнителями и поставщиками",
)  # fmt: skip

HOUSES = Sheet(
    "Дома",
    "house",
    (
        code("Код", "code", required=True, comment="Обозначение, по нему ссылаются другие листы"),
        Column("Населённый пункт", "locality"),
        Column("Улица", "street"),
        code("Дом", "building", comment="Номер дома; дробный (12/1) – в текстовой ячейке"),
        code("Корпус", "block"),
        code("ФИАС", "fias"),
        whole("Год постройки", "built_year", low=1600, high=2100),
        whole("Этажей", "floors", low=1, high=300),
        area("Площадь помещений", "premises_area_cm2", low=1, comment="Пусто – сумма"),
        area("Площадь ОИ", "common_area_cm2", comment="Общего имущества"),
        area("Площадь ОИ ХВС", "common_cold_cm2", comment="Для холодной воды на СОИ"),
        area("Площадь ОИ ГВС", "common_hot_cm2", comment="Для горячей воды на СОИ"),
        area("Площадь ОИ ЭЭ", "common_power_cm2", comment="Для электроэнергии на СОИ"),
        area("Площадь ОИ отопление", "common_heat_cm2"),
        word("Отопление", "heating_mode", words.HEATING_MODES, comment="Пусто – в сезон"),
        Column("Месяцы отопления", "heating_months", Kind.MONTHS, comment="Например 1-5,9-12"),
        word("Управление", "management", words.MANAGEMENT, comment="По умолчанию УО"),
        word(
            "ОДН сверх норматива", "over_norm", words.YES_NO,
            comment="Да – решение собрания или прямой расчёт поставщика",
        ),
    ),
    key=("code",),
    free=True,
    about="Дома. Лишние столбцы сохраняются как характеристики дома",
)  # fmt: skip

PREMISES = Sheet(
    "Помещения",
    "premises",
    (
        code("Дом", "house", refers="Дома", required=True),
        code("Номер", "number", required=True),
        word("Вид", "kind", words.PREMISES_KINDS, comment="По умолчанию квартира"),
        code("Квартира", "flat_number", comment="Для комнаты: номер квартиры, в которой она"),
        area("Общая площадь", "total_cm2", low=1, required=True),
        area("Жилая площадь", "living_cm2"),
        area("Отапливаемая площадь", "heated_cm2"),
        whole("Комнат", "rooms", low=1, high=1000),
        whole("Этаж", "floor", low=-10, high=300),
        whole("Подъезд", "entrance", low=0, high=1000),
        code("Кадастровый номер", "cadastral_number"),
        word("Свой источник тепла", "own_heat", words.YES_NO),
        Column(
            "Нет возможности установить прибор", "meter_impossible", Kind.CODES, refers="Услуги",
            comment="Коды услуг через запятую",
        ),
    ),
    key=("house", "flat_number", "number"),
    free=True,
    about="Квартиры, комнаты, нежилые. Лишние столбцы сохраняются как характеристики",
)  # fmt: skip

_LABEL = "Номер помещения; комната – «квартира/номер», например 12/1"
PREMISES_REFERENCE = _LABEL

ACCOUNTS = Sheet(
    "Лицевые счета",
    "account",
    (
        code("Номер", "number", required=True),
        code("Дом", "house", refers="Дома", required=True),
        code("Помещение", "premises", refers="Помещения", required=True, comment=_LABEL),
        Column("Плательщик", "payer"),
        day("Открыт", "opened_on", required=True, comment="Первый день"),
        day("Закрыт", "closed_on", comment="Первый день, когда уже закрыт"),
        Column("Доля", "share", Kind.SHARE, comment="1/3 или 0,5; пусто – всё помещение"),
        code("ЕЛС", "unified_number"),
        code("ИЖКУ", "gis_number"),
        code("Телефон", "phone"),
        Column("E-mail", "email"),
        code("Прежний номер", "former_number"),
    ),
    key=("number",),
    dates=("opened_on", "closed_on"),
    free=True,
    about="Лицевые счета. Лишние столбцы сохраняются как характеристики",
)  # fmt: skip

RESIDENTS = Sheet(
    "Проживающие",
    "resident",
    (
        code("Лицевой счёт", "account", refers="Лицевые счета", required=True),
        Column("ФИО", "name", required=True, longest=300),
        word("Вид", "kind", words.RESIDENT_KINDS, required=True),
        FROM,
        TO,
        day("Дата рождения", "birth_date"),
        Column("Доля собственности", "share", Kind.SHARE, comment="1/3 или 0,5"),
        code("Льгота", "benefit_code", refers="Льготы", comment="Код с листа «Льготы»"),
    ),
    key=("account", "name", "kind", "valid_from"),
    dates=("valid_from", "valid_to"),
    about="Зарегистрированные и собственники; «С» и «До» – дни регистрации и снятия",
)

ABSENCES = Sheet(
    "Отсутствие",
    "absence",
    (
        code("Лицевой счёт", "account", refers="Лицевые счета", required=True),
        Column("ФИО", "name", required=True, longest=300),
        day("Убыл", "left_on", required=True, comment="День убытия, в расчёт не входит"),
        day("Прибыл", "returned_on", required=True, comment="День возвращения, в расчёт не входит"),
        Column("Заявление", "application"),
        Column("Документ", "document"),
    ),
    key=("account", "name", "left_on"),
    group=("account", "name"),
    dates=("left_on", "returned_on"),
    about="Временное отсутствие (ПП РФ № 354, раздел VIII)",
)
