"""The charge lines of an account that count: what `charges`, `explain` and the card show."""

import functools
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.domain import law, money
from app.domain import period as periods
from app.domain.bases.every import RULES
from app.domain.bases.rule import StoredLine
from app.domain.basis import Basis
from app.domain.charge_line import ChargeLine
from app.domain.note import NOTE_SUFFIX
from app.domain.period import Period
from app.resources import law_table
from app.store.accounts import NoSuchAccount
from app.store.reading import Snapshot

_NAMED = """
select seen.*, service.code as service, service.name as service_name, service.unit,
  contract.number as contract, provider.code as provider, supplier.code as supplier, voucher.reason,
  (
    select version.pays_vat from app.organisation_version as version
    where version.organisation_id = provider.id and version.valid_from <= seen.origin_period
    order by version.valid_from desc limit 1
  ) as pays_vat
from seen
join app.service on service.id = seen.service_id
join app.contract on contract.id = seen.contract_id
join app.voucher on voucher.id = seen.voucher_id
join app.organisation as provider on provider.id = contract.provider_id
left join app.organisation as supplier on supplier.id = contract.supplier_id
"""
# A later run of the account undoes what counted before it, so its last run is what counts.
_LINES = f"""
with seen as (
  select entry.*, max(run_no) over () as last_run
  from app.entry
  where entry.period = %(period)s and entry.account_id = %(account)s
)
{_NAMED}
where seen.reverses_run = 0
  and (seen.run_no = seen.last_run and seen.run_no > 0
    or seen.run_no = 0 and seen.kind between 1 and 19)
order by service.position, service.code, contract.number, seen.origin_period, seen.component,
  seen.zone, seen.day_from, seen.kind, seen.price_mcr
"""
_OF_VOUCHER = f"""
with seen as (
  select entry.*, account.number as account
  from app.entry join app.account on account.id = entry.account_id
  where entry.voucher_id = %(voucher)s and entry.run_no = 0
    and entry.period = (select period from app.voucher where id = %(voucher)s)
)
{_NAMED}
order by seen.account, seen.origin_period, service.position, service.code, seen.line_no
"""
_NOTES = "select number, words from app.note where number = any (%(numbers)s)"


def lines(snapshot: Snapshot, account_number: str, period: Period) -> list[ChargeLine]:
    """Give the lines posted into a period that count now, recalculations of earlier months too.

    :raises NoSuchAccount: when no account has the number
    """
    account = snapshot.value("select id from app.account where number = %(it)s", it=account_number)
    if account is None:
        raise NoSuchAccount(
            f"Лицевого счёта {account_number} нет. Проверьте номер или найдите счёт по адресу."
        )
    rows = snapshot.rows(_LINES, account=account, period=period.first_day)
    notes = notes_of(snapshot, rows)
    return [_line(row, account_number, notes) for row in rows]


def of_voucher(snapshot: Snapshot, key: UUID) -> list[ChargeLine]:
    """Give the lines of an adjustment by account and month, none when it was never posted."""
    rows = snapshot.rows(_OF_VOUCHER, voucher=key)
    notes = notes_of(snapshot, rows)
    return [_line(row, row.account, notes) for row in rows]


def notes_of(snapshot: Snapshot, rows: Sequence[Any]) -> dict[int, str]:
    """Give the words that slots of these entries stand for, by number."""
    numbers = {
        int(value)
        for row in rows
        for name, value in zip(RULES[Basis(row.method)].slots, row.inputs, strict=False)
        if name.endswith(NOTE_SUFFIX) and value
    }
    if not numbers:
        return {}
    return {row.number: row.words for row in snapshot.rows(_NOTES, numbers=sorted(numbers))}


@functools.cache
def _vat_percent(month: Period) -> int:
    """Give the rate of VAT of a month, in millionths of a percent."""
    rates = law.table(law_table("vat"))["vat_rate_percent"]
    found = law.in_force(rates, on=month.last_day, name="vat_rate_percent")
    return money.millionths(Decimal(found.value))


def _line(row: Any, account_number: str, notes: Mapping[int, str]) -> ChargeLine:
    origin = periods.of(row.origin_period)
    return ChargeLine(
        account=account_number,
        period=periods.of(row.period),
        origin_period=origin,
        service=row.service,
        service_name=row.service_name,
        unit=row.unit,
        contract=row.contract,
        provider=row.provider,
        supplier=row.supplier,
        reason=row.reason,
        vat_percent_millionths=_vat_percent(origin) if row.pays_vat else 0,
        stored=StoredLine(
            period=origin,
            kind=row.kind,
            basis=row.method,
            zone=row.zone,
            component=row.component,
            day_from=row.day_from,
            day_to=row.day_to,
            volume_mcu=row.volume_mcu,
            price_mcr=row.price_mcr,
            amount_kop=row.amount_kop,
            slots=row.inputs,
            notes=notes,
        ),
    )
