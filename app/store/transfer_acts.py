"""Acts of balance transfer and of change of contract as papers, from the books or from a plan."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from app.domain import period
from app.domain.balance_transfer import Moves
from app.domain.period import Period
from app.domain.transfer_act import (
    ActLine,
    ActTotals,
    ChangedService,
    ContractChangeAct,
    TransferAct,
    TransferKind,
)
from app.errors import Refusal
from app.store import law, organisations
from app.store.reading import Snapshot
from app.store.search import FULL_ADDRESS, PLACE
from app.store.transferring import Balances

_ACCOUNTS = f"""
select account.id, account.number, coalesce(version.payer, '') as payer, {FULL_ADDRESS} as address
from app.account {PLACE}
where account.id = any (%(keys)s)
"""
_CONTRACT = """
select contract.id, contract.number, contract.kind, contract.valid_from,
  coalesce(provider.name, '') as provider, coalesce(supplier.name, '') as supplier
from app.contract
left join lateral (select name from app.organisation_version
                   where organisation_id = contract.provider_id
                   order by valid_from desc limit 1) as provider on true
left join lateral (select name from app.organisation_version
                   where organisation_id = contract.supplier_id
                   order by valid_from desc limit 1) as supplier on true
where contract.id = any (%(keys)s)
"""
_ACT = """
select act.*, voucher.period, undone.recorded_at::date as undone_on
from app.balance_transfer as act
join app.voucher on voucher.id = act.voucher_id
left join app.voucher as undone on undone.reverses = act.voucher_id
where act.voucher_id = %(key)s
"""
_CHANGE = """
select act.*, voucher.period, undone.recorded_at::date as undone_on
from app.contract_change as act
join app.voucher on voucher.id = act.voucher_id
left join app.voucher as undone on undone.reverses = act.voucher_id
where act.voucher_id = %(key)s
"""
_MOVED = """
select account_id, service_id, contract_id, origin_period, kind >= 50 as is_penalty,
  -amount_kop as amount_kop
from app.entry
where period = %(period)s and run_no = 0 and voucher_id = %(key)s and line_no <= %(moves)s
order by line_no
"""
_SIDES = """
select array_agg(distinct account_id) as accounts, array_agg(distinct contract_id) as contracts,
  array_agg(distinct service_id) as services
from app.entry
where period = %(period)s and run_no = 0 and voucher_id = %(key)s
  and (line_no <= %(moves)s) = %(leaves)s
"""
_CHANGED = """
select service.name, service.position, assignment.valid_from, assignment.valid_to,
  coalesce('дом ' || house.code, 'счёт ' || account.number) as place
from app.contract_change_assignment as was
join app.assignment on assignment.id = was.assignment_id and was.action in ('opened', 'switched')
join app.service on service.id = assignment.service_id
left join app.house on house.id = assignment.house_id
left join app.account on account.id = assignment.account_id
where was.voucher_id = %(key)s
order by service.position, service.code, house.code, account.number, assignment.valid_from
"""
_CHANGED_ACCOUNTS = """
select count(distinct account.id)
from app.contract_change_assignment as was
join app.assignment on assignment.id = was.assignment_id and was.action in ('opened', 'switched')
left join app.house_account as home on home.house_id = assignment.house_id
join app.account on account.id = coalesce(assignment.account_id, home.account_id)
  and (account.closed_on is null or account.closed_on > %(on)s)
where was.voucher_id = %(key)s
"""


class NoSuchAct(Refusal):
    """No act of transfer or of change of contract has this key."""


class _Moved(NamedTuple):
    account_id: UUID
    service_id: UUID
    contract_id: UUID
    origin_period: date
    is_penalty: bool
    amount_kop: int


def of_plan(balances: Balances, moves: Moves) -> list[_Moved]:
    """Give moves that are planned as rows with keys."""
    held = balances.held

    def keys(raw: Iterable[bytes]) -> list[UUID]:
        return [UUID(bytes=one) for one in raw]

    accounts = keys(balances.account_ids.tolist())
    services, contracts = keys(balances.service_ids.tolist()), keys(balances.contract_ids.tolist())
    found = []
    for row, is_penalty, amount_kop in zip(
        moves.row.tolist(), moves.is_penalty.tolist(), moves.amount_kop.tolist(), strict=True
    ):
        month = int(held.origin[row])
        found.append(
            _Moved(
                accounts[held.account[row]], services[held.service[row]],
                contracts[held.contract[row]], date(month // 12, month % 12 + 1, 1),
                is_penalty, amount_kop,
            )
        )  # fmt: skip
    return found


def lines(snapshot: Snapshot, moved: list[_Moved], *, on: date) -> tuple[ActLine, ...]:
    """Give what moved as the lines of a paper: by account, service, contract and period.

    :param on: the day for which limitation is asked
    """
    sums: dict[tuple[UUID, UUID, UUID, Period], ActTotals] = {}
    terms = law.payment_terms()
    barred: dict[Period, bool] = {}
    for one in moved:
        origin = period.of(one.origin_period)
        if origin not in barred:
            barred[origin] = terms.is_time_barred(origin, on=on)
        key = (one.account_id, one.service_id, one.contract_id, origin)
        sums[key] = sums.get(key, ActTotals()) + _part(one, is_barred=barred[origin])
    accounts = {
        row.id: row
        for row in snapshot.rows(_ACCOUNTS, keys=list({one.account_id for one in moved}))
    }
    services = {
        row.id: row
        for row in snapshot.rows(
            "select id, code, name, position from app.service where id = any (%(keys)s)",
            keys=list({one.service_id for one in moved}),
        )
    }
    numbers = contract_words(snapshot, list({one.contract_id for one in moved}))
    ordered = sorted(
        sums.items(),
        key=lambda row: (
            accounts[row[0][0]].number, services[row[0][1]].position, services[row[0][1]].code,
            row[0][3], str(row[0][2]),
        ),
    )  # fmt: skip
    return tuple(
        ActLine(
            account=accounts[account].number,
            payer=accounts[account].payer,
            address=accounts[account].address,
            service=services[service].name,
            origin=origin,
            sums=amounts,
            contract=numbers[contract].number,
        )
        for (account, service, contract, origin), amounts in ordered
    )


def _part(one: _Moved, *, is_barred: bool) -> ActTotals:
    if one.is_penalty:
        return ActTotals(penalty_kop=one.amount_kop)
    if one.amount_kop < 0:
        return ActTotals(advance_kop=-one.amount_kop)
    if is_barred:
        return ActTotals(barred_kop=one.amount_kop)
    return ActTotals(principal_kop=one.amount_kop)


class ContractWords(NamedTuple):
    """A contract as a paper names it."""

    number: str
    sides: str

    @property
    def whole(self) -> str:
        return f"договор № {self.number}: {self.sides}"


def contract_words(snapshot: Snapshot, keys: list[UUID]) -> dict[UUID, ContractWords]:
    """Give contracts in words, by their keys."""
    return {
        row.id: ContractWords(row.number, sides(row.provider, row.supplier))
        for row in snapshot.rows(_CONTRACT, keys=keys)
    }


def sides(provider: str, supplier: str | None) -> str:
    """Name the sides of a contract beside the settlement centre."""
    told = f"исполнитель {provider or 'не назван'}"
    return f"{told}, поставщик {supplier}" if supplier else told


def transfer(snapshot: Snapshot, key: UUID) -> TransferAct:
    """Read a posted act of balance transfer.

    :raises NoSuchAct: when there is none with this key
    """
    row = snapshot.one(_ACT, key=key)
    if row is None:
        raise NoSuchAct(
            f"Акта передачи сальдо с ключом {key} нет. Возьмите ключ из ответа программы, "
            "которым акт был проведён."
        )
    asked = {"key": key, "period": row.period, "moves": row.moves}
    kind = TransferKind(row.kind)
    giver, taker = (
        side_words(snapshot, kind, snapshot.one(_SIDES, **asked, leaves=leaves))
        for leaves in (True, False)
    )
    return TransferAct(
        kind=kind,
        number=row.number,
        dated=row.dated,
        basis=row.basis,
        moved_on=row.moved_on,
        giver=giver,
        taker=row.recipient or taker,
        lines=lines(snapshot, [_Moved(*one) for one in snapshot.rows(_MOVED, **asked)],
                    on=row.moved_on),
        centre=organisations.centre(snapshot).name,
        undone_on=row.undone_on,
    )  # fmt: skip


class Sides(NamedTuple):
    """The keys one side of an act has."""

    accounts: list[UUID]
    contracts: list[UUID]
    services: list[UUID]


def side_words(snapshot: Snapshot, kind: TransferKind, side: Sides) -> str:
    """Name a side of an act by what differs between its two sides."""
    if kind is TransferKind.ACCOUNT:
        rows = snapshot.rows(_ACCOUNTS, keys=side.accounts or [])
        return "; ".join(
            ", ".join(filter(None, (f"лицевой счёт {row.number}", row.payer, row.address)))
            for row in rows
        )
    contracts = contract_words(snapshot, side.contracts or [])
    if kind is TransferKind.SERVICE:
        names = snapshot.rows(
            "select name from app.service where id = any (%(keys)s) order by position, code",
            keys=side.services or [],
        )
        services = ", ".join(f"«{row.name}»" for row in names)
        numbers = ", ".join(sorted(f"№ {one.number}" for one in contracts.values()))
        return f"услуга {services}, договор {numbers}"
    return "; ".join(sorted(one.whole for one in contracts.values()))


def change(snapshot: Snapshot, key: UUID) -> ContractChangeAct:
    """Read a posted act of change of a supplier or provider.

    :raises NoSuchAct: when there is none with this key
    """
    row = snapshot.one(_CHANGE, key=key)
    if row is None:
        raise NoSuchAct(
            f"Акта смены договора с ключом {key} нет. Возьмите ключ из ответа программы, "
            "которым акт был проведён."
        )
    words = contract_words(snapshot, [row.old_contract_id, row.new_contract_id])
    asked = {"key": key, "period": row.period, "moves": row.moves}
    return ContractChangeAct(
        number=row.number,
        dated=row.dated,
        basis=row.basis,
        changed_on=row.changed_on,
        old=words[row.old_contract_id].whole,
        taking=words[row.new_contract_id].whole,
        services=tuple(
            ChangedService(one.name, one.place, one.valid_from, one.valid_to)
            for one in snapshot.rows(_CHANGED, key=key)
        ),
        accounts=int(snapshot.value(_CHANGED_ACCOUNTS, key=key, on=row.changed_on)),
        with_balance=row.with_balance,
        with_penalty=row.with_penalty,
        lines=lines(snapshot, [_Moved(*one) for one in snapshot.rows(_MOVED, **asked)],
                    on=row.changed_on),
        centre=organisations.centre(snapshot).name,
        undone_on=row.undone_on,
    )  # fmt: skip


def kind_of(snapshot: Snapshot, key: UUID) -> str:
    """Give the kind of a voucher, '' when there is none."""
    return snapshot.value("select kind from app.voucher where id = %(key)s", key=key) or ""
