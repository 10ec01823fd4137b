"""Verb of the paper: payment documents of a period."""

import time
from pathlib import Path

from app.cli.context import Context, Verbs
from app.domain import period
from app.operations.issue_documents import issue_documents

KINDS = ("epd",)


def add_to(verbs: Verbs) -> None:
    """Add print."""
    printing = verbs.add("print", help="напечатать платёжные документы в PDF", run=print_documents)
    printing.add_argument("period", metavar="ПЕРИОД", help="например 2026-10")
    printing.add_argument("--account", action="append", default=[], metavar="НОМЕР")
    printing.add_argument("--house", action="append", default=[], metavar="КОД")
    printing.add_argument("--kind", choices=KINDS, default="epd", help="вид документа")
    printing.add_argument("--out", type=Path, required=True, metavar="ПУТЬ",
                          help="файл .pdf или папка")  # fmt: skip


def print_documents(context: Context) -> int:
    """Write the documents of the period."""
    month = period.parse(context.arguments.period)
    began = time.perf_counter()
    with context.progress(f"Печатаю за {month.shown}", None) as counter:
        issued = issue_documents(
            context.engine,
            period=month,
            out=context.arguments.out,
            until=context.at.date(),
            houses=context.arguments.house,
            accounts=context.arguments.account,
            on_issued=counter.advance,
        )
    seconds = round(time.perf_counter() - began, 2)
    return context.answer(
        {
            "documents": issued.documents,
            "pages": issued.pages,
            "seconds": seconds,
            "remark": issued.remark or None,
        },
        f"Напечатано документов: {issued.documents}, страниц: {issued.pages}, {seconds} с.\n"
        + "\n".join([*map(str, issued.paths), issued.remark]).rstrip(),
    )
