"""The sheets of one house as rows that can be edited: what rare facts are written into.

A row is a dict of headers; the house begins with what every house of the town has.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.demo.town import SEED, HouseFacts
from app.domain.period import Period

Row = dict[str, Any]
SINCE = date(2023, 1, 1)
HISTORY = tuple(Period(2025, 12).plus(number) for number in range(11))


@dataclass(slots=True)
class HouseSheets:
    """Rows of one house by sheet; the methods put facts in or take usual ones out."""

    house: HouseFacts
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def of(self, sheet: str) -> list[Row]:
        """Give the rows of a sheet, to be changed in place."""
        return self.rows.setdefault(sheet, [])

    def add(self, sheet: str, **columns: Any) -> None:
        """Add a row; underscores in the names of columns stand for spaces."""
        self.of(sheet).append({name.replace("_", " "): value for name, value in columns.items()})

    def put(self, sheet: str, row: Row) -> None:
        """Add a row whose headers are no identifiers."""
        self.of(sheet).append(row)

    def drop(self, sheet: str, **wanted: object) -> list[Row]:
        """Take out the rows that have all these values; gives them."""
        match = {name.replace("_", " "): value for name, value in wanted.items()}
        gone = [row for row in self.of(sheet) if match.items() <= row.items()]
        self.rows[sheet] = [row for row in self.of(sheet) if row not in gone]
        return gone

    def facts(self, **columns: Any) -> None:
        """Change the columns of the house itself."""
        for row in self.of("Дома"):
            row.update({name.replace("_", " "): value for name, value in columns.items()})

    def premises(self, flat: object, **columns: Any) -> None:
        """Change the columns of a flat."""
        for row in self.of("Помещения"):
            if row["Номер"] == str(flat) and not row.get("Квартира"):
                row.update({name.replace("_", " "): value for name, value in columns.items()})

    def account(self, flat: object) -> str:
        """Give the number of the first account of a flat."""
        return next(
            str(row["Номер"]) for row in self.of("Лицевые счета") if row["Помещение"] == str(flat)
        )

    def flats(self) -> list[str]:
        """Give the numbers of the flats that have accounts, in order."""
        return list(dict.fromkeys(row["Помещение"] for row in self.of("Лицевые счета")))

    def people(self, flat: object, *names: str, kind: str = "постоянно", **columns: Any) -> None:
        """Let these people live in a flat since long ago, beside its owners."""
        for name in names:
            row = {"Лицевой счёт": self.account(flat), "ФИО": name, "Вид": kind, "С": SINCE}
            self.put("Проживающие", row | {key.replace("_", " "): v for key, v in columns.items()})

    def alone(self, flat: object, *names: str, **columns: Any) -> None:
        """Let these people live in a flat and nobody else."""
        number = self.account(flat)
        for kind in ("постоянно", "временно"):
            self.drop("Проживающие", Лицевой_счёт=number, Вид=kind)
        self.people(flat, *names, **columns)

    def away(self, flat: object, name: str, left: date, returned: date,
             document: str = "посадочные талоны") -> None:  # fmt: skip
        """Write down an absence with its document."""
        self.put("Отсутствие", {"Лицевой счёт": self.account(flat), "ФИО": name, "Убыл": left,
                                "Прибыл": returned, "Заявление": "от 25.10.2026",
                                "Документ": document})  # fmt: skip

    def assign(self, service: str, contract: str, *, flat: object = None, **columns: Any) -> None:
        """Assign a service to the house, or to the account of a flat."""
        whose: Row = {"Дом": self.house.code}
        if flat is not None:
            whose = {"Лицевой счёт": self.account(flat)}
        row = {"Услуга": service, "Договор": contract, "С": SINCE} | whose
        self.put("Назначения", row | {key.replace("_", " "): v for key, v in columns.items()})

    def without(self, *services: str) -> None:
        """Take services of the house away, with their meters."""
        for service in services:
            self.drop("Назначения", Услуга=service)
            for row in self.drop("Приборы", Услуга=service):
                self.drop("Показания", Прибор=row["Код"])

    def unmetered(self, flat: object, *services: str) -> None:
        """Take the meters of a flat away, and the act that none can be installed."""
        for service in services:
            for row in self.drop("Приборы", Услуга=service, Помещение=str(flat)):
                self.drop("Показания", Прибор=row["Код"])
        self.premises(flat, Нет_возможности_установить_прибор=None)

    def meter(
        self, service: str, flat: object = None, *, nth: int = 1, zones: int = 1, **columns: Any
    ) -> str:
        """Install a meter in a flat, or of the house; gives its code."""
        house = self.house.code
        place = "дом" if flat is None else str(flat).replace("/", "-")
        code = f"{service}-{house}-{place}" + (f"-{nth}" if nth > 1 else "")
        row: Row = {
            "Код": code, "Вид": "общедомовой" if flat is None else "индивидуальный",
            "Услуга": service, "Дом": house, "Помещение": None if flat is None else str(flat),
            "Заводской номер": f"{house}{abs(hash_of(code)) % 10_000:04d}", "Зон": zones,
            "Разрядность": 7, "Введён": SINCE, "Поверка до": date(2030, 7, 1),
        }  # fmt: skip
        self.put("Приборы", row | {key.replace("_", " "): v for key, v in columns.items()})
        return code

    def dial(
        self, code: str, uses: Mapping[Period, float] | float, *, start: float = 100.0,
        silent: Sequence[Period] = (), zone: str | None = None, months: Iterable[Period] = HISTORY,
    ) -> None:  # fmt: skip
        """Read a dial at the end of each month; in silent months it turns and nobody writes."""
        value = start
        for month in months:
            value += uses if isinstance(uses, int | float) else uses[month]
            if month not in silent:
                self.read(code, month, value=f"{value:.3f}", zone=zone)

    def read(
        self, code: str, month: Period, *, value: str | None = None, volume: float | None = None,
        zone: str | None = None, source: str = "абонент", day: int = 23,
    ) -> None:  # fmt: skip
        """Write down one reading, or one volume."""
        self.put("Показания", {
            "Прибор": code, "Дата": date(month.year, month.month, day), "Значение": value,
            "Объём": None if volume is None else f"{volume:.3f}", "Зона": zone,
            "Период": month.shown, "Источник": source,
        })  # fmt: skip

    def volumes(self, code: str, volumes: Mapping[Period, float]) -> None:
        """Write down volumes of months as АИИС gives them."""
        for month, volume in volumes.items():
            self.read(code, month, volume=volume, source="автомат", day=month.days)

    def event(self, code: str, kind: str, since: date, until: date | None = None,
              found: date | None = None) -> None:  # fmt: skip
        """Write down an event of a meter."""
        self.put("События приборов", {"Прибор": code, "Событие": kind, "С": since, "До": until,
                                      "Обнаружено": found})  # fmt: skip

    def group(self, code: str, base: str, mode: str, *, flat: object = None) -> None:
        """Put the whole house, or one of its flats, behind a group meter."""
        place = None if flat is None else str(flat)
        self.put("Групповые приборы", {"Прибор": code, "Дом": self.house.code, "Помещение": place,
                                       "База": base, "Режим": mode, "С": SINCE})  # fmt: skip

    def act(
        self, service: str, breach: str, starts: datetime, ends: datetime, indicator: object = None,
        *, number: str, flat: object = None, entrance: int | None = None,
    ) -> None:  # fmt: skip
        """Write down an act of quality, of the house or of one account."""
        whose: Row = {"Дом": self.house.code, "Подъезд": entrance}
        if flat is not None:
            whose = {"Лицевой счёт": self.account(flat)}
        self.put("Акты", {
            "Услуга": service, "Нарушение": breach, "Начало": starts, "Окончание": ends,
            "Показатель": None if indicator is None else str(indicator), "Номер": number,
            "Дата": ends.date(),
        } | whose)  # fmt: skip

    def steady(self, service: str, use: float, *, flats: Iterable[str] | None = None) -> float:
        """Meter every flat, each with its own steady use; gives what all take in a month."""
        total = 0.0
        for flat in flats or self.flats():
            self.unmetered(flat, service)
            chance = random.Random(f"{SEED}:steady:{service}:{self.house.code}:{flat}")
            mine = round(use * chance.uniform(0.7, 1.3), 3)
            self.dial(self.meter(service, flat), mine, start=float(chance.randrange(20, 400)))
            total += mine
        return total


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """Give a moment as a cell has it."""
    return datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001  # no zones in Excel


def hash_of(text: str) -> int:
    """Give a number of a text that is the same in every run."""
    return sum((place + 1) * ord(letter) for place, letter in enumerate(text))
