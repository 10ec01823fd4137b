"""What a volume split over ranges of price was made of, in the words of its own formula.

A part in a range keeps the range in its slots, so that the formula of the whole has no room there:
its words stand beside as a note (charges.md §13.1: nothing has to be looked up). Of a room of a
communal flat the parts are lines of formulas 7 and 9 still, not of formulas 1 and 4; what is by
neither meter nor norm (an area) is not called so.
"""

import numpy as np

from app.domain.bases.every import RULES, named
from app.domain.bases.rule import StoredLine
from app.domain.bases.words import number
from app.domain.basis import METERED, Basis
from app.domain.ledger import EntryKind
from app.domain.money import Ints
from app.domain.situation import Situation
from app.domain.volume import Scene, Volumes

NOTE_SLOT = 4
_BY_NORM = frozenset(
    {Basis.NORM, Basis.POWER_NORM, Basis.GAS_NORM, Basis.WASTE_NORM, Basis.HOT_NORM, Basis.HOT_HEAT}
)
_OF_ROOMS = frozenset(
    {Basis.COMMUNAL_METER, Basis.COMMUNAL_ROOMS, Basis.COMMUNAL_ROOM_OWN, Basis.COMMUNAL_ROOM_REST,
     Basis.COMMUNAL_NORM, Basis.COMMUNAL_POWER_NORM, Basis.COMMUNAL_GAS_NORM}
)  # fmt: skip
_RANGES = (int(Basis.NORM_RANGE), int(Basis.METER_RANGE))


def tell_whole(scene: Scene, of: Situation, made: Volumes, basis: Ints, slots: Ints) -> None:
    """Let parts in a range of price say what their whole was made of; in place.

    :param of: all segments, in the order of their places
    :param made: the volumes that were split, one for each part
    :param basis: shape (n,), of the parts, `slots` of them with the range in slots 0..3
    """
    some = ~np.isin(made.basis, [int(one) for one in METERED - _OF_ROOMS])
    known: dict[tuple[int, ...], int] = {}
    for at in np.flatnonzero(some & np.isin(basis, _RANGES)).tolist():
        was, place = Basis(int(made.basis[at])), int(made.place[at])
        if was in _OF_ROOMS:
            room = Basis.COMMUNAL_RANGE if was in METERED else Basis.COMMUNAL_NORM_RANGE
            basis[at], slots[at, NOTE_SLOT : NOTE_SLOT + 5] = room, 0
        elif was not in _BY_NORM:
            basis[at] = Basis.RANGE
        days = int(of.day_from[place]), int(of.day_to[place])
        key = (int(was), *days, int(of.service[place]), *made.slots[at].tolist())
        if key not in known:
            known[key] = scene.notes.add(_words(scene, of, made, at))
        slots[at, NOTE_SLOT] = known[key]


def _words(scene: Scene, of: Situation, made: Volumes, at: int) -> str:
    place = int(made.place[at])
    line = StoredLine(
        period=scene.inputs.period,
        kind=int(EntryKind.CHARGE),
        basis=int(made.basis[at]),
        zone=int(made.zone[at]),
        component=int(made.component[at]),
        day_from=int(of.day_from[place]),
        day_to=int(of.day_to[place]),
        volume_mcu=int(made.volume_mcu[at]),
        price_mcr=0,
        amount_kop=0,
        slots=made.slots[at].tolist(),
        notes=scene.notes.known,
    )
    rule = RULES[Basis(line.basis)]
    unit = scene.inputs.services.unit[int(of.service[place])]
    text = rule.text(line, named(line), unit)
    why = rule.why if isinstance(rule.why, str) else rule.why(line, named(line))
    own = "" if Basis(line.basis) in _BY_NORM | _OF_ROOMS else f"{rule.words} ({rule.law}), "
    return f"{own}весь объём {number(line.volume_mcu)} = {text}; {why}"
