"""Penalty entries as people are shown them: for «Расшифровка пени», on the screen and on paper."""

from dataclasses import dataclass

from app.domain import period
from app.domain.penalty import STOP_OWN
from app.domain.penalty_accrual import STOP_BEFORE_TRANSFER
from app.domain.penalty_slots import NotAPenaltyRecord, PenaltyRecord, unpack
from app.domain.period import Period
from app.store.reading import Snapshot

_LINES = """
select service.code, service.name, contract.number as contract, entry.origin_period, entry.kind,
  entry.amount_kop, entry.inputs, voucher.reason, voucher.request ->> 'document' as document,
  voucher.reverses is not null as is_undoing
from app.entry
join app.account on account.id = entry.account_id
join app.service on service.id = entry.service_id
join app.contract on contract.id = entry.contract_id
join app.voucher on voucher.id = entry.voucher_id
where account.number = %(account)s and entry.period = %(period)s and entry.run_no <= 0
  and entry.kind in (50, 53, 54)
  and (%(service)s::text is null or service.code = %(service)s)
order by entry.origin_period, service.position, service.code, contract.number,
  voucher.recorded_at, entry.line_no
"""
_STOPS = "select number, reason, document from app.penalty_stop order by number"


@dataclass(frozen=True, slots=True)
class PenaltyLine:
    """One entry of a penalty: accrued, written off or moved with the debt.

    :ivar record: how it was reckoned; None where nothing was
    :ivar remark: why it was written off, by which document
    """

    service: str
    service_name: str
    contract: str
    origin: Period
    kind: int
    amount_kop: int
    record: PenaltyRecord | None
    remark: str


def lines(
    snapshot: Snapshot, account: str, month: Period, *, service: str | None = None
) -> list[PenaltyLine]:
    """Give the penalties posted in a month for an account.

    :param service: its code; None is all
    """
    rows = snapshot.rows(_LINES, account=account, period=month.first_day, service=service)
    return [
        PenaltyLine(
            service=row.code,
            service_name=row.name,
            contract=row.contract,
            origin=period.of(row.origin_period),
            kind=row.kind,
            amount_kop=row.amount_kop,
            record=_record(row.inputs),
            remark=", ".join(filter(None, (row.reason, row.document))),
        )
        for row in rows
    ]


def _record(inputs: list[int]) -> PenaltyRecord | None:
    try:
        return unpack(inputs)
    except NotAPenaltyRecord:
        return None


def stop_words(snapshot: Snapshot) -> dict[int, str]:
    """Give what the stops of segments stand for, beside the moratoria of the law."""
    words = {STOP_BEFORE_TRANSFER: "до передачи долга этому получателю"}
    for row in snapshot.rows(_STOPS):
        words[STOP_OWN + row.number] = ", ".join(filter(None, (row.reason, row.document)))
    return words
