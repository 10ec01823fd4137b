"""Heat of the year before: what houses paid evenly, and their premises with meters, go by."""

from datetime import date
from typing import Any
from uuid import UUID

import numpy as np

from app.domain.charge_inputs import HeatYears, Houses
from app.domain.service import Method
from app.store.charging_catalogue import Catalogue
from app.store.copying import uuid_list
from app.store.reading import Snapshot

_YEAR = """
select house_id, coalesce(premises_id, '00000000-0000-0000-0000-000000000000'::uuid) as premises_id,
  service_id, installed_on, removed_on, volume_mcu
from app.heat_of_year(%(houses)s, %(services)s, %(first)s)
"""


def load(
    snapshot: Snapshot,
    catalogue: Catalogue,
    *,
    houses: Houses,
    house_ids: list[UUID],
    house_index: dict[bytes, int],
    premises_index: dict[bytes, int],
) -> HeatYears:
    """Read the meters of heat of houses paid evenly; nothing where none is."""
    methods = catalogue.services.method
    heating = [at for at, method in enumerate(methods) if method is Method.HEATING]
    if not heating or not houses.heats_evenly.any():
        return HeatYears()
    year = catalogue.period.year - 1
    rows = snapshot.rows(
        _YEAR,
        houses=house_ids,
        services=uuid_list(catalogue.service_ids[heating]),
        first=date(year, 1, 1),
    )
    service_index = {key: at for at, key in enumerate(catalogue.service_ids.tolist())}
    found: dict[tuple[int, int, int], list[Any]] = {}
    for row in rows:
        keys = (row.house_id.bytes, row.premises_id.bytes, row.service_id.bytes)
        premises = premises_index.get(keys[1], -1)
        key = (house_index[keys[0]], premises, service_index[keys[2]])
        if houses.heats_evenly[key[0]]:
            found.setdefault(key, []).append(row)
    whole = {key: _volume(meters, year) for key, meters in found.items()}

    def column(values: list[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
        return np.array(values, dtype=np.int64)

    return HeatYears(
        house=column([key[0] for key in whole]),
        premises=column([key[1] for key in whole]),
        service=column([key[2] for key in whole]),
        volume_mcu=column(list(whole.values())),
    )


def _volume(meters: list[Any], year: int) -> int:
    """Give what meters of one place counted, -1 where a day of the year has no meter or volume."""
    if any(row.volume_mcu is None or row.volume_mcu < 0 for row in meters):
        return -1
    covered = date(year, 1, 1)
    for row in sorted(meters, key=lambda row: row.installed_on):
        if row.installed_on > covered:
            break
        covered = max(covered, row.removed_on or date(year + 1, 1, 1))
    is_whole = covered >= date(year + 1, 1, 1)
    return sum(row.volume_mcu for row in meters) if is_whole else -1
