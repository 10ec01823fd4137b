"""Credits and debts of accounts for a set-off, and the set-off into the books.

candidates   accounts that have a credit and a debt, with their rules; everybody or a list
post         staged by COPY, posted by one function; accounts that moved since are left out
undo         the opposite
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

import numpy as np

from app.domain import days, period
from app.domain.period import Period
from app.domain.setoff import CODES, SetoffEntry, SetoffRow, SetoffRule, rule_of
from app.domain.terms import PaymentTerms
from app.domain.voucher import Voucher, VoucherKind
from app.store import law
from app.store.accounts import NoSuchAccount
from app.store.copying import copy_rows
from app.store.reading import Snapshot
from app.store.writing import Draft

_ROWS = """
with unsettled as materialized (
  select account_id, service_id, contract_id, origin_period, charged_kop,
    charged_kop + moved_kop as principal_kop, penalty_kop
  from app.balance
  where origin_period <= %(last)s and (charged_kop + moved_kop <> 0 or penalty_kop <> 0) {whose}
), wanted as (
  select account_id from unsettled group by account_id
  having bool_or(principal_kop < 0 or penalty_kop < 0)
    and bool_or(principal_kop > 0 or penalty_kop > 0)
)
select account_id, service_id, contract_id, origin_period, charged_kop, principal_kop, penalty_kop,
  coalesce(books.version, 0) as version, account.number
from unsettled join wanted using (account_id)
join app.account on account.id = account_id
left join app.account_books as books using (account_id)
order by account_id, origin_period
"""
_RECEIVED = """
with credit as materialized (
  select account_id, service_id, contract_id, origin_period
  from app.balance
  where origin_period <= %(last)s and (charged_kop + moved_kop < 0 or penalty_kop < 0) {whose}
)
select entry.account_id, entry.service_id, entry.contract_id, entry.origin_period,
  entry.kind >= 50 as is_penalty,
  coalesce(payment.paid_on, setoff.credited_on, refund.paid_on, act.moved_on, (
      select min(source.paid_on) from app.payment_reallocation as again
      join app.payment as source on source.id = again.payment_id
      where again.voucher_id = entry.voucher_id
    ), (select made_at::date from app.voucher where voucher.id = entry.voucher_id)) as day,
  -sum(entry.amount_kop)::bigint as amount_kop
from app.entry
join credit using (account_id, service_id, contract_id, origin_period)
left join app.payment on payment.id = entry.voucher_id
left join app.setoff_line as setoff on setoff.voucher_id = entry.voucher_id
  and setoff.line_no = entry.line_no
left join app.refund on refund.id = entry.voucher_id
left join app.transfer_day as act on act.voucher_id = entry.voucher_id
where entry.run_no = 0 and entry.kind in (20, 21, 22, 25, 51)
group by 1, 2, 3, 4, 5, 6
"""
_SERVICES = "select id, code, position, section = 'capital-repair' as is_kr from app.service"
_CONTRACTS = "select id, coalesce(supplier_id, provider_id) as creditor from app.contract"
_PARAMETERS = """
select code, value from app.parameter
where code = any (%(codes)s::text[]) and valid_from <= %(on)s
  and (valid_to is null or %(on)s < valid_to)
"""
_OWN = """
select contract.id, rule.code, rule.value
from app.allocation_rule as rule
join app.contract on rule.contract_id = contract.id
  or rule.creditor_id = coalesce(contract.supplier_id, contract.provider_id)
where rule.code = any (%(codes)s::text[]) and rule.valid_from <= %(on)s
  and (rule.valid_to is null or %(on)s < rule.valid_to)
order by rule.contract_id is not null
"""
_POSTED = """
select account.number, service.name as service_name, contract.number as contract,
  entry.origin_period, entry.kind, entry.amount_kop, kept.credited_on
from app.voucher
join app.entry on entry.voucher_id = voucher.id and entry.period = voucher.period
  and entry.run_no = 0
join app.setoff_line as kept on kept.voucher_id = entry.voucher_id
  and kept.line_no = entry.line_no
join app.account on account.id = entry.account_id
join app.service on service.id = entry.service_id
join app.contract on contract.id = entry.contract_id
where voucher.id = %(key)s
order by account.number, entry.line_no limit %(limit)s
"""

_ANSWER = """
select voucher.request ->> 'period' as period, voucher.reason, count(entry.line_no) as lines,
  count(distinct entry.account_id) as accounts,
  coalesce(sum(entry.amount_kop) filter (where entry.amount_kop > 0), 0)::bigint as amount_kop
from app.voucher
left join app.entry on entry.voucher_id = voucher.id and entry.period = voucher.period
  and entry.run_no = 0
where voucher.id = %(key)s and voucher.kind = 'setoff'
group by voucher.id
"""

Received = dict[tuple[bytes, bytes, bytes, int, bool], list[tuple[date, int]]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that may have something to set off; keys are raw bytes of uuids."""

    account_id: bytes
    number: str
    version: str
    rows: tuple[SetoffRow, ...]


@dataclass(frozen=True, slots=True)
class SetoffLine:
    """A line of a set-off that is in the books, by names; a debt that was covered is negative."""

    account_number: str
    service_name: str
    contract: str
    origin_period: Period
    is_penalty: bool
    amount_kop: int
    credited_on: date


@dataclass(frozen=True, slots=True)
class SetoffRules:
    """The rule of the centre and those of contracts that have one of their own."""

    centre: SetoffRule
    own: Mapping[Hashable, SetoffRule] = field(default_factory=dict)


def rules(snapshot: Snapshot, *, on: date) -> SetoffRules:
    """Give what is in force on a day.

    :raises UnknownSetting: when a parameter has a value that is not in its list
    """
    codes = list(CODES)
    centre = {row.code: row.value for row in snapshot.rows(_PARAMETERS, codes=codes, on=on)}
    own: dict[bytes, dict[str, str]] = {}
    for row in snapshot.rows(_OWN, codes=codes, on=on):
        own.setdefault(row.id.bytes, {})[row.code] = row.value
    return SetoffRules(
        rule_of(centre),
        {contract: rule_of({**centre, **given}) for contract, given in own.items()},
    )


def account_ids(snapshot: Snapshot, numbers: Sequence[str]) -> list[UUID]:
    """Find accounts by their numbers.

    :raises NoSuchAccount: when one is not there
    """
    rows = snapshot.rows(
        "select number, id from app.account where number = any (%(numbers)s)", numbers=list(numbers)
    )
    known = {row.number: row.id for row in rows}
    for number in numbers:
        if number not in known:
            raise NoSuchAccount(f"Лицевого счёта {number[:40]} нет. Проверьте номер.")
    return [known[number] for number in dict.fromkeys(numbers)]


def candidates(
    snapshot: Snapshot,
    *,
    last: Period,
    on: date,
    rule: SetoffRule,
    accounts: Sequence[UUID] | None = None,
) -> Iterator[Candidate]:
    """Give the accounts that have both a credit and a debt of months up to `last`.

    :param on: the day limitation is asked for
    :param accounts: None is everybody
    """
    asked = {"last": last.first_day, "accounts": None if accounts is None else list(accounts)}
    whose = "" if accounts is None else "and account_id = any (%(accounts)s::uuid[])"
    found = snapshot.columns(
        _ROWS.format(whose=whose),
        asked,
        kinds={
            "account_id": "uuid", "service_id": "uuid", "contract_id": "uuid",
            "origin_period": "date", "charged_kop": "int8", "principal_kop": "int8",
            "penalty_kop": "int8", "version": "int8", "number": "text",
        },
    )  # fmt: skip
    if not len(found["account_id"]):
        return
    received = _received(snapshot, _RECEIVED.format(whose=whose), asked)
    runs = snapshot.value("select coalesce(sum(posted_runs), 0) from app.period")
    making = _Making(snapshot, received, rule, on)
    columns = [
        found[name] if isinstance(found[name], list) else found[name].tolist()
        for name in ("account_id", "number", "version", "service_id", "contract_id",
                     "origin_period", "principal_kop", "penalty_kop", "charged_kop")
    ]  # fmt: skip
    for account, rows in groupby(zip(*columns, strict=True), key=lambda row: row[0]):
        mine = list(rows)
        yield Candidate(
            account,
            mine[0][1],
            f"{mine[0][2]}.{runs}",
            tuple(making.row((account, *row[3:])) for row in mine),
        )


def post(
    draft: Draft,
    voucher: Voucher,
    *,
    into: Period,
    found: Sequence[tuple[Candidate, Sequence[SetoffEntry]]],
) -> dict[str, Any]:
    """Post what was found, in the transaction of the draft.

    :returns: is_new, period, accounts, lines, amount_kop, skipped: numbers of accounts that moved
    :raises RefusedByDatabase: when every account moved, or the month takes no payments
    """
    assert voucher.kind is VoucherKind.SETOFF
    draft.cursor.execute("set local statement_timeout = 0")
    draft.call("start_setoff")
    lines = [(one, entry) for one, entries in found for entry in entries]
    if lines:
        rows = [one.rows[entry.row] for one, entry in lines]
        copy_rows(draft.cursor, "pg_temp.staged_setoff", columns={
            "line_no": np.arange(1, len(lines) + 1, dtype=np.int32),
            "account_id": _raw([one.account_id for one, _ in lines]),
            "service_id": _raw([row.service for row in rows]),
            "contract_id": _raw([row.contract for row in rows]),
            "origin_period": _days([row.origin.first_day for row in rows]),
            "kind": np.array([int(entry.kind) for _, entry in lines], dtype=np.int16),
            "amount_kop": np.array([entry.amount_kop for _, entry in lines], dtype=np.int64),
            "credited_on": _days([entry.credited_on for _, entry in lines]),
        })  # fmt: skip
        copy_rows(draft.cursor, "pg_temp.staged_setoff_account", columns={
            "account_id": _raw([one.account_id for one, _ in found]),
            "version": [one.version for one, _ in found],
        })  # fmt: skip
    answer: dict[str, Any] = draft.call(
        "post_setoff",
        key=voucher.key,
        wanted=into.first_day,
        actor=voucher.actor,
        at=voucher.made_at,
        reason=voucher.reason,
        branch=voucher.branch_id,
    )
    return answer


def undo(draft: Draft, voucher: Voucher, setoff: UUID) -> dict[str, Any]:
    """Post the opposite of a set-off; the voucher's reason says why.

    :raises RefusedByDatabase: when there is none, it is undone already, or no reason is given
    """
    assert voucher.kind is VoucherKind.REVERSAL
    answer: dict[str, Any] = draft.call(
        "reverse_setoff",
        key=voucher.key,
        setoff=setoff,
        reason=voucher.reason or "",
        actor=voucher.actor,
        at=voucher.made_at,
    )
    return answer


def open_month(snapshot: Snapshot, *, on: date) -> Period:
    """Give the month that money of a day goes into."""
    return period.of(snapshot.value("select app.posting_period(%(on)s)", on=on))


def names(snapshot: Snapshot) -> tuple[dict[Hashable, str], dict[Hashable, str]]:
    """Give names of services and numbers of contracts by raw keys."""
    return (
        {row.id.bytes: row.name for row in snapshot.rows("select id, name from app.service")},
        {row.id.bytes: row.number for row in snapshot.rows("select id, number from app.contract")},
    )


def posted(snapshot: Snapshot, key: UUID) -> dict[str, Any] | None:
    """Give what a set-off with this key has posted: period, reason, accounts, lines, amount_kop."""
    row = snapshot.one(_ANSWER, key=key)
    return None if row is None else row._asdict()


def lines(snapshot: Snapshot, key: UUID, *, limit: int = 1000) -> list[SetoffLine]:
    """Give the lines of a posted set-off or of its opposite, by account."""
    return [
        SetoffLine(
            account_number=row.number,
            service_name=row.service_name,
            contract=row.contract,
            origin_period=period.of(row.origin_period),
            is_penalty=row.kind >= 50,
            amount_kop=row.amount_kop,
            credited_on=row.credited_on,
        )
        for row in snapshot.rows(_POSTED, key=key, limit=limit)
    ]


class _Making:
    """Rows of the domain out of raw columns; what repeats is found once."""

    def __init__(self, snapshot: Snapshot, received: Received, rule: SetoffRule, on: date) -> None:
        self._received = received
        self._services = {
            row.id.bytes: (row.position, row.is_kr, row.code == rule.advance_service)
            for row in snapshot.rows(_SERVICES)
        }
        self._creditors = {row.id.bytes: row.creditor for row in snapshot.rows(_CONTRACTS)}
        self._terms: PaymentTerms = law.payment_terms()
        self._on = on
        self._months: dict[int, tuple[Period, bool]] = {}

    def row(self, balance: tuple[Any, ...]) -> SetoffRow:
        """Make the row of one balance: keys, first day of the month, kopecks."""
        account, service, contract, origin, principal_kop, penalty_kop, charged_kop = balance
        month = self._months.get(origin)
        if month is None:
            found = period.of(days.of_number(origin))
            month = (found, self._terms.is_time_barred(found, on=self._on))
            self._months[origin] = month
        position, is_kr, holds_advance = self._services[service]
        key = (account, service, contract, origin)
        return SetoffRow(
            service, contract, self._creditors[contract], position, month[0], principal_kop,
            penalty_kop, charged_kop, is_kr, month[1], holds_advance,
            tuple(self._received.get((*key, False), ())) if principal_kop < 0 else (),
            tuple(self._received.get((*key, True), ())) if penalty_kop < 0 else (),
        )  # fmt: skip


def _received(snapshot: Snapshot, query: str, asked: Mapping[str, object]) -> Received:
    found = snapshot.columns(
        query,
        asked,
        kinds={
            "account_id": "uuid", "service_id": "uuid", "contract_id": "uuid",
            "origin_period": "date", "is_penalty": "bool", "day": "date", "amount_kop": "int8",
        },
    )  # fmt: skip
    by_row: Received = {}
    known: dict[int, date] = {}
    columns = [column.tolist() for column in found.values()]
    for account, service, contract, origin, is_penalty, day, amount in zip(*columns, strict=True):
        if day not in known:
            known[day] = days.of_number(day)
        key = (account, service, contract, origin, is_penalty)
        by_row.setdefault(key, []).append((known[day], amount))
    return by_row


def _raw(keys: Sequence[Any]) -> Any:
    return np.frombuffer(b"".join(keys), dtype="V16")


def _days(many: Sequence[date]) -> Any:
    known = {day: days.number(day) for day in set(many)}
    return np.array([known[day] for day in many], dtype=np.int32)
