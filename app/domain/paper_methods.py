"""How a line was calculated, in the one or two words of a payment document (форма 43/пр)."""

from app.domain.basis import Basis

_METHODS = {
    "площадь": (Basis.AREA, Basis.SOLID_WASTE_AREA, Basis.COMMUNAL_AREA, Basis.ROOM_WASTE_AREA),
    "лица": (Basis.PERSON, Basis.SOLID_WASTE_PERSON, Basis.ROOM_WASTE_PERSON),
    "счёт": (Basis.ACCOUNT,),
    "количество": (Basis.QUANTITY, Basis.ONE_OFF, Basis.RANGE),
    "прибор": (
        Basis.METER, Basis.METERS, Basis.METER_VOLUME, Basis.METER_RANGE, Basis.HOT_METER,
        Basis.HOT_METERS, Basis.HOT_METER_VOLUME, Basis.WASTE_BY_WATER, Basis.TRUE_UP,
        Basis.SUM_TRUE_UP, Basis.RECALC61, Basis.RECALC61_RANGE, Basis.COMMUNAL_ROOM_OWN,
    ),
    "среднее": (
        Basis.AVERAGE_FAILURE, Basis.AVERAGE_SILENT, Basis.AVERAGE_REFUSAL, Basis.SUM_FAILURE,
        Basis.SUM_SILENT, Basis.SUM_REFUSAL, Basis.RANGE_FAILURE, Basis.RANGE_SILENT,
        Basis.RANGE_REFUSAL,
    ),
    "норматив": (
        Basis.NORM, Basis.POWER_NORM, Basis.GAS_NORM, Basis.NORM_RANGE, Basis.HOT_NORM,
        Basis.WASTE_NORM, Basis.HEAT_NORM, Basis.HEAT_NORM_EVEN, Basis.HEAT_NORM_OWN,
        Basis.HEAT_TWELFTH, Basis.HEAT_TWELFTH_EVEN, Basis.PLOT, Basis.COMMON_NORM,
        Basis.COMMON_NORM_INSTEAD, Basis.COMMON_354_NORM, Basis.NORM_AFTER, Basis.HOT_NORM_AFTER,
        Basis.POWER_NORM_AFTER, Basis.POWER_NORM_ZONE, Basis.GAS_NORM_AFTER,
        Basis.NORM_RANGE_AFTER, Basis.COMMUNAL_NORM, Basis.COMMUNAL_POWER_NORM,
        Basis.COMMUNAL_GAS_NORM, Basis.COMMUNAL_HOT_NORM, Basis.COMMUNAL_NORM_RANGE,
    ),
    "норматив × 10": (
        Basis.NORM10, Basis.NORM10_GAS, Basis.NORM10_RANGE, Basis.NORM10_BESIDE_RANGE,
    ),
    "мощность": (
        Basis.PIPE62_POWER, Basis.PIPE62_WATER, Basis.PIPE62_RANGE, Basis.CAPACITY,
        Basis.CAPACITY_AREA,
    ),
    "Гкал на м3": (Basis.HOT_HEAT, Basis.COMMON_HEAT),
    "ОДПУ": (
        Basis.HEAT_METER, Basis.HEAT_METER_EVEN, Basis.HEAT_SOME_WITHOUT,
        Basis.HEAT_SOME_WITHOUT_ALONE, Basis.OWN_HEAT_AREA, Basis.OWN_HEAT_WITHOUT,
        Basis.OWN_HOT_METER, Basis.COMMON_AVERAGE, Basis.COMMON_ACTUAL,
        Basis.COMMON_ACTUAL_LIMITED, Basis.COMMON_354, Basis.COMMON_354_LIMITED,
        Basis.COMMON_WASTE, Basis.COMMON_LESSENING, Basis.COMMON_LESSENING_AREA,
        Basis.COMMON_YEAR, Basis.HEAT_YEAR, Basis.HEAT_UNITS,
    ),
    "прибор и ОДПУ": (
        Basis.HEAT_ALL_METERED, Basis.HEAT_ALL_METERED_ALONE, Basis.HEAT_SOME_METERED,
        Basis.HEAT_SOME_METERED_ALONE, Basis.HEAT_DWELLING_EVEN, Basis.OWN_HEAT_METERED,
    ),
    "прибор квартиры": (
        Basis.COMMUNAL_METER, Basis.COMMUNAL_ROOMS, Basis.COMMUNAL_ROOM_REST,
        Basis.COMMUNAL_RANGE,
    ),
    "групповой прибор": (Basis.GROUP_SHARE, Basis.GROUP_COMMON, Basis.GROUP_RANGE),
    "контейнеры": (
        Basis.CONTAINERS_PERSON, Basis.CONTAINERS_AREA, Basis.ROOM_CONTAINERS_PERSON,
        Basis.ROOM_CONTAINERS_AREA, Basis.WASTE_YEAR,
    ),
    "удельный расход": (Basis.OWN_HOT_NORM,),
    "формула": (Basis.FORMULA, Basis.FORMULA_AMOUNT),
    "поставщик": (Basis.EXTERNAL,),
}  # fmt: skip
METHOD_ON_PAPER = {basis: word for word, every in _METHODS.items() for basis in every}
