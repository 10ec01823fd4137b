"""A payment split by a person: the parts he names, checked against what is owed.

    услуга:договор:период:сумма[:пени|аванс]      хвс:В-1:2026-10:120.50

The parts sum to the payment, none passes its debt but an advance, and a reason is given.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain import money, period
from app.domain.allocation_line import (
    Allocation,
    AllocationKind,
    AllocationLine,
    AllocationReason,
    AllocationRule,
    AllocationStep,
)
from app.domain.dues import Dues
from app.domain.period import Period
from app.errors import Malformed, Refusal

_KINDS = {"пени": AllocationKind.PENALTY_PAYMENT, "аванс": AllocationKind.ADVANCE}
_FORM = "Напишите часть так: хвс:В-1:2026-10:120.50, в конце можно «:пени» или «:аванс»."


class NotAPart(Malformed):
    """A text that is no part of a payment."""


class PartsDoNotFit(Refusal):
    """Parts that a person named and that may not be posted so."""


@dataclass(frozen=True, slots=True)
class HandPart:
    """A part of a payment as a person names it; an advance is of the open month."""

    service: str
    contract: str
    origin_period: Period
    amount_kop: int
    kind: AllocationKind = AllocationKind.PAYMENT


def part_of(text: str) -> HandPart:
    """Read one part.

    :raises NotAPart: when it is not of the form of the module
    :raises NotAPeriod: when its month is none
    :raises NotAnAmount: when its amount is none
    """
    words = text.split(":")
    kind = _KINDS.get(words[-1].strip().casefold(), AllocationKind.PAYMENT)
    if kind is not AllocationKind.PAYMENT:
        words.pop()
    if len(words) < 4 or not words[0].strip():
        raise NotAPart(f"«{text[:60]}» не часть платежа. {_FORM}")
    # A number of a contract may have colons of its own; the ends may not.
    service, *contract, month, amount = words
    return HandPart(
        service.strip(),
        ":".join(contract).strip(),
        period.parse(month),
        money.kopecks(amount.strip()),
        kind,
    )


def split_by_hand(
    amount_kop: int, dues: Dues, parts: Sequence[HandPart], *, reason: str
) -> Allocation:
    """Make the lines a person wants.

    :raises PartsDoNotFit: without a reason; when parts are not positive, do not sum, are named
        twice, are not of the account, or pass their debt
    """
    if not reason.strip():
        raise PartsDoNotFit("Укажите причину: почему платёж разносится вручную.")
    total = sum(part.amount_kop for part in parts)
    if total != amount_kop or any(part.amount_kop <= 0 for part in parts):
        raise PartsDoNotFit(
            f"Части дают {money.shown(total)} ₽, а платёж — {money.shown(amount_kop)} ₽. Каждая "
            "часть больше нуля, вместе они равны платежу."
        )
    keys = {(part.service, part.contract, part.origin_period, part.kind) for part in parts}
    if len(keys) < len(parts):
        raise PartsDoNotFit("Одна и та же услуга и месяц названы дважды. Сложите их в одну часть.")
    note = reason.strip()
    return Allocation(tuple(_line(dues, part, note) for part in parts))


def _line(dues: Dues, part: HandPart, note: str) -> AllocationLine:
    purposes = [
        place
        for place, one in enumerate(dues.purposes)
        if one.service_code == part.service and one.contract_number == part.contract
    ]
    if not purposes:
        known = ", ".join(f"{one.service_code}:{one.contract_number}" for one in dues.purposes)
        raise PartsDoNotFit(
            f"Услуги «{part.service[:40]}» по договору «{part.contract[:40]}» на счёте "
            f"{dues.account.number} нет. Есть: {known}."
        )
    purpose = dues.purposes[purposes[0]]
    if part.kind is not AllocationKind.ADVANCE:
        _require_owed(dues, part, purposes[0])
    return AllocationLine(
        service_id=purpose.service_id,
        contract_id=purpose.contract_id,
        origin_period=dues.posting_period
        if part.kind is AllocationKind.ADVANCE
        else part.origin_period,
        kind=part.kind,
        amount_kop=part.amount_kop,
        reason=AllocationReason(
            AllocationStep.BY_HAND, AllocationRule.WHOLE, part.amount_kop, note=note
        ),
    )


def _require_owed(dues: Dues, part: HandPart, purpose: int) -> None:
    left = dues.outstanding
    debts = left.penalty_kop if part.kind is AllocationKind.PENALTY_PAYMENT else left.principal_kop
    owed_kop = sum(
        debts[row]
        for row, place in enumerate(dues.purpose_of)
        if place == purpose and dues.origin_periods[row] == part.origin_period
    )
    if part.amount_kop > owed_kop:
        what = "пени" if part.kind is AllocationKind.PENALTY_PAYMENT else "долга"
        raise PartsDoNotFit(
            f"По услуге «{part.service}» за {part.origin_period.shown} {what} "
            f"{money.shown(owed_kop)} ₽, а назначено {money.shown(part.amount_kop)} ₽. Уменьшите "
            "часть, а лишнее назовите авансом: «:аванс»."
        )
