"""Hand out the justification of charges: lines of a month with their formulas, as a PDF."""

from datetime import date
from pathlib import Path

from app.domain.justification import Justification, justified
from app.domain.period import Period
from app.errors import Refusal
from app.operations.issue_documents import CannotWriteThere
from app.reports import justification
from app.store import card, charges, organisations
from app.store.engine import Engine
from app.store.reading import Snapshot, reading


class NothingToJustify(Refusal):
    """The account has no charges in the month."""


def justify_charges(
    engine: Engine,
    account_number: str,
    period: Period,
    *,
    out: Path,
    on: date,
    service: str | None = None,
) -> int:
    """Write the paper of one account and month; nothing in the books changes.

    :param out: a file .pdf
    :param service: its code; None is all services
    :returns: the number of pages
    :raises NothingToJustify: when nothing was charged
    :raises CannotWriteThere: when the file cannot be written
    """
    with reading(engine) as snapshot:
        paper = _paper(snapshot, account_number, period, on=on, service=service)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("wb") as file:
            return justification.render([paper], file)
    except OSError as error:
        raise CannotWriteThere(
            f"Записать в {out} нельзя: {error.strerror}. Укажите другое место."
        ) from error


def _paper(
    snapshot: Snapshot, account_number: str, period: Period, *, on: date, service: str | None
) -> Justification:
    lines = charges.lines(snapshot, account_number, period)
    chosen = [line for line in lines if service in (None, line.service)]
    if not chosen:
        raise NothingToJustify(
            f"За {period.shown} по счёту {account_number} ничего не начислено: "
            "обосновывать нечего. Проверьте период и код услуги."
        )
    head = card.header(snapshot, account_number, on=on)
    centre = organisations.centre(snapshot)
    issued_by = ", ".join(part for part in (centre.name, centre.phone) if part)
    return Justification(
        account=head.number,
        payer=head.payer,
        address=head.full_address,
        period=period,
        issued_by=issued_by,
        issued_on=on,
        lines=tuple(map(justified, chosen)),
    )
