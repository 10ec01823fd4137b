"""Which houses of the town have rare facts, and the catalogue these need.

house of the register ──▶ its usual sheets ──▶ a role of rare_meters, rare_houses, rare_services
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from app.demo import rare_houses, rare_meters, rare_services, town
from app.demo.house_sheets import HouseSheets
from app.demo.town import HouseFacts
from app.resources import table

Cells = tuple[Any, ...]
Sheet = tuple[Sequence[str], Iterable[Cells]]
RANGES, CAPACITY = "7619810", "7622829"
EVEN, DISTRIBUTORS, CONTAINERS = "7619213", "7619222", "7619952"
ROLES: dict[str, Callable[[HouseSheets], None]] = {
    "7622720": rare_meters.meters,
    RANGES: rare_meters.ranges,
    "7622528": rare_houses.by_fact,
    "7622921": rare_houses.by_average,
    "7622939": rare_houses.direct,
    "7618994": rare_houses.communal,
    "7622806": rare_houses.containers_by_person,
    "7622815": rare_houses.containers_by_area,
    "7622774": rare_houses.waste_by_area,
    "7616654": rare_houses.all_metered,
    "7620427": rare_houses.some_metered,
    EVEN: rare_houses.even_metered,
    "7619207": rare_houses.even_by_norm,
    DISTRIBUTORS: rare_houses.distributors,
    CONTAINERS: rare_houses.waste_of_year,
    "7619696": rare_houses.boiler,
    "7620631": rare_houses.groups,
    CAPACITY: rare_services.services,
    rare_services.COTTAGE.code: rare_services.cottage,
}
# Charged in the December before, so that the year can be corrected.
YEAR_BEFORE = (EVEN, "7619207", DISTRIBUTORS, CONTAINERS)
_SINCE = date(2025, 1, 1)
_PLACES = {"ДИАПАЗОНЫ": RANGES, "МОЩНОСТЬ": CAPACITY}


@lru_cache(maxsize=1)
def houses() -> tuple[HouseFacts, ...]:
    """Give the houses with rare facts: of the register, and one invented."""
    known = {house.code: house for house in town.houses()}
    known[rare_services.COTTAGE.code] = rare_services.COTTAGE
    return tuple(known[code] for code in ROLES)


def with_rare(chosen: Sequence[HouseFacts]) -> tuple[HouseFacts, ...]:
    """Add the houses with rare facts to others."""
    return (*(house for house in chosen if house.code not in ROLES), *houses())


def edited(house: HouseFacts, usual: dict[str, Sheet]) -> dict[str, list[dict[str, Any]]]:
    """Give the rows of a house with its rare facts.

    :param usual: its sheets as every house of the town has them
    """
    rows = {
        name: [dict(zip(headers, row, strict=True)) for row in cells]
        for name, (headers, cells) in usual.items()
    }
    of = HouseSheets(house, rows)
    ROLES[house.code](of)
    return of.rows


def catalogue() -> dict[str, list[dict[str, Any]]]:
    """Give the rows of services, tariffs, norms, parameters and benefits that rare facts need."""
    document = table("demo", "rarities.toml")
    return {
        "Услуги": [_service_row(place, row) for place, row in enumerate(document["services"])],
        "Тарифы": list(_prices(document["prices"])),
        "Нормативы": [
            _filled(Услуга=row[0], Вид=row[1], Значение=row[2], С=_SINCE, Основание=_EXAMPLE)
            for row in document["norms"]
        ],
        "Параметры": [
            _filled(Код=row[0], Значение=row[1], С=_at(row, 2), До=_at(row, 3))
            for row in document["parameters"]
        ],
        "Льготы": [
            {"Код": code, "Наименование": name, "Процент": percent, "Услуги": covered,
             "Норма площади": area or None, "По нормативу": within, "На семью": family, "С": _SINCE}
            for code, name, percent, covered, area, within, family in document["benefits"]
        ],
    }  # fmt: skip


_EXAMPLE = "для примера"


def _service_row(place: int, row: Sequence[str]) -> dict[str, Any]:
    code, name, section, resource, unit, method, _, *formula = row
    return _filled(
        Код=code, Наименование=name, Группа=section, Ресурс=resource, Единица=unit,
        Способ=method, Порядок=1000 + place * 10, Формула=formula[0] if formula else None,
    )  # fmt: skip


def _prices(rows: Iterable[Sequence[str]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        service, price, house, rate, low, high, zone, component = (*row, *[""] * (8 - len(row)))
        yield _filled(
            Услуга=service, Цена=price, С=_SINCE, Дом=_PLACES.get(house), Ставка=rate,
            Объём_от=low, Объём_до=high, Зона=zone, Компонент=component, Основание=_EXAMPLE,
        )  # fmt: skip


def _at(row: Sequence[Any], place: int) -> Any:
    return row[place] if len(row) > place else None


def _filled(**columns: Any) -> dict[str, Any]:
    return {name.replace("_", " "): value or None for name, value in columns.items()}


def joined(plain: Sheet, more: Sequence[dict[str, Any]]) -> Sheet:
    """Add rows by header to a sheet; headers it lacks come last."""
    headers = list(plain[0])
    headers += [name for name in dict.fromkeys(key for row in more for key in row)
                if name not in headers]  # fmt: skip

    def rows() -> Iterator[Cells]:
        yield from plain[1]
        for row in more:
            yield tuple(row.get(name) for name in headers)

    return headers, rows()
