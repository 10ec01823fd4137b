"""An agent takes back what it sent (C7): undone by its own number, or left to a person."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.domain.voucher import Voucher, VoucherKind
from app.store import writing
from app.store.engine import Engine


class CancellationRule(StrEnum):
    """Until when an agent may take a payment back."""

    SAME_DAY = "same-day"
    OPEN_MONTH = "open-month"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class AgentCancellation:
    """What came of it: the payment is undone, or a case waits.

    :ivar why: why the rules left it to a person
    """

    payment: UUID | None
    reversal: UUID | None
    case: UUID | None
    why: str
    is_replay: bool


def cancel_agent_payment(
    engine: Engine, voucher: Voucher, *, agent_code: str, external_id: str, cancel_id: str
) -> AgentCancellation:
    """Undo an agent's payment once by the agent's own number of the cancellation.

    :param external_id: the number of the payment
    :param cancel_id: the number of the cancellation
    :raises Refusal: when there is no such agent
    """
    assert voucher.kind is VoucherKind.REVERSAL
    answer = writing.call(
        engine,
        "cancel_agent_payment",
        key=voucher.key,
        agent_code=agent_code,
        external_id=external_id,
        cancel_id=cancel_id,
        actor=voucher.actor,
        at=voucher.made_at,
    )
    return AgentCancellation(
        payment=_key(answer.get("payment")),
        reversal=_key(answer.get("reversal")),
        case=_key(answer.get("case")),
        why=answer.get("why") or "",
        is_replay=answer["replay"],
    )


def settle_case(engine: Engine, voucher: Voucher, *, case: UUID) -> None:
    """Close a case with what was decided, voucher.reason.

    :raises Refusal: when there is no open case, or nothing is said
    """
    writing.call(
        engine, "settle_manual_case", wanted=case, settlement=voucher.reason or "",
        actor=voucher.actor, at=voucher.made_at,
    )  # fmt: skip


def set_rule(engine: Engine, *, agent_code: str, since: date, rule: CancellationRule) -> None:
    """Let an agent take payments back by this rule from a day on.

    :raises Refusal: when there is no such agent
    """
    writing.call(
        engine, "set_agent_cancellation", agent_code=agent_code, since=since, new_rule=rule.value
    )


def _key(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
