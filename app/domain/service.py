"""Services and their methods of calculation; words of the workbook beside the stored codes."""

from enum import IntEnum, StrEnum


class Method(StrEnum):
    """How a service is calculated: the stored code."""

    AREA = "area"
    PERSON = "person"
    ACCOUNT = "account"
    QUANTITY = "quantity"
    METER_OR_NORM = "meter-or-norm"
    WASTE_WATER = "waste-water"
    POWER = "power"
    GAS = "gas"
    HOT_WATER_TWO_PART = "hot-water-two-part"
    HOT_WATER_OWN = "hot-water-own"
    HEATING = "heating"
    SOLID_WASTE_PERSON = "solid-waste-person"
    SOLID_WASTE_AREA = "solid-waste-area"
    COMMON_NORM = "common-norm"
    COMMON_AVERAGE = "common-average"
    COMMON_ACTUAL = "common-actual"
    COMMON_354 = "common-354"
    EXTERNAL = "external"
    FORMULA = "formula"
    HEATING_OWN = "heating-own"
    PLOT = "plot"
    SOLID_WASTE_CONTAINERS_PERSON = "solid-waste-containers-person"
    SOLID_WASTE_CONTAINERS_AREA = "solid-waste-containers-area"
    ONE_OFF = "one-off"
    GROUP_METER = "group-meter"


METHOD_WORDS = {
    "по площади": Method.AREA,
    "по числу лиц": Method.PERSON,
    "на счёт": Method.ACCOUNT,
    "по количеству": Method.QUANTITY,
    "прибор или норматив": Method.METER_OR_NORM,
    "водоотведение": Method.WASTE_WATER,
    "электроэнергия": Method.POWER,
    "газ": Method.GAS,
    "ГВС двухкомпонентная": Method.HOT_WATER_TWO_PART,
    "ГВС собственная": Method.HOT_WATER_OWN,
    "отопление": Method.HEATING,
    "отопление собственное": Method.HEATING_OWN,
    "участок": Method.PLOT,
    "ТКО по лицам": Method.SOLID_WASTE_PERSON,
    "ТКО по площади": Method.SOLID_WASTE_AREA,
    "СОИ по нормативу": Method.COMMON_NORM,
    "СОИ по среднему": Method.COMMON_AVERAGE,
    "СОИ по факту": Method.COMMON_ACTUAL,
    "ОДН": Method.COMMON_354,
    "внешнее": Method.EXTERNAL,
    "формула": Method.FORMULA,
    "ТКО по контейнерам и лицам": Method.SOLID_WASTE_CONTAINERS_PERSON,
    "ТКО по контейнерам и площади": Method.SOLID_WASTE_CONTAINERS_AREA,
    "разовая": Method.ONE_OFF,
    "групповой прибор": Method.GROUP_METER,
}
SECTION_WORDS = {
    "жилищная": "housing",
    "коммунальная": "utility",
    "СОИ": "common-needs",
    "капремонт": "capital-repair",
    "прочая": "other",
}
RESOURCE_WORDS = {
    "ХВС": "cold",
    "ГВС": "hot",
    "ВО": "waste-water",
    "ЭЭ": "power",
    "газ": "gas",
    "тепло": "heat",
    "ТКО": "solid-waste",
}
ZONE_WORDS = {"день": "day", "ночь": "night", "пик": "peak", "полупик": "half-peak"}
COMPONENT_WORDS = {"вода": "water", "тепло": "heat"}
# A tariff of two rates: the price of the volume, and the price of the capacity beside it.
RATE_WORDS = {"объём": "volume", "мощность": "capacity"}
NORM_WORDS = {
    "на человека": "person",
    "на м2": "area",
    "на м2 ОИ": "common-area",
    "Гкал на м3": "heat-per-volume",
    "на единицу": "unit",
    "на единицу в сезон": "unit-season",
}


class Zone(IntEnum):
    """A tariff zone of the day; the number is stored with an entry."""

    NONE = 0
    DAY = 1
    NIGHT = 2
    PEAK = 3
    HALF_PEAK = 4


class Component(IntEnum):
    """A part of hot water in two components or of a tariff of two rates, stored with an entry."""

    NONE = 0
    WATER = 1
    HEAT = 2
    CAPACITY = 3


ZONE_CODES = {"": Zone.NONE, "day": Zone.DAY, "night": Zone.NIGHT, "peak": Zone.PEAK,
              "half-peak": Zone.HALF_PEAK}  # fmt: skip
COMPONENT_CODES = {"": Component.NONE, "water": Component.WATER, "heat": Component.HEAT,
                   "capacity": Component.CAPACITY}  # fmt: skip


def unit_of_component(component: Component, unit: str) -> str:
    """Give the unit of what is counted of a component, by the unit of its service."""
    if component is Component.CAPACITY:
        return "кВт" if unit.startswith("кВт") else f"{unit}/ч"
    return "Гкал" if component is Component.HEAT else unit
