"""The town as sheets of a workbook (interface.md §1): what a settlement centre brings with it."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app.demo import rarities, town
from app.demo.town import Flat, HouseFacts, Household
from app.domain.period import Period
from app.resources import table

Row = tuple[Any, ...]
Sheet = tuple[Sequence[str], Iterable[Row]]

_BIC = "046577000"
_SINCE = date(2023, 1, 1)
_ORGANISATIONS = (
    # code, name, roles, ИНН, account, phone; the people and accounts are invented.
    ("РКЦ", "ООО «Расчётный центр»", "центр", "6658000018", "40702810800000000017"),
    ("УК", "ООО «УК Верх-Исетская (пример)»", "исполнитель", "6658000025", "40702810000000000024"),
    ("ВОДОКАНАЛ", "МУП «Водоканал»", "поставщик", "6658000032", "40702810200000000031"),
    ("ТПЛЮС", "ПАО «Т Плюс»", "поставщик", "6658000040", "40702810400000000048"),
    ("ЭНЕРГОСБЫТ", "АО «Энергосбыт (пример)»", "поставщик", "6658000057", "40702810600000000055"),
    ("ГАЗ", "АО «Екатеринбурггаз»", "поставщик", "6658000064", "40702810800000000062"),
    ("ТКО", "ЕМУП «Спецавтобаза»", "поставщик", "6658000071", "40702810000000000079"),
    ("ФКР", "Региональный фонд капремонта", "исполнитель", "6658000089", "40603810600000000086"),
    ("БАНК", "Банк (пример)", "банк, агент", "6658000096", "40702810400000000093"),
)
_CONTRACTS = (
    ("УК-1", "двусторонний", "УК", None, "жилищная"),
    ("ВК-15", "трёхсторонний", "УК", "ВОДОКАНАЛ", "жилищная"),
    ("ТП-453", "трёхсторонний", "УК", "ТПЛЮС", "жилищная"),
    ("ЭС-77", "трёхсторонний", "УК", "ЭНЕРГОСБЫТ", "жилищная"),
    ("ЕГ-3", "трёхсторонний", "УК", "ГАЗ", "жилищная"),
    ("СА-89", "трёхсторонний", "УК", "ТКО", "жилищная"),
    ("ФКР-1", "двусторонний", "ФКР", None, "капремонт"),
)
# code, name, section, resource, unit, method, contract
_SERVICES = (
    ("СОД", "Содержание жилого помещения", "жилищная", None, "м2", "по площади", "УК-1"),
    ("СОИ-ХВС", "СОИ: холодная вода", "СОИ", "ХВС", "м3", "СОИ по нормативу", "ВК-15"),
    ("СОИ-ВО", "СОИ: отведение сточных вод", "СОИ", "ВО", "м3", "СОИ по нормативу", "ВК-15"),
    ("СОИ-ЭЭ", "СОИ: электроэнергия", "СОИ", "ЭЭ", "кВт·ч", "СОИ по нормативу", "ЭС-77"),
    ("КР", "Взнос на капитальный ремонт", "капремонт", None, "м2", "по площади", "ФКР-1"),
    ("ХВС", "Холодное водоснабжение", "коммунальная", "ХВС", "м3", "прибор или норматив", "ВК-15"),
    ("ГВС", "Горячее водоснабжение", "коммунальная", "ГВС", "м3", "ГВС двухкомпонентная", "ТП-453"),
    ("ВО", "Водоотведение", "коммунальная", "ВО", "м3", "водоотведение", "ВК-15"),
    ("ОТ", "Отопление", "коммунальная", "тепло", "Гкал", "отопление", "ТП-453"),
    ("ЭЭГ", "Электроэнергия", "коммунальная", "ЭЭ", "кВт·ч", "электроэнергия", "ЭС-77"),
    ("ЭЭП", "Электроэнергия (плиты)", "коммунальная", "ЭЭ", "кВт·ч", "электроэнергия", "ЭС-77"),
    ("ГАЗ", "Газоснабжение", "коммунальная", "газ", "м3", "газ", "ЕГ-3"),
    ("ТКО", "Обращение с ТКО", "коммунальная", "ТКО", "м3", "ТКО по лицам", "СА-89"),
    ("ДОМОФОН", "Домофон", "прочая", None, "счёт", "на счёт", "УК-1"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Town:
    """The choice of houses and months that the sheets are made of.

    :ivar with_rare: houses of app/demo/rarities.py have their rare facts
    """

    houses: tuple[HouseFacts, ...]
    months: tuple[Period, ...]
    one_account: bool = False
    with_debts: bool = True
    with_rare: bool = True

    def accounts(self) -> Iterator[tuple[HouseFacts, Flat, Household]]:
        """Give every account of the town."""
        for house in self.houses:
            for flat, household in town.accounts_of(house, one_account=self.one_account):
                yield house, flat, household

    def flats(self) -> Iterator[tuple[HouseFacts, Flat]]:
        """Give every flat of the town."""
        for house in self.houses:
            for flat in town.flats(house, one_account=self.one_account):
                yield house, flat


def sheets(built: Town) -> dict[str, Sheet]:
    """Give all sheets; the rows of the long ones are made while they are written."""
    rare = [one for one in built.houses if built.with_rare and one.code in rarities.ROLES]
    usual = replace(built, houses=tuple(one for one in built.houses if one not in rare))
    made: dict[str, Sheet] = {
        "Организации": _organisations(),
        "Договоры": _contracts(),
        "Услуги": _services(),
        "Тарифы": _tariffs(),
        "Нормативы": _norms(),
        "Параметры": (("Код", "Значение", "С"), [("день_оплаты", "15", date(2026, 3, 1))]),
        **_of_houses(usual),
    }
    if built.with_debts:
        made["Отсутствие"] = _absences(usual)
        made["Сальдо"] = _balances(usual)
        made["Оплаты"] = _payments(usual)
    return _with_rare(made, built, rare) if rare else made


def _of_houses(built: Town) -> dict[str, Sheet]:
    return {
        "Дома": _houses(built),
        "Помещения": _premises(built),
        "Лицевые счета": _accounts(built),
        "Проживающие": _residents(built),
        "Назначения": _assignments(built),
        "Приборы": _meters(built),
        "Показания": _readings(built),
    }


def _with_rare(made: dict[str, Sheet], built: Town, rare: Sequence[HouseFacts]) -> dict[str, Sheet]:
    """Add the houses with rare facts, and the catalogue these need."""
    more = rarities.catalogue()
    for house in rare:
        alone = replace(built, houses=(house,))
        for name, rows in rarities.edited(house, _of_houses(alone)).items():
            more.setdefault(name, []).extend(rows)
    nothing: Sheet = ((), ())
    return {
        name: rarities.joined(made.get(name, nothing), more.get(name, ()))
        for name in (*made, *(name for name in more if name not in made))
    }


def _organisations() -> Sheet:
    headers = ("Код", "Наименование", "Роли", "ИНН", "Расчётный счёт", "БИК", "Банк",
               "Корр. счёт", "Телефон", "Адрес", "E-mail", "Сайт")  # fmt: skip
    rows = [
        (code, name, roles, inn, account, _BIC, "Банк (пример)", "30101810200000000000",
         "+7 343 000-00-00", "г. Екатеринбург", "mail@example.ru", "example.ru")
        for code, name, roles, inn, account in _ORGANISATIONS
    ]  # fmt: skip
    return headers, rows


def _contracts() -> Sheet:
    headers = ("Номер", "Вид", "Исполнитель", "Поставщик", "С", "Схема пени", "Комиссия, %")
    return headers, [
        (number, kind, provider, supplier, _SINCE, scheme, "1.2")
        for number, kind, provider, supplier, scheme in _CONTRACTS
    ]


def _houses(built: Town) -> Sheet:
    headers = ("Код", "Населённый пункт", "Улица", "Дом", "Корпус", "Год постройки", "Этажей",
               "Площадь ОИ", "Площадь ОИ ХВС", "Площадь ОИ ГВС", "Площадь ОИ ЭЭ",
               "Площадь ОИ отопление", "Отопление", "Месяцы отопления", "Управление",
               "Подъездов")  # fmt: skip
    rows = (
        (house.code, house.locality, house.street or None, house.building, house.block or None,
         house.built_year, house.floors, _m2(house.common_cm2), _m2(house.common_cm2),
         _m2(house.common_cm2), _m2(house.common_cm2), 0, "в отопительный период", "1-5,9-12",
         "УО", house.entrances)
        for house in built.houses
    )  # fmt: skip
    return headers, rows


def _m2(area_cm2: int) -> float:
    return area_cm2 / 10_000


def _premises(built: Town) -> Sheet:
    headers = ("Дом", "Номер", "Вид", "Общая площадь", "Жилая площадь", "Комнат", "Этаж",
               "Подъезд", "Свой источник тепла", "Нет возможности установить прибор")  # fmt: skip

    def rows() -> Iterator[Row]:
        for house in built.houses:
            for flat in town.flats(house, one_account=built.one_account):
                impossible = "ХВС, ГВС" if flat.no_meter_possible else None
                yield (house.code, str(flat.number), "квартира", _m2(flat.total_cm2),
                       _m2(flat.living_cm2), flat.rooms, flat.floor, flat.entrance,
                       "да" if flat.own_heat else "нет", impossible)  # fmt: skip
            if house.non_residential and house.non_residential_cm2:
                area = _m2(house.non_residential_cm2)
                yield (house.code, "Н1", "нежилое", area, None, None, 1, None, "нет", None)

    return headers, rows()


def _accounts(built: Town) -> Sheet:
    headers = ("Номер", "Дом", "Помещение", "Плательщик", "Открыт", "Доля", "ЕЛС", "Телефон")
    rows = (
        (household.number, house.code, str(flat.number), household.payer, _SINCE,
         household.share, f"60АА{household.number[2:]}", household.phone)
        for house, flat, household in built.accounts()
    )  # fmt: skip
    return headers, rows


def _residents(built: Town) -> Sheet:
    headers = ("Лицевой счёт", "ФИО", "Вид", "С", "До", "Дата рождения")
    rows = (
        (household.number, person.name, person.kind, person.since, person.until, person.born)
        for _, _, household in built.accounts()
        for person in household.people
    )  # fmt: skip
    return headers, rows


def _absences(built: Town) -> Sheet:
    headers = ("Лицевой счёт", "ФИО", "Убыл", "Прибыл", "Заявление", "Документ")
    chance = random.Random(f"{town.SEED}:absences")
    rows = [
        (household.number, household.people[0].name, date(2026, 9, 3), date(2026, 9, 25),
         "от 01.10.2026", "посадочные талоны")
        for _, _, household in built.accounts()
        if chance.random() < 0.004
    ]  # fmt: skip
    return headers, rows


def _services() -> Sheet:
    headers = ("Код", "Наименование", "Группа", "Ресурс", "Единица", "Способ", "Порядок")
    return headers, [
        (code, name, section, resource, unit, method, (place + 1) * 10)
        for place, (code, name, section, resource, unit, method, _) in enumerate(_SERVICES)
    ]


def _tariffs() -> Sheet:
    headers = ("Услуга", "Цена", "С", "До", "Зона", "Компонент", "Основание")
    return headers, [
        (line["service"], line["price"], line["from"], _day_after(line.get("until")),
         line.get("zone"), line.get("component"), line["basis"])
        for line in table("demo", "tariffs.toml")["tariff"]
    ]  # fmt: skip


def _day_after(last: date | None) -> date | None:
    return None if last is None else date.fromordinal(last.toordinal() + 1)


def _norms() -> Sheet:
    headers = ("Услуга", "Вид", "Значение", "С", "Основание")
    return headers, [
        (line["service"], line["kind"], line["value"], line.get("from", date(2026, 1, 1)),
         line["basis"])
        for line in table("demo", "tariffs.toml")["norm"]
    ]  # fmt: skip


def _assignments(built: Town) -> Sheet:
    headers = ("Услуга", "Договор", "С", "Дом")
    return headers, (
        (code, contract, _SINCE, house.code)
        for house in built.houses
        for code, *_, contract in _SERVICES
        if _has(house, code)
    )


def _has(house: HouseFacts, service: str) -> bool:
    if service in {"ГАЗ", "ЭЭГ"}:
        return house.has_gas
    if service == "ЭЭП":
        return not house.has_gas
    return True


def _meter_services(house: HouseFacts, flat: Flat) -> Iterator[tuple[str, int]]:
    """Give the metered services of a flat and the zones of each meter."""
    if "ХВС" in flat.metered:
        yield "ХВС", 1
    if "ГВС" in flat.metered:
        yield "ГВС", 1
    if "ЭЭ" in flat.metered:
        yield ("ЭЭГ" if house.has_gas else "ЭЭП"), 2 if flat.two_zones else 1


def _meters(built: Town) -> Sheet:
    headers = ("Код", "Вид", "Услуга", "Дом", "Помещение", "Заводской номер", "Зон",
               "Разрядность", "Введён", "Начальное показание", "Поверка до")  # fmt: skip

    def rows() -> Iterator[Row]:
        for house in built.houses:
            if house.has_heat_meter:
                yield (f"ОТ-{house.code}", "общедомовой", "ОТ", house.code, None,
                       f"В{house.code}", 1, 7, _SINCE, "0", date(2029, 6, 1))  # fmt: skip
            for flat in town.flats(house, one_account=built.one_account):
                for service, zones in _meter_services(house, flat):
                    start = _first_values(house, flat, service, zones)
                    yield (f"{service}-{house.code}-{flat.number}", "индивидуальный", service,
                           house.code, str(flat.number), f"{house.code}{flat.number:04d}", zones,
                           6 if service.startswith("ЭЭ") else 5, date(2024, 7, 1),
                           "; ".join(str(value) for value in start),
                           date(2030, 7, 1))  # fmt: skip

    return headers, rows()


def _first_values(house: HouseFacts, flat: Flat, service: str, zones: int) -> list[int]:
    chance = random.Random(f"{town.SEED}:{service}:{house.code}:{flat.number}")
    return [chance.randrange(10, 900) for _ in range(zones)]


def _readings(built: Town) -> Sheet:
    headers = ("Прибор", "Дата", "Значение", "Объём", "Зона", "Период", "Источник")
    before = built.months[0].previous
    months = (before, *built.months)

    def rows() -> Iterator[Row]:
        for house in built.houses:
            if house.has_heat_meter:
                yield from _heat_readings(house, built.months)
            for flat in town.flats(house, one_account=built.one_account):
                for service, zones in _meter_services(house, flat):
                    yield from _flat_readings(house, flat, service, zones, months)

    return headers, rows()


def _heat_readings(house: HouseFacts, months: Sequence[Period]) -> Iterator[Row]:
    chance = random.Random(f"{town.SEED}:heat-volume:{house.code}")
    area = _m2(house.flats_cm2 + house.non_residential_cm2)
    for month in months:
        if month.month in {6, 7, 8}:
            continue
        volume = round(
            area * (0.0065 if month.month == 9 else 0.0192) * chance.uniform(0.9, 1.1), 3
        )
        yield (f"ОТ-{house.code}", month.last_day, None, volume, None, month.shown, "автомат")


def _flat_readings(
    house: HouseFacts, flat: Flat, service: str, zones: int, months: Sequence[Period]
) -> Iterator[Row]:
    chance = random.Random(f"{town.SEED}:{service}:{house.code}:{flat.number}")
    totals = [value * 1000 for value in _first_values(house, flat, service, zones)]
    people = max(1, sum(len(household.people) - 1 for household in flat.households))
    usual = {"ХВС": 2_900, "ГВС": 1_900}.get(service, 62_000 if house.has_gas else 95_000)
    zone_names = (None,) if zones == 1 else ("день", "ночь")
    parts = (1000,) if zones == 1 else (690, 310)
    for month in months:
        if month != months[0] and chance.random() < 0.002:
            continue  # a reading that was not given: the charge run names it as a problem
        used = int(usual * people * chance.uniform(0.55, 1.45))
        for place, zone in enumerate(zone_names):
            step = used * parts[place] // 1000
            # Electricity meters are read in whole kilowatt-hours, water in litres.
            totals[place] += step // 1000 * 1000 if service.startswith("ЭЭ") else step
            yield (f"{service}-{house.code}-{flat.number}",
                   date(month.year, month.month, 20 + flat.number % 6),
                   f"{totals[place] / 1000:.3f}", None, zone, month.shown,
                   "абонент")  # fmt: skip


def _balances(built: Town) -> Sheet:
    headers = ("Лицевой счёт", "Услуга", "Договор", "Период", "Основной долг", "Пени")
    chance = random.Random(f"{town.SEED}:balances")
    contracts = {code: contract for code, *_, contract in _SERVICES}
    owed = ("СОД", "ХВС", "ВО", "ГВС", "ТКО", "КР")
    before = built.months[0].previous

    def rows() -> Iterator[Row]:
        for _, _, household in built.accounts():
            luck = chance.random()
            if luck < 0.10:
                for back in range(chance.choice((1, 1, 1, 2, 3)), 0, -1):
                    month = before.plus(1 - back)
                    for code in owed:
                        debt = chance.randrange(8_000, 160_000) / 100
                        penalty = debt * 0.01 if back > 1 else 0
                        yield (household.number, code, contracts[code], month.shown,
                               f"{debt:.2f}", f"{penalty:.2f}")  # fmt: skip
            elif luck < 0.13:
                advance = -chance.randrange(10_000, 90_000) / 100
                yield (household.number, "СОД", "УК-1", before.shown, f"{advance:.2f}", None)

    return headers, rows()


def _payments(built: Town) -> Sheet:
    headers = ("Лицевой счёт", "Дата", "Сумма", "Период", "Канал", "Внешний номер", "Агент")
    chance = random.Random(f"{town.SEED}:payments")
    first = built.months[0]

    def rows() -> Iterator[Row]:
        for _, _, household in built.accounts():
            if chance.random() < 0.05:
                amount = chance.randrange(1_000_00, 6_000_00) / 100
                yield (household.number, date(first.year, first.month, chance.randrange(3, 28)),
                       f"{amount:.2f}", first.previous.shown, "банк",
                       f"B{household.number}", "БАНК")  # fmt: skip

    return headers, rows()
