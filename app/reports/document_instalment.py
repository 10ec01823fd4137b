"""Section 5 of a payment document: what is to be paid by an agreement of instalment.

Printed only where an agreement is (form 43/пр; 354, п. 69).
"""

from app.domain import money
from app.domain.payment_document import InstalmentRow, PaymentDocument
from app.domain.penalty_words import percent
from app.reports import figures
from app.reports.document_flow import Density, Flow, Table
from app.reports.document_form import INSTALMENTS, INSTALMENTS_HEAD, edges, section_title

EDGES = edges(INSTALMENTS)
SECTION = 13.0
GAP = 5.0


def instalment(flow: Flow) -> None:
    """Draw section 5, if there is anything to pay by instalments."""
    rows = flow.document.instalment
    if not rows:
        return
    if not flow.fits(SECTION + INSTALMENTS_HEAD + flow.density.row):
        flow.turn()
    flow.y -= 9
    section_title(flow.sheet, flow.y, "Раздел 5. Расчёт суммы к оплате с учётом рассрочки")
    flow.y -= 4
    table = Table(flow, "Instalments", INSTALMENTS_HEAD, INSTALMENTS, EDGES)
    table.start()
    for row in rows:
        table.write(table.row(flow.density.row), _cells(row))
    if len(rows) > 1:
        table.write(table.row(flow.density.row), _total(rows), bold_from=0)
    table.end()
    flow.y -= GAP


def height(document: PaymentDocument, density: Density) -> float:
    """Give the room section 5 takes."""
    rows = len(document.instalment)
    if not rows:
        return 0.0
    return SECTION + INSTALMENTS_HEAD + (rows + (rows > 1)) * density.row + GAP


def _cells(row: InstalmentRow) -> tuple[str, ...]:
    return (
        row.service,
        figures.amount(row.current_kop),
        figures.amount(row.previous_kop),
        figures.amount(row.interest_kop),
        percent(row.interest_ppm),
        money.shown(row.to_pay_kop),
    )


def _total(rows: tuple[InstalmentRow, ...]) -> tuple[str, ...]:
    return (
        "Итого с учётом рассрочки",
        figures.amount(sum(row.current_kop for row in rows)),
        figures.amount(sum(row.previous_kop for row in rows)),
        figures.amount(sum(row.interest_kop for row in rows)),
        "",
        money.shown(sum(row.to_pay_kop for row in rows)),
    )
