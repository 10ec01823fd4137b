"""The bases a line of charges may stand on: their numbers, and how a line keeps its inputs.

A line keeps SLOTS whole numbers. With the row's own days, price and period they give its volume
and amount again without looking anything up (charges.md §13.1): app/domain/replay.py does it by
the Rules of app/domain/bases/. A slot whose name ends in _note stands for words (note.py).

    slots 0..9     by the basis, named below
    slot 9         where a raising factor may apply: the factor in millionths, 0 = none
    slot 10        mcu added to this account's volume so that the parts of a shared whole sum to it
    slot 11        kopecks added likewise
"""

from enum import IntEnum

SLOTS = 12
FACTOR_SLOT = 9
VOLUME_REST_SLOT = 10
AMOUNT_REST_SLOT = 11
R354 = "ПП РФ № 354"
A2 = "приложение № 2"
NORM_SLOTS = ("norm_mcu", "person_days", "owner_days")
SHARE_SLOTS = ("share_numerator", "share_denominator")


class Basis(IntEnum):
    """How a line was calculated; a stored number is never given another sense."""

    NONE = 0
    AREA = 1
    PERSON = 2
    ACCOUNT = 3
    QUANTITY = 4
    METER = 10
    METERS = 11
    METER_VOLUME = 12
    METER_RANGE = 13
    NORM = 20
    POWER_NORM = 21
    GAS_NORM = 22
    NORM_RANGE = 23
    HOT_METER = 30
    HOT_METERS = 31
    HOT_METER_VOLUME = 32
    HOT_NORM = 33
    HOT_HEAT = 34
    WASTE_BY_WATER = 40
    WASTE_NORM = 41
    SOLID_WASTE_PERSON = 50
    SOLID_WASTE_AREA = 51
    HEAT_NORM = 60
    HEAT_NORM_EVEN = 61
    HEAT_NORM_OWN = 62
    HEAT_METER = 63
    HEAT_METER_EVEN = 64
    COMMON_NORM = 70


# On these a raising factor makes a line of its own (354, formulas 4(1), 23(1)).
RAISED = frozenset({Basis.NORM, Basis.NORM_RANGE, Basis.HOT_NORM, Basis.HOT_HEAT})
METERED = frozenset(
    {Basis.METER, Basis.METERS, Basis.METER_VOLUME, Basis.METER_RANGE,
     Basis.HOT_METER, Basis.HOT_METERS, Basis.HOT_METER_VOLUME}
)  # fmt: skip
