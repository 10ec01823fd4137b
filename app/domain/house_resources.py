"""Resources that houses share out, and the services that take them: what house totals add up by."""

from enum import IntEnum

import numpy as np

from app.domain.charge_inputs import ChargeInputs
from app.domain.money import Flags, Ints
from app.domain.service import Method

RESOURCES = ("cold", "hot", "waste-water", "power", "gas")
INDIVIDUAL = (
    Method.METER_OR_NORM,
    Method.WASTE_WATER,
    Method.POWER,
    Method.GAS,
    Method.HOT_WATER_TWO_PART,
    Method.HOT_WATER_OWN,
    Method.PLOT,
    Method.GROUP_METER,
)


class MeterState(IntEnum):
    """What the house meter gave for the month; the larger one holds for several meters."""

    NONE = 0
    READ = 1
    AVERAGE = 2
    SILENT = 3


def resource_places(inputs: ChargeInputs) -> Ints:
    """Give the place of each service's resource in RESOURCES, -1 another one."""
    return np.array(
        [RESOURCES.index(one) if one in RESOURCES else -1 for one in inputs.services.resource],
        dtype=np.int64,
    )


def with_methods(inputs: ChargeInputs, methods: tuple[Method, ...]) -> Flags:
    """Tell which services have one of these methods."""
    return np.array([one in methods for one in inputs.services.method], dtype=np.bool_)


def added(place: Ints, values: Ints, size: int) -> Ints:
    """Add values up by place."""
    result = np.zeros(size, dtype=np.int64)
    np.add.at(result, place, values)
    return result
