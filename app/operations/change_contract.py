"""Change the supplier or provider of houses and accounts from a day on, by one act.

order ─▶ preview: services and places, accounts touched, balances that move, months to recalculate
     └─▶ one transaction: assignments end and begin that day, prices looked at, balances moved

Months that are charged already wait to be recalculated by themselves: the change of assignments
puts their accounts into the queue.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from app.domain import balance_transfer, period
from app.domain.balance_transfer import Choice, Moves, Part
from app.domain.transfer_act import ActLine, ContractChangeAct
from app.domain.transfer_order import ChangeOrder, MadeContract
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.operations.transfer_balance import require_come
from app.store import contracts, naming, organisations, transfer_acts, transferring, vouchers
from app.store.contracts import ChangeScope
from app.store.engine import Engine
from app.store.reading import Snapshot, reading
from app.store.transferring import Balances, Target
from app.store.writing import writing


class CannotChange(Refusal):
    """The contract cannot be changed so: the sentence says why."""


@dataclass(frozen=True, slots=True)
class ContractChanged:
    """An act that is posted; is_new False: it was posted under this key before."""

    key: UUID
    act: ContractChangeAct
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Plan:
    scope: ChangeScope
    balances: Balances | None
    moves: Moves | None
    parts: frozenset[Part]


def preview_change(engine: Engine, order: ChangeOrder, *, today: date) -> ContractChangeAct:
    """Show what a change would do; nothing is written.

    :raises CannotChange: when nothing is assigned so, the new contract is not in force, or it
        has no price of a service
    :raises UnknownName: when a contract, house, account or service is not there
    :raises NotYet: when a balance is to move on a day that has not come
    """
    if order.with_balance:
        require_come(order.changed_on, today=today)
    with reading(engine) as snapshot:
        plan = _planned(snapshot, order)
        return _draft(snapshot, order, plan)


def change_contract(engine: Engine, voucher: Voucher, order: ChangeOrder) -> ContractChanged:
    """Change the contract once by the voucher's key.

    :raises CannotChange: when nothing is assigned so, the new contract is not in force, or it
        has no price of a service
    :raises UnknownName: when a contract, house, account or service is not there
    :raises NotYet: when a balance is to move on a day that has not come
    :raises RefusedByDatabase: when assignments would overlap or pass the days of a contract, or
        a balance changed meanwhile
    :raises KeyReused: when the key was used for another order
    """
    assert voucher.kind is VoucherKind.CONTRACT_CHANGE
    if order.with_balance:
        require_come(order.changed_on, today=voucher.made_at.date())
    plan = None
    with reading(engine) as snapshot:
        if vouchers.month_of(snapshot, voucher.key) is None:
            plan = _planned(snapshot, order)
        old = naming.key(snapshot, "contract", order.old_contract)
        recalculated = transferring.months_charged_from(snapshot, period.of(order.changed_on))
    if plan is None:
        plan = _Plan(ChangeScope(old, None, (), (), (), order.changed_on), None, None, frozenset())
    is_new = _posted(engine, voucher, order, plan)
    with reading(engine) as snapshot:
        act = transfer_acts.change(snapshot, voucher.key)
    return ContractChanged(voucher.key, replace(act, recalculated=recalculated), is_new)


def _posted(engine: Engine, voucher: Voucher, order: ChangeOrder, plan: _Plan) -> bool:
    taking = plan.scope.taking or uuid7()
    with writing(engine) as draft:
        draft.call("start_transfers")
        if plan.balances is not None and plan.moves is not None:
            transferring.stage(draft, plan.balances, plan.moves, Target(contract=taking))
        return contracts.change(
            draft,
            voucher,
            plan.scope,
            taking=taking,
            act={
                "number": order.number,
                "dated": order.dated.isoformat(),
                "basis": order.basis,
                "changed_on": order.changed_on.isoformat(),
                "with_balance": order.with_balance,
                "with_penalty": Part.PENALTY in plan.parts,
            },
            asked=order.as_request(),
            made=_made(order),
        )


def _made(order: ChangeOrder) -> dict[str, Any] | None:
    made = order.made
    if made is None:
        return None
    return {
        "number": made.number,
        "kind": made.kind,
        "provider": made.provider,
        "supplier": made.supplier,
        "valid_from": (made.valid_from or order.changed_on).isoformat(),
        "valid_to": made.valid_to.isoformat() if made.valid_to else None,
    }


def _planned(snapshot: Snapshot, order: ChangeOrder) -> _Plan:
    old = naming.key(snapshot, "contract", order.old_contract)
    taking = None if order.made else naming.key(snapshot, "contract", order.new_contract)
    scope = ChangeScope(
        old=old,
        taking=taking,
        services=tuple(
            naming.keys(snapshot, "service", order.services)
            or contracts.services_of(snapshot, old, on=order.changed_on)
        ),
        houses=tuple(naming.keys(snapshot, "house", order.houses)),
        accounts=tuple(naming.keys(snapshot, "account", order.accounts)),
        on=order.changed_on,
    )
    closed = contracts.closed_accounts(snapshot, scope.accounts, on=order.changed_on)
    if closed:
        raise CannotChange(
            f"Счёт {closed[0]} на {order.changed_on:%d.%m.%Y} закрыт: договор ему не сменить. "
            "Уберите его из списка."
        )
    if (trouble := contracts.trouble(snapshot, scope)) is not None:
        raise CannotChange(trouble)
    if not order.with_balance:
        return _Plan(scope, None, None, frozenset())
    return _with_balances(snapshot, order, scope)


def _with_balances(snapshot: Snapshot, order: ChangeOrder, scope: ChangeScope) -> _Plan:
    accounts = transferring.accounts_of(
        snapshot, accounts=list(scope.accounts), houses=list(scope.houses)
    )
    balances = transferring.load(
        snapshot, accounts=accounts, contract=scope.old, on=order.changed_on
    )
    parts = order.parts or _parts(snapshot, order, scope)
    services = balances.services(list(scope.services))
    debts = balance_transfer.chosen(
        balances.held,
        Choice(
            parts=parts - {Part.ADVANCE},
            services=services,
            last=order.last or period.of(order.changed_on).previous,
        ),
    )
    # An advance waits for charges to come, whatever period it was taken in.
    advance = balance_transfer.chosen(
        balances.held, Choice(parts=parts & {Part.ADVANCE}, services=services)
    )
    return _Plan(scope, balances, debts + advance, parts)


def _parts(snapshot: Snapshot, order: ChangeOrder, scope: ChangeScope) -> frozenset[Part]:
    before = transferring.creditors(snapshot, [scope.old])[scope.old]
    if scope.taking is not None:
        after = transferring.creditors(snapshot, [scope.taking])[scope.taking]
    else:
        after = _creditor_of_made(snapshot, order.made)
    said = transferring.parameters(snapshot, on=order.changed_on)
    return balance_transfer.parts_by_settings(said, is_same_creditor=before == after)


def _creditor_of_made(snapshot: Snapshot, made: MadeContract | None) -> UUID:
    assert made is not None
    return naming.key(snapshot, "organisation", made.supplier or made.provider)


def _draft(snapshot: Snapshot, order: ChangeOrder, plan: _Plan) -> ContractChangeAct:
    changed, accounts = contracts.planned(snapshot, plan.scope)
    scope = plan.scope
    known = [scope.old, scope.taking] if scope.taking else [scope.old]
    words = transfer_acts.contract_words(snapshot, known)
    lines: tuple[ActLine, ...] = ()
    if plan.balances is not None and plan.moves is not None:
        moved = transfer_acts.of_plan(plan.balances, plan.moves)
        lines = transfer_acts.lines(snapshot, moved, on=order.changed_on)
    return ContractChangeAct(
        number=order.number,
        dated=order.dated,
        basis=order.basis,
        changed_on=order.changed_on,
        old=words[scope.old].whole,
        taking=words[scope.taking].whole if scope.taking else _told(snapshot, order),
        services=changed,
        accounts=len(accounts),
        with_balance=order.with_balance,
        with_penalty=Part.PENALTY in plan.parts,
        lines=lines,
        recalculated=transferring.months_charged_from(snapshot, period.of(order.changed_on)),
        centre=organisations.centre(snapshot).name,
        is_draft=True,
    )


def _told(snapshot: Snapshot, order: ChangeOrder) -> str:
    """Name a contract that is made with the act."""
    made = order.made
    assert made is not None
    names = organisations.names(snapshot, [made.provider, *filter(None, [made.supplier])])
    supplier = names[made.supplier] if made.supplier else None
    return f"договор № {made.number}: {transfer_acts.sides(names[made.provider], supplier)}"
