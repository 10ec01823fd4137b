"""Issue the payment documents of a period: facts, pages, files; nothing in the books changes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from app.domain import slip_build
from app.domain.document_assembly import assemble
from app.domain.payment_document import PaymentDocument
from app.domain.period import Period
from app.errors import Outage, Refusal
from app.reports import payment_document
from app.store import documents, organisations
from app.store.engine import Engine
from app.store.reading import Snapshot, reading

PER_FILE = 1000


class NothingToIssue(Refusal):
    """No account of the choice has anything in the period."""


class CannotWriteThere(Outage):
    """The file or folder of the pages cannot be written."""


@dataclass(frozen=True, slots=True)
class Issued:
    """What was made and where it lies; remark says why there is no payment code, if so."""

    documents: int
    pages: int
    paths: tuple[Path, ...]
    remark: str = ""


def issue_documents(
    engine: Engine,
    *,
    period: Period,
    out: Path,
    until: date,
    houses: Sequence[str] = (),
    accounts: Sequence[str] = (),
    on_issued: Callable[[int], None] | None = None,
) -> Issued:
    """Write the documents as PDF, by house in the order they are carried out.

    :param out: a file .pdf, or a folder for files of a thousand documents
    :param until: payments up to this day are taken into account
    :raises NothingToIssue: when there is nothing to print
    :raises CannotWriteThere: when the place cannot be written
    """
    with reading(engine) as snapshot:
        receiving = _receiving(snapshot, on=until)
        pages = _documents(
            snapshot,
            period=period,
            until=until,
            houses=houses,
            accounts=accounts,
            receiving=receiving,
            on_issued=on_issued or (lambda _: None),
        )
        try:
            made = _written(pages, out, title=f"Платёжные документы за {period.spoken}")
        except OSError as error:
            raise CannotWriteThere(
                f"Записать в {out} нельзя: {error.strerror}. Укажите другое место ключом --out."
            ) from error
    if not made.documents:
        raise NothingToIssue(
            f"За {period.shown} печатать нечего: у выбранных счетов нет ни начислений, ни долга. "
            "Проверьте период, номера счетов и коды домов."
        )
    return replace(made, remark=_code_trouble(receiving))


def _receiving(snapshot: Snapshot, *, on: date) -> slip_build.Payee | None:
    """Give whose code is on the documents; None: each payee has a code of its own."""
    details = organisations.receiving(snapshot)
    if details is None or organisations.each_is_paid_apart(snapshot, on=on):
        return None
    return slip_build.Payee(
        name=details.name,
        account=details.account,
        bank=details.bank,
        bic=details.bic,
        correspondent=details.correspondent or "0",
        inn=details.inn or None,
        kpp=details.kpp or None,
    )


def _code_trouble(receiving: slip_build.Payee | None) -> str:
    """Say once why the documents have no payment code, instead of on every page alone."""
    if receiving is None:
        return ""
    try:
        slip_build.build_st(receiving)
    except slip_build.NotForCode as error:
        return str(error)
    return ""


def _written(pages: Iterator[PaymentDocument], out: Path, *, title: str) -> Issued:
    if out.suffix.lower() == ".pdf":
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("wb") as file:
            made = payment_document.render(pages, file, title=title)
        if not made.documents:
            out.unlink()
        return Issued(made.documents, made.pages, (out,))
    out.mkdir(parents=True, exist_ok=True)
    made = payment_document.render_files(
        pages, out, name="payment-documents", per_file=PER_FILE, title=title
    )
    return Issued(made.documents, made.pages, tuple(made.paths))


def _documents(
    snapshot: Snapshot,
    *,
    period: Period,
    until: date,
    houses: Sequence[str],
    accounts: Sequence[str],
    receiving: slip_build.Payee | None,
    on_issued: Callable[[int], None],
) -> Iterator[PaymentDocument]:
    known = documents.contracts(snapshot)
    for house, _ in documents.houses(snapshot, codes=houses, numbers=accounts):
        for facts in documents.facts_of_house(
            snapshot, house, period=period, known=known, numbers=accounts, until=until
        ):
            yield assemble(facts, period=period, receiving=receiving)
            on_issued(1)
