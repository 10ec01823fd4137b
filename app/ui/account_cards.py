"""The account card on the real books: reads each panel, says where a number comes from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from app.domain import explanation, money, penalty_text
from app.domain.period import Period
from app.operations.explain_penalties import explain_penalties
from app.operations.justify_charges import justify_charges
from app.store import (
    card,
    card_panels,
    cash,
    charges,
    dues,
    payment_reasons,
    penalty_papers,
    search,
)
from app.store.engine import Engine
from app.store.reading import Snapshot, reading
from app.ui.pages.account_model import (
    AccountCard,
    FactGroup,
    Figure,
    Flag,
    Happening,
    Measure,
    Turnovers,
)
from app.ui.widgets.account_field import Found

_RESIDENT_WORDS = {
    "permanent": "постоянно",
    "temporary": "временно",
    "owner": "собственник",
}
_ZONE_WORDS = {"day": "день", "night": "ночь", "peak": "пик", "half-peak": "полупик"}
_EVENT_WORDS = {
    "charge": "Начислено",
    "payment": "Оплата",
    "opening-balance": "Сальдо",
    "adjustment": "Корректировка",
    "penalty": "Пени",
    "transfer": "Перенос сальдо",
    "payment-transfer": "Перенос оплаты",
    "reallocation": "Перераспределение",
    "refund": "Возврат аванса",
    "setoff": "Зачёт",
    "write-off": "Списание долга",
    "contract-change": "Смена договора",
    "instalment": "Рассрочка",
    "reversal": "Отмена документа",
    "reading": "Показания",
    "resident": "Проживающие",
    "opened": "Счёт открыт",
    "closed": "Счёт закрыт",
}
_SHOWN_HAPPENINGS = 40
_VERIFICATION_WARNING_DAYS = 60


@dataclass(frozen=True, slots=True)
class Cards:
    """Where cards come from; every call runs off the GUI thread.

    :ivar papers: folder that PDF files go into
    """

    engine: Engine
    now: Callable[[], datetime]
    papers: Path = Path()

    def load(self, account_number: str, wanted: Period | None) -> AccountCard:
        """Give the card of an account in a period; None is the last month with turnover."""
        at = self.now()
        with reading(self.engine) as snapshot:
            head = card.header(snapshot, account_number, on=at.date())
            owed = dues.load(snapshot, head.number, on=at.date()).dues
            first, last = card.periods(snapshot, head.account_id, on=at.date())
            chosen = wanted or last
            rows = card.month(snapshot, head.account_id, wanted=chosen)
            events = card_panels.timeline(snapshot, head.account_id)
            meters = card_panels.meters(snapshot, head.account_id)
            facts = (
                _residents(card_panels.residents(snapshot, head.account_id, on=at.date())),
                _premises(head),
                _meters(meters),
                _contracts(card_panels.contracts(snapshot, head.account_id, on=at.date())),
            )
        state, tone = _state(head, at.date())
        return AccountCard(
            account_number=head.number,
            payer=head.payer,
            address=head.address,
            state=state,
            state_tone=tone,
            balance_kop=owed.balance_kop,
            balance_at=at,
            period=chosen,
            turnovers=_turnovers(rows),
            flags=_flags(owed.overdue_kop(at.date()), meters, at.date()),
            happenings=tuple(map(_happening, events[:_SHOWN_HAPPENINGS])),
            happenings_total=len(events),
            facts=facts,
            first_period=first,
            last_period=last,
        )

    def happenings(self, account_number: str) -> tuple[Happening, ...]:
        """Give the whole timeline."""
        with reading(self.engine) as snapshot:
            head = card.header(snapshot, account_number, on=self.now().date())
            events = card_panels.timeline(snapshot, head.account_id)
        return tuple(map(_happening, events))

    def explain(self, figure: Figure) -> str:
        """Say in words where a number of the table comes from."""
        with reading(self.engine) as snapshot:
            return _explained(snapshot, figure)

    def hand_out(self, account_number: str, period: Period) -> Path:
        """Write the justification of a month as PDF into the folder of papers."""
        out = self.papers / f"justification-{account_number}-{period}.pdf"
        justify_charges(self.engine, account_number, period, out=out, on=self.now().date())
        return out

    def hand_out_penalties(self, account_number: str, period: Period) -> Path:
        """Write «Расшифровка пени» of a month as PDF into the folder of papers."""
        out = self.papers / f"penalties-{account_number}-{period}.pdf"
        explain_penalties(self.engine, account_number, period, out=out, on=self.now().date())
        return out

    def search(self, text: str) -> Sequence[Found]:
        """Find accounts by number, address or name."""
        with reading(self.engine) as snapshot:
            found = search.find(snapshot, text)
        return tuple(
            Found(one.number, one.payer, one.address, "" if one.is_open else "закрыт")
            for one in found
        )


def _state(head: card.Header, today: date) -> tuple[str, str]:
    if head.closed_on is None or head.closed_on > today:
        return "открыт", "settled"
    return f"закрыт {head.closed_on:%d.%m.%Y}", "notice"


def _turnovers(rows: Sequence[card.MonthRow]) -> Turnovers:
    columns = {
        Measure.OPENING: [row.opening_kop for row in rows],
        Measure.CHARGED: [row.charged_kop for row in rows],
        Measure.ADJUSTED: [row.adjusted_kop for row in rows],
        Measure.PAID: [row.paid_kop for row in rows],
        Measure.PENALTY: [row.penalty_kop for row in rows],
        Measure.CLOSING: [row.closing_kop for row in rows],
    }
    return Turnovers(
        codes=[row.service_code for row in rows],
        services=[row.service for row in rows],
        measures=dict(columns),
        totals={measure: sum(column) for measure, column in columns.items()},
    )


def _flags(overdue_kop: int, meters: Sequence[card.MeterLine], today: date) -> tuple[Flag, ...]:
    flags = []
    if overdue_kop:
        flags.append(Flag(f"просрочено {money.shown(overdue_kop)} ₽", "owed"))
    for meter in meters:
        if meter.removed_on or not meter.verified_to or meter.zone not in {"", "day"}:
            continue
        left = (meter.verified_to - today).days
        if left < 0:
            flags.append(Flag(f"поверка просрочена: {meter.service}"))
        elif left <= _VERIFICATION_WARNING_DAYS:
            flags.append(Flag(f"поверка {meter.service} до {meter.verified_to:%d.%m.%Y}"))
    return tuple(flags)


def _happening(event: card.Event) -> Happening:
    at = event.at.astimezone() if event.at else datetime.combine(event.day, time()).astimezone()
    shown_at = at.replace(year=event.day.year, month=event.day.month, day=event.day.day)
    return Happening(
        at=shown_at,
        title=_EVENT_WORDS[event.kind],
        amount_kop=event.amount_kop,
        remark=event.text,
    )


def _residents(people: Sequence[card.Resident]) -> FactGroup:
    living = sum(person.kind != "owner" for person in people)
    return FactGroup(
        title="Проживают",
        summary=str(living),
        rows=tuple(
            (person.name, _RESIDENT_WORDS[person.kind], f"с {person.valid_from:%d.%m.%Y}")
            for person in people
        ),
        empty="Никто не зарегистрирован: по нормативу считаются собственники.",
        unfolded=True,
    )


def _premises(head: card.Header) -> FactGroup:
    rows = [("Общая", f"{_m2(head.total_cm2)} м²", "")]
    if head.living_cm2:
        rows.append(("Жилая", f"{_m2(head.living_cm2)} м²", ""))
    if head.rooms:
        rows.append(("Комнат", str(head.rooms), ""))
    if head.share:
        rows.append(("Доля счёта", head.share, ""))
    if head.unified_number:
        rows.append(("ЕЛС", head.unified_number, ""))
    if head.phone:
        rows.append(("Телефон", head.phone, ""))
    return FactGroup("Площадь", f"{_m2(head.total_cm2)} м²", tuple(rows), "Площадь не указана.")


def _m2(area_cm2: int) -> str:
    return money.decimal_of(area_cm2, places=4).replace(".", ",")


def _meters(meters: Sequence[card.MeterLine]) -> FactGroup:
    return FactGroup(
        title="Приборы",
        summary=str(len({(meter.service, meter.serial) for meter in meters})),
        rows=tuple(
            (
                f"{meter.service}{', ' + _ZONE_WORDS[meter.zone] if meter.zone else ''}",
                "нет показаний"
                if meter.value_mcu is None
                else money.decimal_of(meter.value_mcu).replace(".", ","),
                f"№ {meter.serial}" + (f", {meter.taken_on:%d.%m.%Y}" if meter.taken_on else ""),
            )
            for meter in meters
        ),
        empty="Приборов нет: объём считается по нормативу.",
    )


def _contracts(contracts: Sequence[card.ContractLine]) -> FactGroup:
    return FactGroup(
        title="Договоры",
        summary=str(len(contracts)),
        rows=tuple(
            (f"№ {line.number}", line.supplier or line.provider, line.services)
            for line in contracts
        ),
        empty="Ни одна услуга не назначена: добавьте её на листе «Назначения».",
    )


def _explained(snapshot: Snapshot, figure: Figure) -> str:
    month = figure.period
    if figure.measure in {Measure.CHARGED, Measure.ADJUSTED}:
        lines = charges.lines(snapshot, figure.account_number, month)
        mine = [line for line in lines if line.service == figure.code]
        return "\n\n".join(map(explanation.sentence, mine)) or (
            f"За {month.shown} по услуге «{figure.service}» ничего не начислено."
        )
    if figure.measure is Measure.PAID:
        return _paid(snapshot, figure)
    if figure.measure is Measure.OPENING:
        return (
            f"Входящее сальдо на {month.first_day:%d.%m.%Y}: всё начисленное до этого дня по "
            f"услуге «{figure.service}» меньше всего оплаченного. Больше нуля — долг, "
            "меньше — аванс. Как оно сложилось, видно в прошлых месяцах."
        )
    if figure.measure is Measure.PENALTY:
        return _penalties(snapshot, figure)
    return (
        f"Исходящее сальдо на конец {month.shown} = входящее + начислено + перерасчёт + пени "
        f"− оплачено по услуге «{figure.service}»."
    )


def _penalties(snapshot: Snapshot, figure: Figure) -> str:
    """«Расшифровка пени»: each entry of the month with its table of days."""
    lines = penalty_papers.lines(
        snapshot, figure.account_number, figure.period, service=figure.code
    )
    words = penalty_papers.stop_words(snapshot)
    told = [
        f"{line.remark}: {money.shown(line.amount_kop)} ₽."
        if line.record is None
        else penalty_text.text(line.record, line.origin, stops=words)
        for line in lines
    ]
    return "\n\n".join(told) or (
        f"За {figure.period.shown} по услуге «{figure.service}» пени не начислялись. Пени договора "
        "начисляются на его услугу с наибольшим долгом."
    )


def _paid(snapshot: Snapshot, figure: Figure) -> str:
    sentences = []
    for made in cash.payments_of_account(snapshot, figure.account_number):
        if made.period != figure.period:
            continue
        sentences += [
            f"{made.paid_on:%d.%m.%Y}: платёж {money.shown(made.amount_kop)} ₽, на эту "
            f"услугу за {line.origin_period.shown} — {money.shown(line.amount_kop)} ₽. "
            f"{line.sentence}"
            for line in payment_reasons.explained(snapshot, made.key)
            if line.service == figure.code
        ]
    head = (
        f"Оплачено в {figure.period.shown} по услуге «{figure.service}»: каждая часть и основание, "
        "по которому она здесь."
    )
    return "\n".join([head, *sentences])
