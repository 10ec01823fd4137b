"""Terms of paying: by which day a period is paid, and when its debt may no longer be claimed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.law import Dated, in_force
from app.domain.period import Period

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """What resources/law/payment.toml says, dated by the period that is paid."""

    law: Mapping[str, tuple[Dated, ...]]

    def due_on(self, origin: Period) -> date:
        """Give the last day of paying a period in time, moved off days of rest.

        ЖК РФ, ст. 155 ч. 1; ГК РФ, ст. 193.

        :raises NoValueInForce: when the law has nothing for the period
        """
        day = origin.next.first_day.replace(day=int(self._value("due_day", origin)))
        rest = {tuple(map(int, text.split("-"))) for text in self._rest(origin)}
        while day.weekday() >= _SATURDAY or (day.month, day.day) in rest:
            day += timedelta(days=1)
        return day

    def is_time_barred(self, origin: Period, *, on: date) -> bool:
        """Say whether the limitation of a period's debt has run out (ГК РФ, ст. 196, 200)."""
        due = self.due_on(origin)
        year = due.year + int(self._value("limitation_years", origin))
        return on > date(year, due.month, min(due.day, Period(year, due.month).days))

    def _rest(self, origin: Period) -> list[str]:
        return self._value("days_of_rest", origin).split()

    def _value(self, name: str, origin: Period) -> str:
        return in_force(self.law[name], on=origin.first_day, name=name).value
