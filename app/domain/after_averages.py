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
from app.domain.meter_lives import zone_totals
from app.domain.metering import Metering
from app.domain.situation import Situation
from app.domain.volume import Scene, Volumes, joined

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
    row_of = {int(of.place[row]): row for row in after.tolist()}
    return [one for part in parts for one in _changed(scene, of, known, part, row_of)]


def _changed(
    scene: Scene, of: Situation, known: Metering, made: Volumes, row_of: dict[int, int]
) -> list[Volumes]:
    basis, slots, factor = made.basis.copy(), made.slots.copy(), made.factor_ppm.copy()
    zoned: dict[int, dict[int, int]] = {}
    for at, place in enumerate(made.place.tolist()):
        was = Basis(int(basis[at]))
        if place not in row_of or was not in _AFTER:
            continue
        basis[at], slot = _AFTER[was]
        raised, reason = reason_of(of, row_of[place], known)
        slots[at, slot] = scene.notes.add(reason)
        factor[at] = slots[at, FACTOR_SLOT] = raised
        if was is Basis.POWER_NORM and (totals := _zones(of, row_of[place], known)):
            zoned[at] = totals
    whole = replace(made, basis=basis, slots=slots, factor_ppm=factor)
    if not zoned:
        return [whole]
    plain = np.setdiff1d(np.arange(len(made.place)), list(zoned))
    split = [
        _by_zones(whole.taken(np.array([at])), totals, month_days=scene.month.days)
        for at, totals in zoned.items()
    ]
    return [joined([whole.taken(plain), *split])]


def reason_of(of: Situation, row: int, known: Metering) -> tuple[int, str]:
    """Give the largest factor of the meters whose averages are over, and why it is so."""
    lives, day = known.consumers.lives, int(of.day_from[row])
    found = [
        lives.lives[which]
        for which in known.consumers.meters_of(int(of.point[row])).tolist()
        if which in lives.lives and (int(lives.norm_days[which]) >> day) & 1
    ]
    raised = max(life.factor_ppm for life in found)
    return raised, next(life.reason for life in found if life.factor_ppm == raised)


def _zones(of: Situation, row: int, known: Metering) -> dict[int, int]:
    """Give what the zones of the meters of a point counted before, nothing for one zone."""
    lives = known.consumers.lives
    totals: dict[int, int] = {}
    for which in known.consumers.meters_of(int(of.point[row])).tolist():
        life, stander = lives.lives.get(which), lives.stander(which)
        if life is None or life.case is None or len(stander.of.zones) == 1:
            continue
        found = zone_totals(stander, life.case.start)
        for zone, total in zip(stander.of.zones, found, strict=False):
            totals[zone] = totals.get(zone, 0) + total
    return totals if sum(totals.values()) > 0 else {}


def _by_zones(one: Volumes, totals: dict[int, int], *, month_days: int) -> Volumes:
    own = np.array(list(totals.values()), dtype=np.int64)
    total = int(own.sum())
    parts = one.taken(np.zeros(len(totals), dtype=np.int64))
    slots = parts.slots.copy()
    slots[:, _REASON_SLOT] = slots[:, _ZONE_SLOT]
    slots[:, _ZONE_SLOT], slots[:, _ALL_SLOT] = own, total
    norm, person_days = int(one.slots[0, 0]), int(one.slots[0, 1])
    volume = money.ratio((own, norm, person_days), (total, month_days))
    return replace(
        parts,
        zone=np.array(list(totals), dtype=np.int64),
        basis=np.full(len(totals), int(Basis.POWER_NORM_ZONE), dtype=np.int64),
        volume_mcu=volume,
        whole_mcu=volume,
        slots=slots,
    )
