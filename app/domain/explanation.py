"""One charge line in words: service, method, law, the formula with its numbers, why this method.

Everything said comes from the line itself (charges.md §13.1); nothing is looked up.
"""

from collections.abc import Callable
from fractions import Fraction

from app.domain import money
from app.domain.basis import AMOUNT_REST_SLOT, RULES, VOLUME_REST_SLOT, Basis
from app.domain.charge_line import ChargeLine, price_text
from app.domain.days import FAR, of_number
from app.domain.ledger import EntryKind
from app.domain.money import MILLION
from app.domain.replay import StoredLine, base_volume_mcu, half_up
from app.domain.service import COMPONENT_CODES, COMPONENT_WORDS, ZONE_CODES, ZONE_WORDS

_ZONES = {int(ZONE_CODES[code]): words for words, code in ZONE_WORDS.items()}
_COMPONENTS = {int(COMPONENT_CODES[code]): words for words, code in COMPONENT_WORDS.items()}
_KIND_WORDS = {
    EntryKind.RECALCULATION: "перерасчёт",
    EntryKind.ABSENCE: "перерасчёт за временное отсутствие",
    EntryKind.QUALITY: "снижение за качество",
    EntryKind.CORRECTION: "исправление",
    EntryKind.BENEFIT: "льгота",
    EntryKind.TRANSFER: "перенос сальдо",
}


def sentence(line: ChargeLine) -> str:
    """Give the whole justification as one sentence (charges.md §13.1)."""
    name = title(line)
    if line.basis is Basis.NONE:
        words = _KIND_WORDS.get(line.kind, "без расчёта")
        reason = f"; {line.reason}" if line.reason else ""
        return f"{name}: {words} = {money.shown(line.amount_kop)} ₽{reason}."
    words = RULES[line.basis].words
    if line.stored.is_raised:
        words = f"превышение из-за повышающего коэффициента, {words}"
    return (
        f"{name}: {words} ({line.law}): {formula(line)} = "
        f"{money.shown(line.amount_kop)} ₽; {why(line)}."
    )


def title(line: ChargeLine) -> str:
    """Give the service with its component, zone and days when they are not the whole month."""
    stored = line.stored
    parts = [line.service_name]
    if stored.component:
        parts.append(f"компонент «{_COMPONENTS[stored.component]}»")
    if stored.zone:
        parts.append(f"зона «{_ZONES[stored.zone]}»")
    if line.basis is not Basis.NONE and stored.days != stored.period.days:
        month = stored.period.first_day
        parts.append(f"с {stored.day_from + 1:02d} по {stored.day_to:02d}.{month:%m.%Y}")
    return ", ".join(parts)


def formula(line: ChargeLine) -> str:
    """Give the formula with the numbers put in, without its result."""
    stored = line.stored
    volume = _VOLUMES[line.basis](stored, line.line_unit)
    price = f"{_comma(price_text(stored.price_mcr))} ₽"
    base = f"{volume} × {price}"
    if stored.is_raised:
        factor = _number(stored.factor_ppm)
        return f"{base} × {factor} − {base}"
    rest = int(stored.slots[AMOUNT_REST_SLOT])
    if rest:
        sign = "+" if rest > 0 else "−"
        return f"{base} {sign} {money.shown(abs(rest))} ₽ (остаток деления суммы помещения)"
    return base


def steps(line: ChargeLine) -> list[str]:
    """Give the calculation step by step: the volume, the amount, what was added."""
    stored = line.stored
    if line.basis is Basis.NONE:
        return [sentence(line)]
    base = base_volume_mcu(stored)
    rest = int(stored.slots[VOLUME_REST_SLOT])
    volume = _VOLUMES[line.basis](stored, line.line_unit)
    if rest:
        volume = f"{volume} {'+' if rest > 0 else '−'} {_number(abs(rest))} (остаток деления)"
    plain = half_up(Fraction(base * stored.price_mcr, MILLION * MILLION // 100))
    price = _comma(price_text(stored.price_mcr))
    result = [
        f"Объём: {volume} = {_number(base)} {line.line_unit}",
        f"Сумма: {_number(base)} {line.line_unit} × {price} ₽ = {money.shown(plain)} ₽",
    ]
    if stored.is_raised:
        factor = _number(stored.factor_ppm)
        more = stored.amount_kop
        full = plain + more
        result += [
            f"С коэффициентом: {_number(base)} × {factor} × {price} ₽ = {money.shown(full)} ₽",
            f"Превышение: {money.shown(full)} − {money.shown(plain)} = {money.shown(more)} ₽",
        ]
    elif int(stored.slots[AMOUNT_REST_SLOT]):
        result.append(
            "Остаток деления суммы помещения между счетами: "
            f"{money.shown(int(stored.slots[AMOUNT_REST_SLOT]))} ₽"
        )
    return [*result, f"Почему так: {why(line)}"]


def why(line: ChargeLine) -> str:
    """Say why this method was used."""
    stored = line.stored
    if line.basis in _BY_READING:
        return _readings_known(stored)
    if line.basis in (Basis.NORM, Basis.HOT_NORM, Basis.NORM_RANGE):
        if stored.factor_ppm:
            return "прибора нет, а установить его можно"
        return "прибора нет, повышающий коэффициент не применяется"
    return _WHY[line.basis]


def _readings_known(stored: StoredLine) -> str:
    named = stored.named
    current = of_number(named["current_on"]) if named["current_on"] < FAR else None
    if stored.basis in (Basis.METER_VOLUME, Basis.HOT_METER_VOLUME) or named["previous_on"] >= FAR:
        when = f" {current:%d.%m.%Y}" if current else ""
        return f"объём передан{when}"
    previous = of_number(named["previous_on"])
    return f"прибор есть, показания сняты {previous:%d.%m.%Y} и {current:%d.%m.%Y}"


_BY_READING = frozenset({Basis.METER, Basis.METER_VOLUME, Basis.HOT_METER, Basis.HOT_METER_VOLUME})
_WHY = {
    Basis.AREA: "плата установлена за 1 м2",
    Basis.PERSON: "плата установлена за человека",
    Basis.ACCOUNT: "плата установлена за лицевой счёт",
    Basis.QUANTITY: "плата установлена за единицу",
    Basis.METERS: "на услугу работает несколько приборов, показания переданы",
    Basis.METER_RANGE: "цена зависит от объёма",
    Basis.POWER_NORM: "прибора нет; норматив зависит от числа комнат и лиц",
    Basis.GAS_NORM: "прибора нет",
    Basis.HOT_METERS: "на услугу работает несколько приборов, показания переданы",
    Basis.HOT_HEAT: "тепло считается по объёму горячей воды и нормативу подогрева",
    Basis.WASTE_BY_WATER: "прибора на стоки нет, стоки равны полученной воде",
    Basis.WASTE_NORM: "приборов воды и стоков нет",
    Basis.SOLID_WASTE_PERSON: "регион начисляет по числу лиц",
    Basis.SOLID_WASTE_AREA: "регион начисляет по площади",
    Basis.HEAT_NORM: "общедомового прибора нет",
    Basis.HEAT_NORM_EVEN: "нет общедомового прибора или его данных за прошлый год",
    Basis.HEAT_NORM_OWN: "общедомового прибора нет, часть помещений греется сама",
    Basis.HEAT_METER: "общедомовой прибор есть, индивидуальных нет",
    Basis.HEAT_METER_EVEN: "общедомовой прибор есть, оплата равномерная",
    Basis.COMMON_NORM: "решения собрания о расчёте по прибору нет",
}


def _comma(text: str) -> str:
    return text.replace(".", ",")


def _number(millionths: int) -> str:
    return _comma(money.decimal_of(millionths))


def _area(cm2: int) -> str:
    return f"{_comma(money.decimal_of(cm2, places=4))} м2"


def _share(stored: StoredLine) -> str:
    named = stored.named
    over, under = named["share_numerator"], named["share_denominator"]
    return "" if over == under else f" × {over}/{under}"


def _days(stored: StoredLine) -> str:
    return "" if stored.days == stored.period.days else f" × {stored.days}/{stored.period.days} дн."


def _persons(stored: StoredLine) -> str:
    """Persons of the line: whole, or person-days over the days of the month."""
    number, month = stored.named["person_days"], stored.period.days
    word = "собств." if stored.named["owner_days"] == number and number else "чел."
    whole, rest = divmod(number, month)
    return f"{whole} {word}" if not rest else f"{number}/{month} {word}"


def _by_area(stored: StoredLine, _: str) -> str:
    return f"{_area(stored.named['area_cm2'])}{_share(stored)}{_days(stored)}"


def _by_meter(stored: StoredLine, unit: str) -> str:
    named = stored.named
    current, previous = _number(named["current_mcu"]), _number(named["previous_mcu"])
    if named["previous_on"] >= FAR:
        text = f"{current} {unit}"
    elif named["turn_mcu"]:
        text = f"({_number(named['turn_mcu'])} − {previous} + {current}) {unit}"
    else:
        text = f"({current} − {previous}) {unit}"
    if named["ratio_mcu"] != MILLION:
        text += f" × {_number(named['ratio_mcu'])}"
    span = named["span_to"] - named["span_from"]
    days = min(stored.day_to, named["span_to"]) - max(stored.day_from, named["span_from"])
    part = "" if days == span else f" × {days}/{span} дн."
    return f"{text}{_share(stored)}{part}"


def _by_meters(stored: StoredLine, unit: str) -> str:
    parts = [_number(part) for part in stored.slots[1:9]][: stored.named["meters"]]
    return f"({' + '.join(parts)}) {unit}"


def _by_range(stored: StoredLine, unit: str) -> str:
    named = stored.named
    until = named["range_to_mcu"]
    end = f" до {_number(until)}" if until < named["total_volume_mcu"] else ""
    return (
        f"{_number(base_volume_mcu(stored))} {unit} (из {_number(named['zone_volume_mcu'])},"
        f" от {_number(named['range_from_mcu'])}{end})"
    )


def _by_norm(stored: StoredLine, unit: str) -> str:
    return f"{_persons(stored)} × {_number(stored.named['norm_mcu'])} {unit}"


def _by_gas(stored: StoredLine, unit: str) -> str:
    named = stored.named
    parts = []
    if named["norm_mcu"]:
        parts.append(_by_norm(stored, unit))
    if named["area_norm_mcu"]:
        norm = f"{_number(named['area_norm_mcu'])} {unit}"
        parts.append(f"{_area(named['area_cm2'])}{_share(stored)} × {norm}{_days(stored)}")
    return f"({' + '.join(parts)})" if len(parts) > 1 else "".join(parts)


def _by_heat_of_water(stored: StoredLine, _: str) -> str:
    named = stored.named
    return f"{_number(named['water_mcu'])} м3 × {_number(named['heat_norm_mcu'])} Гкал/м3"


def _by_water(stored: StoredLine, unit: str) -> str:
    named = stored.named
    return f"({_number(named['cold_mcu'])} + {_number(named['hot_mcu'])}) {unit}"


def _by_solid_person(stored: StoredLine, unit: str) -> str:
    return f"{_by_norm(stored, unit)} / {stored.named['months']}"


def _by_solid_area(stored: StoredLine, unit: str) -> str:
    named = stored.named
    norm = f"{_number(named['norm_mcu'])} {unit} / {named['months']}"
    return f"{_area(named['area_cm2'])}{_share(stored)} × {norm}{_days(stored)}"


def _by_heat_norm(stored: StoredLine, unit: str) -> str:
    named = stored.named
    text = f"{_area(named['area_cm2'])}{_share(stored)} × {_number(named['norm_mcu'])} {unit}"
    if "heating_months" in named:
        text += f" × {named['heating_months']}/{named['months']}"
    elif not named["is_heating_month"]:
        text += " × 0 (месяц без отопления)"
    return f"{text}{_days(stored)}"


def _by_heat_of_house(stored: StoredLine, unit: str) -> str:
    named = stored.named
    house, own, common = (
        _area(named[name]) for name in ("house_area_cm2", "own_heat_area_cm2", "common_area_cm2")
    )
    if "norm_mcu" in named:
        total = f"{_number(named['norm_mcu'])} {unit} × ({house} − {own})"
        months = f" × {named['heating_months']}/{named['months']}"
        total += "" if named["heating_months"] == named["months"] else months
    else:
        total = f"{_number(named['house_volume_mcu'])} {unit}"
        total += f" / {named['months']}" if named["months"] > 1 else ""
    area = f"{_area(named['area_cm2'])}{_share(stored)}"
    if not named["own_heat_area_cm2"]:
        return f"{area} / {house} × {total}{_days(stored)}"
    part = common if named["has_own_heat"] else f"({house} + {common})"
    return f"{area} × {total} × {part} / (({house} − {own} + {common}) × {house}){_days(stored)}"


def _by_common(stored: StoredLine, unit: str) -> str:
    named = stored.named
    norm = f"{_number(named['norm_mcu'])} {unit}"
    part = f"{_area(named['area_cm2'])}{_share(stored)} / {_area(named['house_area_cm2'])}"
    return f"{norm} × {_area(named['common_area_cm2'])} × {part}{_days(stored)}"


_VOLUMES: dict[Basis, Callable[[StoredLine, str], str]] = {
    Basis.AREA: _by_area,
    Basis.PERSON: lambda stored, _: _persons(stored),
    Basis.ACCOUNT: lambda stored, unit: f"1 {unit}{_days(stored)}",
    Basis.QUANTITY: lambda stored, unit: (
        f"{_number(stored.named['quantity_mcu'])} {unit}{_days(stored)}"
    ),
    Basis.METER: _by_meter,
    Basis.METERS: _by_meters,
    Basis.METER_VOLUME: _by_meter,
    Basis.METER_RANGE: _by_range,
    Basis.NORM: _by_norm,
    Basis.POWER_NORM: _by_norm,
    Basis.GAS_NORM: _by_gas,
    Basis.NORM_RANGE: _by_range,
    Basis.HOT_METER: _by_meter,
    Basis.HOT_METERS: _by_meters,
    Basis.HOT_METER_VOLUME: _by_meter,
    Basis.HOT_NORM: _by_norm,
    Basis.HOT_HEAT: _by_heat_of_water,
    Basis.WASTE_BY_WATER: _by_water,
    Basis.WASTE_NORM: _by_norm,
    Basis.SOLID_WASTE_PERSON: _by_solid_person,
    Basis.SOLID_WASTE_AREA: _by_solid_area,
    Basis.HEAT_NORM: _by_heat_norm,
    Basis.HEAT_NORM_EVEN: _by_heat_norm,
    Basis.HEAT_NORM_OWN: _by_heat_of_house,
    Basis.HEAT_METER: _by_heat_of_house,
    Basis.HEAT_METER_EVEN: _by_heat_of_house,
    Basis.COMMON_NORM: _by_common,
}
