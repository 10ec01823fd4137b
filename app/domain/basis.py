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
    RANGE = 5
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
    AVERAGE_FAILURE = 100
    AVERAGE_SILENT = 101
    AVERAGE_REFUSAL = 102
    TRUE_UP = 103
    SUM_FAILURE = 104
    SUM_SILENT = 105
    SUM_REFUSAL = 106
    SUM_TRUE_UP = 107
    RANGE_FAILURE = 108
    RANGE_SILENT = 109
    RANGE_REFUSAL = 110
    NORM_AFTER = 112
    HOT_NORM_AFTER = 113
    POWER_NORM_AFTER = 114
    POWER_NORM_ZONE = 115
    GAS_NORM_AFTER = 116
    NORM_RANGE_AFTER = 117
    NORM10 = 120
    NORM10_GAS = 121
    PIPE62_POWER = 122
    PIPE62_WATER = 123
    RECALC61 = 124
    NORM10_RANGE = 125
    PIPE62_RANGE = 126
    RECALC61_RANGE = 127
    NORM10_BESIDE_RANGE = 128
    COMMON_NORM_INSTEAD = 130
    COMMON_AVERAGE = 131
    COMMON_ACTUAL = 132
    COMMON_ACTUAL_LIMITED = 133
    COMMON_354 = 134
    COMMON_354_LIMITED = 135
    COMMON_354_NORM = 136
    COMMON_WASTE = 137
    COMMON_HEAT = 138
    COMMON_LESSENING = 139
    COMMON_YEAR = 140
    GROUP_SHARE = 141
    GROUP_COMMON = 142
    GROUP_RANGE = 143
    COMMON_LESSENING_AREA = 144
    HEAT_TWELFTH = 160
    HEAT_TWELFTH_EVEN = 161
    HEAT_DWELLING_EVEN = 162
    HEAT_ALL_METERED = 163
    HEAT_ALL_METERED_ALONE = 164
    HEAT_SOME_METERED = 165
    HEAT_SOME_METERED_ALONE = 166
    HEAT_SOME_WITHOUT = 167
    HEAT_SOME_WITHOUT_ALONE = 168
    OWN_HEAT_AREA = 170
    OWN_HEAT_METERED = 171
    OWN_HEAT_WITHOUT = 172
    OWN_HOT_METER = 175
    OWN_HOT_NORM = 176
    PLOT = 180
    HEAT_YEAR = 185
    HEAT_UNITS = 186
    COMMUNAL_METER = 200
    COMMUNAL_NORM = 201
    COMMUNAL_POWER_NORM = 202
    COMMUNAL_GAS_NORM = 203
    COMMUNAL_ROOMS = 204
    COMMUNAL_ROOM_OWN = 205
    COMMUNAL_ROOM_REST = 206
    COMMUNAL_HOT_NORM = 207
    COMMUNAL_AREA = 208
    COMMUNAL_RANGE = 209
    COMMUNAL_NORM_RANGE = 210
    CONTAINERS_PERSON = 215
    CONTAINERS_AREA = 216
    ROOM_WASTE_PERSON = 217
    ROOM_WASTE_AREA = 218
    ROOM_CONTAINERS_PERSON = 219
    ROOM_CONTAINERS_AREA = 220
    WASTE_YEAR = 221
    CAPACITY = 225
    CAPACITY_AREA = 226
    ONE_OFF = 230
    ABSENCE = 240
    ABSENCE_PART = 241
    ABSENCE_RANGE = 242
    ABSENCE_HEAT = 243
    ABSENCE_WASTE = 244
    ABSENCE_RAISED = 245
    ABSENCE_VOLUME = 246
    ABSENCE_SOLID_WASTE = 247
    ABSENCE_CONTAINERS = 248
    QUALITY = 250
    UNSUPPLIED = 251
    QUALITY_COLD = 252
    MAINTENANCE = 255
    BENEFIT_VOLUME = 260
    BENEFIT_SHARE = 261
    DISCOUNT_VOLUME = 262
    DISCOUNT_SHARE = 263
    RECALCULATION = 270
    FORMULA = 280
    FORMULA_AMOUNT = 281
    EXTERNAL = 285


# On these a raising factor makes a line of its own (354, formulas 4(1), 23(1)).
RAISED = frozenset(
    {Basis.NORM, Basis.NORM_RANGE, Basis.HOT_NORM, Basis.HOT_HEAT, Basis.POWER_NORM,
     Basis.COMMUNAL_NORM, Basis.COMMUNAL_HOT_NORM, Basis.COMMUNAL_POWER_NORM,
     Basis.COMMUNAL_NORM_RANGE,
     Basis.OWN_HOT_METER, Basis.OWN_HOT_NORM,
     Basis.NORM_AFTER, Basis.HOT_NORM_AFTER, Basis.POWER_NORM_AFTER, Basis.POWER_NORM_ZONE,
     Basis.NORM_RANGE_AFTER}
)  # fmt: skip
# By the norm after averages: the meter is there, so waste water goes by this water (§42, §60).
NORMS_AFTER = frozenset(
    {Basis.NORM_AFTER, Basis.HOT_NORM_AFTER, Basis.POWER_NORM_AFTER, Basis.POWER_NORM_ZONE,
     Basis.GAS_NORM_AFTER}
)  # fmt: skip
# Of rooms, where the words of why averages are over are kept: none kept, no meter at all.
ROOM_REASON_SLOTS = {
    Basis.COMMUNAL_NORM: 4,
    Basis.COMMUNAL_HOT_NORM: 4,
    Basis.COMMUNAL_POWER_NORM: 5,
    Basis.COMMUNAL_GAS_NORM: 6,
}
# Less than nothing by the formula itself (354, formulas 3(1), 3(3)), not a correction.
SIGNED = (Basis.HEAT_ALL_METERED, Basis.HEAT_SOME_METERED, Basis.HEAT_SOME_WITHOUT)
METERED = frozenset(
    {Basis.METER, Basis.METERS, Basis.METER_VOLUME, Basis.METER_RANGE,
     Basis.HOT_METER, Basis.HOT_METERS, Basis.HOT_METER_VOLUME,
     Basis.COMMUNAL_METER, Basis.COMMUNAL_ROOMS, Basis.COMMUNAL_ROOM_OWN,
     Basis.COMMUNAL_ROOM_REST, Basis.COMMUNAL_RANGE, Basis.GROUP_SHARE, Basis.GROUP_COMMON,
     Basis.AVERAGE_FAILURE, Basis.AVERAGE_SILENT, Basis.AVERAGE_REFUSAL, Basis.TRUE_UP,
     Basis.SUM_FAILURE, Basis.SUM_SILENT, Basis.SUM_REFUSAL, Basis.SUM_TRUE_UP,
     Basis.RANGE_FAILURE, Basis.RANGE_SILENT, Basis.RANGE_REFUSAL}
)  # fmt: skip
