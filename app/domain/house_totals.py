"""What each house took and what is left of it for all: the step between premises and common needs.

    V_D     by the house meters of the service, else of the individual services of its resource
    ΣV      volumes of individual services of the resource, of all premises; never the excess of a
            raising factor; and meters of premises that nobody is charged by
    fact    V_D − cold water that hot water was made of − ΣV          491; 354, formulas 11, 12
            gas and power: − what the boiler of the house took for heating and hot water
    net     fact − carried from before; below 0: 0, and the rest is carried (124, §21(1))

Arrays are of every house × service (place = house × services + service): a batch has few.
"""

from dataclasses import dataclass, fields

import numpy as np

from app.domain import money
from app.domain.charge_inputs import ChargeInputs
from app.domain.house_beyond import beyond_accounts
from app.domain.house_boilers import boilers, fuels
from app.domain.house_late import less_charged
from app.domain.house_resources import (
    INDIVIDUAL,
    RESOURCES,
    MeterState,
    added,
    resource_places,
    with_methods,
)
from app.domain.house_total import UNKNOWN, HouseTotals, month_index, year_of
from app.domain.house_volumes import VolumeKind, whole_month
from app.domain.metering import Metering
from app.domain.money import Flags, Ints
from app.domain.service import Component, Method
from app.domain.situation import METHODS, Situation
from app.domain.volume import Scene, Volumes

COMMON = (
    Method.COMMON_NORM,
    Method.COMMON_AVERAGE,
    Method.COMMON_ACTUAL,
    Method.COMMON_354,
)
# Instead of a number of accounts whose volume is not known: no account has any.
NOBODY = -1


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


def house_needs(
    scene: Scene, of: Situation, *, common: Situation, individual: Volumes | None, known: Metering
) -> HouseNeeds:
    """Add up each house: what its meters counted and its premises took.

    :param of: all segments, `common` those of common needs
    :param individual: volumes of individual services, whole by premises
    """
    inputs, services = scene.inputs, len(scene.inputs.services.code)
    size = len(inputs.houses.code) * services
    resource = resource_places(inputs)
    has_common = np.zeros(size, dtype=np.bool_)
    has_common[common.house * services + common.service] = True
    own = own_mcu, own_state, _ = _house_meters(scene, known)
    is_individual = with_methods(inputs, INDIVIDUAL) & (resource >= 0) & ~fuels(inputs)
    service_of = np.tile(np.arange(services, dtype=np.int64), len(inputs.houses.code))
    house_of = np.repeat(np.arange(len(inputs.houses.code), dtype=np.int64), services)
    is_metered = is_individual[service_of] & (own_state > MeterState.NONE)

    has_resource = resource[service_of] >= 0
    shared = np.where(has_resource, house_of * len(RESOURCES) + resource[service_of], -1)
    found = np.maximum(shared, 0)
    groups = len(inputs.houses.code) * len(RESOURCES)
    taken, failed = _taken_by_premises(scene, of, individual, known, groups=groups)
    for_hot, unread = boilers(scene, of, individual, own=(own_mcu, own_state))
    failed = np.where(failed == NOBODY, failed, failed + unread)
    house_mcu, state, note = _of_group(own, shared, is_metered)
    less_charged(
        scene,
        known.house_volumes,
        group=shared,
        is_metered=is_metered,
        stands_for=own_state == MeterState.NONE,
        house_mcu=house_mcu,
        note=note,
    )
    return HouseNeeds(
        has_common=has_common,
        is_metered=is_metered,
        state=state,
        state_note=note,
        house_mcu=house_mcu,
        individual_mcu=np.where(has_resource & (failed[found] == 0), taken[found], UNKNOWN),
        individual_failed=np.where(has_resource, failed[found], 0),
        for_hot_mcu=for_hot,
        carry_before_mcu=_carried(inputs, size=size),
        net_mcu=np.full(size, UNKNOWN, dtype=np.int64),
        charged_mcu=np.full(size, UNKNOWN, dtype=np.int64),
        carry_mcu=np.zeros(size, dtype=np.int64),
    )


def _of_group(
    own: tuple[Ints, Ints, Ints], group: Ints, is_metered: Flags
) -> tuple[Ints, Ints, Ints]:
    """Give V_D, state and words: of the meters of the service, else of those of its resource.

    :param group: house × resource by house × service, -1 of no resource
    """
    mcu, state, note = own
    at, size = np.flatnonzero(is_metered), int(group.max(initial=0)) + 1
    sum_state, sum_note = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    sum_mcu = added(group[at], mcu[at], size)
    np.maximum.at(sum_state, group[at], state[at])
    np.maximum.at(sum_note, group[at], note[at])
    instead = (state == MeterState.NONE) & (group >= 0)
    found = np.maximum(group, 0)
    state = np.where(instead, sum_state[found], state)
    is_known = (state == MeterState.READ) | (state == MeterState.AVERAGE)
    mcu = np.where(is_known, np.where(instead, sum_mcu[found], mcu), UNKNOWN)
    return mcu, state, np.where(instead, sum_note[found], note)


def _house_meters(scene: Scene, known: Metering) -> tuple[Ints, Ints, Ints]:
    """Give V_D, the state and its words by house and service.

    A month in which the house had no meter on some day goes by the norm.
    """
    inputs, given = scene.inputs, known.house_volumes
    meters, services = inputs.meters, len(inputs.services.code)
    size = len(inputs.houses.code) * services
    volume, state = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    note = np.zeros(size, dtype=np.int64)
    at = whole_month(meters, month=scene.month, services=services)
    point = meters.house[at] * services + meters.service[at]
    np.add.at(volume, point, given.volume_mcu[at])
    states = np.array([MeterState.SILENT, MeterState.READ, MeterState.AVERAGE], dtype=np.int64)
    np.maximum.at(state, point, states[given.kind[at]])
    for place, which in zip(point.tolist(), at.tolist(), strict=True):
        if given.kind[which] != VolumeKind.NONE and which in given.why:
            note[place] = scene.notes.add(given.why.get(which, ""))
    return volume, state, note


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
    others = beyond_accounts(scene, of, known)
    # Nobody of the house takes the resource by this program: what they took is not known.
    seen = others.is_there
    at = np.flatnonzero(counts[of.service] >= 0)
    seen[of.house[at] * len(RESOURCES) + counts[of.service[at]]] = True
    failed += others.unknown
    return taken + others.volume_mcu, np.where(seen, failed, NOBODY)


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
