"""Houses with services, acts and benefits that few have: works, formulas, loads, plots, quality."""

from datetime import date, datetime

from app.demo.house_sheets import HISTORY, HouseSheets, moment
from app.demo.town import HouseFacts
from app.domain.period import Period

OCTOBER = Period(2026, 10)
# A dwelling house of one premises: the register has houses of flats alone. It is invented.
COTTAGE = HouseFacts(
    index=990, code="9900001", locality="п. Медный", street="", building="20", block="",
    built_year=2009, floors=2, entrances=1, flats=1, flats_cm2=1_284_000, non_residential=0,
    non_residential_cm2=0, common_cm2=0,
)  # fmt: skip


def services(of: HouseSheets) -> None:
    """A house with a tariff of two rates, works, a place for a car, formulas and a reduction."""
    for row in of.of("Назначения"):
        if row["Услуга"] == "ОТ":
            row["Количество"] = "0.214"
    of.assign("ЖБО", "УК-1", flat=1)
    of.assign("АВТО", "УК-1", flat=1, Количество=1)
    of.assign("РАБОТЫ", "УК-1", flat=2, Количество=2, С=date(2026, 10, 5))
    of.assign("НАЁМ", "УК-1", flat=3)
    of.premises(3, коэффициент=1.3)
    of.assign("УБОРКА", "УК-1")
    of.assign("РАДИО", "УК-1", flat=4)
    for month in HISTORY[-4:]:
        of.put("Внешние начисления", {
            "Лицевой счёт": of.account(4), "Услуга": "РАДИО", "Договор": "УК-1",
            "Период": month.shown, "Объём": 1, "Сумма": "142.50",
            "Основание": f"реестр поставщика № {month.month} от 30.{month.month:02d}.2026",
        })  # fmt: skip
    _absences(of)
    _acts(of)
    _benefits(of)


def _absences(of: HouseSheets) -> None:
    """Somebody away with the act that no meter fits, somebody kept away by a flood without one."""
    names = ("Лапин Егор Ильич", "Лапина Ольга Егоровна")
    for flat in (5, 6):
        of.unmetered(flat, "ХВС", "ГВС", "ЭЭГ")
        of.alone(flat, *names)
    of.premises(5, Нет_возможности_установить_прибор="ХВС, ГВС")
    # Cold water by its meter, hot by the norm: waste water is what came, less what is taken off.
    of.steady("ХВС", 4.1, flats=("11",))
    of.unmetered(11, "ГВС")
    of.premises(11, Нет_возможности_установить_прибор="ГВС")
    of.alone(11, *names)
    of.away(11, names[0], date(2026, 10, 1), date(2026, 10, 19))
    of.away(5, names[0], date(2026, 10, 1), date(2026, 10, 19))
    for name in names:
        of.away(6, name, date(2026, 10, 3), date(2026, 10, 22),
                "справка МЧС: обстоятельство непреодолимой силы, паводок")  # fmt: skip


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return moment(date(2026, 10, day), hour, minute)


def _acts(of: HouseSheets) -> None:
    of.act("ХВС", "перерыв", _at(6, 8), _at(7, 9, 30),
           number="А-61")  # fmt: skip
    of.act("ГВС", "температура воды", _at(12, 6), _at(14, 6),
           38, number="А-64")  # fmt: skip
    of.act("ОТ", "температура воздуха", _at(20, 0),
           _at(22, 0), 16, number="А-66", flat=7)  # fmt: skip
    of.act("СОД", "содержание", _at(2, 0), _at(9, 0), "3.15",
           number="А-58", entrance=1)  # fmt: skip


def _benefits(of: HouseSheets) -> None:
    for flat, name, benefit in ((8, "Орехов Семён Ильич", "ВЕТЕРАН"),
                                (9, "Тихонова Вера Львовна", "ИНВАЛИД"),
                                (10, "Зимина Алла Петровна", "МНОГОДЕТНЫЕ")):  # fmt: skip
        of.people(flat, name, Льгота=benefit)


def cottage(of: HouseSheets) -> None:
    """A dwelling house with land: heating evenly by its own meter and load, no water mains in."""
    of.without("СОД", "СОИ-ХВС", "СОИ-ВО", "СОИ-ЭЭ", "КР", "ХВС", "ГВС", "ВО", "ОТ", "ДОМОФОН")
    of.facts(Отопление="равномерно")
    of.assign("ОТД", "ТП-453", flat=1, Количество="0.012")
    of.assign("ВОД-Д", "ВК-15")
    of.assign("УЧ-ПОЛИВ", "ВК-15", flat=1, Количество=320)
    of.assign("УЧ-СКОТ", "ВК-15", flat=1, Количество=2)
    of.alone(1, "Пахомов Иван Саввич", "Пахомова Дарья Ивановна", "Пахомов Савва Иванович")
    heat = of.meter("ОТД", 1)
    year = tuple(Period(2025, month) for month in range(1, 13))
    of.volumes(heat, {
        month: 0.0 if month.month in (6, 7, 8) else 1.9 + month.month % 4 * 0.3
        for month in (*year, *HISTORY[1:])
    })  # fmt: skip
