"""The analysis of settlements: turnovers by any groups, nested in any order, in one query.

    posted (analysis_sources)  ──▶  by the groups asked for  ──▶  named  ──▶  rolled up

A month that is a group has an opening of its own: what the months before it left. Whoever took a
payment has no part in what was owed before: openings stand under nobody.
"""

from collections.abc import Mapping

from app.domain import analysis, ledger
from app.domain.analysis import Cut, Dimension, Report, ReportColumn, ReportRow
from app.domain.period import Period
from app.store import analysis_sources as sources
from app.store.analysis_names import NAMES, Naming
from app.store.reading import Snapshot

MEASURES: dict[str, str] = {
    "opening": "Входящее",
    "charged": "Начислено",
    "adjusted": "Перерасчёты",
    "penalty": "Пени",
    "paid": "Оплачено",
    "closing": "Исходящее",
}

_LEAVES = """
leaf as (
  select {keys},
    coalesce(sum(posted.amount_kop) filter (where posted.period < %(first)s
      or posted.kind in ({opening})), 0)::bigint as brought,
    coalesce(sum(posted.amount_kop) filter (where posted.period >= %(first)s
      and posted.kind in ({charged})), 0)::bigint as charged,
    coalesce(sum(posted.amount_kop) filter (where posted.period >= %(first)s
      and posted.kind in ({adjusted})), 0)::bigint as adjusted,
    coalesce(sum(posted.amount_kop) filter (where posted.period >= %(first)s
      and posted.kind in ({penalties})), 0)::bigint as penalty,
    coalesce(-sum(posted.amount_kop) filter (where posted.period >= %(first)s
      and posted.kind in ({paid})), 0)::bigint as paid
  from posted {contract}
  {group}
)"""

# Every month of the span for every other group: its opening is what came before it.
_MONTHS = """
, spine as (
  select *, sum(brought) over running
    + coalesce(sum(charged + adjusted + penalty - paid) over before, 0) as opened
  from (
    select {keys}, coalesce(brought, 0) as brought, coalesce(charged, 0) as charged,
      coalesce(adjusted, 0) as adjusted, coalesce(penalty, 0) as penalty, coalesce(paid, 0) as paid
    from (select distinct {others} from leaf) as other
    cross join (select month::date as {period_key}
      from generate_series(%(first)s::timestamp, %(last)s::timestamp, '1 month') as month) as months
    left join leaf using ({keys})
  ) as every
  window running as ({partition} order by {period_key}),
    before as ({partition} order by {period_key} rows between unbounded preceding and 1 preceding)
)"""

_ROLLED = """
, named as (
  select {names}, brought, {opened} as opened, charged, adjusted, penalty, paid
  from {source} as leaf
  {joins}
), rolled as (
  select {rolled},
    coalesce({opening}, 0)::bigint as opening, coalesce(sum(charged), 0)::bigint as charged,
    coalesce(sum(adjusted), 0)::bigint as adjusted, coalesce(sum(penalty), 0)::bigint as penalty,
    coalesce(sum(paid), 0)::bigint as paid
  from named
  {grouping}
)
select *, opening + charged + adjusted + penalty - paid as closing
from rolled
where level = 0 or opening <> 0 or charged <> 0 or adjusted <> 0 or penalty <> 0 or paid <> 0
order by {order}
"""


def turnover(snapshot: Snapshot, cut: Cut) -> Report:
    """Give the turnover sheet of a cut, with subtotals at every level.

    Call it with a snapshot that nothing was read from yet: parts of the ledger are held first.
    """
    sources.hold(snapshot)
    closed = sources.last_closed(snapshot, before=cut.first)
    query = turnover_query(cut, sources.parts(snapshot), closed=closed)
    return Report(
        name="turnover",
        title="Оборотная ведомость",
        notes=(analysis.spoken_span(cut), *analysis.spoken_filters(cut)),
        by=cut.by,
        columns=tuple(ReportColumn(name, title) for name, title in MEASURES.items()),
        rows=read_rows(snapshot, query, cut, tuple(MEASURES)),
    )


def turnover_query(cut: Cut, parts: list[sources.Part], *, closed: Period | None) -> str:
    """Give the SQL of a turnover sheet; its parameters are sources.values(cut).

    :param closed: the last month before the cut that has a snapshot of balances
    """
    namings = [NAMES[one] for one in cut.by]
    with_months = Dimension.PERIOD in cut.by
    keys = [f"key_{place}" for place in range(len(cut.by))]
    period_key = f"key_{cut.by.index(Dimension.PERIOD)}" if with_months else ""
    others = [key for key in keys if key != period_key]
    months = ""
    if with_months:
        months = _MONTHS.format(
            keys=", ".join(keys),
            others=", ".join(others) or "1",
            period_key=period_key,
            partition=f"partition by {', '.join(others)}" if others else "",
        )
    return (
        f"with posted as ({_source(cut, parts, closed)}), "
        + _leaves(namings, keys)
        + months
        + _rolled(cut, namings, with_months=with_months)
    )


def read_rows(
    snapshot: Snapshot,
    query: str,
    cut: Cut,
    measures: tuple[str, ...],
    *,
    more: Mapping[str, object] | None = None,
) -> tuple[ReportRow, ...]:
    """Read rows of a query that names its levels, ids and labels as `rolled_columns` does.

    :param more: parameters besides those of the cut
    """
    found = []
    for row in snapshot.rows(query, **sources.values(cut), **(more or {})):
        places = range(row.level)
        found.append(
            ReportRow(
                keys=tuple(str(getattr(row, f"id_{place}")) for place in places),
                labels=tuple(str(getattr(row, f"label_{place}")) for place in places),
                values=tuple(getattr(row, name) for name in measures),
            )
        )
    return tuple(found)


def rolled_columns(by: tuple[Dimension, ...]) -> tuple[str, str, str]:
    """Give what a roll-up of named groups selects, groups by, and is ordered by.

    Named groups have id_0, label_0, sort_0 and so on. A group comes before its parts, the total
    comes last.
    """
    places = range(len(by))
    if not by:
        return "0 as level", "", "level"
    open_levels = " + ".join(f"(1 - grouping(id_{place}))" for place in places)
    columns = "".join(f", id_{place}, label_{place}, sort_{place}" for place in places)
    sets = ", ".join(f"(id_{place}, label_{place}, sort_{place})" for place in places)
    order = ["level = 0"]
    for place in places:
        order += [f"sort_{place} nulls first", f"id_{place} nulls first"]
    return f"{open_levels} as level{columns}", f"group by rollup ({sets})", ", ".join(order)


def named_columns(namings: list[Naming]) -> tuple[str, str]:
    """Give what names the groups: columns id_N, label_N, sort_N, and the joins they need."""
    columns = [
        f"{one.key.format(at=place)} as id_{place}, {one.label.format(at=place)} as label_{place}, "
        f"{one.sort.format(at=place)} as sort_{place}"
        for place, one in enumerate(namings)
    ]
    joins = [one.join.format(at=place) for place, one in enumerate(namings)]
    return ", ".join(columns) or "0 as nothing", "\n".join(joins)


def _source(cut: Cut, parts: list[sources.Part], closed: Period | None) -> str:
    inside = [part for part in parts if cut.first <= part.period <= cut.last]
    if cut.agents:
        return sources.posted(cut, inside)
    if not sources.needs_accounts(cut):
        return sources.posted(cut, [part for part in parts if part.period <= cut.last])
    if closed is not None and Dimension.ORIGIN not in cut.by:
        since = [part for part in parts if closed < part.period <= cut.last]
        return "\nunion all\n".join((sources.posted(cut, since), sources.closings(cut, closed)))
    since = [part for part in parts if part.period >= cut.first]
    return "\nunion all\n".join(
        (sources.posted(cut, inside), sources.balances(cut), sources.undone(cut, since))
    )


def _leaves(namings: list[Naming], keys: list[str]) -> str:
    needs_contract = any("contract." in one.source for one in namings)
    return _LEAVES.format(
        keys=", ".join(f"{one.source} as {key}" for one, key in zip(namings, keys, strict=True))
        or "0 as nothing",
        contract="join app.contract on contract.id = posted.contract_id" if needs_contract else "",
        group=f"group by {', '.join(str(place + 1) for place in range(len(keys)))}" if keys else "",
        opening=sources.kinds(ledger.OPENING),
        charged=sources.kinds(ledger.CHARGED),
        adjusted=sources.kinds(ledger.ADJUSTED),
        penalties=sources.kinds(ledger.PENALTIES),
        paid=sources.kinds(ledger.PAID),
    )


def _rolled(cut: Cut, namings: list[Naming], *, with_months: bool) -> str:
    names, joins = named_columns(namings)
    rolled, grouping, order = rolled_columns(cut.by)
    opening = "sum(brought)"
    if with_months:
        at = cut.by.index(Dimension.PERIOD)
        opening = f"case when grouping(id_{at}) = 0 then sum(opened) else sum(brought) end"
    return _ROLLED.format(
        names=names,
        joins=joins,
        source="spine" if with_months else "leaf",
        opened="opened" if with_months else "brought",
        rolled=rolled,
        grouping=grouping,
        opening=opening,
        order=order,
    )
