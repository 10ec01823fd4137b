"""Contracts and who is assigned to them: history, what a change would do, the change itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.domain.contract_history import AssignedSpan, effective
from app.domain.transfer_act import ChangedService
from app.domain.voucher import Voucher, VoucherKind
from app.store.accounts import NoSuchAccount
from app.store.reading import Snapshot
from app.store.transferring import as_json
from app.store.writing import Draft

_NAME = """
left join lateral (select name from app.organisation_version
                   where organisation_id = {organisation} order by valid_from desc limit 1)
  as {name} on true
"""
_SPANS = f"""
select service.code, service.name, service.position, contract.number,
  coalesce(provider.name, '') as provider, coalesce(payee.name, '') as payee,
  assignment.valid_from, assignment.valid_to, assignment.account_id is not null as is_own
from app.account
join app.premises on premises.id = account.premises_id
join app.assignment on assignment.account_id = account.id
  or assignment.house_id = premises.house_id
join app.service on service.id = assignment.service_id
join app.contract on contract.id = assignment.contract_id
{_NAME.format(organisation="contract.provider_id", name="provider")}
{_NAME.format(organisation="coalesce(contract.supplier_id, contract.provider_id)", name="payee")}
where account.number = %(number)s
"""
_SERVICES = """
select distinct assignment.service_id from app.assignment
where assignment.contract_id = %(contract)s and coalesce(valid_to, 'infinity') > %(on)s
"""
_PLAN = """
select service.name, service.position, plan.valid_from, plan.valid_to,
  coalesce('дом ' || house.code, 'счёт ' || account.number) as place,
  coalesce(plan.account_id, home.account_id) as account_id
from app.contract_change_plan(%(old)s, %(services)s::uuid[], %(houses)s::uuid[],
  %(accounts)s::uuid[], %(on)s) as plan
join app.service on service.id = plan.service_id
left join app.house on house.id = plan.house_id
left join app.account on account.id = plan.account_id
left join app.house_account as home on home.house_id = plan.house_id
order by service.position, service.code, house.code, account.number, plan.valid_from
"""
_TROUBLE = """
select app.contract_change_trouble(%(old)s, %(taking)s, %(services)s::uuid[], %(houses)s::uuid[],
  %(accounts)s::uuid[], %(on)s)
"""
_OPEN = """
select id from app.account
where id = any (%(keys)s) and (closed_on is null or closed_on > %(on)s)
"""


@dataclass(frozen=True, slots=True)
class ChangeScope:
    """Keys of what a change of contract is about; taking None: the contract is made with it."""

    old: UUID
    taking: UUID | None
    services: tuple[UUID, ...]
    houses: tuple[UUID, ...]
    accounts: tuple[UUID, ...]
    on: date

    def as_parameters(self) -> dict[str, Any]:
        return {
            "old": self.old,
            "taking": self.taking,
            "services": list(self.services),
            "houses": list(self.houses),
            "accounts": list(self.accounts),
            "on": self.on,
        }


def history(snapshot: Snapshot, number: str) -> tuple[AssignedSpan, ...]:
    """Give under which contract each service of an account was and is, the days that count.

    :raises NoSuchAccount: when no account has this number
    """
    if snapshot.value("select 1 from app.account where number = %(number)s", number=number) is None:
        raise NoSuchAccount(
            f"Лицевого счёта {number[:40]} нет. Проверьте номер или найдите счёт по адресу (F2)."
        )
    rows = snapshot.rows(_SPANS, number=number)
    return effective(
        [
            AssignedSpan(
                service=row.code,
                service_name=row.name,
                contract=row.number,
                provider=row.provider,
                payee=row.payee,
                since=row.valid_from,
                until=row.valid_to,
                is_own=row.is_own,
                position=row.position,
            )
            for row in rows
        ]
    )


def services_of(snapshot: Snapshot, contract: UUID, *, on: date) -> list[UUID]:
    """Give the services that are assigned under a contract on a day or later."""
    return [row[0] for row in snapshot.rows(_SERVICES, contract=contract, on=on)]


def planned(
    snapshot: Snapshot, scope: ChangeScope
) -> tuple[tuple[ChangedService, ...], list[UUID]]:
    """Give what would change: services with their places, and the accounts touched."""
    asked = scope.as_parameters()
    del asked["taking"]
    rows = snapshot.rows(_PLAN, **asked)
    changed = dict.fromkeys(
        ChangedService(row.name, row.place, row.valid_from, row.valid_to) for row in rows
    )
    touched = {row.account_id for row in rows if row.account_id is not None}
    open_ones = snapshot.rows(_OPEN, keys=list(touched), on=scope.on)
    return tuple(changed), [row[0] for row in open_ones]


def trouble(snapshot: Snapshot, scope: ChangeScope) -> str | None:
    """Say why a change cannot be; None: it can."""
    found: str | None = snapshot.value(_TROUBLE, **scope.as_parameters())
    return found


def change(
    draft: Draft,
    voucher: Voucher,
    scope: ChangeScope,
    *,
    taking: UUID,
    act: Mapping[str, Any],
    asked: Mapping[str, Any],
    made: Mapping[str, Any] | None,
) -> bool:
    """Change the contract, with the balances that are staged, in one act.

    :param taking: the new contract; with `made` the key it gets
    :returns: False when the same was done under this key before
    :raises RefusedByDatabase: when a rule forbids it, or balances changed meanwhile
    :raises KeyReused: when the key was used for another order
    """
    assert voucher.kind is VoucherKind.CONTRACT_CHANGE
    return bool(
        draft.call(
            "change_contract",
            key=voucher.key,
            actor=voucher.actor,
            at=voucher.made_at,
            act=as_json(act),
            asked=as_json(asked),
            old_contract=scope.old,
            new_contract=taking,
            made=None if made is None else as_json(made),
            services=list(scope.services),
            houses=list(scope.houses),
            accounts=list(scope.accounts),
            branch=voucher.branch_id,
        )
    )


def closed_accounts(snapshot: Snapshot, keys: Sequence[UUID], *, on: date) -> list[str]:
    """Give the numbers of those accounts that are closed on a day."""
    rows = snapshot.rows(
        "select number from app.account where id = any (%(keys)s) and closed_on <= %(on)s"
        " order by number",
        keys=list(keys),
        on=on,
    )
    return [row[0] for row in rows]
