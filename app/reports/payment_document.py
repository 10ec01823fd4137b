"""Payment documents (ЕПД) as PDF: A4, form 43/пр, one or any number of them in bounded memory.

    documents ─▶ render ─▶ one stream
              └▶ render_files ─▶ files of so many documents each, as a printing house takes them

What does not fit on the first sheet goes on over the next; the tear-off part stays on the first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from app.domain.payment_document import PaymentDocument
from app.reports import (
    document_form,
    document_head,
    document_instalment,
    document_penalty,
    document_tables,
    fonts,
)
from app.reports.document_flow import Flow
from app.reports.document_form import LEFT, RIGHT, TOP
from app.reports.page import Sheet
from app.reports.pdf import PdfWriter

NUMBER_FIRST = TOP - 38  # beside the title of section 1
NUMBER_FURTHER = TOP - 9
PER_FILE = 1000


@dataclass(frozen=True, slots=True)
class RenderedPages:
    """How much was printed, and where when it went into files."""

    documents: int
    pages: int
    paths: tuple[Path, ...] = ()


def render(
    documents: Iterable[PaymentDocument], out: BinaryIO, *, title: str = "Платёжные документы"
) -> RenderedPages:
    """Write documents, in their order, as one PDF; each is taken and let go in turn.

    :param out: a binary stream; only written to, empty at the start
    """
    count = 0
    with PdfWriter(out, title=title) as writer:
        document_form.install(writer)
        for document in documents:
            for sheet in sheets_of(document, writer=writer):
                writer.add(sheet)
            count += 1
        if not count:
            writer.add(_empty(writer))
    return RenderedPages(documents=count, pages=writer.pages if count else 0)


def render_files(
    documents: Iterable[PaymentDocument],
    folder: Path,
    *,
    name: str,
    per_file: int = PER_FILE,
    title: str = "Платёжные документы",
) -> RenderedPages:
    """Write documents into files name-001.pdf, name-002.pdf … of at most `per_file` each.

    :param folder: exists already
    """
    assert per_file > 0
    rest = iter(documents)
    count, pages = 0, 0
    paths: list[Path] = []
    for part in _parts(rest, per_file):
        path = folder / f"{name}-{len(paths) + 1:03d}.pdf"
        with path.open("wb") as out:
            made = render(part, out, title=title)
        count, pages = count + made.documents, pages + made.pages
        paths.append(path)
    return RenderedPages(documents=count, pages=pages, paths=tuple(paths))


def sheets_of(document: PaymentDocument, *, writer: PdfWriter) -> list[Sheet]:
    """Lay one document out, on one sheet or more."""
    first = writer.sheet()
    document_head.draw(first, document)
    document_head.draw_tear_off(first, document)
    density = document_tables.density_of(document)
    flow = Flow(document=document, begin=writer.sheet, sheets=[first], density=density)
    document_tables.payees(flow)
    document_tables.meters(flow)
    document_tables.charges(flow)
    document_penalty.penalties(flow)
    document_instalment.instalment(flow)
    document_tables.separate_codes(flow)
    if len(flow.sheets) > 1:
        _number(flow.sheets)
    return flow.sheets


def _number(sheets: list[Sheet]) -> None:
    for place, sheet in enumerate(sheets):
        y = NUMBER_FIRST if place == 0 else NUMBER_FURTHER
        text = f"Лист {place + 1} из {len(sheets)}"
        sheet.right(RIGHT, y, text, face=fonts.regular(), size=8)


def _parts(
    documents: Iterator[PaymentDocument], per_file: int
) -> Iterator[Iterable[PaymentDocument]]:
    for first in documents:
        yield chain((first,), islice(documents, per_file - 1))


def _empty(writer: PdfWriter) -> Sheet:
    sheet = writer.sheet()
    text = "Платёжных документов для печати нет: за этот период и по этим счетам их не найдено."
    sheet.text(LEFT, TOP - 20, text, face=fonts.regular(), size=10)
    return sheet
