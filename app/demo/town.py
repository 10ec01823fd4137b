"""A town for the demonstration: real houses; flats, people and meters generated with a fixed seed.

Houses, their years, floors, areas and numbers of flats are facts (resources/demo/README.md).
Everything below a house is drawn from random.Random(seed and house code), so that a house is
the same whichever other houses are built with it. Areas of flats sum to the area of the house.
"""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from app.domain import money
from app.resources import path

SEED = 20261124
DEMO_HOUSES = 40
_AREA_OF_ROOMS_CM2 = {1: 330_000, 2: 470_000, 3: 620_000, 4: 780_000}
_PLAUSIBLE_FLAT_CM2 = (150_000, 1_500_000)
_USUAL_FLAT_CM2 = 480_000

_SURNAMES = (
    "Абрамов Белов Волков Горбунов Денисов Ершов Жуков Зайцев Ильин Калинин Лебедев Морозов "
    "Никитин Орлов Петров Романов Соколов Тарасов Устинов Фролов Харитонов Цветков Чернов Шубин "
    "Щукин Юдин Яковлев Ёлкин Ежов Кузнецов Мельников Поляков"
).split()
_MEN = "Александр Борис Виктор Глеб Дмитрий Евгений Иван Кирилл Михаил Николай Павел Сергей Фёдор"
_WOMEN = "Анна Вера Галина Дарья Елена Зоя Ирина Ксения Мария Наталья Ольга Светлана Татьяна"
_FATHERS = "Алексеев Борисов Викторов Иванов Михайлов Николаев Павлов Петров Сергеев Фёдоров"


@dataclass(frozen=True, slots=True)
class HouseFacts:
    """What the register says of a house; areas in cm2 (10^-4 m2)."""

    index: int
    code: str
    locality: str
    street: str
    building: str
    block: str
    built_year: int
    floors: int
    entrances: int
    flats: int
    flats_cm2: int
    non_residential: int
    non_residential_cm2: int
    common_cm2: int

    @property
    def has_gas(self) -> bool:
        """Houses of ten floors and more have electric stoves."""
        return self.floors < 10

    @property
    def has_heat_meter(self) -> bool:
        return random.Random(f"{SEED}:heat:{self.code}").random() < 0.6


@dataclass(frozen=True, slots=True)
class Person:
    """Who is registered, lives for a time, or owns."""

    name: str
    kind: str
    since: date
    until: date | None
    born: date


@dataclass(frozen=True, slots=True)
class Household:
    """One account: its share of the flat and its people."""

    number: str
    payer: str
    share: str | None
    people: tuple[Person, ...]
    phone: str


@dataclass(frozen=True, slots=True)
class Flat:
    """A flat, its accounts and meters; area in cm2."""

    number: int
    floor: int
    entrance: int
    rooms: int
    total_cm2: int
    living_cm2: int
    households: tuple[Household, ...]
    metered: frozenset[str]
    two_zones: bool
    own_heat: bool
    no_meter_possible: bool


def houses(count: int | None = None) -> tuple[HouseFacts, ...]:
    """Give the houses of the town: all 564, or `count` of them spread over the list."""
    with path("demo", "houses.csv").open(encoding="utf-8", newline="") as file:
        every = tuple(_facts(index, row) for index, row in enumerate(csv.DictReader(file)))
    if count is None:
        return every
    # The demonstration shows ordinary houses: neither a cottage nor a tower of a thousand flats.
    usual = [house for house in every if 20 <= house.flats <= 160 and house.street]
    step = len(usual) / count
    return tuple(usual[int(index * step)] for index in range(count))


def _facts(index: int, row: dict[str, str]) -> HouseFacts:
    flats = int(row["flats"])
    flats_cm2 = _cm2(row["flats_area"])
    smallest, largest = _PLAUSIBLE_FLAT_CM2
    if not smallest <= flats_cm2 // max(flats, 1) <= largest:
        # The register has a slip of the pen here (483 m2 for 41 flats).
        flats_cm2 = flats * _USUAL_FLAT_CM2
    return HouseFacts(
        index=index,
        code=row["code"],
        locality=row["locality"],
        street=row["street"],
        building=row["building"],
        block=row["block"],
        built_year=int(row["built_year"]),
        floors=int(row["floors"]),
        entrances=max(1, int(row["entrances"] or 1)),
        flats=flats,
        flats_cm2=flats_cm2,
        non_residential=int(row["non_residential"] or 0),
        non_residential_cm2=_cm2(row["non_residential_area"]),
        common_cm2=_cm2(row["common_area"]),
    )


def _cm2(text: str) -> int:
    whole, _, part = (text or "0").partition(".")
    return int(whole) * 10_000 + int((part + "0000")[:4])


@lru_cache(maxsize=4)
def flats(house: HouseFacts, *, one_account: bool = False) -> tuple[Flat, ...]:
    """Give the flats of a house; their areas sum to the house's, to 0.01 m2.

    :param one_account: without flats that two households share (the load of the benchmarks)
    """
    chance = random.Random(f"{SEED}:{house.code}")
    rooms = [chance.choices((1, 2, 3, 4), (30, 40, 24, 6))[0] for _ in range(house.flats)]
    weights = [int(_AREA_OF_ROOMS_CM2[room] * chance.uniform(0.92, 1.08)) for room in rooms]
    hundredths = money.apportion(house.flats_cm2 // 100, np.array(weights, dtype=np.int64))
    built = []
    for index, (room, area) in enumerate(zip(rooms, hundredths, strict=True)):
        number = index + 1
        built.append(
            Flat(
                number=number,
                floor=index * house.floors // max(house.flats, 1) + 1,
                entrance=index * house.entrances // max(house.flats, 1) + 1,
                rooms=room,
                total_cm2=int(area) * 100,
                living_cm2=int(area) * 62 // 100 * 100,
                households=_households(house, number, 1 if one_account else room, chance),
                metered=_metered(chance),
                two_zones=chance.random() < 0.3,
                own_heat=house.floors <= 3 and chance.random() < 0.02,
                no_meter_possible=chance.random() < 0.05,
            )
        )
    return tuple(built)


def _metered(chance: random.Random) -> frozenset[str]:
    kinds = (("ХВС", 0.85), ("ГВС", 0.82), ("ЭЭ", 0.97))
    return frozenset(kind for kind, likely in kinds if chance.random() < likely)


def _households(
    house: HouseFacts, flat: int, rooms: int, chance: random.Random
) -> tuple[Household, ...]:
    shares = ("1/3", "2/3") if rooms >= 3 and chance.random() < 0.03 else (None,)
    return tuple(
        _household(f"66{house.index:03d}{flat:04d}{place}", share, rooms, chance)
        for place, share in enumerate(shares)
    )


def _household(number: str, share: str | None, rooms: int, chance: random.Random) -> Household:
    surname = chance.choice(_SURNAMES)
    count = chance.choices((0, 1, 2, 3, 4), (3, 27, 32, 24, 14))[0]
    named: dict[str, Person] = {}
    while len(named) < count:
        person = _person(surname, "постоянно", chance)
        named.setdefault(person.name, person)
    living = tuple(named.values())
    owner = living[0] if living else _person(surname, "постоянно", chance)
    bought = date(2012, 1, 1) + timedelta(days=chance.randrange(4000))
    people = (*living, Person(owner.name, "собственник", bought, None, owner.born))
    if rooms >= 2 and chance.random() < 0.02:
        arrived = date(2026, 8, 1) + timedelta(days=chance.randrange(10, 80))
        guest = _person(chance.choice(_SURNAMES), "временно", chance)
        people += (
            Person(guest.name, guest.kind, arrived, arrived + timedelta(days=40), guest.born),
        )
    return Household(
        number=number,
        payer=owner.name,
        share=share,
        people=people,
        phone=f"+7 900 {chance.randrange(100, 999)}-{chance.randrange(10, 99)}-"
        f"{chance.randrange(10, 99)}",
    )


def _person(surname: str, kind: str, chance: random.Random) -> Person:
    is_woman = chance.random() < 0.54
    given = chance.choice((_WOMEN if is_woman else _MEN).split())
    father = chance.choice(_FATHERS.split())
    name = f"{surname}{'а' if is_woman else ''} {given} {father}{'на' if is_woman else 'ич'}"
    since = date(2012, 1, 1) + timedelta(days=chance.randrange(5000))
    moved = chance.random()
    until = None
    if moved < 0.012:
        since = date(2026, 8, 1) + timedelta(days=chance.randrange(85))
    elif moved < 0.024:
        until = date(2026, 8, 2) + timedelta(days=chance.randrange(85))
    born = date(1945, 1, 1) + timedelta(days=chance.randrange(24_000))
    return Person(name, kind, since, until, born)


def accounts_of(
    house: HouseFacts, *, one_account: bool = False
) -> Iterator[tuple[Flat, Household]]:
    """Give every account of a house with its flat."""
    for flat in flats(house, one_account=one_account):
        for household in flat.households:
            yield flat, household
