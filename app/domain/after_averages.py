"""The norm once averages are over, or where there is no base for one (354, §60, §60(1), §60(3)).

    silence             n × N without a factor
    failure, refusal    n × N × K; gas and heat without; electricity × K after two refusals alone
    a meter of zones    the norm is split by what the zones counted before (charges.md §3.1)

The reason is a note of the line. Waste water takes the volume without the factor.
"""

from dataclasses import replace

import numpy as np

from app.domain import money
from app.domain.basis import FACTOR_SLOT, Basis
from app.domain.meter_lives import Lives, zone_totals
from app.domain.metering import Metering
from app.domain.money import Ints
from app.domain.plain_gaps import zones_of
from app.domain.situation import Situation, expanded
from app.domain.volume import Scene, Volumes, is_impossible, joined

_AFTER = {
    Basis.NORM: (Basis.NORM_AFTER, 3),
    Basis.HOT_NORM: (Basis.HOT_NORM_AFTER, 3),
    Basis.POWER_NORM: (Basis.POWER_NORM_AFTER, 4),
    Basis.GAS_NORM: (Basis.GAS_NORM_AFTER, 7),
}
_ZONE_SLOT, _ALL_SLOT, _REASON_SLOT = 4, 5, 6


def after_averages(
    scene: Scene, of: Situation, known: Metering, parts: list[Volumes]
) -> list[Volumes]:
    """Say of volumes by the norm which stand for meters whose averages are over.

    :param of: the segments of the volumes
    """
    mask = known.consumers.norm_mask(of.point)
    after = np.flatnonzero((mask >> of.day_from) & 1)
    if not after.size:
        return parts
    by_place = after[np.argsort(of.place[after], kind="stable")]
    return [one for part in parts for one in _changed(scene, of, known, part, by_place)]


def _changed(
    scene: Scene, of: Situation, known: Metering, made: Volumes, after: Ints
) -> list[Volumes]:
    """Change the volumes of some segments.

    :param after: the segments, in order of their places
    """
    found = np.minimum(np.searchsorted(of.place[after], made.place), len(after) - 1)
    is_norm = np.isin(made.basis, [int(one) for one in _AFTER])
    at = np.flatnonzero((of.place[after[found]] == made.place) & is_norm)
    if not at.size:
        return [made]
    row, was = after[found[at]], made.basis[at]
    basis, slots, factor = made.basis.copy(), made.slots.copy(), made.factor_ppm.copy()
    raised, notes = _reasons(scene, of, row, known)
    for one in np.unique(was).tolist():
        its = np.flatnonzero(was == one)
        basis[at[its]], slot = _AFTER[Basis(one)]
        slots[at[its], slot] = notes[its]
    factor[at] = slots[at, FACTOR_SLOT] = factors(scene, of, row, raised, by_norm=factor[at])
    whole = replace(made, basis=basis, slots=slots, factor_ppm=factor)
    power = np.flatnonzero(was == Basis.POWER_NORM)
    line, zone, own, total = _zones(scene, of, row[power], known)
    if not line.size:
        return [whole]
    line = at[power[line]]
    plain = whole.taken(np.setdiff1d(np.arange(len(made.place)), line))
    split = _by_zones(whole.taken(line), zone, own, total, month_days=scene.month.days)
    return [joined([plain, split])]


def factors(scene: Scene, of: Situation, row: Ints, raised: Ints, *, by_norm: Ints) -> Ints:
    """Give the raising factors of segments whose averages are over.

    As without a meter: of the day where the setting says so, none where none can be installed.

    :param raised: what the meters say, 0 none
    :param by_norm: what the norm would have without a meter
    """
    resources = np.array(scene.inputs.services.resource, dtype=np.str_)[of.service[row]]
    # Of electricity there is a factor of its own: after refusals of access alone (354, §60(3)).
    own = np.where(is_impossible(scene, of)[row], 0, raised)
    return np.where(raised == 0, 0, np.where(resources == "power", own, by_norm))


def _reasons(scene: Scene, of: Situation, row: Ints, known: Metering) -> tuple[Ints, Ints]:
    """Do what reason_of() does for many segments; the words as numbers of notes."""
    lives = known.consumers.lives
    line, meter = _meters_of(of, row, known)
    ended = np.flatnonzero((lives.norm_days[meter] >> of.day_from[row[line]]) & 1)
    line, meter = line[ended], meter[ended]
    place = lives.gap_places(meter)
    factor = np.zeros(len(meter), dtype=np.int64)
    walked = np.flatnonzero(place < 0)
    factor[walked] = [lives.lives[which].factor_ppm for which in meter[walked].tolist()]
    order = np.lexsort((np.arange(len(line)), -factor, line))
    _, first = np.unique(line[order], return_index=True)
    best = order[first]
    place, numbers = place[best], np.zeros(len(best), dtype=np.int64)
    walked, plain = np.flatnonzero(place < 0), np.flatnonzero(place >= 0)
    numbers[walked] = [
        scene.notes.add(lives.lives[which].reason) for which in meter[best[walked]].tolist()
    ]
    if lives.gaps is not None and plain.size:
        numbers[plain] = lives.gaps.reason_notes(place[plain], scene.notes)
    return factor[best], numbers


def _meters_of(of: Situation, row: Ints, known: Metering) -> tuple[Ints, Ints]:
    """Give the meters of segments: which of the segments, and the meter, in order of both."""
    pairs = known.consumers
    left = np.searchsorted(pairs.point, of.point[row], "left")
    line, nth = expanded(np.searchsorted(pairs.point, of.point[row], "right") - left)
    return line, pairs.meter[left[line] + nth]


def reason_of(of: Situation, row: int, known: Metering) -> tuple[int, str]:
    """Give the largest factor of the meters whose averages are over, and why it is so."""
    lives, day = known.consumers.lives, int(of.day_from[row])
    found = [
        life
        for which in known.consumers.meters_of(int(of.point[row])).tolist()
        if (int(lives.norm_days[which]) >> day) & 1 and (life := lives.life(which)) is not None
    ]
    raised = max(life.factor_ppm for life in found)
    return raised, next(life.reason for life in found if life.factor_ppm == raised)


def _zones(
    scene: Scene, of: Situation, row: Ints, known: Metering
) -> tuple[Ints, Ints, Ints, Ints]:
    """Give what the zones of the meters of segments counted before.

    :returns: which of the segments, zone, its mcu, the mcu of all; nothing where that is 0
    """
    lives = known.consumers.lives
    line, meter = _meters_of(of, row, known)
    zoned = np.flatnonzero(lives.is_unusual[meter] & (scene.inputs.meters.zones[meter] > 1))
    line, meter = line[zoned], meter[zoned]
    place = lives.gap_places(meter)
    number = np.bincount(line, minlength=len(row))
    is_alone = (number[line] == 1) & (place >= 0)
    parts = []
    if lives.gaps is not None and is_alone.any():
        its = np.flatnonzero(is_alone)
        which, nth, zone = zones_of(lives.gaps.zones[place[its]])
        own = lives.gaps.zone_totals()[place[its]][which, nth]
        parts.append((line[its][which], zone, own))
    for one in np.unique(line[~is_alone]).tolist():
        totals = _zones_of_several(lives, meter[line == one])
        parts.append((
            np.full(len(totals), one, dtype=np.int64),
            np.array(list(totals), dtype=np.int64), np.array(list(totals.values()), dtype=np.int64),
        ))  # fmt: skip
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return none, none, none, none
    line, zone, own = (np.concatenate(each) for each in zip(*parts, strict=True))
    total = np.zeros(len(row), dtype=np.int64)
    np.add.at(total, line, own)
    order = np.argsort(line, kind="stable")
    order = order[total[line[order]] > 0]
    return line[order], zone[order], own[order], total[line[order]]


def _zones_of_several(lives: Lives, meters: Ints) -> dict[int, int]:
    """Give what the zones of meters of one segment counted before."""
    totals: dict[int, int] = {}
    for which in meters.tolist():
        life = lives.life(which)
        if life is None or life.case is None:
            continue
        stander = lives.stander(which)
        found = zone_totals(stander, life.case.start)
        for zone, total in zip(stander.of.zones, found, strict=False):
            totals[zone] = totals.get(zone, 0) + total
    return totals


def _by_zones(parts: Volumes, zone: Ints, own: Ints, total: Ints, *, month_days: int) -> Volumes:
    """Divide the norm of power by zones.

    :param parts: each volume as often as it has zones, one after another
    """
    slots = parts.slots.copy()
    slots[:, _REASON_SLOT] = slots[:, _ZONE_SLOT]
    slots[:, _ZONE_SLOT], slots[:, _ALL_SLOT] = own, total
    volume = money.ratio((own, slots[:, 0], slots[:, 1]), (total, month_days))
    return replace(
        parts,
        zone=zone,
        basis=np.full(len(own), int(Basis.POWER_NORM_ZONE), dtype=np.int64),
        volume_mcu=volume,
        whole_mcu=volume,
        slots=slots,
    )
