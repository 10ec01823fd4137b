"""Heat of the year before: what houses paid evenly, and their premises with meters, go by."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from app.domain.charge_inputs import ChargeInputs, HeatYears
from app.domain.money import Ints
from app.domain.service import Method
from app.store.charging_catalogue import Catalogue
from app.store.charging_places import About, Addition, Places
from app.store.copying import uuid_list
from app.store.reading import Snapshot

_YEAR = """
select house_id, coalesce(premises_id, '00000000-0000-0000-0000-000000000000'::uuid) as premises_id,
  service_id, installed_on, removed_on, volume_mcu
from app.heat_of_year(%(houses)s, %(services)s, %(first)s)
"""


def ask(snapshot: Snapshot, catalogue: Catalogue, about: About) -> Addition:
    """Ask for the meters of heat of houses paid evenly: once it is known that some are."""
    heating = [
        at for at, method in enumerate(catalogue.services.method) if method is Method.HEATING
    ]
    year = catalogue.period.year - 1

    def add(inputs: ChargeInputs, at: Places) -> ChargeInputs:
        if not heating or not inputs.houses.heats_evenly.any():
            return inputs
        rows = snapshot.rows(
            _YEAR,
            houses=about["houses"],
            services=uuid_list(catalogue.service_ids[heating]),
            first=date(year, 1, 1),
        )
        found: dict[tuple[int, int, int], list[Any]] = {}
        for row in rows:
            house = at.houses[row.house_id.bytes]
            premises = at.premises.get(row.premises_id.bytes, -1)
            if inputs.houses.heats_evenly[house]:
                key = (house, premises, at.services[row.service_id.bytes])
                found.setdefault(key, []).append(row)
        return replace(inputs, heat_years=_years(found, year))

    return add


def _years(found: Mapping[tuple[int, int, int], list[Any]], year: int) -> HeatYears:
    """Give the volume of a year of each house, premises and service."""
    whole = {key: _volume(meters, year) for key, meters in found.items()}

    def column(values: list[int]) -> Ints:
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
