"""Bases of solid waste by the volume of containers, and of a room in a communal flat.

formulas 9(3), 9(4)    V_house × n / Σn,  V_house × S / ΣS
formulas 9(5), 9(6)    a room: n × N / 12,  S_flat × S_room / ΣS_rooms × N / 12
formulas 9(7), 9(8)    a room by containers
"""

from fractions import Fraction

from app.domain import money
from app.domain.bases import words
from app.domain.bases.norms import norm_text
from app.domain.bases.rule import Named, Rule, StoredLine, half_up, m2, part_of_month, share_of
from app.domain.basis import A2, NORM_SLOTS, R354, SHARE_SLOTS, Basis
from app.domain.note import words_of

_LAW = f"{R354}, п. 148(30), {A2}"
_SEPARATE = f"{R354}, п. 148(31), {A2}"


def _by_person(line: StoredLine, named: Named) -> int:
    year = Fraction(named["norm_mcu"] * named["person_days"], line.period.days)
    return half_up(year / named["months"])


def _by_person_text(line: StoredLine, named: Named, unit: str) -> str:
    return f"{norm_text(line, named, unit)} / {named['months']}"


def _room_area(named: Named) -> Fraction:
    return m2(named["flat_area_cm2"]) * Fraction(named["area_cm2"], named["rooms_area_cm2"])


def _room_area_text(named: Named) -> str:
    flat, room, rooms = (
        words.area(named[name]) for name in ("flat_area_cm2", "area_cm2", "rooms_area_cm2")
    )
    return f"{flat} × {room} / {rooms}"


def _by_room(line: StoredLine, named: Named) -> int:
    year = _room_area(named) * named["norm_mcu"] * share_of(named)
    return half_up(year / named["months"] * part_of_month(line))


def _by_room_text(line: StoredLine, named: Named, unit: str) -> str:
    share, days = words.share(named), words.days(line)
    each = f"{words.number(named['norm_mcu'])} {unit} / {named['months']}"
    return f"{_room_area_text(named)}{share} × {each}{days}"


def _house_person(_: StoredLine, named: Named) -> int:
    return half_up(
        Fraction(named["house_volume_mcu"] * named["person_days"], named["house_person_days"])
    )


def _house_person_text(line: StoredLine, named: Named, unit: str) -> str:
    over, under, days = named["person_days"], named["house_person_days"], line.period.days
    house = f"{words.number(named['house_volume_mcu'])} {unit}"
    if over % days or under % days:
        return f"{house} × {over}/{under} (человеко-дни)"
    return f"{house} × {over // days}/{under // days} чел."


def _house_area(line: StoredLine, named: Named) -> int:
    part = Fraction(named["area_cm2"], named["house_area_cm2"])
    whole = named["house_volume_mcu"] * part * share_of(named)
    return half_up(whole * part_of_month(line))


def _house_area_text(line: StoredLine, named: Named, unit: str) -> str:
    house = f"{words.number(named['house_volume_mcu'])} {unit}"
    area, total = words.area(named["area_cm2"]), words.area(named["house_area_cm2"])
    return f"{house} × {area}{words.share(named)} / {total}{words.days(line)}"


def _house_room(line: StoredLine, named: Named) -> int:
    part = _room_area(named) / m2(named["house_area_cm2"])
    whole = named["house_volume_mcu"] * part * share_of(named)
    return half_up(whole * part_of_month(line))


def _house_room_text(line: StoredLine, named: Named, unit: str) -> str:
    house = f"{words.number(named['house_volume_mcu'])} {unit}"
    total, share = words.area(named["house_area_cm2"]), words.share(named)
    return f"{house} × {_room_area_text(named)}{share} / {total}{words.days(line)}"


def _year_text(named: Named, unit: str) -> str:
    parts = [named[name] for name in ("fact_kop", "billed_kop", "posted_kop")]
    if unit:
        parts = [named[name] for name in ("fact_mcu", "billed_mcu", "posted_mcu")]
    told = [words.number(one) if unit else words.comma(money.rubles(one)) for one in parts]
    what = unit or "₽"
    text = f"{told[0].replace('-', '−')} {what}"
    for value, said in zip(parts[1:], told[1:], strict=True):
        if value:
            text += f" {'−' if value > 0 else '+'} {said.lstrip('-')} {what}"
    return text


def _year_volume(_: StoredLine, named: Named) -> int:
    return named["fact_mcu"] - named["billed_mcu"] - named["posted_mcu"]


def _year_amount(_: StoredLine, named: Named) -> int:
    return named["fact_kop"] - named["billed_kop"] - named["posted_kop"]


def _year_why(line: StoredLine, named: Named) -> str:
    months = words_of(line.notes, named["months_note"])
    return f"за {months} начислено по нормативу, а объём вывезенных контейнеров известен"


_ROOM = ("flat_area_cm2", "area_cm2", "rooms_area_cm2")
_PERSONS = ("house_volume_mcu", "person_days", "house_person_days", "owner_days")
_WHY = "в доме раздельное накопление, объём контейнеров известен"
RULES: dict[Basis, Rule] = {
    Basis.CONTAINERS_PERSON: Rule(
        "TKO_N", f"{_SEPARATE}, формула 9(3)", "объём контейнеров дома по числу лиц", _PERSONS,
        volume=_house_person, text=_house_person_text, why=_WHY,
    ),
    Basis.CONTAINERS_AREA: Rule(
        "TKO_S", f"{_SEPARATE}, формула 9(4)", "объём контейнеров дома по площади",
        ("house_volume_mcu", "area_cm2", "house_area_cm2", *SHARE_SLOTS),
        volume=_house_area, text=_house_area_text, why=_WHY,
    ),
    Basis.ROOM_WASTE_PERSON: Rule(
        "TKO_N", f"{_LAW}, формула 9(5)",
        "комната коммунальной квартиры, по числу лиц и годовому нормативу накопления",
        (*NORM_SLOTS, "months"),
        volume=_by_person, text=_by_person_text, why="регион начисляет по числу лиц",
    ),
    Basis.ROOM_WASTE_AREA: Rule(
        "TKO_S", f"{_LAW}, формула 9(6)",
        "комната коммунальной квартиры, по площади и годовому нормативу накопления",
        ("norm_mcu", *_ROOM, *SHARE_SLOTS, "months"),
        volume=_by_room, text=_by_room_text, why="регион начисляет по площади",
    ),
    Basis.ROOM_CONTAINERS_PERSON: Rule(
        "TKO_N", f"{_SEPARATE}, формула 9(7)",
        "комната коммунальной квартиры, объём контейнеров дома по числу лиц", _PERSONS,
        volume=_house_person, text=_house_person_text, why=_WHY,
    ),
    Basis.ROOM_CONTAINERS_AREA: Rule(
        "TKO_S", f"{_SEPARATE}, формула 9(8)",
        "комната коммунальной квартиры, объём контейнеров дома по площади",
        ("house_volume_mcu", *_ROOM, "house_area_cm2", *SHARE_SLOTS),
        volume=_house_room, text=_house_room_text, why=_WHY,
    ),
    Basis.WASTE_YEAR: Rule(
        "TKO_N", f"ПП РФ от 18.03.2024 № 318; {_SEPARATE}, формулы 9(3) и 9(4)",
        "перерасчёт за год по объёму контейнеров",
        ("fact_kop", "fact_mcu", "billed_kop", "billed_mcu", "posted_kop", "posted_mcu",
         "months_note"),
        volume=_year_volume, text=lambda _, named, unit: _year_text(named, unit), why=_year_why,
        amount=_year_amount, amount_text=lambda _, named, __: _year_text(named, ""),
    ),
}  # fmt: skip
