"""The printed form of the payment document: what is the same on every one, drawn once a file.

    ┌ head ──────────────────────────────────────────────┐ TOP
    │ title                                period, number │
    │ Раздел 1   payer, premises   │ sum, its make-up │ QR │
    ├ payees · Раздел 2 · Раздел 3: flowing tables ───────┤ TABLES_TOP
    ╎ - - - tear-off: account, period, sum, Code 128 - - - ╎ TEAR
    └──────────────────────────────────────────────────────┘

Points from the lower left corner; `d` offsets go down from SECTION_1.
"""

from dataclasses import dataclass
from typing import Literal

from app.reports import fonts
from app.reports.page import A4_HEIGHT, A4_WIDTH, Sheet
from app.reports.pdf import PdfWriter

LEFT = 20.0
RIGHT = A4_WIDTH - 20.0
TOP = A4_HEIGHT - 20.0
BOTTOM = 22.0
TEAR = 107.0
SECTION_1 = TOP - 44.0
TABLES_TOP = SECTION_1 - 170.0

SUMS_LEFT, SUMS_RIGHT = 277.0, 440.0
QR_SIDE = 124.0  # 43.7 mm: 73 modules (359 bytes) with the quiet zone come out at 0.54 mm
QR_LEFT = RIGHT - QR_SIDE
CODE_MODULE = 1.0  # 0.35 mm: read at 150 dpi by zxing and zbar
CODE_HEIGHT = 36.0

LABEL = 0.35  # gray of labels: dark enough for a worn-out cartridge
BAND = 0.92
HAIR = 0.6

Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title broken by hand, width in points, how figures stand."""

    title: str
    width: float
    align: Align = "right"
    under: str = ""


PAYEES = (
    Column("№", 16, "center"),
    Column("Получатель платежа и его банковские реквизиты", 327.28, "left"),
    Column("Долг (+), аванс (−)", 54),
    Column("За период", 52),
    Column("Оплачено", 50),
    Column("К оплате, руб.", 56),
)
METERS = (
    Column("Услуга", 118, "left"),
    Column("№ прибора учёта", 74, "left"),
    Column("Предыдущее показание", 96.28),
    Column("Текущее показание", 96),
    Column("Расход", 52),
    Column("Ед. изм.", 27, "center"),
    Column("Поверка до", 40, "center"),
    Column("Новое показание", 52),
)
PENALTIES = (
    Column("Пени, штраф, неустойка", 213.28, "left"),
    Column("Основание", 276, "left"),
    Column("Сумма, руб.", 66),
)
INSTALMENTS = (
    Column("Виды услуг", 213.28, "left"),
    Column("Рассрочка платы\nза расчётный период", 86),
    Column("Рассрочка платы за\nпредыдущие периоды", 86),
    Column("Проценты,\nруб.", 52),
    Column("Проценты,\n% годовых", 52),
    Column("К оплате с рассрочкой\nи процентами, руб.", 66),
)
LINES = (
    Column("Виды услуг", 107.28, "left"),
    Column("Ед.\nизм.", 25, "center"),
    Column("индиви-\nдуальный", 37, under="Объём услуг"),
    Column("на СОИ", 31, under="Объём услуг"),
    Column("Тариф,\nруб.", 35),
    Column("индиви-\nдуальная", 37, under="Размер платы, руб."),
    Column("на СОИ", 32, under="Размер платы, руб."),
    Column("раз-\nмер", 17, under="Повыш. коэфф."),
    Column("сумма пре-\nвышения", 31, under="Повыш. коэфф."),
    Column("Перера-\nсчёты,\nруб.", 37),
    Column("Льготы,\nсубсидии,\nруб.", 30),
    Column("Порядок\nрасчёта", 36, "left"),
    Column("Всего\nначислено\nза период,\nруб.", 37),
    Column("Пени,\nруб.", 26),
    Column("Итого\nк оплате,\nруб.", 37),
)
PAYEES_HEAD = 12.0
METERS_HEAD = 12.0
PENALTIES_HEAD = 12.0
INSTALMENTS_HEAD = 24.0
LINES_HEAD = 34.0

SUM_ROWS = (
    "Задолженность за предыдущие периоды",
    "Аванс на начало расчётного периода",
    "",  # Учтены платежи, with its date
    "Дата последней поступившей оплаты",
    "Начислено за расчётный период",
    "Перерасчёты",
    "Льготы, субсидии",
    "Пени",
    "К оплате за расчётный период",
    "Аванс на конец расчётного периода",
)
SUM_ROWS_TOP, SUM_ROW = 68.0, 10.6


def edges(columns: tuple[Column, ...]) -> tuple[float, ...]:
    """Give the x of every vertical edge of a table, from LEFT to RIGHT."""
    places = [LEFT]
    for column in columns:
        places.append(places[-1] + column.width)
    return tuple(places)


def install(writer: PdfWriter) -> None:
    """Draw the forms into a file: HEAD, TEARING and the heads of the three tables."""
    for name, draw in (
        ("Head", _head),
        ("Tear", _tear_off),
        ("Payees", lambda sheet: _table_head(sheet, PAYEES, height=PAYEES_HEAD)),
        ("Meters", lambda sheet: _table_head(sheet, METERS, height=METERS_HEAD)),
        ("Penalties", lambda sheet: _table_head(sheet, PENALTIES, height=PENALTIES_HEAD)),
        ("Instalments", lambda sheet: _table_head(sheet, INSTALMENTS, height=INSTALMENTS_HEAD)),
        ("Lines", lambda sheet: _table_head(sheet, LINES, height=LINES_HEAD)),
    ):
        sheet = writer.sheet()
        draw(sheet)
        writer.form(name, sheet)


def section_title(sheet: Sheet, y: float, text: str) -> None:
    """Write the title of a section of the form with its baseline at y."""
    sheet.text(LEFT, y, text, face=fonts.bold(), size=8)


def _head(sheet: Sheet) -> None:
    sheet.text(LEFT, TOP - 11, "Платёжный документ", face=fonts.bold(), size=14)
    sheet.text(
        LEFT,
        TOP - 21,
        "для внесения платы за содержание жилого помещения и коммунальные услуги",
        face=fonts.regular(),
        size=7.5,
        gray=LABEL,
    )
    sheet.line(LEFT, TOP - 27, RIGHT, TOP - 27, width=1)
    section_title(sheet, TOP - 38, "Раздел 1. Сведения о плательщике и исполнителе услуг")

    for d, labels in (
        (8, ((0, "Плательщик"),)),
        (30, ((0, "Адрес помещения"),)),
        (62, ((0, "Лицевой счёт"), (88, "Единый лицевой счёт"), (168, "Идентификатор ЖКУ"))),
        (84, ((0, "Площадь, м²"), (46, "Проживают"), (88, "Зарегистр."), (130, "Собственность"))),
        (109, ((0, "Исполнитель услуг"),)),
    ):
        for x, label in labels:
            _label(sheet, LEFT + x, SECTION_1 - d, label)
    sheet.line(LEFT, SECTION_1 - 100, SUMS_LEFT - 12, SECTION_1 - 100, width=0.4, gray=HAIR)
    _sums(sheet)


def _sums(sheet: Sheet) -> None:
    width = SUMS_RIGHT - SUMS_LEFT
    sheet.fill(SUMS_LEFT, SECTION_1 - 54, width, 54, gray=BAND)
    sheet.text(SUMS_LEFT + 7, SECTION_1 - 14, "Итого к оплате, руб.", face=fonts.bold(), size=8.5)
    for place, label in enumerate(SUM_ROWS[:-1]):
        y = SECTION_1 - SUM_ROWS_TOP - place * SUM_ROW
        face = fonts.narrow_bold() if place == 8 else fonts.narrow()
        sheet.text(SUMS_LEFT, y, label, face=face, size=8)
        sheet.line(SUMS_LEFT, y - 2.8, SUMS_RIGHT, y - 2.8, width=0.3, gray=0.75)


def _tear_off(sheet: Sheet) -> None:
    sheet.dashes(LEFT, TEAR, RIGHT)
    middle = (LEFT + RIGHT) / 2
    sheet.fill(middle - 24, TEAR - 3, 48, 6, gray=1)
    sheet.center(middle, TEAR - 2, "линия отрыва", face=fonts.narrow(), size=6.5, gray=LABEL)
    sheet.text(LEFT, TEAR - 15, "Отрывная часть платёжного документа", face=fonts.bold(), size=8)
    for x, label in ((0, "Лицевой счёт"), (92, "Период"), (178, "К оплате, руб.")):
        _label(sheet, LEFT + x, TEAR - 55, label)
    for x, label, end in ((0, "Сумма платежа", 128), (140, "Дата", 208), (220, "Подпись", 300)):
        _label(sheet, LEFT + x, BOTTOM + 1, label)
        start = LEFT + x + fonts.narrow().width(label, 7) + 3
        sheet.line(start, BOTTOM, LEFT + end, BOTTOM, width=0.4, gray=0.3)


def _label(sheet: Sheet, x: float, y: float, text: str) -> None:
    sheet.text(x, y, text, face=fonts.narrow(), size=7, gray=LABEL)


def _table_head(sheet: Sheet, columns: tuple[Column, ...], *, height: float) -> None:
    """Draw the head of a table hanging from the top edge of the form."""
    places = edges(columns)
    bottom = A4_HEIGHT - height
    sheet.fill(LEFT, bottom, RIGHT - LEFT, height, gray=BAND)
    for place, column in enumerate(columns):
        middle = (places[place] + places[place + 1]) / 2
        top = A4_HEIGHT - (10.5 if column.under else 0)
        _title(sheet, middle, (top + bottom) / 2, column.title)
    for title in dict.fromkeys(column.under for column in columns if column.under):
        spanned = [n for n, column in enumerate(columns) if column.under == title]
        start, end = places[spanned[0]], places[spanned[-1] + 1]
        sheet.line(start, A4_HEIGHT - 10.5, end, A4_HEIGHT - 10.5, width=0.4, gray=HAIR)
        _title(sheet, (start + end) / 2, A4_HEIGHT - 5.25, title)
        inner = [places[n] for n in spanned[1:]]
        sheet.grid([(x, A4_HEIGHT - 10.5, x, bottom) for x in inner], gray=HAIR)
    starts = [
        places[n]
        for n in range(1, len(columns))
        if not columns[n].under or columns[n].under != columns[n - 1].under
    ]
    sheet.grid([(x, A4_HEIGHT, x, bottom) for x in starts], gray=HAIR)
    sheet.grid([(LEFT, A4_HEIGHT, RIGHT, A4_HEIGHT), (LEFT, bottom, RIGHT, bottom)], gray=0.3)


def _title(sheet: Sheet, middle: float, y: float, title: str) -> None:
    rows = title.split("\n")
    first = y + (len(rows) - 1) * 3.5 - 2.3
    for place, row in enumerate(rows):
        sheet.center(middle, first - place * 7, row, face=fonts.narrow(), size=7)
