"""An act of balance transfer: what is owed moves, nothing is gained or lost (money.md §8).

order ─▶ plan (balances read, parts chosen) ─▶ preview
                     └▶ one transaction: staged, checked against the books, posted under one voucher

What was planned is compared with the books under their lock: a balance that changed meanwhile
sends the act back. An act is undone by its opposite, once.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain import balance_transfer
from app.domain.balance_transfer import Choice, Moves, Part
from app.domain.transfer_act import TransferAct, TransferKind
from app.domain.transfer_order import TransferOrder
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.store import naming, organisations, transfer_acts, transferring, vouchers
from app.store.engine import Engine
from app.store.reading import Snapshot, reading
from app.store.transferring import Balances, Target
from app.store.writing import writing


class NotYet(Refusal):
    """A balance is to be moved on a day that has not come."""


class NothingToMove(Refusal):
    """The accounts, services and periods chosen have no such balance."""


@dataclass(frozen=True, slots=True)
class Transferred:
    """An act that is posted; is_new False: it was posted under this key before."""

    key: UUID
    act: TransferAct
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Plan:
    balances: Balances
    moves: Moves
    target: Target
    parts: frozenset[Part]


def preview_transfer(engine: Engine, order: TransferOrder, *, today: date) -> TransferAct:
    """Show what an act would move; nothing is written.

    :raises NotYet: when the day of the act is after today
    :raises UnknownName: when an account, house, service or contract is not there
    :raises NothingToMove: when there is no such balance
    :raises NotSoMuch: when the sum asked is not there
    """
    require_come(order.moved_on, today=today)
    with reading(engine) as snapshot:
        return _draft(snapshot, order, _planned(snapshot, order))


def transfer_balance(engine: Engine, voucher: Voucher, order: TransferOrder) -> Transferred:
    """Post an act of balance transfer once by the voucher's key.

    :raises NotYet: when the day of the act is after today
    :raises UnknownName: when an account, house, service or contract is not there
    :raises NothingToMove: when there is no such balance
    :raises NotSoMuch: when the sum asked is not there
    :raises RefusedByDatabase: to a closed account, under a contract not in force, into a closed
        month, or when a balance changed meanwhile
    :raises KeyReused: when the key was used for another order
    """
    assert voucher.kind is VoucherKind.TRANSFER
    require_come(order.moved_on, today=voucher.made_at.date())
    plan = None
    with reading(engine) as snapshot:
        if vouchers.month_of(snapshot, voucher.key) is None:
            plan = _planned(snapshot, order)
    with writing(engine) as draft:
        if plan is not None:
            transferring.stage(draft, plan.balances, plan.moves, plan.target)
        is_new = transferring.post(
            draft,
            voucher,
            act={
                "kind": str(order.kind),
                "number": order.number,
                "dated": order.dated.isoformat(),
                "basis": order.basis,
                "moved_on": order.moved_on.isoformat(),
                "recipient": order.recipient,
                "with_penalty": plan is not None and Part.PENALTY in plan.parts,
            },
            asked=order.as_request(),
        )
    with reading(engine) as snapshot:
        return Transferred(voucher.key, transfer_acts.transfer(snapshot, voucher.key), is_new)


def undo_transfer(engine: Engine, voucher: Voucher, *, undone: UUID) -> bool:
    """Undo an act of transfer or of a change of contract by its opposite; the reason says why.

    :returns: False when it was undone with this key before
    :raises RefusedByDatabase: without a reason, when there is no such act, it is undone already,
        is a reversal itself, or assignments were changed after it
    """
    with writing(engine) as draft:
        return transferring.reverse(draft, voucher, undone=undone)


def require_come(day: date, *, today: date) -> None:
    """Let a balance move on a day that has come.

    :raises NotYet: when it is after today
    """
    if day > today:
        raise NotYet(
            f"Сальдо на {day:%d.%m.%Y} ещё не сложилось: сегодня {today:%d.%m.%Y}. "
            "Передайте его в тот день или позже, отдельным актом."
        )


def _planned(snapshot: Snapshot, order: TransferOrder) -> _Plan:
    numbers = (order.from_account,) if order.from_account else order.accounts
    contract = _key(snapshot, "contract", order.from_contract)
    target = Target(
        account=_key(snapshot, "account", order.to_account),
        service=_key(snapshot, "service", order.to_service),
        contract=_key(snapshot, "contract", order.to_contract),
        is_out=order.kind is TransferKind.OUT,
    )
    accounts = transferring.accounts_of(
        snapshot,
        accounts=naming.keys(snapshot, "account", numbers),
        houses=naming.keys(snapshot, "house", order.houses),
    )
    codes = (order.from_service,) if order.from_service else order.services
    services = naming.keys(snapshot, "service", codes)
    balances = transferring.load(snapshot, accounts=accounts, contract=contract, on=order.moved_on)
    parts = order.parts or _parts(snapshot, order, contract, target.contract)
    choice = Choice(
        parts=parts,
        services=balances.services(services) if services else None,
        first=order.first,
        last=order.last,
        amount_kop=order.amount_kop,
    )
    moves = balance_transfer.chosen(balances.held, choice)
    if not len(moves):
        raise NothingToMove(
            "Передавать нечего: у выбранных счетов нет такого сальдо. Проверьте счета, договор, "
            "услуги и периоды."
        )
    return _Plan(balances, moves, target, parts)


def _key(snapshot: Snapshot, kind: str, name: str | None) -> UUID | None:
    return None if name is None else naming.key(snapshot, kind, name)


def _parts(
    snapshot: Snapshot, order: TransferOrder, before: UUID | None, after: UUID | None
) -> frozenset[Part]:
    """Give what goes by default: to another creditor as the settings say."""
    is_same = order.kind is not TransferKind.OUT
    if before is not None and after is not None:
        creditor = transferring.creditors(snapshot, [before, after])
        is_same = creditor[before] == creditor[after]
    said = transferring.parameters(snapshot, on=order.moved_on)
    return balance_transfer.parts_by_settings(said, is_same_creditor=is_same)


def _draft(snapshot: Snapshot, order: TransferOrder, plan: _Plan) -> TransferAct:
    moved = transfer_acts.of_plan(plan.balances, plan.moves)
    leaving = transfer_acts.Sides(
        accounts=list({one.account_id for one in moved}),
        contracts=list({one.contract_id for one in moved}),
        services=list({one.service_id for one in moved}),
    )
    arriving = transfer_acts.Sides(
        accounts=[plan.target.account] if plan.target.account else leaving.accounts,
        contracts=[plan.target.contract] if plan.target.contract else leaving.contracts,
        services=[plan.target.service] if plan.target.service else leaving.services,
    )
    return TransferAct(
        kind=order.kind,
        number=order.number,
        dated=order.dated,
        basis=order.basis,
        moved_on=order.moved_on,
        giver=transfer_acts.side_words(snapshot, order.kind, leaving),
        taker=order.recipient or transfer_acts.side_words(snapshot, order.kind, arriving),
        lines=transfer_acts.lines(snapshot, moved, on=order.moved_on),
        centre=organisations.centre(snapshot).name,
        is_draft=True,
    )
