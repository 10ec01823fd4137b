"""Post payments of the past inside an import: the same split and the same call as the desk's."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.domain.allocation import allocate
from app.domain.payment import line_document
from app.domain.voucher import Voucher
from app.errors import Refusal
from app.exchange.workbook_staging import PastPayment
from app.store import dues, import_lookup, importing
from app.store.reading import Snapshot
from app.store.writing import Draft


@dataclass(slots=True)
class Recorded:
    """How many were posted, and which rows were refused with which sentence."""

    posted: int = 0
    refused: dict[int, str] = field(default_factory=dict)


def record_past_payments(
    draft: Draft, voucher: Voucher, *, payments: Sequence[PastPayment], may_fail: bool
) -> Recorded:
    """Post those payments whose keys are not in the books yet, oldest first.

    Each is split over what is owed at its turn, so that one after another they pay as they did.

    :param may_fail: others go on when one is refused; else the caller undoes everything
    :raises Outage: when the database does not answer
    """
    recorded = Recorded()
    if not payments:
        return recorded
    # The transaction's own connection: what this import brought is not seen elsewhere yet.
    snapshot = Snapshot(draft.cursor.connection)
    posted_before = import_lookup.vouchers(snapshot, keys=[payment.key for payment in payments])
    for payment in payments:
        if payment.key in posted_before:
            continue
        try:
            with importing.attempt(draft.cursor):
                _record(draft, snapshot, voucher, payment)
        except Refusal as error:
            recorded.refused[payment.row] = str(error)
            if not may_fail and len(recorded.refused) >= importing.REFUSED_MAX:
                break
        else:
            recorded.posted += 1
    return recorded


def _record(draft: Draft, snapshot: Snapshot, voucher: Voucher, payment: PastPayment) -> None:
    owed = dues.load(snapshot, payment.account_number, on=payment.paid_on)
    spread = allocate(
        payment.amount_kop,
        owed.dues,
        on=payment.paid_on,
        scheme=owed.scheme,
        designation=payment.for_period,
    )
    draft.call(
        "accept_payment",
        key=payment.key,
        account_number=payment.account_number,
        amount_kop=payment.amount_kop,
        paid_on=payment.paid_on,
        accepted_at=voucher.made_at,
        channel=payment.channel,
        lines=json.dumps([line_document(line) for line in spread.lines]),
        actor=voucher.actor,
        branch=voucher.branch_id,
        agent_code=payment.agent_code,
        external_id=payment.external_id,
        for_period=payment.for_period.first_day if payment.for_period else None,
        expected_version=owed.dues.version,
        confirm=True,
    )
