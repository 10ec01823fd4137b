"""Totals of houses: those of months before that a run goes by, and those a run keeps."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.domain.charge_inputs import ChargeInputs
from app.domain.house_total import UNKNOWN, HouseTotals, SettledMonths
from app.domain.money import Ints
from app.domain.service import Method
from app.domain.situation import METHODS
from app.store.charging_catalogue import Catalogue, wide
from app.store.charging_catalogue import places as places_of
from app.store.charging_places import About, Addition, Places
from app.store.copying import uuid_list
from app.store.reading import Snapshot

_VOLUMES = (
    "house_mcu", "individual_mcu", "for_hot_mcu", "carry_before_mcu", "net_mcu", "charged_mcu",
    "carry_mcu", "premises_cm2", "price_mcr", "heat_price_mcr", "heat_norm_mcu",
)  # fmt: skip
_PAST = f"""
select house_id, service_id, method,
  (extract(year from period) * 12 + extract(month from period) - 1)::int4 as period,
  {", ".join(f"coalesce({name}, {UNKNOWN}) as {name}" for name in _VOLUMES)}
from app.counting_house_totals(%(houses)s, %(since)s, %(before)s)
"""
_KINDS = {
    "house_id": "uuid", "service_id": "uuid", "method": "text", "period": "int4",
    **dict.fromkeys(_VOLUMES, "int8"),
}  # fmt: skip
# Contracts that ended since, with another one after: their months were corrected at the end.
_SETTLED = """
select given.house_id, given.service_id,
  max(extract(year from given.valid_to - 1) * 12 + extract(month from given.valid_to - 1))::int4
    as until
from app.assignment as given
where given.house_id = any (%(houses)s) and given.valid_to <= %(before)s
  and given.valid_to > %(since)s and exists (
    select 1 from app.assignment as later
    where later.house_id = given.house_id and later.service_id = given.service_id
      and later.contract_id <> given.contract_id and later.valid_from >= given.valid_to
  )
group by given.house_id, given.service_id
"""
_SETTLED_KINDS = {"house_id": "uuid", "service_id": "uuid", "until": "int4"}
_MAY_BE_UNKNOWN = {"house_mcu", "individual_mcu", "net_mcu", "charged_mcu", "price_mcr"}


def ask(snapshot: Snapshot, catalogue: Catalogue, about: About) -> Addition:
    """Ask for the totals of this and the year before, up to the month before the period."""
    span = {**about, "since": date(catalogue.period.year - 1, 1, 1), "before": about["first"]}
    past = snapshot.ask(_PAST, span, kinds=_KINDS, is_set=True)
    settled = snapshot.ask(_SETTLED, span, kinds=_SETTLED_KINDS, is_set=True)

    def add(inputs: ChargeInputs, at: Places) -> ChargeInputs:
        return replace(
            inputs,
            past_totals=_totals(past.columns(), at),
            settled_months=_settled(settled.columns(), at),
        )

    return add


def _totals(columns: dict[str, Any], at: Places) -> HouseTotals:
    return HouseTotals(
        house=places_of(columns["house_id"], at.houses),
        service=places_of(columns["service_id"], at.services),
        period=wide(columns["period"]),
        method=np.array([METHODS.index(Method(one)) for one in columns["method"]], dtype=np.int64),
        **{name: wide(columns[name]) for name in _VOLUMES},
    )


def _settled(columns: dict[str, Any], at: Places) -> SettledMonths:
    return SettledMonths(
        house=places_of(columns["house_id"], at.houses),
        service=places_of(columns["service_id"], at.services),
        until=wide(columns["until"]),
    )


def columns(
    totals: HouseTotals, *, house_ids: NDArray[np.void], service_ids: NDArray[np.void]
) -> dict[str, list[UUID] | list[str] | list[int | None]]:
    """Give the arrays of api.keep_house_totals."""
    result: dict[str, list[UUID] | list[str] | list[int | None]] = {
        "house_ids": uuid_list(house_ids[totals.house]),
        "service_ids": uuid_list(service_ids[totals.service]),
        "methods": [METHODS[one].value for one in totals.method.tolist()],
    }
    for name in _VOLUMES:
        values: Ints = getattr(totals, name)
        result[name] = [
            None if name in _MAY_BE_UNKNOWN and one == UNKNOWN else one for one in values.tolist()
        ]
    return result
