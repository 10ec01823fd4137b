"""What each house took and what is left of it for all: the step between premises and common needs.

    V_D     by the house meters of the service, else of the individual services of its resource
    ΣV      volumes of individual services of the resource, of all premises; never the excess of a
            raising factor; and meters of premises that nobody is charged by
    fact    V_D − cold water that hot water was made of − ΣV          491; 354, formulas 11, 12
            gas and power: − what the boiler of the house took for heating
    net     fact − carried from before; below 0: 0, and the rest is carried (124, §21(1))

Arrays are of every house × service (place = house × services + service): a batch has few.
"""

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np

from app.domain import meter, money
from app.domain.charge_inputs import ChargeInputs
from app.domain.house_total import UNKNOWN, HouseTotals, month_index, year_of
from app.domain.house_volumes import VolumeKind
from app.domain.meter import Doubt
from app.domain.metering import Metering
from app.domain.money import Flags, Ints
from app.domain.service import Component, Method
from app.domain.situation import METHODS, Situation
from app.domain.volume import Scene, Volumes

RESOURCES = ("cold", "hot", "waste-water", "power", "gas")
COMMON = (
    Method.COMMON_NORM,
    Method.COMMON_AVERAGE,
    Method.COMMON_ACTUAL,
    Method.COMMON_354,
)
# Instead of a number of accounts whose volume is not known: no account has any.
NOBODY = -1
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


@dataclass(slots=True)
class HouseNeeds:
    """Totals in the making, shape (houses × services,) each; UNKNOWN where not known.

    :ivar has_common: some account is charged for common needs by this service
    :ivar is_metered: an individual service with a house meter: what its manager or supplier has
    :ivar state: MeterState of the meter that gave V_D
    :ivar state_note: words on the average that stands for the meter (note.py), 0 none
    :ivar individual_failed: accounts whose individual volume is not known, or NOBODY
    """

    has_common: Flags
    is_metered: Flags
    state: Ints
    state_note: Ints
    house_mcu: Ints
    individual_mcu: Ints
    individual_failed: Ints
    for_hot_mcu: Ints
    carry_before_mcu: Ints
    net_mcu: Ints
    charged_mcu: Ints
    carry_mcu: Ints

    @property
    def has_fact(self) -> Flags:
        return np.asarray(
            (self.house_mcu != UNKNOWN) & (self.individual_mcu != UNKNOWN), dtype=np.bool_
        )

    @property
    def rest_mcu(self) -> Ints:
        """V_D less the premises, hot water and what was carried: below zero too."""
        return self.house_mcu - self.for_hot_mcu - self.individual_mcu - self.carry_before_mcu

    def settle(self, at: Ints | Flags) -> None:
        """Give these places their net by the meter, and carry on what is below zero."""
        rest = self.rest_mcu[at]
        self.net_mcu[at] = np.maximum(rest, 0)
        self.carry_mcu[at] = np.maximum(-rest, 0)


def resource_places(inputs: ChargeInputs) -> Ints:
    """Give the place of each service's resource in RESOURCES, -1 another one."""
    return np.array(
        [RESOURCES.index(one) if one in RESOURCES else -1 for one in inputs.services.resource],
        dtype=np.int64,
    )


def with_methods(inputs: ChargeInputs, methods: tuple[Method, ...]) -> Flags:
    """Tell which services have one of these methods."""
    return np.array([one in methods for one in inputs.services.method], dtype=np.bool_)


def house_needs(
    scene: Scene, of: Situation, *, common: Situation, individual: Volumes | None, known: Metering
) -> HouseNeeds:
    """Add up each house: what its meters counted and its premises took.

    :param of: all segments, `common` those of common needs
    :param individual: volumes of individual services, whole by premises
    """
    inputs = scene.inputs
    services = len(inputs.services.code)
    size = len(inputs.houses.code) * services
    resource = resource_places(inputs)
    has_common = np.zeros(size, dtype=np.bool_)
    has_common[common.house * services + common.service] = True
    own_mcu, own_state, own_note = _house_meters(scene, known)
    is_individual = with_methods(inputs, INDIVIDUAL) & (resource >= 0)
    service_of = np.tile(np.arange(services, dtype=np.int64), len(inputs.houses.code))
    house_of = np.repeat(np.arange(len(inputs.houses.code), dtype=np.int64), services)
    is_metered = is_individual[service_of] & (own_state > MeterState.NONE)

    group = house_of * len(RESOURCES) + np.maximum(resource[service_of], 0)
    groups = len(inputs.houses.code) * len(RESOURCES)
    at = np.flatnonzero(is_metered)
    sum_mcu = _added(group[at], own_mcu[at], groups)
    sum_state, sum_note = np.zeros(groups, dtype=np.int64), np.zeros(groups, dtype=np.int64)
    np.maximum.at(sum_state, group[at], own_state[at])
    np.maximum.at(sum_note, group[at], own_note[at])
    taken, failed = _taken_by_premises(scene, of, individual, known, groups=groups)
    instead = own_state == MeterState.NONE
    has_resource = resource[service_of] >= 0
    found = np.where(has_resource, group, 0)
    state = np.where(instead & has_resource, sum_state[found], own_state)
    house_mcu = np.where(instead & has_resource, sum_mcu[found], own_mcu)
    known_state = (state == MeterState.READ) | (state == MeterState.AVERAGE)
    return HouseNeeds(
        has_common=has_common,
        is_metered=is_metered,
        state=state,
        state_note=np.where(instead & has_resource, sum_note[found], own_note),
        house_mcu=np.where(known_state, house_mcu, UNKNOWN),
        individual_mcu=np.where(has_resource & (failed[found] == 0), taken[found], UNKNOWN),
        individual_failed=np.where(has_resource, failed[found], 0),
        for_hot_mcu=_boilers(inputs, of, individual, own=(own_mcu, own_state)),
        carry_before_mcu=_carried(inputs, size=size),
        net_mcu=np.full(size, UNKNOWN, dtype=np.int64),
        charged_mcu=np.full(size, UNKNOWN, dtype=np.int64),
        carry_mcu=np.zeros(size, dtype=np.int64),
    )


def _house_meters(scene: Scene, known: Metering) -> tuple[Ints, Ints, Ints]:
    """Give V_D, the state and its words by house and service.

    A meter that was not in place the whole month does not count: the month goes by the norm.
    """
    inputs, given = scene.inputs, known.house_volumes
    meters, services = inputs.meters, len(inputs.services.code)
    size = len(inputs.houses.code) * services
    volume, state = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    note = np.zeros(size, dtype=np.int64)
    whole = meter.coverage(meters, month=scene.month) == scene.month.full
    at = np.flatnonzero((meters.of_house > 0) & whole)
    point = meters.house[at] * services + meters.service[at]
    np.add.at(volume, point, given.volume_mcu[at])
    states = np.array([MeterState.SILENT, MeterState.READ, MeterState.AVERAGE], dtype=np.int64)
    np.maximum.at(state, point, states[given.kind[at]])
    for place, which in zip(point.tolist(), at.tolist(), strict=True):
        if given.kind[which] != VolumeKind.NONE and which in given.why:
            note[place] = scene.notes.add(given.why.get(which, ""))
    return volume, state, note


def _boilers(
    inputs: ChargeInputs, of: Situation, individual: Volumes | None, *, own: tuple[Ints, Ints]
) -> Ints:
    """Give the gas and power that heating was made of in the house, by house and service (12).

    One meter of heating and hot water: what hot water took is among the premises already.

    :param own: volume and state of the house meters of each service
    """
    (volume, state), services = own, len(inputs.services.code)
    result = np.zeros(len(volume), dtype=np.int64)
    burns = with_methods(inputs, (Method.HEATING_OWN,))
    if not burns.any():
        return result
    resource = np.tile(resource_places(inputs), len(inputs.houses.code))
    fuel = np.isin(resource, [RESOURCES.index(one) for one in ("power", "gas")])
    point = np.arange(len(volume), dtype=np.int64)
    group = (point // services) * len(RESOURCES) + np.maximum(resource, 0)
    at = np.flatnonzero(burns[point % services] & fuel & (state > MeterState.NONE))
    size = len(inputs.houses.code) * len(RESOURCES)
    taken = _added(group[at], volume[at], size)
    if individual is not None:
        its = of.house[individual.place] * services + of.service[individual.place]
        hot = with_methods(inputs, (Method.HOT_WATER_OWN,))[its % services]
        hot &= fuel[its] & (state[its] == MeterState.NONE)
        taken -= _added(group[its[hot]], individual.volume_mcu[hot], size)
    return np.where(fuel & ~burns[point % services], np.maximum(taken, 0)[group], 0)


def _counted(known: Metering, meters: int) -> Ints:
    """Give what each meter counted in the month, all its zones together."""
    spans = known.spans
    every = np.arange(len(spans.meter), dtype=np.int64)
    one = np.ones(len(every), dtype=np.int64)
    result = np.zeros(meters, dtype=np.int64)
    days = spans.day_to - spans.day_from
    np.add.at(result, spans.meter, spans.volume(every, days, numerator=one, denominator=one))
    return result


def _added(place: Ints, values: Ints, size: int) -> Ints:
    """Add values up by place."""
    result = np.zeros(size, dtype=np.int64)
    np.add.at(result, place, values)
    return result


def _taken_by_premises(
    scene: Scene, of: Situation, individual: Volumes | None, known: Metering, *, groups: int
) -> tuple[Ints, Ints]:
    """Give ΣV by house and resource, and how many accounts and meters are not known, or NOBODY."""
    inputs = scene.inputs
    resource = resource_places(inputs)
    counts = np.where(with_methods(inputs, INDIVIDUAL), resource, -1)
    taken, failed = np.zeros(groups, dtype=np.int64), np.zeros(groups, dtype=np.int64)
    if individual is not None:
        service = of.service[individual.place]
        at = np.flatnonzero((counts[service] >= 0) & (individual.component != Component.HEAT))
        house = of.house[individual.place[at]]
        np.add.at(taken, house * len(RESOURCES) + counts[service[at]], individual.volume_mcu[at])
    if scene.findings.failed_rows:
        rows = scene.findings.failed(int(of.row.max(initial=-1)) + 1)
        lost = np.flatnonzero(rows[of.row] & (counts[of.service] >= 0))
        keys = np.unique(np.stack([of.row[lost], of.house[lost], of.service[lost]]), axis=1)
        np.add.at(failed, keys[1] * len(RESOURCES) + counts[keys[2]], 1)
    loose = _unbilled(inputs, of, counts)
    group = inputs.meters.house[loose] * len(RESOURCES) + counts[inputs.meters.service[loose]]
    taken += _added(group, _counted(known, len(inputs.meters.service))[loose], groups)
    silent = (known.meter_doubt[loose] != Doubt.NONE).astype(np.int64)
    # Nobody of the house takes the resource by this program: what they took is not known.
    seen = np.zeros(groups, dtype=np.bool_)
    at = np.flatnonzero(counts[of.service] >= 0)
    seen[of.house[at] * len(RESOURCES) + counts[of.service[at]]] = True
    seen[group] = True
    failed += _added(group, silent, groups)
    return taken, np.where(seen, failed, NOBODY)


def _unbilled(inputs: ChargeInputs, of: Situation, counts: Ints) -> Ints:
    """Give meters of premises that nobody is charged by: they have a contract of their own."""
    meters, services = inputs.meters, len(inputs.services.code)
    loose = np.flatnonzero((meters.of_house == 0) & (meters.account < 0) & (meters.premises >= 0))
    loose = loose[counts[meters.service[loose]] >= 0]
    billed = np.zeros(len(inputs.premises.house) * services, dtype=np.bool_)
    billed[of.premises * services + of.service] = True
    is_billed = billed[meters.premises[loose] * services + meters.service[loose]]
    return np.asarray(loose[~is_billed], dtype=np.int64)


def _carried(inputs: ChargeInputs, *, size: int) -> Ints:
    """Give what the latest month before carried on; over the end of a year if it is so set."""
    result = np.zeros(size, dtype=np.int64)
    past, now = inputs.past_totals, month_index(inputs.period)
    if not len(past):
        return result
    past = past.taken(np.lexsort((past.period, past.service, past.house)))
    key = past.house * len(inputs.services.code) + past.service
    last = np.flatnonzero(np.append(key[1:] != key[:-1], True))
    goes_on = past.period[last] < now
    if not inputs.rules.is_on("common_carry_over_year"):
        goes_on &= year_of(past.period[last]) == inputs.period.year
    last = last[goes_on]
    result[key[last]] = past.carry_mcu[last]
    return result


def house_totals(
    scene: Scene, needs: HouseNeeds, *, premises_cm2: Ints, heat_norm_mcu: Ints
) -> HouseTotals:
    """Give the totals of the month for houses and services that have any; prices come later.

    :param premises_cm2: S_ob of each house
    :param heat_norm_mcu: shape (houses × services,), of hot water in two components, 0 else
    """
    inputs = scene.inputs
    at = np.flatnonzero(needs.has_common | needs.is_metered)
    alone = needs.is_metered & ~needs.has_common & needs.has_fact
    needs.settle(alone)
    house, service = np.divmod(at, len(inputs.services.code))
    methods = np.array(
        [-1 if one is None else METHODS.index(one) for one in inputs.services.method],
        dtype=np.int64,
    )
    columns = {
        one.name: getattr(needs, one.name)[at]
        for one in fields(needs)
        if one.name in HouseTotals.__slots__
    }
    nothing = np.zeros(len(at), dtype=np.int64)
    return HouseTotals(
        house=house,
        service=service,
        period=nothing + month_index(inputs.period),
        method=methods[service],
        premises_cm2=premises_cm2[house],
        price_mcr=nothing + UNKNOWN,
        heat_price_mcr=nothing,
        heat_norm_mcu=heat_norm_mcu[at],
        **columns,
    )


def part_of_days(volume_mcu: Ints, part: Ints, whole: int) -> Ints:
    """Give the part of a volume for some days of the month."""
    return money.ratio((volume_mcu, part), (whole,))
