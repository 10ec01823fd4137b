"""Meters of a batch of houses: those in place in the period, and those gone a while ago."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from app.domain.meter import Meters, Readings
from app.store import charging_readings
from app.store.charging_catalogue import EPOCH_SQL, FAR_SQL, places, wide
from app.store.charging_places import About, Places
from app.store.copying import Answer, Columns
from app.store.reading import Snapshot

_NIL_SQL = "'00000000-0000-0000-0000-000000000000'::uuid"
# Where the days without a meter end after one was removed: at the next meter of the place, or when
# the failure it was removed with is over (app/domain/between_meters.py).
_GAP_TO = """coalesce(
  (select min(following.installed_on) from app.meter as following
   where following.house_id = meter.house_id and following.service_id = meter.service_id
     and following.kind = meter.kind and following.id <> meter.id
     and following.premises_id is not distinct from meter.premises_id
     and following.account_id is not distinct from meter.account_id
     and following.installed_on >= meter.removed_on),
  (select max(coalesce(event.valid_to, 'infinity')) from app.meter_event as event
   where event.meter_id = meter.id and event.kind = 'failure'
     and event.valid_from <= meter.removed_on
     and coalesce(event.valid_to, 'infinity') > meter.removed_on),
  meter.removed_on)"""
# A gap of many months is by the norm long before its end: a year back is enough.
LISTED = f"""meter.house_id = any (%(houses)s) and meter.installed_on < %(end)s
  and (coalesce(meter.removed_on, 'infinity') > %(first)s
    or meter.removed_on > %(first)s::date - interval '1 year' and meter.kind <> 'house'
      and {_GAP_TO} > %(first)s)"""

# 10 to the power of digits, 1 to 12, without the arithmetic of numeric.
_DIALS = f"array[{', '.join(str(10**digits) for digits in range(1, 13))}]::int8[]"
# The heat of the year before, of house meters: volumes as given, or the dial at its two ends.
_YEAR = "date_trunc('year', %(first)s::date)"
_GIVEN_LAST_YEAR = f"""(
  select sum(volume_mcu)::int8 from app.reading
  where meter_id = meter.id and volume_mcu is not null
    and period >= {_YEAR} - interval '1 year' and period < {_YEAR})"""
_DIAL_LAST_YEAR = f"""(
  select ((max(value_mcu) filter (where period >= {_YEAR} - interval '1 year')
    - max(value_mcu) filter (where period < {_YEAR} - interval '1 year'))
    * (meter.ratio_mcu::numeric / 1000000))::int8
  from app.reading
  where meter_id = meter.id and value_mcu is not null and period < {_YEAR})"""
_METERS = f"""
select meter.id, meter.code, meter.service_id, meter.house_id,
  coalesce(meter.premises_id, {_NIL_SQL}) as premises_id,
  coalesce(meter.account_id, {_NIL_SQL}) as account_id,
  (meter.kind = 'house')::int4 as of_house, (meter.kind = 'flat')::int4 as of_flat,
  meter.zones::int4 as zones,
  coalesce(({_DIALS})[meter.digits] * 1000000, 0) as dial_mcu, meter.ratio_mcu,
  meter.installed_on - {EPOCH_SQL} as installed,
  coalesce(meter.removed_on - {EPOCH_SQL}, {FAR_SQL}) as removed,
  coalesce(meter.verified_to - {EPOCH_SQL}, {FAR_SQL}) as verified_to,
  case when meter.kind = 'house' then coalesce({_GIVEN_LAST_YEAR}, {_DIAL_LAST_YEAR}, -1)
    else -1 end as last_year_mcu,
  case when meter.removed_on is null or meter.kind = 'house' then {FAR_SQL}
    else coalesce(nullif({_GAP_TO}, 'infinity') - {EPOCH_SQL}, {FAR_SQL}) end as gap_to
from app.meter
where {LISTED}
"""


_KINDS = {
    "id": "uuid", "code": "text", "service_id": "uuid", "house_id": "uuid",
    "premises_id": "uuid", "account_id": "uuid", "of_house": "int4", "zones": "int4",
    "dial_mcu": "int8", "ratio_mcu": "int8", "installed": "int4", "removed": "int4",
    "verified_to": "int4", "last_year_mcu": "int8", "of_flat": "int4", "gap_to": "int4",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Metering:
    """Meters of a batch and their readings as the database has them, before they have places."""

    columns: Columns
    readings: Readings


@dataclass(frozen=True, slots=True)
class Asked:
    """Meters and readings that were asked for."""

    snapshot: Snapshot
    about: About
    meters: Answer
    readings: charging_readings.Asked

    def taken(self) -> Metering:
        """Take the answers."""
        columns = self.meters.columns()
        readings = charging_readings.load(
            self.snapshot,
            self.about,
            self.readings,
            meter_ids=columns["id"],
            zones=wide(columns["zones"]),
        )
        return Metering(columns, readings)


def ask(snapshot: Snapshot, about: About) -> Asked:
    """Ask for the meters in place in the period."""
    meters = snapshot.ask(_METERS, about, kinds=_KINDS, is_set=True)
    readings = charging_readings.ask(snapshot, about, listed=LISTED)
    return Asked(snapshot, about, meters, readings)


def placed(found: Metering, at: Places) -> tuple[Meters, Readings]:
    """Put meters in their places; one of an account not charged is left out with its readings."""
    known = {bytes(16), *at.accounts}
    kept = np.flatnonzero([key in known for key in found.columns["account_id"].tolist()])
    columns: dict[str, Any] = {
        name: [column[at] for at in kept.tolist()] if isinstance(column, list) else column[kept]
        for name, column in found.columns.items()
    }
    meters = Meters(
        code=columns["code"],
        service=places(columns["service_id"], at.services),
        house=places(columns["house_id"], at.houses),
        premises=places(columns["premises_id"], at.premises),
        account=places(columns["account_id"], at.accounts),
        of_house=wide(columns["of_house"]),
        zones=wide(columns["zones"]),
        dial_mcu=wide(columns["dial_mcu"]),
        ratio_mcu=wide(columns["ratio_mcu"]),
        installed=wide(columns["installed"]),
        removed=wide(columns["removed"]),
        verified_to=wide(columns["verified_to"]),
        last_year_mcu=wide(columns["last_year_mcu"]),
        of_flat=wide(columns["of_flat"]),
        gap_to=wide(columns["gap_to"]),
    )
    place = np.full(len(found.columns["id"]), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    meter = place[found.readings.meter]
    rows = np.flatnonzero(meter >= 0)
    rest = {
        name: getattr(found.readings, name)[rows] for name in Readings.__slots__ if name != "meter"
    }
    return meters, Readings(meter=meter[rows], **rest)
