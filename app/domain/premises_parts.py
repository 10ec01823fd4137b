"""The part each premises has in the area of its house: a room has the flat's by its living area.

flat, non-residential    S_i
room of a flat           S_i of the flat × living area of the room / of all its rooms (16, 17)
"""

from dataclasses import dataclass

import numpy as np

from app.domain.charge_inputs import ChargeInputs
from app.domain.days import Month
from app.domain.heating_homes import HouseAreas, homes
from app.domain.money import Flags, Ints
from app.domain.situation import Situation


@dataclass(frozen=True, slots=True)
class HouseShares:
    """What segments have in their house, shape (n,) each: area / house × over / under.

    :ivar over: part of a room × share of the account; `whole_over` part of a room alone
    """

    area_cm2: Ints
    house_cm2: Ints
    over: Ints
    under: Ints
    whole_over: Ints
    whole_under: Ints

    @property
    def slots(self) -> tuple[Ints, ...]:
        return self.area_cm2, self.house_cm2, self.over, self.under


@dataclass(frozen=True, slots=True)
class PremisesParts:
    """Area of the premises, or of the flat a room is in, and the part of it: shape (premises,).

    :ivar area_cm2: 0 unknown
    :ivar house_cm2: shape (houses,), S_ob, 0 unknown
    """

    area_cm2: Ints
    numerator: Ints
    denominator: Ints
    house_cm2: Ints

    def is_known(self, of: Situation) -> Flags:
        """Tell which segments have an area in a house that has one."""
        known = (self.area_cm2[of.premises] > 0) & (self.house_cm2[of.house] > 0)
        return np.asarray(known, dtype=np.bool_)

    def shares(self, of: Situation) -> HouseShares:
        """Give the shares of segments whose areas are known."""
        room, rooms = self.numerator[of.premises], self.denominator[of.premises]
        over, under = room * of.share_numerator, rooms * of.share_denominator
        divisor = np.maximum(np.gcd(over, under), 1)
        return HouseShares(
            area_cm2=self.area_cm2[of.premises],
            house_cm2=self.house_cm2[of.house],
            over=over // divisor,
            under=under // divisor,
            whole_over=room,
            whole_under=rooms,
        )


def premises_parts(inputs: ChargeInputs, areas: HouseAreas, *, month: Month) -> PremisesParts:
    """Give every premises its area and part on the last day of the month."""
    found = homes(inputs, areas, month=month)
    return PremisesParts(found.area_cm2, found.room_cm2, found.rooms_cm2, areas.house_cm2)
