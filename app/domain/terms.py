"""Terms of paying: by which day a period is paid, and when its debt may no longer be claimed.

nominal day   rule of the contract ▸ day of the centre (till 02.2026) ▸ day of the law
└─ a document handed over late ─▶ its day + N, where the centre has chosen so
└─ off days of rest ─▶ the day penalties are counted from
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from app.domain.calendar import WorkCalendar
from app.domain.law import Dated, in_force
from app.domain.period import Period

_FIFTEENTH_FROM = Period(2026, 3)


@dataclass(frozen=True, slots=True)
class DueRule:
    """A day of paying of one contract, from a period on.

    :ivar month_offset: months after the period that is paid
    :ivar is_repair: contributions for capital repair: the law of the region sets the day (ЖК РФ
        ст. 171), while for the rest no contract may since the 15th is the day (ст. 155 ч. 1)
    """

    first_period: Period
    day_of_month: int
    month_offset: int = 1
    is_repair: bool = False


@dataclass(frozen=True, slots=True)
class DueSettings:
    """What the centre chooses about days of paying; defaults are the law's.

    :ivar shifts_off_rest: a day of rest moves to the next working day (ГК РФ, ст. 193)
    :ivar fifteenth_from: the first period paid by the 15th (money.md D3)
    :ivar centre_days: days of the month set by contract or meeting, by the period paid; those
        of periods before that count, no contract may set another day since (ст. 155 ч. 1)
    :ivar late_document_days: days to pay after a late document is handed over; None: no shift
    """

    shifts_off_rest: bool = True
    fifteenth_from: Period = _FIFTEENTH_FROM
    centre_days: tuple[Dated, ...] = ()
    late_document_days: int | None = None


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """What resources/law/payment.toml says, dated by the period that is paid."""

    law: Mapping[str, tuple[Dated, ...]]
    calendar: WorkCalendar
    settings: DueSettings = field(default_factory=DueSettings)
    contract_rules: Mapping[UUID, tuple[DueRule, ...]] = field(default_factory=dict)

    def due_on(
        self, origin: Period, *, contract: UUID | None = None, delivered_on: date | None = None
    ) -> date:
        """Give the last day of paying a period in time, moved off days of rest.

        ЖК РФ, ст. 155 ч. 1, ст. 171; ГК РФ, ст. 193.

        :param contract: whose debt it is, where that is known
        :param delivered_on: when the document was handed over, where that is known
        :raises NoValueInForce: when the law has nothing for the period
        :raises NoCalendar: when the calendar of the year is not known
        """
        day = self._nominal(origin, contract)
        wait = self.settings.late_document_days
        if wait is not None and delivered_on is not None and self._is_late(origin, delivered_on):
            day = max(day, delivered_on + timedelta(days=wait))
        return self.calendar.next_working_day(day) if self.settings.shifts_off_rest else day

    def is_time_barred(self, origin: Period, *, on: date) -> bool:
        """Say whether the limitation of a period's debt has run out (ГК РФ, ст. 196, 200)."""
        return on > years_after(self.due_on(origin), self.limitation_years(origin))

    def limitation_years(self, origin: Period) -> int:
        """Give for how many years a debt of a period may be claimed (ГК РФ, ст. 196)."""
        return int(self._value("limitation_years", origin.first_day))

    def _nominal(self, origin: Period, contract: UUID | None) -> date:
        is_fifteenth = origin >= self.settings.fifteenth_from
        own = () if contract is None else self.contract_rules.get(contract, ())
        rules = [
            rule
            for rule in own
            if rule.first_period <= origin and (rule.is_repair or not is_fifteenth)
        ]
        if rules:
            rule = max(rules, key=lambda one: one.first_period)
            return _day_of(origin.plus(rule.month_offset), rule.day_of_month)
        centre = [one for one in self.settings.centre_days if one.covers(origin.first_day)]
        if centre and not is_fifteenth:
            return _day_of(origin.next, int(centre[0].value))
        return _day_of(origin.next, int(self._value("due_day", self._law_day(origin))))

    def _is_late(self, origin: Period, delivered_on: date) -> bool:
        last = int(self._value("document_day", self._law_day(origin)))
        return delivered_on > _day_of(origin.next, last)

    def _law_day(self, origin: Period) -> date:
        """The day to ask the law of: the centre may read its transition otherwise."""
        first = self.law["due_day"][-1].valid_from
        if origin >= self.settings.fifteenth_from:
            return max(origin.first_day, first)
        return min(origin.first_day, first - timedelta(days=1))

    def _value(self, name: str, on: date) -> str:
        return in_force(self.law[name], on=on, name=name).value


def years_after(day: date, years: int) -> date:
    """Give the same day of a later year; 29 February of a plain year is the 28th."""
    month = Period(day.year + years, day.month)
    return month.first_day.replace(day=min(day.day, month.days))


def _day_of(month: Period, day_of_month: int) -> date:
    return month.first_day.replace(day=min(day_of_month, month.days))
