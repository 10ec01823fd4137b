"""Section 1 and the tear-off part of a payment document: the figures written over the form."""

import re

from app.domain import money
from app.domain.payment_document import PaymentDocument, Provider
from app.reports import barcode, figures, fonts
from app.reports.document_form import (
    BOTTOM,
    CODE_HEIGHT,
    CODE_MODULE,
    HAIR,
    LABEL,
    LEFT,
    QR_LEFT,
    QR_SIDE,
    RIGHT,
    SECTION_1,
    SUM_ROW,
    SUM_ROWS,
    SUM_ROWS_TOP,
    SUMS_LEFT,
    SUMS_RIGHT,
    TEAR,
    TOP,
)
from app.reports.page import Sheet

_ABBREVIATION = re.compile(
    r"\b(д\.|дом|кв\.|ул\.|г\.|пр\.|пер\.|корп\.|стр\.|оф\.|офис|пом\.|комн?\.) (?=\S)",
    re.IGNORECASE,
)
PERSON_WIDTH = SUMS_LEFT - 12 - LEFT
PROVIDER_ROWS = 6
NOTHING_DUE = ("Платить не нужно:", "долга нет, поэтому QR-код", "не печатается")
NO_CODE = ("QR-код не сформирован:", "оплатите по реквизитам", "получателя")


def draw(sheet: Sheet, document: PaymentDocument) -> None:
    """Write section 1 over the form HEAD."""
    sheet.form("Head")
    sheet.right(RIGHT, TOP - 11, f"за {document.period.spoken} г.", face=fonts.bold(), size=14)
    marks = [f"№ {document.number}" if document.number else ""]
    marks.append(f"идентификатор в ГИС ЖКХ {document.gis_id}" if document.gis_id else "")
    numbers = ", ".join(filter(None, marks))
    sheet.right(RIGHT, TOP - 21, numbers, face=fonts.regular(), size=7.5, width=290)
    _person(sheet, document)
    _provider(sheet, document.provider)
    _sums(sheet, document)
    _payment_code(sheet, document)


def draw_tear_off(sheet: Sheet, document: PaymentDocument) -> None:
    """Write the part that stays with the cashier, over the form TEAR."""
    sheet.form("Tear")
    bold, regular, width = fonts.bold(), fonts.regular(), 290
    payer = bold.shortened(document.payer, size=9, width=width)
    sheet.text(LEFT, TEAR - 27, payer, face=bold, size=9)
    rows = regular.wrapped(_bound(document.address), size=8, width=width, lines=2)
    for place, row in enumerate(rows):
        sheet.text(LEFT, TEAR - 37 - place * 9, row, face=regular, size=8)
    y = TEAR - 68.5
    sheet.text(LEFT, y, document.account_number, face=bold, size=12)
    sheet.text(LEFT + 92, y, document.period.spoken, face=bold, size=10)
    due = money.shown(document.due_kop)
    sheet.text(LEFT + 178, y, due, face=bold, size=14)
    if document.code128:
        _native_code(sheet, document.code128)
        return
    reason = NOTHING_DUE[0] if not document.due_kop else "Штрихкод не сформирован:"
    rest = "долга нет" if not document.due_kop else "назовите кассиру лицевой счёт"
    for place, row in enumerate((reason, rest)):
        y = TEAR - 45 - place * 10
        sheet.right(RIGHT, y, row, face=regular, size=8, gray=LABEL)


def _person(sheet: Sheet, document: PaymentDocument) -> None:
    bold, regular, top = fonts.bold(), fonts.regular(), SECTION_1
    payer = bold.shortened(document.payer, size=10, width=PERSON_WIDTH)
    sheet.text(LEFT, top - 19, payer, face=bold, size=10)
    rows = regular.wrapped(_bound(document.address), size=8.5, width=PERSON_WIDTH, lines=2)
    for place, row in enumerate(rows):
        sheet.text(LEFT, top - 40 - place * 10, row, face=regular, size=8.5)
    sheet.text(LEFT, top - 74, document.account_number, face=bold, size=11.5)
    for x, text in ((88, document.unified_number), (168, document.housing_id)):
        shown = text or figures.ZERO
        sheet.text(LEFT + x, top - 74, shown, face=regular, size=9)
    tenure = regular.shortened(document.tenure or figures.ZERO, size=8.5, width=PERSON_WIDTH - 130)
    for x, text in (
        (0, figures.area(document.area_cm2) if document.area_cm2 else figures.ZERO),
        (46, figures.count(document.living)),
        (88, figures.count(document.registered)),
        (130, tenure),
    ):
        sheet.text(LEFT + x, top - 95, text, face=regular, size=8.5)


def _provider(sheet: Sheet, provider: Provider) -> None:
    bold, regular = fonts.bold(), fonts.regular()
    rows = [
        (bold, row) for row in bold.wrapped(provider.name, size=8.5, width=PERSON_WIDTH, lines=2)
    ]
    inn = f"ИНН {provider.inn}" if provider.inn else ""
    hours = f"приём: {provider.hours}" if provider.hours else ""
    phone = f"тел. {provider.phone}" if provider.phone else ""
    dispatcher = f"диспетчерская {provider.dispatcher_phone}" if provider.dispatcher_phone else ""
    parts = (
        ", ".join(filter(None, (inn, _bound(provider.address)))),
        ", ".join(filter(None, (phone, dispatcher))),
        ", ".join(filter(None, (provider.email, provider.site, hours))),
    )
    texts = [text for text in parts if text]
    for place, text in enumerate(texts):
        # Every part has a line at least; a second one while the later parts still have theirs.
        room = PROVIDER_ROWS - len(rows) - (len(texts) - place - 1)
        wrapped = regular.wrapped(text, size=8, width=PERSON_WIDTH, lines=min(2, room))
        rows += [(regular, row) for row in wrapped]
    assert len(rows) <= PROVIDER_ROWS
    for place, (face, row) in enumerate(rows):
        size = 8.5 if face is bold else 8
        sheet.text(LEFT, SECTION_1 - 118.5 - place * 9.3, row, face=face, size=size)


def _bound(address: str) -> str:
    """Keep «д.», «кв.» and the like on one line with what they name."""
    return _ABBREVIATION.sub("\\1\u00a0", address)


def _sums(sheet: Sheet, document: PaymentDocument) -> None:
    whole = document.turnover
    until = f"до {figures.day(document.due_on)}" if document.due_on else ""
    sheet.right(SUMS_RIGHT - 7, SECTION_1 - 14, until, face=fonts.regular(), size=8)
    due = money.shown(document.due_kop)
    width = SUMS_RIGHT - SUMS_LEFT - 14
    sheet.right(SUMS_RIGHT - 7, SECTION_1 - 43, due, face=fonts.bold(), size=26, width=width)
    labels = list(SUM_ROWS)
    paid_until = figures.day(document.paid_until)
    values = (
        figures.amount(document.debt_kop),
        figures.amount(document.advance_kop),
        figures.amount(whole.paid_kop),
        figures.day(document.last_payment_on) or figures.ZERO,
        figures.amount(whole.charged_kop),
        figures.amount(whole.corrected_kop),
        figures.amount(whole.benefits_kop),
        figures.amount(whole.penalty_kop),
        figures.amount(whole.period_kop),
        figures.amount(document.closing_advance_kop),
    )
    paid = f"Учтены платежи по {paid_until} включительно" if paid_until else "Учтены платежи"
    written = {2: paid}
    if document.closing_advance_kop:
        written[9] = labels[9]
    for place, value in enumerate(values):
        y = SECTION_1 - SUM_ROWS_TOP - place * SUM_ROW
        last = place == len(values) - 1
        if last and not document.closing_advance_kop:
            continue
        face = fonts.narrow_bold() if place >= 8 else fonts.narrow()
        if place in written:
            sheet.text(SUMS_LEFT, y, written[place], face=face, size=8)
        sheet.right(SUMS_RIGHT, y, value, face=face, size=8)


def _payment_code(sheet: Sheet, document: PaymentDocument) -> None:
    bottom = SECTION_1 - QR_SIDE
    if document.qr:
        sheet.matrix(QR_LEFT, bottom, QR_SIDE, barcode.qr(document.qr))
        _caption(
            sheet, bottom - 7, ("Оплата по QR-коду в приложении банка,", "банкомате или кассе")
        )
        _caption(sheet, bottom - 25, (f"Сумма {money.shown(document.due_kop)} руб.",))
        return
    sheet.frame(QR_LEFT + 12, bottom + 12, QR_SIDE - 24, QR_SIDE - 24, gray=HAIR)
    rows = NO_CODE if document.due_kop else NOTHING_DUE
    _caption(sheet, bottom + QR_SIDE / 2 + 8, rows)


def _caption(sheet: Sheet, y: float, rows: tuple[str, ...]) -> None:
    for place, row in enumerate(rows):
        middle = QR_LEFT + QR_SIDE / 2
        sheet.center(middle, y - place * 9, row, face=fonts.narrow(), size=8, gray=LABEL)


def _native_code(sheet: Sheet, digits: str) -> None:
    code = barcode.code128(digits)
    width = code.modules * CODE_MODULE
    start = RIGHT - barcode.CODE128_QUIET * CODE_MODULE - width
    y = BOTTOM + 26
    sheet.bars(start, y, code, module=CODE_MODULE, height=CODE_HEIGHT)
    middle = start + width / 2
    sheet.center(middle, y - 11, _spaced(digits), face=fonts.regular(), size=9)


def _spaced(digits: str) -> str:
    """Give the native code in its parts for a person to type: account, month, sum, check."""
    if len(digits) != 23 or not digits.isdigit():
        return digits
    return f"{digits[:10]} {digits[10:14]} {digits[14:22]} {digits[22]}"
