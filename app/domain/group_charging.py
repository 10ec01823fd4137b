"""Volumes by group meters: of members without a meter, or of all on top of their own.

    without meters   (V − ΣV of members with meters − fixed − carried) × w / Σw
    on top           (V − ΣV charged to the members − fixed − carried) × w / Σw, a line of its own
    w                person-days, area × days, the norm, one a premises, a given share

Parts of one meter sum to its rest exactly (charges.md §4.4).
"""

from collections.abc import Callable, Sequence

import numpy as np

from app.domain import days, money, utility
from app.domain.basis import SLOTS, VOLUME_REST_SLOT, Basis
from app.domain.charge_inputs import ChargeInputs
from app.domain.days import Month
from app.domain.group_inputs import GroupBase
from app.domain.group_meter import GroupMode
from app.domain.group_meters import Group, Groups, members
from app.domain.house_resources import INDIVIDUAL, RESOURCES
from app.domain.house_total import UNKNOWN
from app.domain.metering import Metering, by_meter
from app.domain.money import MILLION, Flags, Ints
from app.domain.norm import NormKind
from app.domain.service import Component, Method
from app.domain.situation import METHODS, Rows, Situation, picked
from app.domain.volume import Scene, Volumes, counted, joined, volumes, with_area, with_norm

SHARED = (
    Method.METER_OR_NORM,
    Method.POWER,
    Method.GAS,
    Method.HOT_WATER_TWO_PART,
    Method.GROUP_METER,
)
_SHARED = np.array([METHODS.index(one) for one in SHARED], dtype=np.int64)
Whole = Callable[[Sequence[Volumes]], Volumes]


def cuts(inputs: ChargeInputs, rows: Rows, *, month: Month) -> Ints:
    """Give the days on which a member comes or goes or its area changes, as masks of rows."""
    given, premises = inputs.groups, inputs.premises
    result = np.zeros(len(rows.account), dtype=np.int64)
    if not given.meter.size:
        return result
    area = np.zeros(len(premises.house), dtype=np.int64)
    edges = days.bit(premises.valid_from, month=month) | days.bit(premises.valid_to, month=month)
    np.bitwise_or.at(area, premises.version_of, edges)
    edges = days.bit(given.valid_from, month=month) | days.bit(given.valid_to, month=month)
    for at in range(len(given.meter)):
        by_area = given.base[at] == GroupBase.AREA
        if given.meter[at] < 0 or not (edges[at] or (by_area and area.any())):
            continue
        mine = members(inputs, at)[rows.account]
        mine &= rows.service == inputs.meters.service[given.meter[at]]
        result[mine] |= edges[at]
        if by_area:
            result[mine] |= area[rows.premises[mine]]
    return result


def by_group_meter(scene: Scene, of: Situation, known: Metering) -> list[Volumes]:
    """By a meter of one's own; who has none and no group meter either is told."""
    metered, without = by_meter(scene, of, known)
    is_member = np.zeros(len(without.row), dtype=np.bool_)
    inputs = scene.inputs
    for at in np.flatnonzero(inputs.groups.mode == GroupMode.COMMON_NEED).tolist():
        which = inputs.groups.meter[at]
        if which >= 0:
            mine = members(inputs, at)[without.account]
            is_member |= mine & (without.service == inputs.meters.service[which])
    lost = np.flatnonzero(~is_member)
    if lost.size:
        scene.findings.tell(
            without.taken(lost),
            "нет ни своего прибора, ни группового с объёмом за этот месяц.",
            "Внесите показание группового прибора и его участников на листе «Групповые приборы».",
        )
    return metered


def covered(of: Situation, groups: Groups, metered: Sequence[Metering | None]) -> Ints:
    """Give the place of the group meter that stands for a meter of each segment, -1 none.

    :param metered: by meters of accounts, and of flats of rooms where there are any
    """
    result = np.full(len(of.row), -1, dtype=np.int64)
    every = groups.of_mode(GroupMode.COVER_UNMETERED)
    if not every:
        return result
    free = np.isin(of.method, _SHARED)
    for known in metered:
        if known is not None:
            free &= ((known.consumers.covered_days(of.point) >> of.day_from) & 1) == 0
    for place, group in enumerate(every):
        if group.counted_mcu != UNKNOWN:
            result[free & (result < 0) & _is_member(of, group)] = place
    return result


def with_covered(
    scene: Scene, of: Situation, known: Volumes, groups: Groups, *, by: Ints, whole: Whole
) -> Volumes:
    """Add the volumes of members without a meter to those of the others.

    :param of: all segments, in the order of their places
    :param known: volumes by meters and norms, whole by premises
    :param by: shape (segments,), as :func:`covered` gives it
    """
    if not groups.every:
        return known
    parts = [known]
    for place, group in enumerate(groups.of_mode(GroupMode.COVER_UNMETERED)):
        some = of.taken(np.flatnonzero(by == place))
        of_service = np.arange(len(scene.inputs.services.code)) == group.service
        others = of.taken(np.flatnonzero(by != place))
        made = _shared(scene, some, others, (of, known), group, counts=of_service)
        parts += [whole(made)] if made else []
    return joined(parts)


def with_common(
    scene: Scene, of: Situation, known: Volumes, groups: Groups, *, whole: Whole
) -> Volumes:
    """Add what group meters counted beyond what their members were charged, on top of their own."""
    if not groups.every:
        return known
    parts = [known]
    inputs = scene.inputs
    individual = np.array([one in INDIVIDUAL for one in inputs.services.method], dtype=np.bool_)
    for group in groups.of_mode(GroupMode.COMMON_NEED):
        resource = inputs.services.resource[group.service]
        same = np.array([one == resource for one in inputs.services.resource], dtype=np.bool_)
        counts = individual & same if resource in RESOURCES else np.zeros_like(same)
        counts[group.service] = True
        mine = (of.service == group.service) & np.isin(of.method, _SHARED) & _is_member(of, group)
        some = of.taken(np.flatnonzero(mine))
        made = _shared(scene, some, of, (of, known), group, counts=counts)
        parts += [whole(made)] if made else []
    return joined(parts)


def _is_member(of: Situation, group: Group) -> Flags:
    on = (group.days[of.account] >> of.day_from) & 1
    return np.asarray((on == 1) & (of.service == group.service), dtype=np.bool_)


def _shared(
    scene: Scene,
    some: Situation,
    others: Situation,
    charged: tuple[Situation, Volumes],
    group: Group,
    *,
    counts: Flags,
) -> list[Volumes]:
    """Share a group meter's rest out to segments.

    :param some: who it is shared out to
    :param others: whose volumes it is shared after
    :param charged: all segments, and the volumes charged by now
    :param counts: shape (services,), whose volumes are taken off
    """
    if group.counted_mcu == UNKNOWN:
        _warn(scene, some, group, f"объёма группового прибора {group.code} нет: {group.why}")
        return []
    if lost := _lost(scene, others, group, counts):
        scene.findings.tell(
            some,
            f"объём участников группового прибора {group.code} не определён ({lost}),"
            " поэтому остаток не распределён.",
            "Устраните замечания участников и начислите снова.",
        )
        return []
    is_two_part = scene.inputs.services.method[group.service] is Method.HOT_WATER_TWO_PART
    if is_two_part:
        some, _ = with_norm(scene, some, kind=NormKind.HEAT_PER_VOLUME, words="Гкал на м3")
    some, weight = _weighed(scene, some, group)
    part = group.share(known_mcu=_taken(*charged, group, counts), weight=weight)
    assert group.shares is not None
    if unshared := int(group.shares.unshared_mcu[0]):
        left = money.decimal_of(unshared).replace(".", ",")
        _warn(
            scene, some, group,
            f"остаток группового прибора {group.code} ({left}) делить не на кого.",
        )  # fmt: skip
    if not weight.any():
        return []
    is_cover = group.mode is GroupMode.COVER_UNMETERED
    basis = Basis.GROUP_SHARE if is_cover else Basis.GROUP_COMMON
    component = int(Component.WATER) if is_two_part else 0
    made = volumes(some, basis, part, slots=_slots(scene, group, weight), component=component)
    plain = money.ratio((group.shares.rest_mcu, weight), (int(weight.sum()),))
    made.slots[:, VOLUME_REST_SLOT] = part - plain
    return utility.with_heat(scene, some, made) if is_two_part else [made]


def _slots(scene: Scene, group: Group, weight: Ints) -> Sequence[Ints | int]:
    """Give the slots of app/domain/bases/groups.py."""
    known = (group.counted_mcu, group.known_mcu, group.fixed_mcu, group.carried_mcu)
    slots = (*known, weight, int(weight.sum()), int(group.base), scene.notes.add(group.words))
    assert len(slots) < SLOTS
    return slots


def _lost(scene: Scene, others: Situation, group: Group, counts: Flags) -> int:
    """Give how many rows of members have a volume that is not known."""
    if not scene.findings.failed_rows or not others.row.size:
        return 0
    failed = scene.findings.failed(int(others.row.max()) + 1)
    on = _days_of(others, group) > 0
    return len(np.unique(others.row[failed[others.row] & on & counts[others.service]]))


def _taken(of: Situation, known: Volumes, group: Group, counts: Flags) -> int:
    """Add up what the members were charged on their days: their water, not the heat in it.

    Other services of the resource are not cut on the day a member comes or goes: by days.
    """
    mine = np.flatnonzero(counts[of.service[known.place]] & (known.component != Component.HEAT))
    its, volume = of.taken(known.place[mine]), known.volume_mcu[mine]
    part = money.ratio((np.abs(volume), _days_of(its, group)), (its.days,))
    return int((np.sign(volume) * part).sum())


def _days_of(of: Situation, group: Group) -> Ints:
    """Give how many days of each segment its account is a member on."""
    on = group.days[of.account] & days.span(of.day_from, of.day_to)
    number: Ints = np.bitwise_count(on).astype(np.int64)
    return number


def _weighed(scene: Scene, some: Situation, group: Group) -> tuple[Situation, Ints]:
    """Give the segments that have a weight, and the weights."""
    if group.base is GroupBase.PERSONS:
        some, persons, _ = counted(scene, some)
        return some, persons
    if group.base is GroupBase.NORM:
        some, persons, _ = counted(scene, some)
        each = persons // np.maximum(some.days, 1)
        rooms = picked(scene.inputs.premises.rooms, some.area_version, otherwise=-1)
        by_place = dict(zip(some.place.tolist(), persons.tolist(), strict=True))
        left, norm = with_norm(
            scene, some, kind=NormKind.PERSON, words="на человека", rooms=rooms, persons=each
        )
        persons = np.array([by_place[one] for one in left.place.tolist()], dtype=np.int64)
        return left, money.ratio((norm, persons), (scene.month.days,))
    if group.base is GroupBase.AREA:
        some = with_area(scene, some)
        over: Ints | int = scene.area(some)
    else:
        over = MILLION if group.base is GroupBase.EQUAL else group.share_ppm[some.account]
    return some, money.ratio((over, some.days, some.share_numerator), (some.share_denominator,))


def _warn(scene: Scene, some: Situation, group: Group, message: str) -> None:
    """Say once what is wrong with a group meter: on the first account behind it."""
    first = some.account[:1].tolist() or np.flatnonzero(group.days)[:1].tolist()
    for account in first:
        scene.findings.warn(
            account,
            message,
            "Проверьте показания прибора и участников на листе «Групповые приборы».",
            service=group.service,
        )
