"""The bases a line of charges may stand on: number, code, law, and what its stored inputs are.

A line keeps SLOTS whole numbers. With the row's own days, price and period they give its volume
and amount again without looking anything up (charges.md §13.1; app/domain/replay.py does it).

    slots 0..9     by the basis, named below
    slot 9         where a raising factor may apply: the factor in millionths, 0 = none
    slot 10        mcu added to this account's volume so that the parts of a shared whole sum to it
    slot 11        kopecks added likewise
"""

from dataclasses import dataclass
from enum import IntEnum

SLOTS = 12
FACTOR_SLOT = 9
VOLUME_REST_SLOT = 10
AMOUNT_REST_SLOT = 11
_READINGS = (
    "previous_mcu", "current_mcu", "ratio_mcu", "turn_mcu", "previous_on", "current_on",
    "share_numerator", "share_denominator", "span_from", "span_to",
)  # fmt: skip
_SUM = ("meters", *(f"volume_{number}_mcu" for number in range(1, 9)))
_NORM = ("norm_mcu", "person_days", "owner_days")
_SHARE = ("share_numerator", "share_denominator")


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


@dataclass(frozen=True, slots=True)
class Rule:
    """What a basis is to people and programs.

    :ivar code: charges.md §13
    :ivar law: document, paragraph, formula
    :ivar words: the method in words
    :ivar slots: names of slots 0.., units last
    """

    code: str
    law: str
    words: str
    slots: tuple[str, ...]


_354 = "ПП РФ № 354"
_A2 = "приложение № 2"
RULES: dict[Basis, Rule] = {
    Basis.NONE: Rule("MANUAL", "", "без расчёта", ()),
    Basis.AREA: Rule(
        "AREA", "ЖК РФ, ст. 155, 158, 169", "по площади помещения", ("area_cm2", *_SHARE)
    ),
    Basis.PERSON: Rule(
        "PERSON", "договор управления", "по числу лиц", ("person_days", "owner_days")
    ),
    Basis.ACCOUNT: Rule("FIX", "договор", "на лицевой счёт", ()),
    Basis.QUANTITY: Rule("UNIT", "договор", "по количеству", ("quantity_mcu",)),
    Basis.METER: Rule(
        "IPU", f"{_354}, п. 42, {_A2}, формула 1", "по показаниям прибора", _READINGS
    ),
    Basis.METERS: Rule(
        "IPU", f"{_354}, п. 42, {_A2}, формула 1", "сумма по показаниям приборов", _SUM
    ),
    Basis.METER_VOLUME: Rule(
        "IPU", f"{_354}, п. 42, {_A2}, формула 1", "по переданному объёму прибора", _READINGS
    ),
    Basis.METER_RANGE: Rule(
        "IPU",
        f"{_354}, п. 42, {_A2}, формула 1; п. 38",
        "по показаниям прибора, часть объёма в диапазоне цены",
        ("zone_volume_mcu", "total_volume_mcu", "range_from_mcu", "range_to_mcu",
         "previous_mcu", "current_mcu", "ratio_mcu", "previous_on", "current_on"),
    ),
    Basis.NORM: Rule("NORM", f"{_354}, п. 42, {_A2}, формула 4", "по нормативу на человека", _NORM),
    Basis.POWER_NORM: Rule(
        "NORM",
        f"{_354}, п. 42, {_A2}, формула 4",
        "по нормативу на человека для этого числа комнат и лиц",
        (*_NORM, "rooms"),
    ),
    Basis.GAS_NORM: Rule(
        "NORM",
        f"{_354}, п. 42, {_A2}, формулы 4 и 5",
        "по нормативам на человека и на площадь",
        (*_NORM, "area_norm_mcu", "area_cm2", *_SHARE),
    ),
    Basis.NORM_RANGE: Rule(
        "NORM",
        f"{_354}, п. 42, {_A2}, формула 4; п. 38",
        "по нормативу, часть объёма в диапазоне цены",
        ("zone_volume_mcu", "total_volume_mcu", "range_from_mcu", "range_to_mcu"),
    ),
    Basis.HOT_METER: Rule(
        "GVS23", f"{_354}, п. 42, {_A2}, формула 23", "вода по показаниям прибора", _READINGS
    ),
    Basis.HOT_METERS: Rule(
        "GVS23", f"{_354}, п. 42, {_A2}, формула 23", "вода по показаниям приборов", _SUM
    ),
    Basis.HOT_METER_VOLUME: Rule(
        "GVS23", f"{_354}, п. 42, {_A2}, формула 23", "вода по переданному объёму", _READINGS
    ),
    Basis.HOT_NORM: Rule(
        "GVS23", f"{_354}, п. 42, {_A2}, формула 23", "вода по нормативу на человека", _NORM
    ),
    Basis.HOT_HEAT: Rule(
        "GVS23",
        f"{_354}, п. 38, {_A2}, формула 23",
        "тепло на подогрев воды",
        ("water_mcu", "heat_norm_mcu", "is_metered"),
    ),
    Basis.WASTE_BY_WATER: Rule(
        "IPU",
        f"{_354}, п. 42",
        "по объёму холодной и горячей воды",
        ("cold_mcu", "hot_mcu", "cold_is_metered", "hot_is_metered"),
    ),
    Basis.WASTE_NORM: Rule(
        "NORM", f"{_354}, п. 42, {_A2}, формула 4", "по нормативу водоотведения", _NORM
    ),
    Basis.SOLID_WASTE_PERSON: Rule(
        "TKO_N",
        f"{_354}, п. 148(30), {_A2}, формула 9(1)",
        "по числу лиц и годовому нормативу накопления",
        (*_NORM, "months"),
    ),
    Basis.SOLID_WASTE_AREA: Rule(
        "TKO_S",
        f"{_354}, п. 148(30), {_A2}, формула 9(2)",
        "по площади и годовому нормативу накопления",
        ("norm_mcu", "area_cm2", *_SHARE, "months"),
    ),
    Basis.HEAT_NORM: Rule(
        "HEAT2",
        f"{_354}, п. 42(1), {_A2}, формула 2",
        "по нормативу, в отопительный период",
        ("norm_mcu", "area_cm2", *_SHARE, "is_heating_month"),
    ),
    Basis.HEAT_NORM_EVEN: Rule(
        "HEAT2_1",
        f"{_354}, п. 42(1), {_A2}, формула 2(1)",
        "по нормативу, равномерно в течение года",
        ("norm_mcu", "area_cm2", *_SHARE, "heating_months", "months"),
    ),
    Basis.HEAT_NORM_OWN: Rule(
        "HEAT2",
        f"{_354}, п. 42(1), {_A2}, формулы 2(3) и 2(4)",
        "по нормативу, в доме есть помещения со своим источником тепла",
        ("norm_mcu", "area_cm2", "house_area_cm2", "own_heat_area_cm2", "common_area_cm2",
         "has_own_heat", *_SHARE, "heating_months", "months"),
    ),
    Basis.HEAT_METER: Rule(
        "HEAT3",
        f"{_354}, п. 42(1), {_A2}, формулы 3 и 3(6)",
        "по общедомовому прибору",
        ("house_volume_mcu", "months", "area_cm2", "house_area_cm2", "own_heat_area_cm2",
         "common_area_cm2", "has_own_heat", *_SHARE),
    ),
    Basis.HEAT_METER_EVEN: Rule(
        "HEAT3",
        f"{_354}, п. 42(1), {_A2}, формулы 3 и 3(6)",
        "по среднемесячному объёму общедомового прибора за прошлый год",
        ("house_volume_mcu", "months", "area_cm2", "house_area_cm2", "own_heat_area_cm2",
         "common_area_cm2", "has_own_heat", *_SHARE),
    ),
    Basis.COMMON_NORM: Rule(
        "SOI_NORM",
        "ЖК РФ, ст. 156, ч. 9.2; ПП РФ № 491, п. 29(2)",
        "по нормативу на содержание общего имущества",
        ("norm_mcu", "common_area_cm2", "area_cm2", "house_area_cm2", *_SHARE),
    ),
}  # fmt: skip
RAISED_LAW = {
    Basis.NORM: f"{_354}, п. 42, {_A2}, формула 4(1)",
    Basis.NORM_RANGE: f"{_354}, п. 42, {_A2}, формула 4(1)",
    Basis.HOT_NORM: f"{_354}, п. 42, {_A2}, формула 23(1)",
    Basis.HOT_HEAT: f"{_354}, п. 42, {_A2}, формула 23(1)",
}
METERED = frozenset(
    {Basis.METER, Basis.METERS, Basis.METER_VOLUME, Basis.METER_RANGE,
     Basis.HOT_METER, Basis.HOT_METERS, Basis.HOT_METER_VOLUME}
)  # fmt: skip


def code_of(basis: Basis, *, is_raised: bool, zone: int) -> str:
    """Give the method code of charges.md §13 for a line."""
    code = RULES[basis].code
    if is_raised and code == "NORM":
        return "NORM_K"
    return "IPU_ZONE" if code == "IPU" and zone else code


def law_of(basis: Basis, *, is_raised: bool) -> str:
    """Give the citation for a line."""
    return RAISED_LAW.get(basis, RULES[basis].law) if is_raised else RULES[basis].law
