"""Readings of the meters of a batch: those of the period, and the last ones before it.

of the period     however early they were taken
last dial         of each meter and zone, of the periods before; most are of the last month, so one
                  look at the days since then gives both; silent meters are asked one by one
volumes given     instead of the dial, since the last dial
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain import days
from app.domain.meter import Readings
from app.domain.money import Ints
from app.store.charging_catalogue import wide
from app.store.charging_places import About
from app.store.copying import Answer, Columns, uuid_list
from app.store.reading import Snapshot

# SOURCE_RANKS of app/domain/meter.py.
RANK_SQL = """case source when 'initial' then 0 when 'payer' then 1 when 'automatic' then 2
  when 'inspector' then 3 else 4 end"""
ZONE_SQL = """case reading.zone when 'day' then 1 when 'night' then 2 when 'peak' then 3
  when 'half-peak' then 4 else 0 end"""
_NOT_WANTED, _NOT_SEEN = -(2**40), -(2**39)
_ZONES = ("", "day", "night", "peak", "half-peak")  # a zone is its place here
_EVERY_ZONE = ", ".join(f"'{zone}'" for zone in _ZONES)
_ZONES_OF = {1: (0,), 2: (1, 2), 3: (2, 3, 4)}
_RECENT_DAYS = 31
_ROW = f"""reading.meter_id, {ZONE_SQL} as zone, reading.taken_on, {RANK_SQL} as rank,
  reading.period, reading.value_mcu is null as is_volume,
  coalesce(reading.value_mcu, reading.volume_mcu) as value_mcu"""
_KINDS = {
    "meter_id": "uuid", "zone": "int4", "taken_on": "date", "rank": "int4", "period": "date",
    "is_volume": "bool", "value_mcu": "int8",
}  # fmt: skip
# "offset 0" keeps each going by its index from the meters of the batch, however long the history;
# the period is subtracted, not compared, or the index of periods would be read through.
_NEAR = f"""
select {_ROW}
from app.meter
cross join lateral (
  select * from app.reading
  where reading.meter_id = meter.id and reading.zone in ({_EVERY_ZONE})
    and reading.taken_on >= %(first)s::date - {_RECENT_DAYS}
    and reading.period - %(first)s::date <= 0
  offset 0
) as reading
where {{listed}}
union all
select {_ROW}
from app.reading join app.meter on meter.id = reading.meter_id
where reading.taken_on < reading.period - {_RECENT_DAYS} and reading.period = %(first)s
  and {{listed}}
"""
_LAST_OF_SILENT = f"""
select {_ROW}
from unnest(%(meters)s::uuid[], %(zones)s::text[]) as silent (meter_id, zone)
cross join lateral (
  select * from app.reading
  where reading.meter_id = silent.meter_id and reading.zone = silent.zone
    and reading.period < %(first)s and reading.value_mcu is not null
  order by reading.taken_on desc
  fetch first 1 row with ties
) as reading
"""
_GIVEN = f"""
select {_ROW}
from app.meter
cross join lateral (
  select * from app.reading
  where reading.meter_id = meter.id and reading.volume_mcu is not null
    and reading.period < %(first)s
  offset 0
) as reading
where {{listed}} and meter.kind <> 'house'
  and not exists (
    select 1 from app.reading as dial
    where dial.meter_id = reading.meter_id and dial.zone = reading.zone
      and dial.value_mcu is not null and dial.period < %(first)s
      and dial.taken_on >= reading.taken_on
  )
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Readings that were asked for: of the period and the days before, and volumes given."""

    near: Answer
    given: Answer


def ask(snapshot: Snapshot, about: About, *, listed: str) -> Asked:
    """Ask for what the meters of a batch showed: half of what is read, so beside all else.

    :param listed: the condition on app.meter that these are of
    """
    return Asked(
        snapshot.other.ask(_NEAR.format(listed=listed), about, kinds=_KINDS, is_set=True),
        snapshot.ask(_GIVEN.format(listed=listed), about, kinds=_KINDS, is_set=True),
    )


def load(
    snapshot: Snapshot,
    about: About,
    asked: Asked,
    *,
    meter_ids: NDArray[np.void],
    zones: Ints,
) -> Readings:
    """Take the readings, and look for the last ones of meters that were silent of late.

    :param meter_ids: raw keys of the meters kept, shape (n,)
    :param zones: 1 to 3, of each of them
    :returns: readings of these meters alone, `meter` their place
    """
    first = days.number(about["first"])
    place_of = {key: place for place, key in enumerate(meter_ids.tolist())}
    near = _placed(asked.near.columns(), place_of)
    of_period = near["period"] == first
    last, missing = _last_dials(near, zones, first=first)
    parts = [_taken(near, np.flatnonzero(of_period)), _taken(near, last)]
    if missing.size:
        silent = {
            "first": about["first"],
            "meters": uuid_list(meter_ids[missing // len(_ZONES)]),
            "zones": [_ZONES[zone] for zone in (missing % len(_ZONES)).tolist()],
        }
        last_dials = snapshot.other.columns(_LAST_OF_SILENT, silent, kinds=_KINDS, is_set=True)
        parts.append(_placed(last_dials, place_of))
    parts.append(_placed(asked.given.columns(), place_of))
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Readings(
        meter=joined["meter"],
        zone=wide(joined["zone"]),
        taken_on=wide(joined["taken_on"]),
        rank=wide(joined["rank"]),
        in_period=wide(joined["period"] == first),
        month=_months(joined["period"]),
        is_volume=wide(joined["is_volume"]),
        value_mcu=wide(joined["value_mcu"]),
    )


def _placed(found: Columns, place_of: Mapping[bytes, int]) -> dict[str, NDArray[Any]]:
    """Put the place of its meter to each reading; those of meters left out are left out too."""
    keys = found.pop("meter_id").tolist()
    meter = np.fromiter((place_of.get(key, -1) for key in keys), np.int64, len(keys))
    return _taken({"meter": meter, **found}, np.flatnonzero(meter >= 0))


def _taken(columns: Mapping[str, NDArray[Any]], rows: Ints) -> dict[str, NDArray[Any]]:
    return {name: column[rows] for name, column in columns.items()}


def _last_dials(near: Mapping[str, NDArray[Any]], zones: Ints, *, first: int) -> tuple[Ints, Ints]:
    """Find the last dials before the period among recent readings.

    :returns: their rows, and meter × 5 + zone of the dials that none of them shows
    """
    meters = np.arange(len(zones))
    wanted = np.concatenate(
        [
            meters[zones == number] * len(_ZONES) + zone
            for number, zones_of in _ZONES_OF.items()
            for zone in zones_of
        ]
    )
    latest = np.full(len(zones) * len(_ZONES), _NOT_WANTED)
    latest[wanted] = _NOT_SEEN
    dial = near["meter"] * len(_ZONES) + near["zone"]
    rows = np.flatnonzero(
        (near["period"] < first) & ~near["is_volume"] & (latest[dial] > _NOT_WANTED)
    )
    np.maximum.at(latest, dial[rows], near["taken_on"][rows].astype(np.int64))
    return (
        rows[near["taken_on"][rows] == latest[dial[rows]]],
        np.flatnonzero(latest == _NOT_SEEN),
    )


def _months(first_days: NDArray[Any]) -> Ints:
    """Give months of days since 2000-01-01, as year × 12 + month − 1."""
    months = (np.datetime64(days.EPOCH, "D") + first_days).astype("datetime64[M]")
    return months.astype(np.int64) + 1970 * 12
