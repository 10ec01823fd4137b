"""Record a payment taken elsewhere: no desk, no devices (command line, import, registry)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.domain.allocation import Allocation, allocate
from app.domain.allocation_by_hand import HandPart, split_by_hand
from app.domain.allocation_target import NamedPart, target_of
from app.domain.payment import Channel, PaymentOrder
from app.domain.period import Period
from app.domain.voucher import Voucher
from app.operations.take_payment import DuesChanged, PaymentTaken, take_payment
from app.store import dues
from app.store.dues import Owed
from app.store.engine import Engine
from app.store.reading import reading
from app.store.sending import PATIENCE, Patience

_TRIES = 5


@dataclass(frozen=True, slots=True)
class ByHand:
    """How a person splits a payment, and why."""

    parts: tuple[HandPart, ...]
    reason: str


def record_payment(
    engine: Engine,
    voucher: Voucher,
    *,
    account_number: str,
    amount_kop: int,
    paid_on: date,
    channel: Channel = Channel.DESK,
    for_period: Period | None = None,
    named: Sequence[NamedPart] = (),
    by_hand: ByHand | None = None,
    agent_code: str | None = None,
    external_id: str | None = None,
    patience: Patience = PATIENCE,
) -> PaymentTaken:
    """Spread an amount over what is owed now and post it, once by the voucher's key.

    Somebody who posts to the same account in between makes the split be computed again.

    :param for_period: named by the payer, so paid before all others (ГК РФ, ст. 319.1 п. 1)
    :param named: services, payees, penalties that he named, before the period
    :param by_hand: the split of a person; nothing is spread by the rule then
    :raises Refusal: when a rule forbids it: the account, the amount, a repeated external number
    :raises NotSent: when the books do not answer
    """
    for left in reversed(range(_TRIES)):
        with reading(engine) as snapshot:
            owed = dues.load(snapshot, account_number, on=paid_on)
        spread = _spread(owed, amount_kop, paid_on, by_hand=by_hand, period=for_period, named=named)
        order = PaymentOrder(
            account_number=owed.dues.account.number,
            amount_kop=amount_kop,
            paid_on=paid_on,
            accepted_at=voucher.made_at,
            lines=spread.lines,
            channel=channel,
            agent_code=agent_code,
            external_id=external_id,
            for_period=for_period,
            expected_version=owed.dues.version,
            is_confirmed=True,
        )
        try:
            taken = take_payment(engine, voucher, order=order, patience=patience)
        except DuesChanged:
            if not left:
                raise
        else:
            return taken if by_hand is not None else _warned(taken, owed)
    raise AssertionError("the last try returns or raises")


def _warned(taken: PaymentTaken, owed: Owed) -> PaymentTaken:
    """Tell what in the settings goes against the law, beside the other remarks."""
    told = filter(None, (taken.remark, *owed.scheme.warnings))
    return replace(taken, remark=" ".join(told) or None)


def _spread(
    owed: Owed,
    amount_kop: int,
    paid_on: date,
    *,
    by_hand: ByHand | None,
    period: Period | None,
    named: Sequence[NamedPart],
) -> Allocation:
    if by_hand is not None:
        return split_by_hand(amount_kop, owed.dues, by_hand.parts, reason=by_hand.reason)
    return allocate(
        amount_kop,
        owed.dues,
        on=paid_on,
        scheme=owed.scheme,
        designation=period,
        targets=tuple(target_of(owed.dues, part) for part in named),
    )
