"""What unusual meters of a batch need: their events, earlier readings, and what was charged then.

    events           of meters in place or just removed, not over for longer than a base may be old
    history          only of meters without a usable reading, beside them, or read after a gap
    charged before   only of accounts whose meter is read after a gap

A batch of ordinary months asks for its events and nothing else.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.domain import days
from app.domain.average import (
    History,
    average_rules,
    first_dates,
    month_number,
    month_numbers,
    month_of,
)
from app.domain.charge_inputs import ChargeInputs, home_flats
from app.domain.charged_before import ChargedBefore, nothing_before
from app.domain.ledger import EntryKind
from app.domain.meter_event import EVENT_CODES, MeterEvents, no_events
from app.domain.meter_lives import needing_history
from app.domain.money import Ints
from app.domain.service import Component
from app.store.charging_catalogue import EPOCH_SQL, FAR_SQL, Catalogue, places, wide
from app.store.charging_meters import LISTED
from app.store.charging_places import About, Addition, Places
from app.store.charging_readings import RANK_SQL, ZONE_SQL
from app.store.copying import Columns
from app.store.reading import Snapshot

_MONTH_SQL = "(extract(year from {0})::int4 * 12 + extract(month from {0})::int4 - 1)"
_MARGIN = 2  # months beside the oldest of a base: the one its first reading is of, and the event's
_EVENTS = f"""
select meter.code, event.kind, event.valid_from - {EPOCH_SQL} as valid_from,
  coalesce(event.valid_to - {EPOCH_SQL}, {FAR_SQL}) as valid_to
from app.meter_event as event join app.meter on meter.id = event.meter_id
where {LISTED}
  and event.valid_from < %(end)s and coalesce(event.valid_to, 'infinity') > %(oldest)s
"""
_HISTORY = f"""
select wanted.place::int4 as meter, {ZONE_SQL} as zone,
  {_MONTH_SQL.format("reading.period")} as month,
  reading.taken_on - {EPOCH_SQL} as taken_on, {RANK_SQL} as rank,
  (reading.value_mcu is null)::int4 as is_volume,
  coalesce(reading.value_mcu, reading.volume_mcu) as value_mcu
from unnest(%(codes)s::text[], %(since)s::date[], %(places)s::int4[])
  as wanted (code, since, place)
join (select id, code from app.meter where house_id = any (%(houses)s) offset 0) as meter
  on meter.code = wanted.code
cross join lateral (
  select * from app.reading
  where reading.meter_id = meter.id and reading.period >= wanted.since
    and reading.period < %(first)s offset 0
) as reading
"""
# Accounts of the premises that are closed by now too: the meter counted for them in the gap.
_CHARGED = f"""
with charged as (
select entry.account_id, entry.service_id, entry.zone::int4 as zone,
  {_MONTH_SQL.format("entry.origin_period")} as month,
  sum(entry.volume_mcu)::int8 as volume_mcu
from app.entry
where entry.account_id = any (array(
    select account.id from app.account where account.premises_id = any (%(homes)s)
  ) || %(accounts)s::uuid[]) and entry.service_id = any (%(services)s)
  and entry.origin_period >= %(since)s and entry.origin_period < %(first)s
  and entry.period <= %(first)s and (entry.period < %(first)s or entry.run_no = 0)
  and entry.kind in ({EntryKind.CHARGE:d}, {EntryKind.RECALCULATION:d})
  and entry.component <> {Component.HEAT:d} and entry.volume_mcu <> 0
group by 1, 2, 3, 4
)
select charged.*, account.premises_id
from charged join app.account on account.id = charged.account_id
"""

_EVENT_KINDS = {"code": "text", "kind": "text", "valid_from": "int4", "valid_to": "int4"}
_CHARGED_KINDS = {
    "account_id": "uuid", "service_id": "uuid", "zone": "int4", "month": "int4",
    "volume_mcu": "int8", "premises_id": "uuid",
}  # fmt: skip


def ask(snapshot: Snapshot, catalogue: Catalogue, about: About) -> Addition:
    """Ask for the events of meters; read the rest once it is known which meters are unusual."""
    period = catalogue.period
    back = average_rules(catalogue.rules).oldest_months + _MARGIN
    oldest = period.plus(-back).first_day
    happened = snapshot.ask(_EVENTS, {**about, "oldest": oldest}, kinds=_EVENT_KINDS, is_set=True)

    def add(inputs: ChargeInputs, at: Places) -> ChargeInputs:
        events = _events(happened.columns(), inputs.meters.code)
        inputs = replace(inputs, meter_events=events)
        wanted, late = needing_history(
            inputs.meters, inputs.readings, events, month=days.month_of(period)
        )
        if not wanted.size:
            return inputs
        last = _last_months(inputs, events)
        history = _history(snapshot, about, inputs, wanted, last - back)
        charged = nothing_before()
        if late.size:
            since = _first_day(int(last[late].min()) - back)
            charged = _charged(snapshot, {**about, "since": since}, inputs, late, at)
        return replace(inputs, history=history, charged_before=charged)

    return add


def _events(found: Columns, codes: Sequence[str]) -> MeterEvents:
    place = {code: at for at, code in enumerate(codes)}
    at = [row for row, code in enumerate(found["code"]) if code in place]
    if not at:
        return no_events()
    return MeterEvents(
        meter=np.array([place[found["code"][row]] for row in at], dtype=np.int64),
        kind=np.array([int(EVENT_CODES[found["kind"][row]]) for row in at], dtype=np.int64),
        valid_from=wide(found["valid_from"][at]),
        valid_to=wide(found["valid_to"][at]),
    )


def _last_months(inputs: ChargeInputs, events: MeterEvents) -> Ints:
    """Give the month each meter was surely well in: of its last dial, before its first event."""
    meters, readings = inputs.meters, inputs.readings
    now = month_number(inputs.period.first_day)
    latest = np.zeros(len(meters.service), dtype=np.int64)
    before = np.flatnonzero(readings.in_period == 0)
    np.maximum.at(latest, readings.meter[before], readings.month[before])
    result = np.where(latest > 0, np.minimum(latest, now), now)
    np.minimum.at(result, events.meter, month_numbers(events.valid_from)[0])
    return np.minimum(result, month_numbers(meters.verified_to)[0])


def _history(
    snapshot: Snapshot, about: About, inputs: ChargeInputs, wanted: Ints, since: Ints
) -> History:
    found = snapshot.columns(
        _HISTORY,
        {
            **about,
            "codes": [inputs.meters.code[at] for at in wanted.tolist()],
            "since": first_dates(since[wanted]),
            "places": wanted.tolist(),
        },
        kinds={
            "meter": "int4", "zone": "int4", "month": "int4", "taken_on": "int4", "rank": "int4",
            "is_volume": "int4", "value_mcu": "int8",
        },
        is_set=True,
    )  # fmt: skip
    return History(*(wide(found[name]) for name in History.__slots__))


def _charged(
    snapshot: Snapshot, about: About, inputs: ChargeInputs, late: Ints, at: Places
) -> ChargedBefore:
    meters, stock = inputs.meters, inputs.premises
    own = meters.account[late]
    homes = set(meters.premises[late][own < 0].tolist()) - {-1}
    if meters.of_flat.size and stock.flat.size:
        # The meter of a communal flat counts for all its rooms.
        flats = home_flats(stock)[
            [
                int(meters.premises[at])
                for at in late.tolist()
                if meters.of_flat[at] and meters.premises[at] >= 0
            ]
        ]
        homes |= set(np.flatnonzero(np.isin(stock.flat, flats[flats >= 0])).tolist())
    chosen = set(own[own >= 0].tolist())
    services = set(meters.service[late].tolist())
    if not chosen and not homes:
        return nothing_before()
    found = snapshot.columns(
        _CHARGED,
        {
            **about,
            "accounts": [UUID(bytes=key) for key, one in at.accounts.items() if one in chosen],
            "homes": [UUID(bytes=key) for key, one in at.premises.items() if one in homes],
            "services": [UUID(bytes=key) for key, one in at.services.items() if one in services],
        },
        kinds=_CHARGED_KINDS,
        is_set=True,
    )
    return ChargedBefore(
        account=_known(found["account_id"], at.accounts),
        service=places(found["service_id"], at.services),
        zone=wide(found["zone"]),
        month=wide(found["month"]),
        volume_mcu=wide(found["volume_mcu"]),
        premises=_known(found["premises_id"], at.premises),
    )


def _known(keys: NDArray[np.void], index: dict[bytes, int]) -> Ints:
    """Give the place of each key, -1 of those that are not of this batch."""
    return np.fromiter((index.get(key, -1) for key in keys.tolist()), np.int64, len(keys))


def _first_day(month: int) -> date:
    return month_of(month).first_day
