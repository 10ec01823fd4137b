"""Hand out «Расшифровка пени» of an account and month, as a PDF; nothing in the books changes."""

from datetime import date
from pathlib import Path

from app.domain.ledger import EntryKind
from app.domain.penalty_text import PenaltyPaper, PenaltyPaperLine
from app.domain.penalty_words import explain
from app.domain.period import Period
from app.errors import Refusal
from app.operations.issue_documents import CannotWriteThere
from app.reports import penalty_explanation
from app.store import card, organisations, penalty_papers
from app.store.engine import Engine
from app.store.reading import Snapshot, reading

_TITLES = {
    EntryKind.PENALTY: "пени",
    EntryKind.PENALTY_WRITE_OFF: "списание пени",
    EntryKind.PENALTY_TRANSFER: "передача пени",
}


class NothingToExplain(Refusal):
    """The account has no penalties in the month."""


def explain_penalties(
    engine: Engine, account_number: str, period: Period, *, out: Path, on: date
) -> int:
    """Write the paper of one account and month.

    :param out: a file .pdf
    :param on: the day it is handed out
    :returns: the number of pages
    :raises NothingToExplain: when there are no penalties
    :raises CannotWriteThere: when the file cannot be written
    """
    with reading(engine) as snapshot:
        paper = paper_of(snapshot, account_number, period, on=on)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("wb") as file:
            return penalty_explanation.render([paper], file)
    except OSError as error:
        raise CannotWriteThere(
            f"Записать в {out} нельзя: {error.strerror}. Укажите другое место."
        ) from error


def paper_of(snapshot: Snapshot, account_number: str, period: Period, *, on: date) -> PenaltyPaper:
    """Give the paper of one account and month.

    :raises NothingToExplain: when there are no penalties
    """
    head = card.header(snapshot, account_number, on=on)
    lines = penalty_papers.lines(snapshot, head.number, period)
    if not lines:
        raise NothingToExplain(
            f"За {period.shown} по счёту {head.number} пени нет: расшифровывать нечего. "
            "Проверьте период."
        )
    words = penalty_papers.stop_words(snapshot)
    centre = organisations.centre(snapshot)
    return PenaltyPaper(
        account=head.number,
        payer=head.payer,
        address=head.full_address,
        period=period,
        issued_by=", ".join(part for part in (centre.name, centre.phone) if part),
        issued_on=on,
        lines=tuple(
            PenaltyPaperLine(
                title=f"{line.service_name}, договор {line.contract}, за {line.origin.spoken}: "
                f"{_TITLES[EntryKind(line.kind)]}",
                amount_kop=line.amount_kop,
                told=None
                if line.record is None
                else explain(line.record, line.origin, stops=words),
                remark=line.remark,
            )
            for line in lines
        ),
    )
