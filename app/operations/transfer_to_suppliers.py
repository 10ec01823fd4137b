"""Transfer to suppliers what is theirs on a working day (ПП РФ № 253, п. 6), and undo a transfer.

plan   what waits ─▶ due_on(T) ─▶ less the commission the supplier bears, less the centre's fee
post   one voucher 'bank-transfer' for each contract, its key made of the day's key: once, whole
undo   the money waits again
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid5

import numpy as np

from app.domain import supplier_transfer
from app.domain.bases.rule import half_up
from app.domain.money import MILLION
from app.domain.supplier_transfer import SupplierDue, TransferState
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.operations.withheld_commissions import ByLine, withheld_from
from app.store import law, sending, supplier_transfers
from app.store.copying import copy_rows, uuids_of
from app.store.engine import Engine, RefusedByDatabase
from app.store.reading import Snapshot, reading
from app.store.supplier_transfers import Creditor, Settings
from app.store.writing import call, writing

Cutoffs = dict[str, dict[str, str]]  # last day of credit: channel: last day of payment
_TRIES = 3
_CHANNELS = ("desk", "bank", "agent", "cabinet")


class DayOfRest(Refusal):
    """Money goes on working days alone."""


class TransferKeyReused(Refusal):
    """The key of the day was used for another day."""


@dataclass(frozen=True, slots=True)
class PlannedTransfer:
    """What waits for one contract and what of it goes to whom.

    :ivar commission_kop: of agents, borne by the supplier
    :ivar fee_kop: of the centre, kept back
    """

    due: SupplierDue
    creditor: Creditor
    commission_kop: int = 0
    fee_kop: int = 0

    @property
    def amount_kop(self) -> int:
        return self.due.amount_kop - self.commission_kop - self.fee_kop


@dataclass(frozen=True, slots=True)
class TransferPlan:
    """What is due on a day.

    :ivar going: contracts whose money goes; `waiting` those whose money stays for now
    :ivar next_working: the day itself when it is a working day
    """

    on: date
    next_working: date
    going: tuple[PlannedTransfer, ...]
    waiting: tuple[PlannedTransfer, ...]
    commissions: ByLine
    settings: Settings
    cutoffs: Cutoffs

    @property
    def is_working_day(self) -> bool:
        return self.on == self.next_working


@dataclass(frozen=True, slots=True)
class PostedTransfer:
    """A transfer that is in the books."""

    key: UUID
    contract: str
    supplier: str
    order_no: int
    payments: int
    amount_kop: int
    withheld_kop: int


@dataclass(frozen=True, slots=True)
class TransfersPosted:
    """The transfers of a day; is_replay: they were posted with this key before."""

    transfers: tuple[PostedTransfer, ...]
    is_replay: bool = False


def plan_transfers(snapshot: Snapshot, *, on: date) -> TransferPlan:
    """Find what is due to each creditor on a day; on a day of rest nothing goes.

    Money of the centre itself and money nobody has identified is not there.

    :raises NoCalendar: when the working calendar of the year is not known
    """
    known = law.work_calendar(snapshot)
    # The day itself must be known; of other years it matters only that they are before or after.
    calendar = known.guessing()
    settings = supplier_transfers.settings(snapshot, on=on)
    creditors = supplier_transfers.creditors(snapshot, on=on)
    working = known.next_working_day(on)
    received = supplier_transfers.waiting(snapshot, starts_on=settings.starts_on)
    dues = supplier_transfer.due_on(
        working,
        received,
        terms=settings.terms,
        is_working=calendar.is_working,
    )
    if working != on:
        dues = tuple(replace(one, state=TransferState.WAITING) for one in dues)
    cutoffs = {
        last.isoformat(): _cutoffs(settings, last, calendar.is_working)
        for last in {_credited_to(one, working) for one in dues if one.goes}
    }
    commissions = _commissions(
        snapshot, dues, settings=settings, creditors=creditors, cutoffs=cutoffs, on=working
    )
    borne: Counter[UUID] = Counter()
    for (_, contract_id), kop in commissions.items():
        borne[contract_id] += kop
    planned = [_planned(one, creditors[one.contract], borne) for one in dues]
    return TransferPlan(
        on=on,
        next_working=working,
        going=tuple(one for one in planned if one.due.goes),
        waiting=tuple(one for one in planned if not one.due.goes),
        commissions=commissions,
        settings=settings,
        cutoffs=cutoffs,
    )


def post_transfers(engine: Engine, voucher: Voucher, *, on: date) -> TransfersPosted:
    """Post the transfers of a working day, once by the voucher's key.

    Payments that come while it is planned make it be planned again.

    :raises DayOfRest: when the day is not a working day
    :raises TransferKeyReused: when the key was used for another day
    :raises RefusedByDatabase: when a rule of the books forbids it
    """
    assert voucher.kind is VoucherKind.BANK_TRANSFER
    for left in reversed(range(_TRIES)):
        with reading(engine) as snapshot:
            before = _before(snapshot, voucher, on)
            plan = None if before else plan_transfers(snapshot, on=on)
        if plan is None:
            return before or TransfersPosted(())
        if not plan.is_working_day:
            raise DayOfRest(
                f"{on:%d.%m.%Y} – день отдыха, перечислять нельзя. "
                f"Ближайший рабочий день – {plan.next_working:%d.%m.%Y}."
            )
        if not plan.going:
            return TransfersPosted(())
        try:
            return _post(engine, voucher, plan)
        except RefusedByDatabase as error:
            if not left or error.detail != sending.DUES_CHANGED:
                raise
    raise AssertionError("the last try returns or raises")


def undo_transfer(engine: Engine, voucher: Voucher, *, transfer: UUID) -> None:
    """Undo one transfer, once: its order was not sent or came back; the money waits again.

    :raises RefusedByDatabase: when there is none, it is undone already, or no reason is given
    """
    assert voucher.kind is VoucherKind.REVERSAL
    call(
        engine,
        "undo_bank_transfer",
        key=voucher.key,
        transfer=transfer,
        reason=voucher.reason or "",
        actor=voucher.actor,
        at=voucher.made_at,
    )


def credit_payment(engine: Engine, voucher: Voucher, *, payment: UUID, credited_on: date) -> bool:
    """Note the day the bank shows for a payment; False when it was noted before.

    :raises RefusedByDatabase: when another day is known, or the money has gone already
    """
    return bool(
        call(
            engine,
            "credit_payment",
            payment=payment,
            credited_on=credited_on,
            actor=voucher.actor,
            at=voucher.made_at,
        )
    )


def _before(snapshot: Snapshot, voucher: Voucher, on: date) -> TransfersPosted | None:
    """Give what the key has posted before, None when nothing."""
    keys = {_key(voucher, contract) for contract in supplier_transfers.creditors(snapshot, on=on)}
    found = supplier_transfers.posted(snapshot, sorted(keys))
    if not found:
        return None
    if any(row.on_day != on for row in found):
        raise TransferKeyReused(
            f"Этим ключом уже перечислено за {found[0].on_day:%d.%m.%Y}. Начните операцию заново."
        )
    return TransfersPosted(tuple(PostedTransfer(*row[:7]) for row in found), is_replay=True)


def _post(engine: Engine, voucher: Voucher, plan: TransferPlan) -> TransfersPosted:
    transfers = [_document(one, voucher, plan) for one in plan.going]
    with writing(engine) as draft:
        draft.call("start_bank_transfers")
        if plan.commissions:
            keys = list(plan.commissions)
            copy_rows(
                draft.cursor,
                "pg_temp.staged_transfer_commission",
                columns={
                    "source_id": uuids_of([source for source, _ in keys]),
                    "contract_id": uuids_of([contract for _, contract in keys]),
                    "commission_kop": np.array(list(plan.commissions.values()), dtype=np.int64),
                },
            )
        answer = draft.call(
            "post_bank_transfers",
            on_day=plan.on,
            transfers=json.dumps(transfers),
            cutoffs=json.dumps(plan.cutoffs),
            actor=voucher.actor,
            at=voucher.made_at,
            starts_on=plan.settings.starts_on,
        )
    made = [UUID(one["transfer"]) for one in answer["transfers"]]
    with reading(engine) as snapshot:
        found = supplier_transfers.posted(snapshot, made)
    return TransfersPosted(
        tuple(PostedTransfer(*row[:7]) for row in found), is_replay=answer["replay"]
    )


def _document(one: PlannedTransfer, voucher: Voucher, plan: TransferPlan) -> dict[str, Any]:
    return {
        "key": str(_key(voucher, one.due.contract)),
        "contract": one.due.contract,
        "state": one.due.state.value,
        "received_kop": one.due.amount_kop,
        "commission_kop": one.commission_kop,
        "fee_kop": one.fee_kop,
        "payments": one.due.payments,
        "credited_to": _credited_to(one.due, plan.on).isoformat(),
    }


def _key(voucher: Voucher, contract: str) -> UUID:
    return uuid5(voucher.key, contract)


def _credited_to(due: SupplierDue, on: date) -> date:
    return on if due.state is TransferState.SAME_DAY else on - timedelta(days=1)


def _cutoffs(settings: Settings, last: date, is_working: Callable[[date], bool]) -> dict[str, str]:
    """Give by channel the last day of payment that is credited by a day."""
    days = {
        channel: supplier_transfer.last_paid_on(
            channel, settings.terms, before=last + timedelta(days=1), is_working=is_working
        )
        for channel in _CHANNELS
    }
    return {channel: day.isoformat() for channel, day in days.items() if day is not None}


def _commissions(
    snapshot: Snapshot,
    dues: Sequence[SupplierDue],
    *,
    settings: Settings,
    creditors: dict[str, Creditor],
    cutoffs: Cutoffs,
    on: date,
) -> ByLine:
    going = {one.contract: one for one in dues if one.goes}
    if not going:
        return {}
    sources = [
        one
        for one in supplier_transfers.agent_sources(
            snapshot, sorted(going), starts_on=settings.starts_on
        )
        if _goes(one.received, _credited_to(going[one.received.contract], on), cutoffs)
    ]
    centre = frozenset(
        number
        for number, one in creditors.items()
        if (one.agents_paid_by or settings.agents_paid_by) == "centre"
    )
    return withheld_from(snapshot, sources, paid_by_centre=centre)


def _goes(one: supplier_transfer.Received, last: date, cutoffs: Cutoffs) -> bool:
    if one.credited_on is not None:
        return one.credited_on <= last
    cutoff = cutoffs[last.isoformat()].get(one.channel)
    return cutoff is not None and one.paid_on <= date.fromisoformat(cutoff)


def _planned(due: SupplierDue, creditor: Creditor, borne: Counter[UUID]) -> PlannedTransfer:
    fee = half_up(Fraction(due.amount_kop * creditor.fee_ppm, MILLION)) if due.goes else 0
    planned = PlannedTransfer(due, creditor, borne[creditor.contract_id], fee)
    if due.goes and planned.amount_kop <= 0:
        return PlannedTransfer(replace(due, state=TransferState.WAITING), creditor)
    return planned
