"""What the gallery shows: one account, a shift in full swing, in memory."""

# ruff: noqa: ARG002  # a sample answers the same whatever it is asked

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from app.domain import money
from app.domain.period import Period
from app.domain.tender import Tender
from app.errors import Malformed
from app.ui.pages.account_model import (
    AccountCard,
    FactGroup,
    Figure,
    Flag,
    Happening,
    Measure,
    Turnovers,
)
from app.ui.pages.cash_desk_model import Dues, DuesLine, Receipt, ShiftNow, SplitLine
from app.ui.widgets.account_field import Found

NUMBER = "7000000123"
NOW = datetime(2026, 11, 24, 12, 44)  # noqa: DTZ001  # the wall clock of a picture

SERVICES = (
    ("heat", "Отопление", 0, 234567, 0, -234567, 0),
    ("upkeep", "Содержание жилого помещения", 123456, 123456, 0, -123456, 1852),
    ("hot", "Горячая вода: теплоноситель", 0, 18230, -4112, -14118, 0),
    ("hot_heat", "Горячая вода: тепловая энергия", 41200, 96455, -21000, -137655, 618),
    ("cold", "Холодное водоснабжение", 0, 25340, 0, -25340, 0),
    ("sewer", "Водоотведение", 0, 31077, 0, -31077, 0),
    ("power", "Электроснабжение, день", 0, 61210, 0, -61210, 0),
    ("power_night", "Электроснабжение, ночь", 0, 18411, 0, -18411, 0),
    ("waste", "Обращение с ТКО", 0, 27893, 0, -27893, 0),
    ("repair", "Взнос на капитальный ремонт", 158300, 79150, 0, 0, 2375),
    ("common_cold", "Холодная вода на СОИ", 0, 412, 0, -412, 0),
    ("common_power", "Электроэнергия на СОИ", 0, 3318, 0, -3318, 0),
    ("gas", "Газоснабжение", 0, 10455, 0, -10455, 0),
    ("intercom", "Домофон", 6500, 6500, 0, -13000, 0),
)


class SampleDesk:
    """A desk in memory with a shift in full swing."""

    def __init__(self, *, is_open: bool = True, printed: bool = True, busy: bool = True) -> None:
        self.printed = printed
        self.now = ShiftNow(None)
        if is_open:
            receipts = tuple(_receipts()) if busy else ()
            self.now = ShiftNow(
                145, NOW, len(receipts), sum(r.amount_kop for r in receipts), 8432050, receipts
            )

    def shift(self) -> ShiftNow:
        return self.now

    def open_shift(self) -> ShiftNow:
        self.now = ShiftNow(146, NOW)
        return self.now

    def close_shift(self) -> ShiftNow:
        self.now = ShiftNow(None)
        return self.now

    def look_up(self, scan: str | bytes) -> Dues:
        if scan != NUMBER:
            raise Malformed(
                "Это не наша квитанция: в коде получатель с другим расчётным счётом. "
                "Попросите квитанцию нашего центра или введите номер счёта."
            )
        lines = tuple(
            DuesLine(name, opening + charged + adjusted + penalty, charged + adjusted + opening)
            for _, name, opening, charged, adjusted, _, penalty in SERVICES
        )
        total = sum(line.proposed_kop for line in lines)
        return Dues(
            NUMBER, "Петров П. П.", "ул. Мира, 5, кв. 12", total, lines, 2, "квитанция за 10.2026"
        )

    def split(self, dues: Dues, amount_kop: int) -> tuple[SplitLine, ...]:
        weights = np.array([line.proposed_kop for line in dues.lines], dtype=np.int64)
        parts = money.apportion(amount_kop, weights)
        pairs = zip(dues.lines, parts, strict=True)
        return tuple(SplitLine(line.service, int(part)) for line, part in pairs)

    def take(
        self, dues: Dues, *, amount_kop: int, tendered_kop: int, tender: Tender, key: uuid.UUID
    ) -> Receipt:
        number = "03-02-0145-0057"
        change_kop = tendered_kop - amount_kop
        text = "" if self.printed else "В принтере кончилась бумага: вставьте рулон."
        receipt = Receipt(
            number, NUMBER, amount_kop, change_kop, tender, NOW, self.printed, text, dues.payer
        )
        self.now = replace(
            self.now,
            payments=self.now.payments + 1,
            taken_kop=self.now.taken_kop + amount_kop,
            receipts=(receipt, *self.now.receipts),
        )
        return receipt

    def reprint(self, receipt: Receipt) -> Receipt:
        return replace(receipt, printed=True, sentence="")

    def cancel_last(self, receipt: Receipt) -> ShiftNow:
        self.now = replace(self.now, receipts=self.now.receipts[1:])
        return self.now


def _receipts() -> list[Receipt]:
    names = ("Иванова М. С.", "Кузнецов А. В.", "Ахметзянова Р. Ф.", "Ли Д. О.", "Щербакова Ё. Ж.")
    made = []
    for place in range(56):
        amount_kop = 182000 + (place * 73_331) % 900_000
        made.append(
            Receipt(
                f"03-02-0145-{56 - place:04d}",
                f"70{(place * 7919) % 10**8:08d}",
                amount_kop,
                0,
                (Tender.CASH, Tender.CARD, Tender.CASH, Tender.SBP)[place % 4],
                NOW - timedelta(minutes=3 + place * 4),
                place != 3,
                "",
                names[place % len(names)],
            )
        )
    return made


class SampleCards:
    """Cards of one account; of any other an empty one."""

    def load(self, account_number: str, period: Period | None) -> AccountCard:
        rows = SERVICES if account_number == NUMBER else ()
        columns = {
            Measure.OPENING: [row[2] for row in rows],
            Measure.CHARGED: [row[3] for row in rows],
            Measure.ADJUSTED: [row[4] for row in rows],
            Measure.PAID: [row[5] for row in rows],
            Measure.PENALTY: [row[6] for row in rows],
        }
        columns[Measure.CLOSING] = [sum(row[2:7]) for row in rows]
        totals = {measure: sum(values) for measure, values in columns.items()}
        return AccountCard(
            account_number,
            "Петров П. П." if rows else "Новосёлова А. А.",
            "г. Екатеринбург, ул. Мира, 5, кв. 12",
            "открыт",
            "settled",
            totals[Measure.CLOSING],
            NOW,
            period or Period(2026, 10),
            Turnovers([row[0] for row in rows], [row[1] for row in rows], columns, totals),
            flags=(
                Flag("рассрочка до 03.2027"),
                Flag("поверка прибора холодной воды до 10.12.2026"),
            )
            if rows
            else (),
            happenings=_happenings() if rows else (),
            happenings_total=148 if rows else 0,
            facts=_facts() if rows else _no_facts(),
            first_period=Period(2026, 1),
            last_period=Period(2026, 11),
        )

    def happenings(self, account_number: str) -> tuple[Happening, ...]:
        return _happenings() * 6

    def explain(self, figure: Figure) -> str:
        return (
            "Отопление по площади, дом без общедомового прибора, оплата в отопительный период "
            "(ПП РФ № 354, приложение 2, формула 2).\n"
            "54,3 м² × 0,0309 Гкал на м² × 1 398,04 ₽ за Гкал = 2 345,67 ₽.\n"
            "Тариф действует с 01.10.2026, постановление РЭК № 214-ПК от 18.12.2025."
        )

    def search(self, text: str) -> list[Found]:
        return [
            Found(NUMBER, "Петров П. П.", "г. Екатеринбург, ул. Мира, 5, кв. 12", "открыт"),
            Found("7000000124", "Петрова А. И.", "г. Екатеринбург, ул. Мира, 5, кв. 13", "открыт"),
            Found("7000004410", "Петросян К. Г.", "г. Екатеринбург, ул. Мира, 50, кв. 1", "закрыт"),
        ]


def _happenings() -> tuple[Happening, ...]:
    day = datetime(2026, 11, 24)  # noqa: DTZ001  # the wall clock of a picture
    return (
        Happening(NOW.replace(minute=41), "Оплата", -182000, "наличные, касса 2"),
        Happening(day.replace(day=1), "Начислено", 736474, "за 10.2026, 14 услуг"),
        Happening(day.replace(day=1), "Перерасчёт", -25112, "акт недопоставки № 418"),
        Happening(day.replace(month=10, day=25), "Показания", None, "ХВС 123,456 · ГВС 88,120"),
        Happening(day.replace(month=10, day=11), "Пени", 4845, "с 31-го дня просрочки"),
        Happening(day.replace(month=10, day=9, hour=10, minute=2), "Оплата", -612300, "СБП"),
        Happening(day.replace(month=10, day=1), "Начислено", 701288, "за 09.2026, 14 услуг"),
        Happening(day.replace(month=9, day=25), "Показания", None, "ХВС 119,002 · ГВС 85,771"),
        Happening(day.replace(month=9, day=18), "Рассрочка", None, "до 03.2027, 6 платежей"),
        Happening(day.replace(month=9, day=10, hour=17, minute=31), "Оплата", -500000, "карта"),
        Happening(day.replace(month=9, day=1), "Начислено", 655020, "за 08.2026, 13 услуг"),
        Happening(day.replace(month=8, day=25), "Показания", None, "ХВС 115,480 · ГВС 83,004"),
    )


def _facts() -> tuple[FactGroup, ...]:
    return (
        FactGroup(
            "Проживают",
            "3",
            (
                ("Петров Пётр Павлович", "собственник", ""),
                ("Петрова Анна Ильинична", "1/2", ""),
                ("Петров Илья", "с 01.06.2019", ""),
            ),
            "Жильцов нет.",
            unfolded=True,
        ),
        FactGroup(
            "Площадь",
            "54,3 м²",
            (("Жилая", "31,8 м²", ""), ("Отапливаемая", "54,3 м²", ""), ("Доля", "1/1", "")),
            "Площадь не указана.",
            unfolded=True,
        ),
        FactGroup(
            "Приборы",
            "4",
            (
                ("ХВС № 04412377", "123,456", "25.10.2026 · поверка до 10.12.2026"),
                ("ГВС № 04412391", "88,120", "25.10.2026 · поверка до 14.03.2029"),
                ("Электро, день", "10 412", "25.10.2026 · поверка до 01.02.2034"),
                ("Электро, ночь", "4 120", "25.10.2026"),
            ),
            "Приборов нет.",
        ),
        FactGroup(
            "Договоры",
            "3",
            (("УК «Верх-Исетская»", "№ 12/26", ""), ("Т Плюс", "№ 5531", "")),
            "Договоров нет.",
        ),
        FactGroup("Заметки", "", (), "Заметок нет. Здесь будут договорённости с жильцом."),
    )


def _no_facts() -> tuple[FactGroup, ...]:
    return (
        FactGroup("Проживают", "0", (), "Никто не записан. Жильцы придут из листа «Люди».", True),
        FactGroup("Площадь", "38,0 м²", (("Жилая", "19,2 м²", ""),), "", True),
        FactGroup("Приборы", "0", (), "Приборов нет. Они придут из листа «Приборы».", True),
        FactGroup("Договоры", "0", (), "Договоров нет.", False),
    )
