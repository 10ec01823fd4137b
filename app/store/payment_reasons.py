"""Why each line of a payment has what it has: from the words kept with its lines as they are."""

from dataclasses import dataclass
from uuid import UUID

from app.domain import allocation_reasons, period
from app.domain.allocation_line import AllocationKind
from app.domain.payment import reason_of_document
from app.domain.period import Period
from app.store.reading import Snapshot

_LINES = """
select service.code as service, service.name as service_name, contract.number as contract,
  (line ->> 'origin_period')::date as origin_period, line ->> 'paid_as' as kind,
  (line ->> 'amount_kop')::bigint as amount_kop, line -> 'why' as why
from app.payment
join app.voucher on voucher.id = payment.id
cross join jsonb_array_elements(
  case when payment.amount_kop > 0 then app.payment_lines(payment.id) else request -> 'lines' end
) with ordinality as given (line, place)
join app.service on service.id = (line ->> 'service_id')::uuid
join app.contract on contract.id = (line ->> 'contract_id')::uuid
where voucher.id = %(payment)s
order by place
"""


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """A line of a payment and the sentence that says by which clause it is there.

    :ivar step: which step of the algorithm gave it, as stored; "" when it was not kept
    """

    service: str
    service_name: str
    contract: str
    origin_period: Period
    kind: str
    amount_kop: int
    step: str
    sentence: str


def explained(snapshot: Snapshot, payment: UUID) -> list[ExplainedLine]:
    """Give the lines of a payment in the order it was spread; amounts of a reversal negative."""
    found = []
    for row in snapshot.rows(_LINES, payment=payment):
        reason = reason_of_document(row.why)
        origin = period.of(row.origin_period)
        found.append(
            ExplainedLine(
                service=row.service,
                service_name=row.service_name,
                contract=row.contract,
                origin_period=origin,
                kind=row.kind,
                amount_kop=row.amount_kop,
                step="" if reason is None else reason.step.value,
                sentence=allocation_reasons.sentence(
                    reason,
                    kind=AllocationKind(row.kind),
                    origin_period=origin,
                    amount_kop=row.amount_kop,
                ),
            )
        )
    return found
