"""Which houses measure their containers of solid waste, and by which services."""

from collections.abc import Sequence
from uuid import UUID

from app.store.reading import Snapshot

# A meter of a service of solid waste keeps the volumes of the containers.
_HOUSES = """
select distinct house.id, house.code from app.house
join app.meter on meter.house_id = house.id and meter.kind = 'house'
join app.service on service.id = meter.service_id and service.resource = 'solid-waste'
where %(all)s or house.code = any (%(codes)s)
order by house.code
"""
_SERVICES = "select code from app.service where resource = 'solid-waste' order by code"


def houses(snapshot: Snapshot, codes: Sequence[str]) -> list[tuple[UUID, str]]:
    """Give houses whose containers are measured: all or the named."""
    rows = snapshot.rows(_HOUSES, all=not codes, codes=list(codes))
    return [(row.id, row.code) for row in rows]


def services(snapshot: Snapshot) -> list[str]:
    """Give the codes of services of solid waste."""
    return [row.code for row in snapshot.rows(_SERVICES)]
