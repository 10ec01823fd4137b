"""Bases of communal flats: a flat's volume among its rooms (354, §50, formulas 7 and 9).

formula 7    V_flat × n_room / n_flat
formula 9    V_room + (V_flat − ΣV_rooms) × n_room / n_flat
agreement    a room with a meter: V_room + common part × n_room / n_flat; the rest of the flat
             goes over the rooms without meters by their persons
"""

from fractions import Fraction

from app.domain.bases import words
from app.domain.bases.norms import norm, norm_text, norm_why, range_why
from app.domain.bases.readings import RANGE_SLOTS, in_range, in_range_text
from app.domain.bases.rule import Named, Rule, StoredLine, half_up, m2, part_of_month, share_of
from app.domain.basis import A2, NORM_SLOTS, R354, SHARE_SLOTS, Basis
from app.domain.days import FAR, of_number
from app.domain.money import MILLION
from app.domain.note import words_of

_LAW = f"{R354}, п. 50, {A2}"
_FORMULA_7 = f"{_LAW}, формула 7"
_FORMULA_9 = f"{_LAW}, формула 9"
_RAISED = f"{R354}, п. 42, 50, {A2}, формулы 4(1) и 7"
_WATER = f"{_LAW}, формулы 23 и 27"


def _part(named: Named, under: str = "flat_person_days") -> Fraction:
    return Fraction(named["person_days"], named[under])


def _part_text(line: StoredLine, named: Named, under: str = "flat_person_days") -> str:
    """Persons of the room over those of the flat: whole, or person-days."""
    over, below, days = named["person_days"], named[under], line.days
    if over % days or below % days:
        return f"{over}/{below} (человеко-дни)"
    word = "собств." if named["owner_days"] == over and over else "чел."
    return f"{over // days}/{below // days} {word}"


def _metered(_: StoredLine, named: Named) -> int:
    return half_up(named["flat_volume_mcu"] * _part(named))


def _metered_text(line: StoredLine, named: Named, unit: str) -> str:
    return f"{words.number(named['flat_volume_mcu'])} {unit} × {_part_text(line, named)}"


def _metered_why(line: StoredLine, named: Named) -> str:
    if named["reason_note"]:
        reason = words_of(line.notes, named["reason_note"])
        return f"объём квартиры делится по числу лиц; {reason}"
    if not named["previous_on"] or named["previous_on"] >= FAR:
        return "в квартире общий прибор, объём квартиры делится по числу лиц"
    previous, current = of_number(named["previous_on"]), of_number(named["current_on"])
    return (
        "в квартире общий прибор, показания "
        f"{words.number(named['previous_mcu'])} от {previous:%d.%m.%Y} и "
        f"{words.number(named['current_mcu'])} от {current:%d.%m.%Y}; "
        "объём квартиры делится по числу лиц"
    )


def _norm_text(line: StoredLine, named: Named, unit: str) -> str:
    flat = {**named, "person_days": named["flat_person_days"]}
    return f"({norm_text(line, flat, unit)}) × {_part_text(line, named)}"


def _norm_why(line: StoredLine, named: Named) -> str:
    reason = words_of(line.notes, named["reason_note"]) or norm_why(line, named)
    return f"норматив квартиры делится по числу лиц; {reason}"


def _gas(line: StoredLine, named: Named) -> int:
    persons = Fraction(named["norm_mcu"] * named["flat_person_days"], line.period.days)
    area = m2(named["area_cm2"]) * named["area_norm_mcu"] * part_of_month(line)
    return half_up((persons + area) * _part(named))


def _gas_text(line: StoredLine, named: Named, unit: str) -> str:
    parts = []
    if named["norm_mcu"]:
        parts.append(norm_text(line, {**named, "person_days": named["flat_person_days"]}, unit))
    if named["area_norm_mcu"]:
        each = f"{words.number(named['area_norm_mcu'])} {unit}"
        parts.append(f"{words.area(named['area_cm2'])} × {each}{words.days(line)}")
    return f"({' + '.join(parts)}) × {_part_text(line, named)}"


def _rooms(_: StoredLine, named: Named) -> int:
    common = named["flat_volume_mcu"] - named["rooms_volume_mcu"]
    return max(0, half_up(named["room_volume_mcu"] + common * _part(named)))


def _rooms_text(line: StoredLine, named: Named, unit: str) -> str:
    room, flat, rooms = (
        words.number(named[name])
        for name in ("room_volume_mcu", "flat_volume_mcu", "rooms_volume_mcu")
    )
    text = f"{room} {unit} + ({flat} − {rooms}) × {_part_text(line, named)}"
    if named["flat_volume_mcu"] < named["rooms_volume_mcu"]:
        return f"max(0; {text})"
    return f"({text})"


def _agreed(named: Named) -> Fraction:
    return Fraction(named["flat_volume_mcu"] * named["common_part_ppm"], MILLION)


def _agreed_text(line: StoredLine, named: Named) -> str:
    flat, part = words.number(named["flat_volume_mcu"]), words.number(named["common_part_ppm"])
    return f"{flat} × {part} × {_part_text(line, named)}"


def _own(_: StoredLine, named: Named) -> int:
    return half_up(named["room_volume_mcu"] + _agreed(named) * _part(named))


def _own_text(line: StoredLine, named: Named, unit: str) -> str:
    room = f"{words.number(named['room_volume_mcu'])} {unit}"
    if not named["common_part_ppm"]:
        return room
    return f"({room} + {_agreed_text(line, named)})"


def _rest(_: StoredLine, named: Named) -> int:
    left = named["flat_volume_mcu"] - named["rooms_volume_mcu"] - _agreed(named)
    return half_up(max(left, Fraction(0)) * _part(named, "rest_person_days")
                   + _agreed(named) * _part(named))  # fmt: skip


def _rest_text(line: StoredLine, named: Named, unit: str) -> str:
    flat, rooms = (words.number(named[name]) for name in ("flat_volume_mcu", "rooms_volume_mcu"))
    part = _part_text(line, named, "rest_person_days")
    left = f"{flat} {unit} − {rooms}"
    if not named["common_part_ppm"]:
        return f"max(0; {left}) × {part}"
    left += f" − {flat} × {words.number(named['common_part_ppm'])}"
    return f"({_agreed_text(line, named)} + max(0; {left}) × {part})"


def _area(line: StoredLine, named: Named) -> int:
    part = Fraction(named["area_cm2"], named["rooms_area_cm2"])
    whole = m2(named["flat_area_cm2"]) * MILLION * part
    return half_up(whole * share_of(named) * part_of_month(line))


def _area_text(line: StoredLine, named: Named, _: str) -> str:
    flat, room, rooms = (
        words.area(named[name]) for name in ("flat_area_cm2", "area_cm2", "rooms_area_cm2")
    )
    return f"{flat} × {room} / {rooms}{words.share(named)}{words.days(line)}"


_FLAT = ("person_days", "flat_person_days", "owner_days")
RULES: dict[Basis, Rule] = {
    Basis.COMMUNAL_METER: Rule(
        "COMMUNAL7", _FORMULA_7, "комната коммунальной квартиры, по общему прибору квартиры",
        ("flat_volume_mcu", *_FLAT, "previous_mcu", "current_mcu", "previous_on", "current_on",
         "reason_note"),
        volume=_metered, text=_metered_text, why=_metered_why,
    ),
    Basis.COMMUNAL_NORM: Rule(
        "COMMUNAL7", _FORMULA_7, "комната коммунальной квартиры, по нормативу квартиры",
        (*NORM_SLOTS, "flat_person_days", "reason_note", "is_impossible"),
        volume=norm, text=_norm_text, why=_norm_why, raised_law=_RAISED,
    ),
    Basis.COMMUNAL_HOT_NORM: Rule(
        "COMMUNAL7", _WATER, "комната коммунальной квартиры, вода по нормативу квартиры",
        (*NORM_SLOTS, "flat_person_days", "reason_note", "is_impossible"),
        volume=norm, text=_norm_text, why=_norm_why,
        raised_law=f"{_LAW}, формулы 23(1) и 27",
    ),
    Basis.COMMUNAL_POWER_NORM: Rule(
        "COMMUNAL7", _FORMULA_7,
        "комната коммунальной квартиры, по нормативу квартиры для комнат и лиц",
        (*NORM_SLOTS, "rooms", "flat_person_days", "reason_note"),
        volume=norm, text=_norm_text, why=_norm_why, raised_law=_RAISED,
    ),
    Basis.COMMUNAL_GAS_NORM: Rule(
        "COMMUNAL7", _FORMULA_7, "комната коммунальной квартиры, по нормативам газа квартиры",
        (*NORM_SLOTS, "area_norm_mcu", "area_cm2", "flat_person_days", "reason_note"),
        volume=_gas, text=_gas_text, why=_norm_why,
    ),
    Basis.COMMUNAL_ROOMS: Rule(
        "COMMUNAL9", _FORMULA_9,
        "комната коммунальной квартиры, по комнатному прибору и части общего расхода",
        ("room_volume_mcu", "flat_volume_mcu", "rooms_volume_mcu", *_FLAT),
        volume=_rooms, text=_rooms_text,
        why="у всех комнат свои приборы и есть общий прибор квартиры",
    ),
    Basis.COMMUNAL_ROOM_OWN: Rule(
        "COMMUNAL9", f"{R354}, п. 50", "комната с прибором, по соглашению жильцов квартиры",
        ("room_volume_mcu", "flat_volume_mcu", "common_part_ppm", *_FLAT),
        volume=_own, text=_own_text,
        why="приборы есть не у всех комнат, жильцы согласились считать по комнатным приборам",
    ),
    Basis.COMMUNAL_ROOM_REST: Rule(
        "COMMUNAL9", f"{R354}, п. 50", "комната без прибора, по соглашению жильцов квартиры",
        ("flat_volume_mcu", "rooms_volume_mcu", "common_part_ppm", *_FLAT, "rest_person_days"),
        volume=_rest, text=_rest_text,
        why="остаток общего прибора делится между комнатами без приборов по числу лиц",
    ),
    Basis.COMMUNAL_RANGE: Rule(
        "COMMUNAL7", f"{_LAW}, формулы 7 и 9; п. 38",
        "комната коммунальной квартиры, часть объёма в диапазоне цены", RANGE_SLOTS,
        volume=in_range, text=in_range_text, why=range_why,
    ),
    Basis.COMMUNAL_NORM_RANGE: Rule(
        "COMMUNAL7", f"{_FORMULA_7}; п. 38",
        "комната коммунальной квартиры, по нормативу квартиры, часть объёма в диапазоне цены",
        RANGE_SLOTS,
        volume=in_range, text=in_range_text, why=range_why, raised_law=_RAISED,
    ),
    Basis.COMMUNAL_AREA: Rule(
        "AREA", "ЖК РФ, ст. 42, 155, 158, 169",
        "по площади комнаты и её доле в общих помещениях квартиры",
        ("flat_area_cm2", "area_cm2", "rooms_area_cm2", *SHARE_SLOTS),
        volume=_area, text=_area_text,
        why="плата установлена за 1 м2, комната в коммунальной квартире",
    ),
}  # fmt: skip
