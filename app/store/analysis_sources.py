"""Where the analysis reads from, as SQL: sums that are kept, entries of the rest, balances.

    app.turnover   parts of the ledger that never change any more, summed by house
    app.entry      parts that still grow: the open months; and all where accounts are asked for

Both give the same columns (POSTED), so that whatever stands on them is written once.
"""

from dataclasses import dataclass

from app.domain import ledger, period
from app.domain.analysis import Cut, Dimension
from app.domain.period import Period
from app.store.reading import Snapshot

NOBODY = "00000000-0000-0000-0000-000000000000"  # the agent of what no agent took

AGENTS = "(select id from app.organisation where code = any (%(agents)s))"

_PARTS = """
select part.period, part.run_no, kept.period is not null as is_kept
from app.entry_part as part
left join app.turnover_kept as kept using (period, run_no)
order by 1, 2
"""

_LATEST = """
select coalesce((select max(period) from app.voucher where status = 'posted'),
  app.first_open_period())
"""

_KEPT = """
select turnover.period, turnover.house_id, {nobody}::uuid as account_id, turnover.service_id,
  turnover.contract_id, turnover.origin_period, turnover.kind,
  coalesce(turnover.agent_id, {nobody}::uuid) as agent_id,
  coalesce(turnover.channel, '') as channel, turnover.amount_kop
from app.turnover
where (turnover.period, turnover.run_no) in ({parts}) and {filters}
"""

_ENTRIES = """
select entry.period, {house} as house_id, {account} as account_id,
  entry.service_id, entry.contract_id, entry.origin_period, entry.kind,
  {agent} as agent_id, {channel} as channel, sum(entry.amount_kop)::bigint as amount_kop
from app.entry
{joins}
where ({parts}) and {filters}
group by 1, 2, 3, 4, 5, 6, 7, 8, 9
"""

_ACCOUNTS = """join app.account on account.id = entry.account_id
join app.premises on premises.id = account.premises_id"""
_PAYMENTS = "left join app.payment on payment.id = entry.voucher_id"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the ledger: a month and a run of it."""

    period: Period
    run_no: int
    is_kept: bool

    @property
    def key(self) -> str:
        return f"('{self.period.first_day}', {self.run_no})"

    @property
    def condition(self) -> str:
        """Constants, so that the planner leaves out the tables of other parts."""
        return f"entry.period = '{self.period.first_day}' and entry.run_no = {self.run_no}"


def kinds(chosen: tuple[ledger.EntryKind, ...]) -> str:
    """Give kinds of entries as a list for `in`."""
    return ", ".join(str(int(kind)) for kind in chosen)


def hold(snapshot: Snapshot) -> None:
    """Keep runs from being exchanged while this snapshot reads; call it before its first query."""
    snapshot.connection.execute("lock table app.entry in access share mode")
    snapshot.connection.execute("set local statement_timeout = 0")
    # Sums of a whole centre fit into memory or take a minute.
    snapshot.connection.execute("set local work_mem = '128MB'")


def parts(snapshot: Snapshot) -> list[Part]:
    """Give the parts of the ledger, oldest month first."""
    return [Part(period.of(row.period), row.run_no, row.is_kept) for row in snapshot.rows(_PARTS)]


def latest_period(snapshot: Snapshot) -> Period:
    """Give the last month that something was posted into; the first open one of empty books."""
    return period.of(snapshot.value(_LATEST))


def needs_accounts(cut: Cut) -> bool:
    """Say whether sums by house do not answer."""
    return bool(cut.accounts) or Dimension.ACCOUNT in cut.by


def filters(cut: Cut, *, table: str, house: str) -> str:
    """Give the conditions of a cut on a table; values are the parameters of `values`.

    :param table: the alias with service_id, contract_id and, when accounts are named, account_id
    :param house: the expression of the house
    """
    found = ["true"]
    if cut.houses:
        found.append(f"{house} in (select id from app.house where code = any (%(houses)s))")
    if cut.contracts:
        found.append(
            f"{table}.contract_id in"
            " (select id from app.contract where number = any (%(contracts)s))"
        )
    if cut.services:
        found.append(
            f"{table}.service_id in (select id from app.service where code = any (%(services)s))"
        )
    if cut.accounts:
        found.append(
            f"{table}.account_id = any"
            " (array(select id from app.account where number = any (%(accounts)s)))"
        )
    return " and ".join(found)


def values(cut: Cut) -> dict[str, object]:
    """Give the parameters that `filters` and the queries on top of it name."""
    return {
        "first": cut.first.first_day,
        "last": cut.last.first_day,
        "last_day": cut.last.last_day,
        "houses": list(cut.houses),
        "contracts": list(cut.contracts),
        "services": list(cut.services),
        "accounts": list(cut.accounts),
        "agents": list(cut.agents),
    }


def posted(cut: Cut, chosen: list[Part], *, only_kinds: str = "") -> str:
    """Give the SQL of what was posted in parts of the ledger, filtered.

    Columns: period, house_id, account_id, service_id, contract_id, origin_period, kind, agent_id,
    channel, amount_kop. Accounts are told only where the cut needs them.
    """
    by_account = needs_accounts(cut)
    kept = [] if by_account else [part for part in chosen if part.is_kept]
    rest = [part for part in chosen if part not in kept]
    branches = []
    if kept:
        branches.append(
            _KEPT.format(
                nobody=f"'{NOBODY}'",
                parts=", ".join(part.key for part in kept),
                filters=_of(cut, "turnover", "turnover.house_id", only_kinds),
            )
        )
    # Payments lie in run 0 alone: lines of charge runs need not look for one.
    for is_single in (True, False):
        some = [part for part in rest if (part.run_no == 0) is is_single]
        if some:
            branches.append(_of_entries(cut, some, only_kinds, is_single=is_single))
    if not branches:
        branches.append(_of_entries(cut, [], only_kinds, is_single=False))
    return "\nunion all\n".join(branches)


def _of_entries(cut: Cut, some: list[Part], only_kinds: str, *, is_single: bool) -> str:
    by_account = needs_accounts(cut)
    nobody = f"'{NOBODY}'::uuid"
    return _ENTRIES.format(
        house="premises.house_id",
        account="entry.account_id" if by_account else nobody,
        agent=f"coalesce(payment.agent_id, {nobody})" if is_single else nobody,
        channel="coalesce(payment.channel, '')" if is_single else "''",
        joins="\n".join([_ACCOUNTS, _PAYMENTS] if is_single else [_ACCOUNTS]),
        parts=" or ".join(f"({part.condition})" for part in some) or "false",
        filters=_of(cut, "entry", "premises.house_id", only_kinds, is_single=is_single),
    )


def _of(cut: Cut, table: str, house: str, only_kinds: str, *, is_single: bool = True) -> str:
    found = filters(cut, table=table, house=house)
    if only_kinds:
        found += f" and {table}.kind in ({only_kinds})"
    if cut.agents:
        agent = f"{'turnover' if table == 'turnover' else 'payment'}.agent_id"
        found += f" and {agent} in {AGENTS}" if is_single else " and false"
    return found


_CLOSINGS = """
select closing.period, premises.house_id, closing.account_id, closing.service_id,
  closing.contract_id, closing.period as origin_period, 0::smallint as kind,
  '{nobody}'::uuid as agent_id, '' as channel, closing.closing_kop as amount_kop
from app.closing
join app.account on account.id = closing.account_id
join app.premises on premises.id = account.premises_id
where closing.period = '{closed}' and closing.closing_kop <> 0 and {filters}
"""

_LAST_CLOSED = "select max(period) from app.closed_balance_period where period < %(first)s"

_BALANCES = """
select (%(first)s::date - interval '1 month')::date as period, premises.house_id,
  balance.account_id, balance.service_id, balance.contract_id, balance.origin_period,
  0::smallint as kind, '{nobody}'::uuid as agent_id, '' as channel,
  sum(balance.charged_kop + balance.moved_kop + balance.penalty_kop)::bigint as amount_kop
from app.balance
join app.account on account.id = balance.account_id
join app.premises on premises.id = account.premises_id
where {filters}
group by 1, 2, 3, 4, 5, 6
"""

_UNDONE = """
select (%(first)s::date - interval '1 month')::date as period, house_id, account_id, service_id,
  contract_id, origin_period, 0::smallint as kind, '{nobody}'::uuid as agent_id, '' as channel,
  -amount_kop as amount_kop
from ({posted}) as since
"""


def last_closed(snapshot: Snapshot, *, before: Period) -> Period | None:
    """Give the last month before another that has a snapshot of balances."""
    found = snapshot.value(_LAST_CLOSED, first=before.first_day)
    return period.of(found) if found else None


def closings(cut: Cut, closed: Period) -> str:
    """Give the SQL of the balances a month was closed with, in the columns of `posted`.

    They do not tell periods of origin: columns of it hold the month itself.
    """
    return _CLOSINGS.format(
        nobody=NOBODY,
        closed=closed.first_day,
        filters=filters(cut, table="closing", house="premises.house_id"),
    )


def balances(cut: Cut) -> str:
    """Give the SQL of the balances as they are now, in the columns of `posted`."""
    return _BALANCES.format(
        nobody=NOBODY, filters=filters(cut, table="balance", house="premises.house_id")
    )


def undone(cut: Cut, since: list[Part]) -> str:
    """Give the SQL that takes back what was posted in parts: balances before them are left."""
    return _UNDONE.format(nobody=NOBODY, posted=posted(cut, since))
