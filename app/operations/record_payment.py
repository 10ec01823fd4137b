"""Record a payment taken elsewhere: no desk, no devices (command line, import, registry)."""

from datetime import date

from app.domain.allocation import allocate
from app.domain.payment import Channel, PaymentOrder
from app.domain.period import Period
from app.domain.voucher import Voucher
from app.operations.take_payment import DuesChanged, PaymentTaken, take_payment
from app.store import dues
from app.store.engine import Engine
from app.store.reading import reading
from app.store.sending import PATIENCE, Patience

_TRIES = 5


def record_payment(
    engine: Engine,
    voucher: Voucher,
    *,
    account_number: str,
    amount_kop: int,
    paid_on: date,
    channel: Channel = Channel.DESK,
    for_period: Period | None = None,
    agent_code: str | None = None,
    external_id: str | None = None,
    patience: Patience = PATIENCE,
) -> PaymentTaken:
    """Spread an amount over what is owed now and post it, once by the voucher's key.

    Somebody who posts to the same account in between makes the split be computed again.

    :param for_period: named by the payer, so paid before all others (ГК РФ, ст. 319.1 п. 1)
    :raises Refusal: when a rule forbids it: the account, the amount, a repeated external number
    :raises NotSent: when the books do not answer
    """
    for left in reversed(range(_TRIES)):
        with reading(engine) as snapshot:
            owed = dues.load(snapshot, account_number, on=paid_on)
        spread = allocate(
            amount_kop, owed.dues, on=paid_on, scheme=owed.scheme, designation=for_period
        )
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
            return take_payment(engine, voucher, order=order, patience=patience)
        except DuesChanged:
            if not left:
                raise
    raise AssertionError("the last try returns or raises")
