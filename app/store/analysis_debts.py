"""Debts by age, and who owes them, from what is left after credits (analysis_left)."""

from dataclasses import replace
from datetime import date

from app.domain import analysis, period
from app.domain.analysis import (
    AGE_WORDS,
    Age,
    CellKind,
    Cut,
    Dimension,
    NotAGrouping,
    Report,
    ReportColumn,
    ReportRow,
)
from app.store import analysis_sources as sources
from app.store import law
from app.store.analysis import named_columns, read_rows, rolled_columns
from app.store.analysis_left import left_over
from app.store.analysis_names import NAMES
from app.store.reading import Snapshot

_NOT_OF_DEBTS = (Dimension.PERIOD, Dimension.AGENT, Dimension.CHANNEL)

# Months in debt are bits of a mask, so that they are counted once at every level.
_AGED = """, leaf as (
  select {keys}, posted.account_id as debtor_id,
    {ages},
    sum(posted.debt)::bigint as debt,
    sum(posted.penalty)::bigint as penalty,
    sum(posted.advance)::bigint as advance,
    coalesce(bit_or(known.month) filter (
      where posted.debt > 0 and known.age <> 'not_due'), 0) as mask
  from posted
  join unnest(%(aged_contracts)s::uuid[], %(aged_origins)s::date[], %(ages)s::text[],
    %(months)s::bigint[]) as known (contract_id, origin_period, age, month)
    on known.contract_id = posted.contract_id and known.origin_period = posted.origin_period
  {contract}
  group by {group}
)"""

_ROLLED = """, named as (
  select {names}, leaf.* from leaf
  {joins}
), rolled as (
  select {rolled},
    (count(distinct debtor_id) filter (where debt > not_due))::bigint as debtors,
    {sums},
    bit_count(coalesce(bit_or(mask), 0)::bit(64))::bigint as months
  from named
  {grouping}
)
select * from rolled
where level = 0 or debt <> 0 or penalty <> 0 or advance <> 0
order by {order}
"""

_DEBTORS = """, named as (
  select leaf.*, one.number as id_0, one.number as label_0,
    coalesce(version.payer, '') as payer,
    concat_ws(', ', place.street, nullif(concat_ws(' корп. ', place.building,
      nullif(place.block, '')), ''), 'кв. ' || nullif(premises.number, '')) as address,
    debt - not_due as overdue
  from leaf
  join app.account as one on one.id = debtor_id
  join app.premises on premises.id = one.premises_id
  left join lateral (select payer from app.account_version where account_id = one.id
    and valid_from <= %(last_day)s order by valid_from desc limit 1) as version on true
  left join lateral (select street, building, block from app.house_version
    where house_id = premises.house_id and valid_from <= %(last_day)s
    order by valid_from desc limit 1) as place on true
), chosen as (
  select *, bit_count(mask::bit(64))::bigint as months from named
  where debt - not_due > 0 and debt - not_due >= %(at_least)s
    and bit_count(mask::bit(64)) >= %(months_least)s
)
select 1 as level, id_0, label_0, payer, address, overdue, months, not_due, penalty, debt, advance,
  (select max(paid_on) from app.payment where payment.account_id = debtor_id
    and payment.amount_kop > 0 and payment.paid_on <= %(last_day)s) as paid_on
from chosen
union all
select 0, '', '', null, null, coalesce(sum(overdue), 0)::bigint, null,
  coalesce(sum(not_due), 0)::bigint, coalesce(sum(penalty), 0)::bigint,
  coalesce(sum(debt), 0)::bigint, coalesce(sum(advance), 0)::bigint, null
from chosen
order by level desc, overdue desc, id_0
"""

_ORIGINS = "select id as contract_id, period from app.contract cross join app.period order by 1, 2"


def ageing(snapshot: Snapshot, cut: Cut, *, on: date) -> Report:
    """Give the debts at the end of cut.last by their age on a day, with subtotals.

    Call it with a snapshot that nothing was read from yet.

    :raises NotAGrouping: when debts are grouped by what payments alone have
    """
    _refuse_payments(cut)
    sources.hold(snapshot)
    columns = (
        ReportColumn("debtors", "Должников", CellKind.COUNT),
        ReportColumn("debt", "Долг"),
        *(ReportColumn(str(one), AGE_WORDS[one]) for one in Age),
        ReportColumn("penalty", "Пени"),
        ReportColumn("advance", "Переплата"),
        ReportColumn("months", "Месяцев", CellKind.COUNT),
    )
    return Report(
        name="ageing",
        title="Долги по срокам",
        notes=(
            f"Долг на конец {cut.last.shown}, возраст на {on:%d.%m.%Y}: дней после срока оплаты.",
            "Переплата по договору сначала покрывает его долги. Свыше 3 лет: истекла давность.",
            *analysis.spoken_filters(cut),
        ),
        by=cut.by,
        columns=columns,
        rows=read_rows(
            snapshot,
            ageing_query(cut, sources.parts(snapshot)),
            cut,
            tuple(one.name for one in columns),
            more=_ages(snapshot, cut, on),
        ),
    )


def ageing_query(cut: Cut, parts: list[sources.Part]) -> str:
    """Give the SQL of debts by age; its parameters are sources.values and the ages."""
    names, joins = named_columns([NAMES[one] for one in cut.by])
    rolled, grouping, order = rolled_columns(cut.by)
    summed = ("debt", *map(str, Age), "penalty", "advance")
    return (
        f"with {left_over(cut, parts)}"
        + _aged(cut)
        + _ROLLED.format(
            names=names,
            joins=joins,
            rolled=rolled,
            grouping=grouping,
            order=order,
            sums=", ".join(f"coalesce(sum({one}), 0)::bigint as {one}" for one in summed),
        )
    )


def debtors(
    snapshot: Snapshot, cut: Cut, *, on: date, at_least_kop: int = 0, months_least: int = 0
) -> Report:
    """Give the accounts with overdue debts, the largest first, the total last.

    Call it with a snapshot that nothing was read from yet.

    :param at_least_kop: overdue debt from which an account is listed
    :param months_least: months in debt from which an account is listed
    """
    plain = replace(cut, by=())
    sources.hold(snapshot)
    columns = (
        ReportColumn("payer", "Плательщик", CellKind.TEXT),
        ReportColumn("address", "Адрес", CellKind.TEXT),
        ReportColumn("overdue", "Просрочено"),
        ReportColumn("months", "Месяцев", CellKind.COUNT),
        ReportColumn("not_due", "Не наступил срок"),
        ReportColumn("penalty", "Пени"),
        ReportColumn("debt", "Весь долг"),
        ReportColumn("paid_on", "Последняя оплата", CellKind.DAY),
    )
    query = f"with {left_over(plain, sources.parts(snapshot))}{_aged(plain)}{_DEBTORS}"
    limits = {"at_least": at_least_kop, "months_least": months_least}
    rows: tuple[ReportRow, ...] = read_rows(
        snapshot,
        query,
        plain,
        tuple(one.name for one in columns),
        more=_ages(snapshot, cut, on) | limits,
    )
    return Report(
        name="debtors",
        title="Должники",
        notes=(
            f"Долг на конец {cut.last.shown}, просрочен на {on:%d.%m.%Y}.",
            *analysis.spoken_filters(cut),
        ),
        by=(Dimension.ACCOUNT,),
        columns=columns,
        rows=rows,
    )


def _aged(cut: Cut) -> str:
    namings = [NAMES[one] for one in cut.by]
    keys = [f"{one.source} as key_{place}" for place, one in enumerate(namings)]
    needs_contract = any("contract." in one.source for one in namings)
    return _AGED.format(
        keys=", ".join(keys) or "0 as nothing",
        ages=",\n    ".join(
            f"coalesce(sum(posted.debt) filter (where known.age = '{one}'), 0)::bigint as {one}"
            for one in Age
        ),
        contract="join app.contract on contract.id = posted.contract_id" if needs_contract else "",
        group=", ".join(str(place + 1) for place in range(max(1, len(keys)) + 1)),
    )


def _ages(snapshot: Snapshot, cut: Cut, on: date) -> dict[str, object]:
    """Give the age of every period of origin under every contract, as parallel lists."""
    terms = law.due_terms(snapshot, on=on)
    # A debt older than the calendar is old whatever day it fell on.
    terms = replace(terms, calendar=terms.calendar.guessing())
    rows = snapshot.rows(_ORIGINS)
    origins = [period.of(row.period) for row in rows]
    behind = [
        min(62, max(0, (cut.last.year - one.year) * 12 + cut.last.month - one.month))
        for one in origins
    ]
    return {
        "aged_contracts": [row.contract_id for row in rows],
        "aged_origins": [one.first_day for one in origins],
        "ages": [
            str(analysis.age(one, on=on, terms=terms, contract=row.contract_id))
            for row, one in zip(rows, origins, strict=True)
        ],
        "months": [1 << place for place in behind],
    }


def _refuse_payments(cut: Cut) -> None:
    wrong = [analysis.DIMENSION_WORDS[one].lower() for one in cut.by if one in _NOT_OF_DEBTS]
    if wrong:
        raise NotAGrouping(
            f"Долг не делится по: {', '.join(wrong)} — это есть только у проводок. Выберите "
            "договор, кредитора, исполнителя, услугу, период долга, дом или счёт."
        )
