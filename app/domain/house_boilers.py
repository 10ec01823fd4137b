"""What a house takes of gas and power to make heating and hot water: it is no common need (12)."""

import numpy as np

from app.domain import money
from app.domain.charge_inputs import ChargeInputs
from app.domain.house_resources import (
    RESOURCES,
    MeterState,
    added,
    resource_places,
    with_methods,
)
from app.domain.money import MILLION, Flags, Ints
from app.domain.norm import NormKind
from app.domain.service import Method
from app.domain.situation import Situation
from app.domain.volume import Scene, Volumes


def fuels(inputs: ChargeInputs) -> Flags:
    """Tell which services are what hot water made in the house takes of a resource."""
    is_hot = resource_places(inputs) == RESOURCES.index("hot")
    return np.asarray(with_methods(inputs, (Method.HOT_WATER_OWN,)) & ~is_hot, dtype=np.bool_)


def boilers(
    scene: Scene, of: Situation, individual: Volumes | None, *, own: tuple[Ints, Ints]
) -> tuple[Ints, Ints]:
    """Give the gas and power that heating and hot water were made of in the house (12).

    By the meters of these services; of hot water without one by its norm, unless the meter of
    heating counts it too. It is not among the premises: it is worked out after common needs.

    :param own: volume and state of the house meters of each service
    :returns: by house and service; how many of these meters gave nothing, by house and resource
    """
    inputs, (volume, state) = scene.inputs, own
    services, size = len(inputs.services.code), len(inputs.houses.code) * len(RESOURCES)
    burns = with_methods(inputs, (Method.HEATING_OWN,)) | fuels(inputs)
    if not burns.any():
        return np.zeros(len(volume), dtype=np.int64), np.zeros(size, dtype=np.int64)
    resource = np.tile(resource_places(inputs), len(inputs.houses.code))
    is_fuel = np.isin(resource, [RESOURCES.index(one) for one in ("power", "gas")])
    point = np.arange(len(volume), dtype=np.int64)
    group = (point // services) * len(RESOURCES) + np.maximum(resource, 0)
    at = np.flatnonzero(burns[point % services] & is_fuel & (state > MeterState.NONE))
    taken = added(group[at], volume[at], size)
    silent = (state[at] == MeterState.SILENT).astype(np.int64)
    if individual is not None:
        by_norm = _fuel_by_norm(scene, of, individual, state) * is_fuel
        taken += added(group, by_norm, size)
    result = np.where(is_fuel & ~burns[point % services], taken[group], 0)
    return result, added(group[at], silent, size)


def _fuel_by_norm(scene: Scene, of: Situation, individual: Volumes, state: Ints) -> Ints:
    """Give what hot water took where no meter counts it: hot water of the house × the norm."""
    inputs, houses = scene.inputs, len(scene.inputs.houses.code)
    services, is_fuel = len(inputs.services.code), fuels(inputs)
    each = np.zeros(houses * services, dtype=np.int64)
    its = of.taken(np.flatnonzero(is_fuel[of.service]))
    norm = scene.norm_sheets.values(its.norm_sheet, kind=NormKind.HEAT_PER_VOLUME)
    np.maximum.at(each, its.house * services + its.service, norm)
    each[state != MeterState.NONE] = 0
    # One meter of heating and hot water: the service of heating has the norm of hot water.
    both = with_methods(inputs, (Method.HEATING_OWN,))
    has_norm = inputs.norms.service[inputs.norms.kind == NormKind.HEAT_PER_VOLUME]
    both &= np.isin(np.arange(services), has_norm)
    resource = resource_places(inputs)
    for place in np.flatnonzero(np.tile(both, houses) & (state != MeterState.NONE)).tolist():
        house, service = divmod(place, services)
        each[house * services : (house + 1) * services][resource == resource[service]] = 0
    is_water = with_methods(inputs, (Method.HOT_WATER_OWN,)) & ~is_fuel
    at = np.flatnonzero(is_water[of.service[individual.place]])
    water = added(of.house[individual.place[at]], individual.volume_mcu[at], houses)
    return money.ratio((np.repeat(np.maximum(water, 0), services), each), (MILLION,))
