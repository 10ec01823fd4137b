"""The flowing tables of a payment document: payees, meters (section 2), charges (section 3).

Flow ─ sheets, the y below which is free
  └ a row that does not fit starts a further sheet, with the head of its table again
"""

from collections.abc import Iterator

from app.domain import money
from app.domain.payment_document import Line, LineGroup, MeterRow, Payee, PaymentDocument, Turnover
from app.reports import barcode, document_instalment, document_penalty, figures, fonts
from app.reports.document_flow import (
    AIRY,
    DENSE,
    FIRST_BOTTOM,
    GROUP_ROW,
    PAD,
    SIZE,
    Density,
    Flow,
    Table,
)
from app.reports.document_form import (
    BAND,
    LABEL,
    LEFT,
    LINES,
    LINES_HEAD,
    METERS,
    METERS_HEAD,
    PAYEES,
    PAYEES_HEAD,
    QR_SIDE,
    RIGHT,
    TABLES_TOP,
    edges,
    section_title,
)
from app.reports.page import Sheet

TOTAL_ROW = 12.5
PAYEE_ROW = 21.0
SECTION = 13.0  # the title of a section, with the air above and under it
GAP = 5.0
SENTENCE = 14.0
CODES_IN_ROW = 3  # far enough apart for a telephone to see one at a time
CODE_STEP = (RIGHT - LEFT) / CODES_IN_ROW
CODE_CELL = QR_SIDE + 48.0
METHOD_WIDTH = LINES[11].width - PAD - 1
PAYEE_TEXT = PAYEES[1].width - 2 * PAD

LINE_EDGES, METER_EDGES, PAYEE_EDGES = edges(LINES), edges(METERS), edges(PAYEES)


def density_of(document: PaymentDocument) -> Density:
    """Choose how close rows stand."""
    room = TABLES_TOP - FIRST_BOTTOM
    is_dense = _height(document, AIRY) > room >= _height(document, DENSE)
    return DENSE if is_dense else AIRY


def payees(flow: Flow) -> None:
    """Draw who receives the money: a row each, and their total where there are several."""
    table = Table(flow, "Payees", PAYEES_HEAD, PAYEES, PAYEE_EDGES)
    table.start()
    for place, payee in enumerate(flow.document.payees):
        top = table.row(PAYEE_ROW)
        table.write(top, (str(place + 1), "", *_moved(payee.turnover)), bold_from=5)
        _payee_texts(flow.sheet, top - flow.density.baseline, payee)
    if len(flow.document.payees) > 1:
        whole = flow.document.turnover
        due = money.shown(flow.document.due_kop)
        top = table.row(flow.density.row)
        table.write(top, ("", "Всего", *_moved(whole)[:-1], due), bold_from=1)
    table.end()
    flow.y -= GAP


def meters(flow: Flow) -> None:
    """Draw section 2: readings, with an empty field for those of the next month."""
    rows = flow.document.meters
    if not flow.fits(SECTION + METERS_HEAD + flow.density.row):
        flow.turn()
    flow.y -= 9
    section_title(flow.sheet, flow.y, "Раздел 2. Показания индивидуальных приборов учёта")
    flow.y -= 4
    if not rows:
        _sentence(flow, "Показаний индивидуальных приборов учёта за этот период нет.")
        return
    table = Table(flow, "Meters", METERS_HEAD, METERS, METER_EDGES)
    table.start()
    for meter in rows:
        table.write(table.row(flow.density.row), _meter_cells(meter))
    table.end()
    flow.y -= GAP


def charges(flow: Flow) -> None:
    """Draw section 3: groups in the order of the form, lines in the order given, the total."""
    if not flow.fits(SECTION + LINES_HEAD + GROUP_ROW + flow.density.row_2):
        flow.turn()
    flow.y -= 9
    section_title(flow.sheet, flow.y, "Раздел 3. Расчёт размера платы за услуги")
    flow.y -= 4
    lines = flow.document.lines
    if not lines:
        _sentence(flow, "Начислений за этот период нет.")
        return
    table = Table(flow, "Lines", LINES_HEAD, LINES, LINE_EDGES)
    table.start()
    for group in LineGroup:
        rows = tuple(line for line in lines if line.group is group)
        if rows:
            _group(table, group, rows)
    table.group = ""
    top = table.row(TOTAL_ROW)
    flow.sheet.fill(LEFT, flow.y, RIGHT - LEFT, top - flow.y, gray=BAND)
    flow.sheet.line(LEFT, flow.y, RIGHT, flow.y, width=0.4, gray=0.3)
    table.write(top - 0.5, _total_cells("Итого за расчётный период", lines), bold_from=0)
    table.end()


def _group(table: Table, group: LineGroup, rows: tuple[Line, ...]) -> None:
    table.group = ""
    # A group never says its name at the foot of a sheet and its lines on the next.
    if not table.flow.fits(GROUP_ROW + table.flow.density.row_2):
        table.turn()
    y = table.band(group.value)
    table.group = group.value
    if len(rows) > 1:
        for place, kop in ((12, "total_kop"), (14, "to_pay_kop")):
            figure = figures.amount(sum(getattr(row, kop) for row in rows))
            x, width = LINE_EDGES[place + 1] - PAD, LINES[place].width - 2 * PAD
            table.flow.sheet.right(x, y, figure, face=fonts.narrow_bold(), size=SIZE, width=width)
    for line in rows:
        _line(table, line)


def _line(table: Table, line: Line) -> None:
    name = _name(line)
    method = _method(line)
    top = table.row(_line_height(line, table.flow.density))
    sheet, face = table.flow.sheet, fonts.narrow()
    first = top - table.flow.density.baseline
    for place, row in enumerate(name):
        sheet.text(LEFT + PAD, first - place * 9, row, face=face, size=SIZE)
    table.write(top, _line_cells(line), bold_from=14)
    for place, row in enumerate(method):
        sheet.text(LINE_EDGES[11] + PAD + 0.5, first - place * 9, row, face=face, size=SIZE)


def _name(line: Line) -> tuple[str, ...]:
    return fonts.narrow().wrapped(line.name, size=SIZE, width=LINES[0].width - 2 * PAD, lines=2)


def _method(line: Line) -> tuple[str, ...]:
    return fonts.narrow().wrapped(line.method, size=SIZE, width=METHOD_WIDTH, lines=2)


def _line_height(line: Line, density: Density) -> float:
    return density.row_2 if max(len(_name(line)), len(_method(line))) > 1 else density.row


def _height(document: PaymentDocument, density: Density) -> float:
    """Give the room the three tables take when nothing turns the sheet."""
    count = len(document.payees)
    height = PAYEES_HEAD + count * PAYEE_ROW + (density.row if count > 1 else 0) + GAP
    height += SECTION + SENTENCE + document_instalment.height(document, density)
    height += document_penalty.height(document, density)
    if document.meters:
        height += METERS_HEAD + len(document.meters) * density.row + GAP - SENTENCE
    if not document.lines:
        return height + SECTION + SENTENCE
    groups = len({line.group for line in document.lines})
    rows = sum(_line_height(line, density) for line in document.lines)
    return height + SECTION + LINES_HEAD + groups * GROUP_ROW + rows + TOTAL_ROW


def _line_cells(line: Line) -> tuple[str, ...]:
    shown = figures.amount
    return (
        "",
        line.unit,
        figures.quantity(line.volume_mcu),
        figures.quantity(line.common_volume_mcu),
        figures.quantity(line.price_mcr, places=2),
        shown(line.individual_kop),
        shown(line.common_kop),
        figures.quantity(line.raising_ppm) if line.raising_ppm else figures.ZERO,
        shown(line.excess_kop),
        shown(line.recalculated_kop),
        shown(line.benefits_kop),
        "",
        shown(line.total_kop),
        shown(line.penalty_kop),
        shown(line.to_pay_kop),
    )


def _total_cells(title: str, lines: tuple[Line, ...]) -> tuple[str, ...]:
    def total(kopecks: Iterator[int]) -> str:
        return figures.amount(sum(kopecks))

    return (
        title,
        *("", "", "", ""),
        total(line.individual_kop for line in lines),
        total(line.common_kop for line in lines),
        "",
        total(line.excess_kop for line in lines),
        total(line.recalculated_kop for line in lines),
        total(line.benefits_kop for line in lines),
        "",
        total(line.total_kop for line in lines),
        total(line.penalty_kop for line in lines),
        total(line.to_pay_kop for line in lines),
    )


def _meter_cells(meter: MeterRow) -> tuple[str, ...]:
    return (
        meter.service,
        meter.number,
        _dated(figures.quantity(meter.previous_mcu), figures.day(meter.previous_on)),
        _dated(figures.quantity(meter.current_mcu), figures.day(meter.current_on)),
        figures.quantity(meter.consumed_mcu),
        meter.unit,
        figures.day(meter.next_verification_on),
        "",
    )


def _dated(reading: str, on: str) -> str:
    return f"{reading} ({on})" if reading and on else reading


def _moved(turnover: Turnover) -> tuple[str, ...]:
    return (
        figures.amount(turnover.opening_kop),
        figures.amount(turnover.period_kop),
        figures.amount(turnover.paid_kop),
        money.shown(turnover.due_kop),
    )


def _payee_texts(sheet: Sheet, y: float, payee: Payee) -> None:
    """Write name and requisites: only the name and the bank are ever shortened."""
    narrow, bold = fonts.narrow(), fonts.narrow_bold()
    x = PAYEE_EDGES[1] + PAD
    numbers = [f"ИНН {payee.inn}" if payee.inn else "", f"КПП {payee.kpp}" if payee.kpp else ""]
    tail = "".join(f", {number}" for number in numbers if number)
    room = PAYEE_TEXT - narrow.width(tail, SIZE)
    name = bold.shortened(payee.name, size=SIZE, width=room)
    sheet.text(x, y, name, face=bold, size=SIZE)
    sheet.text(x + bold.width(name, SIZE), y, tail, face=narrow, size=SIZE)
    account = f"р/с {payee.bank_account}" if payee.bank_account else ""
    bic = f"БИК {payee.bic}" if payee.bic else ""
    correspondent = (
        f"к/с {payee.correspondent_account}" if len(payee.correspondent_account) > 1 else ""
    )
    fixed = ", ".join(filter(None, (account, "", bic, correspondent)))
    room = PAYEE_TEXT - narrow.width(fixed + ", ", SIZE)
    bank = narrow.shortened(payee.bank, size=SIZE, width=room) if payee.bank else ""
    text = ", ".join(filter(None, (account, bank, bic, correspondent)))
    sheet.text(x, y - 9.2, text, face=narrow, size=SIZE)


def separate_codes(flow: Flow) -> None:
    """Draw a QR for each payee that is to be paid apart (direct contracts), a few in a row."""
    apart = [payee for payee in flow.document.payees if payee.qr and payee.due_kop]
    for first in range(0, len(apart), CODES_IN_ROW):
        if not flow.fits(11 + CODE_CELL):
            flow.turn()
        if first == 0:
            flow.y -= 14
            section_title(flow.sheet, flow.y, "QR-коды для оплаты каждому получателю отдельно")
        top = flow.y - 4
        for place, payee in enumerate(apart[first : first + CODES_IN_ROW]):
            _separate_code(flow.sheet, LEFT + place * CODE_STEP, top, payee)
        flow.y = top - CODE_CELL + 15


def _separate_code(sheet: Sheet, x: float, top: float, payee: Payee) -> None:
    sheet.matrix(x, top - QR_SIDE, QR_SIDE, barcode.qr(payee.qr))
    face = fonts.narrow()
    y = top - QR_SIDE - 7
    rows = face.wrapped(payee.name, size=SIZE, width=QR_SIDE, lines=2)
    for place, row in enumerate(rows):
        sheet.text(x + PAD, y - place * 9, row, face=face, size=SIZE)
    due = f"{money.shown(payee.due_kop)} руб."
    sheet.text(x + PAD, y - len(rows) * 9 - 1, due, face=fonts.narrow_bold(), size=9)


def _sentence(flow: Flow, text: str) -> None:
    flow.sheet.text(LEFT, flow.y - 7, text, face=fonts.regular(), size=8, gray=LABEL)
    flow.y -= 14
