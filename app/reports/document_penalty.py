"""Section 4 of a payment document: penalties of the month, why and how much, to which day.

Printed only where there are any (form 43/пр; 354, п. 69 «ж»).
"""

from app.domain import money
from app.domain.payment_document import PaymentDocument, PenaltyNote
from app.reports import fonts
from app.reports.document_flow import SIZE, Density, Flow, Table
from app.reports.document_form import LABEL, LEFT, PENALTIES, PENALTIES_HEAD, edges, section_title

EDGES = edges(PENALTIES)
SECTION = 13.0
SENTENCE = 14.0
GAP = 5.0
PAD = 4.0


def penalties(flow: Flow) -> None:
    """Draw section 4, if there are penalties."""
    rows = flow.document.penalties
    if not rows:
        return
    if not flow.fits(SECTION + PENALTIES_HEAD + flow.density.row + SENTENCE):
        flow.turn()
    flow.y -= 9
    section_title(flow.sheet, flow.y, "Раздел 4. Справочная информация: пени")
    flow.y -= 4
    table = Table(flow, "Penalties", PENALTIES_HEAD, PENALTIES, EDGES)
    table.start()
    for row in rows:
        table.write(table.row(flow.density.row), _cells(row))
    table.end()
    reckoned = flow.document.penalties_to
    if reckoned is not None:
        text = (
            f"Пени рассчитаны по {reckoned:%d.%m.%Y}; "
            "после оплаты они пересчитываются по ставке на день оплаты."
        )
        flow.sheet.text(LEFT, flow.y - 10, text, face=fonts.regular(), size=SIZE, gray=LABEL)
        flow.y -= SENTENCE
    flow.y -= GAP


def height(document: PaymentDocument, density: Density) -> float:
    """Give the room section 4 takes."""
    rows = len(document.penalties)
    if not rows:
        return 0.0
    return SECTION + PENALTIES_HEAD + rows * density.row + SENTENCE + GAP


def _cells(row: PenaltyNote) -> tuple[str, ...]:
    face = fonts.narrow()
    texts = [
        face.shortened(text, size=SIZE, width=column.width - PAD)
        for text, column in zip((row.name, row.basis), PENALTIES, strict=False)
    ]
    return (*texts, money.shown(row.amount_kop))
