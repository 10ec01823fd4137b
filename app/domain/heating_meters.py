"""Heat meters of houses and of premises in a month: V_D, V_i, and the words of where they are from.

V_D    the house's meters of the month; paid evenly, the calendar year before / 12
a failing meter: the average corrected by temperature, then the norm (heat_failure.py)
a meter that counts hot water too: V_D = V − q × ΣV_hot (354, §54)
V_i    the premises' meters of the month, in place for the whole of it; paid evenly, their year
before / 12, where it is not known the house's average per m2 (setting)
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from app.domain import days, meter, money, norm
from app.domain.charge_inputs import ChargeInputs
from app.domain.days import Month
from app.domain.heat_failure import TOLD, Failing, failed_heat
from app.domain.heat_late import late_mcu, norm_months, norm_of_house
from app.domain.heating_homes import Homes, HouseAreas
from app.domain.house_volumes import VolumeKind, whole_month
from app.domain.meter import Doubt
from app.domain.metering import Metering
from app.domain.money import Flags, Ints
from app.domain.norm import NO_NORM, NormKind
from app.domain.volume import CM2_PER_M2, Scene

_AVERAGE_WORDS = "данных прибора за прошлый год нет: среднее по дому на м2"
_NORM_WORDS = "данных прибора за прошлый год нет: норматив"


@dataclass(frozen=True, slots=True)
class HouseHeat:
    """House meters of heat by house and service, shape (houses × services,) each.

    :ivar has_meter: in place the whole month
    :ivar doubt: Doubt of the month's reading
    :ivar failing: Failing, what stands for a reading of a failing meter
    :ivar month_mcu: V_D of the month
    :ivar last_year_mcu: of the calendar year before, -1 unknown
    :ivar note: number of the words that say how V_D came about, 0 none
    :ivar trouble: by point, why V_D cannot be told: a message and a hint
    :ivar by_norm: by point, why a house with a meter goes by the norm
    """

    has_meter: Ints
    doubt: Ints
    failing: Ints
    month_mcu: Ints
    last_year_mcu: Ints
    note: Ints
    trouble: dict[int, tuple[str, str]]
    by_norm: dict[int, str]


@dataclass(frozen=True, slots=True)
class PremisesHeat:
    """Premises with meters of heat of their own, shape (n,) each, in order of point.

    :ivar point: premises × services, as `Homes.counts_as` numbers them
    :ivar house_point: house × services
    :ivar volume_mcu: V_i of the month
    :ivar year_mcu: of the calendar year before, -1 unknown
    :ivar doubt: Doubt of the month
    :ivar words: readings or what stands for them, in the order of the premises
    """

    point: Ints
    house_point: Ints
    volume_mcu: Ints
    year_mcu: Ints
    doubt: Ints
    words: Sequence[str] = field(default_factory=list)

    def place(self, point: Ints) -> Ints:
        """Give the place of each point, -1 where there is no meter."""
        if not self.point.size:
            return np.full(len(point), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.point, point), len(self.point) - 1)
        return np.where(self.point[at] == point, at, -1)


def house_heat(scene: Scene, known: Metering) -> HouseHeat:
    """Read the house meters. A month with a day of no meter goes by the norm."""
    inputs, month, given = scene.inputs, scene.month, known.house_volumes
    meters, width = inputs.meters, len(inputs.services.code)
    size = len(inputs.houses.code) * width
    point = meters.house * width + meters.service
    of_house = whole_month(meters, month=month, services=width)

    def summed(values: Ints) -> Ints:
        result = np.zeros(size, dtype=np.int64)
        np.add.at(result, point[of_house], values[of_house])
        return result

    doubt = np.zeros(size, dtype=np.int64)
    none = given.kind[of_house] == VolumeKind.NONE
    wrong = np.where(none, np.maximum(given.doubt[of_house], Doubt.NO_READING), Doubt.NONE)
    np.maximum.at(doubt, point[of_house], wrong)
    unknown = summed((meters.last_year_mcu < 0).astype(np.int64))
    last_year = np.where(unknown > 0, -1, summed(np.maximum(meters.last_year_mcu, 0)))
    years = inputs.heat_years
    at = np.flatnonzero(years.premises < 0)
    last_year[years.house[at] * width + years.service[at]] = years.volume_mcu[at]
    result = HouseHeat(
        has_meter=summed(np.ones(len(point), dtype=np.int64)),
        doubt=doubt,
        failing=np.zeros(size, dtype=np.int64),
        month_mcu=summed(given.volume_mcu),
        last_year_mcu=last_year,
        note=np.zeros(size, dtype=np.int64),
        trouble={},
        by_norm={},
    )
    _without_reading(scene, result, known, of_house)
    _with_failures(scene, result, known, of_house)
    return result


def _without_reading(scene: Scene, house: HouseHeat, known: Metering, of_house: Ints) -> None:
    """Look at the meters of heat that are not read: the average, 0 where nothing is heated."""
    meters, width = scene.inputs.meters, len(scene.inputs.services.code)
    given, lives = known.house_volumes, known.consumers.lives
    here = set(of_house.tolist())
    for which, life in lives.lives.items():
        if which not in here:
            continue
        point = int(meters.house[which]) * width + int(meters.service[which])
        is_idle = not is_heated(scene.inputs, int(meters.house[which]))
        if given.kind[which] == VolumeKind.READING:
            stander = lives.stander(which)
            norm_mcu = norm_of_house(scene, which) if norm_months(life, stander) else 0
            late = late_mcu(life, stander, norm_mcu=norm_mcu)
            if late is not None:
                house.month_mcu[point] += late - int(given.volume_mcu[which])
        elif is_idle and given.doubt[which] == Doubt.NO_READING:
            house.month_mcu[point] -= int(given.volume_mcu[which])
            house.doubt[point] = Doubt.NONE
        elif given.kind[which] == VolumeKind.AVERAGE:
            house.note[point] = scene.notes.add(given.why.get(which, ""))
        elif which in given.why:
            house.failing[point] = int(Failing.NORM)
            house.doubt[point] = Doubt.NONE
            house.by_norm[point] = given.why[which]
    for which in sorted((here & set(given.why)) - set(lives.lives)):
        # A part of one meter of several houses (group_meters.py).
        point = int(meters.house[which]) * width + int(meters.service[which])
        house.note[point] = scene.notes.add(given.why[which])


def _with_failures(scene: Scene, house: HouseHeat, known: Metering, of_house: Ints) -> None:
    """Put what stands for failing meters in place of what their readings or averages gave."""
    meters, width = scene.inputs.meters, len(scene.inputs.services.code)
    failed = failed_heat(scene.inputs, scene.notes, month=scene.month)
    for at in of_house[failed.state[of_house] > 0].tolist():
        point = int(meters.house[at]) * width + int(meters.service[at])
        state = Failing(int(failed.state[at]))
        house.failing[point] = int(state)
        house.doubt[point] = Doubt.NONE
        if state is not Failing.NORM:
            house.by_norm.pop(point, None)
        is_even = bool(scene.inputs.houses.heats_evenly[meters.house[at]])
        if state in TOLD and not is_even:
            house.trouble[point] = TOLD[state]
        if state is Failing.NORM:
            house.by_norm[point] = "неисправен, по среднему больше не считается"
        given = int(known.house_volumes.volume_mcu[at])
        house.month_mcu[point] += int(failed.volume_mcu[at]) - given
        note, others = int(failed.note[at]), int(house.month_mcu[point] - failed.volume_mcu[at])
        if others and note:
            said = f"{scene.notes.known.get(note, '')} + {_number(others)} Гкал по другому прибору"
            note = scene.notes.add(f"{said} дома")
        house.note[point] = note


def is_heated(inputs: ChargeInputs, house: int) -> bool:
    """Tell whether a house is heated in the month of the inputs."""
    return bool((int(inputs.houses.heating_months[house]) >> inputs.period.month) & 1)


def premises_heat(
    inputs: ChargeInputs, known: Metering, homes: Homes, services: Ints, *, month: Month
) -> PremisesHeat:
    """Read the meters of premises of these services; not in place the whole month is no meter.

    One whose averages are over counts as none (354, §59, §60; charges.md §5.2).

    :param services: places of the services that are heat
    """
    meters, width = inputs.meters, len(inputs.services.code)
    covered = meter.coverage(meters, month=month)
    at = np.flatnonzero((meters.of_house == 0) & (covered != 0) & np.isin(meters.service, services))
    account = meters.account[at]
    none = np.zeros(0, dtype=np.int64)
    if not at.size:
        return PremisesHeat(none, none, none, none, none)
    its = np.where(account >= 0, inputs.accounts.premises[account], meters.premises[at])
    at, its = at[its >= 0], homes.counts_as[its[its >= 0]]
    points, inverse = np.unique(its * width + meters.service[at], return_inverse=True)
    idle = np.array([not is_heated(inputs, one) for one in meters.house[at].tolist()], dtype=bool)
    silent = idle & known.consumers.lives.is_unusual[at] & (known.meter_doubt[at] <= 1)
    even = inputs.houses.heats_evenly[meters.house[at]] > 0
    gaps = known.consumers.lives.gap_days[at]
    over = np.where(silent | even, 0, known.norm_days[at])
    masks, ended = np.zeros(len(points), dtype=np.int64), np.zeros(len(points), dtype=np.int64)
    np.bitwise_or.at(masks, inverse, covered[at] | gaps)
    np.bitwise_or.at(ended, inverse, over)
    whole = np.flatnonzero((masks == month.full) & (ended == 0))
    counted, said = _of_meters(inputs, known, at, silent)
    volume, doubt = np.zeros(len(points), dtype=np.int64), np.zeros(len(points), dtype=np.int64)
    np.add.at(volume, inverse, counted)
    np.maximum.at(doubt, inverse, np.where(silent, 0, known.meter_doubt[at]))
    words = [""] * len(points)
    for place, one in zip(inverse.tolist(), said, strict=True):
        words[place] = "; ".join(part for part in (words[place], one) if part)
    point = points[whole]
    return PremisesHeat(
        point=point,
        house_point=inputs.premises.house[point // width] * width + point % width,
        volume_mcu=volume[whole],
        year_mcu=_years(inputs, homes, point),
        doubt=doubt[whole],
        words=[words[place] for place in whole.tolist()],
    )


def _of_meters(
    inputs: ChargeInputs, known: Metering, at: Ints, silent: Flags
) -> tuple[Ints, list[str]]:
    """Give what each meter of premises counted in the month, and the words of it.

    :param silent: not read in a month without heating: 0
    """
    spans, lives = known.spans, known.consumers.lives
    counted = _counted(known, np.arange(len(spans.meter)), len(inputs.meters.service))[at]
    low = np.searchsorted(spans.meter, at, "left").tolist()
    high = np.searchsorted(spans.meter, at, "right").tolist()
    words = []
    for nth, which in enumerate(at.tolist()):
        code, life = inputs.meters.code[which], lives.lives.get(which)
        late = None if life is None else late_mcu(life, lives.stander(which))
        if silent[nth] and (life is None or life.base is not None or life.norm_to > 0):
            counted[nth] = 0
            words.append(f"прибор № {code}: месяц без отопления")
        elif late is not None and life is not None:
            counted[nth] = late
            spoken = "; ".join(_span_words(code, known, one) for one in range(low[nth], high[nth]))
            words.append(f"{spoken}, за вычетом начисленного по среднему")
        elif life is not None and life.base is not None:
            total = sum(life.base.total_mcu(z) for z in range(len(lives.stander(which).of.zones)))
            mean = f"{_number(total)} / {life.base.months} мес. ({life.base_words})"
            words.append(f"прибор № {code}: {life.reason}; средний объём {mean}")
        else:
            words.append(
                "; ".join(_span_words(code, known, one) for one in range(low[nth], high[nth]))
            )
    return counted, words


def month_of_premises(
    scene: Scene, known: PremisesHeat, house: HouseHeat, areas: HouseAreas, homes: Homes
) -> PremisesHeat:
    """Give V_i of the month: paid evenly a twelfth of the year, without heating 0 when silent."""
    inputs, width = scene.inputs, len(scene.inputs.services.code)
    if not known.point.size:
        return known
    its_house = known.house_point // width
    volume, doubt = known.volume_mcu.copy(), known.doubt.copy()
    even = np.flatnonzero(inputs.houses.heats_evenly[its_house] > 0)
    words = list(known.words)
    if even.size:
        months, year = inputs.rules.months_of_year, known.year_mcu[even]
        total = np.maximum(house.last_year_mcu[known.house_point[even]], 0)
        area = homes.area_cm2[known.point[even] // width]
        under = np.maximum(areas.house_cm2[its_house[even]], 1)
        instead, why = money.ratio((total, area), (months, under)), _AVERAGE_WORDS
        if inputs.rules.word("heating_no_year") == "norm":
            instead, why = _by_norm(scene, known.point[even], area, instead), _NORM_WORDS
        mean = money.ratio((np.maximum(year, 0),), (months,))
        volume[even], doubt[even] = np.where(year >= 0, mean, instead), Doubt.NONE
        for nth, at in enumerate(even.tolist()):
            its_year = int(year[nth])
            words[at] = f"{_number(its_year)} за прошлый год / {months}" if its_year >= 0 else why
    return PremisesHeat(known.point, known.house_point, volume, known.year_mcu, doubt, words)


def _by_norm(scene: Scene, point: Ints, area: Ints, average: Ints) -> Ints:
    """Give S × N × months of heating / 12 where there is a norm, else the average."""
    inputs, width = scene.inputs, len(scene.inputs.services.code)
    house = inputs.premises.house[point // width]
    last = np.full(len(point), scene.month.last)
    sheet, found = norm.sheets(inputs.norms, point % width, house, last)
    value = found.values(sheet, kind=NormKind.AREA)
    heating = np.bitwise_count(inputs.houses.heating_months[house]).astype(np.int64)
    year = inputs.rules.months_of_year
    is_twelfth = inputs.rules.word("heating_norm_kind") == "twelfth"
    top = np.full(len(point), year) if is_twelfth else heating
    each = money.ratio((area, np.maximum(value, 0), top), (CM2_PER_M2, year))
    return np.where(value == NO_NORM, average, each)


def noted(
    scene: Scene, words: Sequence[str], house_note: Ints, year_mcu: Ints, even: Flags
) -> Ints:
    """Keep the words on V_i and V_D of segments and give their numbers."""
    notes, months = scene.notes, scene.inputs.rules.months_of_year
    known: dict[tuple[str, int, int], int] = {}
    result = np.zeros(len(words), dtype=np.int64)
    year = np.where(even, year_mcu, -1)
    for at, key in enumerate(zip(words, house_note.tolist(), year.tolist(), strict=True)):
        if key not in known:
            own, number, total = key
            of_house = notes.known.get(number, "")
            if total >= 0:
                of_house = f"{_number(total)} за прошлый год / {months}"
            parts = [f"V_D: {of_house}" if of_house else "", f"V_i: {own}" if own else ""]
            known[key] = notes.add("; ".join(part for part in parts if part))
        result[at] = known[key]
    return result


def _counted(known: Metering, at: Ints, meters: int) -> Ints:
    """Give what these spans counted, by meter."""
    spans = known.spans
    result = np.zeros(meters, dtype=np.int64)
    one = np.ones(len(at), dtype=np.int64)
    length = (spans.day_to - spans.day_from)[at]
    np.add.at(result, spans.meter[at], spans.volume(at, length, numerator=one, denominator=one))
    return result


def _years(inputs: ChargeInputs, homes: Homes, point: Ints) -> Ints:
    """Give the volume of the year before of each premises, -1 unknown."""
    years, width = inputs.heat_years, len(inputs.services.code)
    result = np.full(len(point), -1, dtype=np.int64)
    given = np.flatnonzero(years.premises >= 0)
    if not given.size or not point.size:
        return result
    theirs = homes.counts_as[years.premises[given]] * width + years.service[given]
    at = np.minimum(np.searchsorted(point, theirs), len(point) - 1)
    found = point[at] == theirs
    at, volume = at[found], years.volume_mcu[given][found]
    result[at] = 0
    np.add.at(result, at, np.maximum(volume, 0))
    result[at[volume < 0]] = -1
    return result


def _span_words(code: str, known: Metering, at: int) -> str:
    spans = known.spans
    now = _number(int(spans.current_mcu[at]))
    if int(spans.previous_on[at]) == days.FAR:
        return f"прибор № {code}: объём {now}"
    before = _number(int(spans.previous_mcu[at]))
    when = days.of_number(int(spans.current_on[at])), days.of_number(int(spans.previous_on[at]))
    return f"прибор № {code}: {before} от {when[1]:%d.%m.%Y}, {now} от {when[0]:%d.%m.%Y}"


def _number(millionths: int) -> str:
    return money.decimal_of(int(millionths)).replace(".", ",")
