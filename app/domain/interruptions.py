"""How long a service may be missing (354, приложение № 1), and what kind an interruption is.

planned     yearly works on hot water: allowed for so many days at once
dead end    an accident on a dead-end main of water: allowed for itself
usual       anything else: hours at once, hours of a month
"""

import re
from dataclasses import dataclass
from enum import Enum

from app.domain.law import Rules
from app.domain.money import MILLION

_NUMBER = re.compile(r"(?<!\d)[-+\u2212]?\d{1,4}(?:[.,]\d{1,4})?")
_HEAT_STEPS = (12, 10)
_SOLID_WASTE_COLD = 5 * MILLION


class Stop(Enum):
    """What an interruption is."""

    PLANNED = 0
    DEAD_END = 1
    USUAL = 2


def numbers_in(indicator: str) -> list[int]:
    """Give the numbers an act has measured, in millionths."""
    return [_millionths(one) for one in _NUMBER.findall(indicator)]


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the table allows a resource, by what an act has measured where it matters."""

    rules: Rules
    resource: str

    @property
    def is_known(self) -> bool:
        """Tell whether the table has the resource."""
        return self.resource in (
            "cold", "hot", "waste-water", "power", "gas", "heat", "solid-waste"
        )  # fmt: skip

    @property
    def percent_millionths(self) -> int:
        """Give what is taken off for a unit above the allowed."""
        return self.rules.ppm(f"interruption_percent_{self._name}")

    def in_all(self, total: int) -> int:
        """Give the hours allowed in a month; of power only single interruptions have a limit."""
        if self.resource == "power":
            return total
        return self.rules.whole(f"interruption_total_hours_{self._name}")

    def at_once(self, indicator: str) -> int:
        """Give the hours allowed at once."""
        value = next(iter(numbers_in(indicator)), None)
        match self.resource:
            case "power":
                sources = self.rules.whole("power_sources") if value is None else value // MILLION
                name = "two_sources" if sources > 1 else "one_source"
                return self.rules.whole(f"interruption_once_hours_power_{name}")
            case "gas":
                return self.rules.whole("interruption_total_hours_gas")
            case "heat":
                warm, cool = (one * MILLION for one in _HEAT_STEPS)
                step = 12 if value is None or value >= warm else 10 if value >= cool else 8
                return self.rules.whole(f"interruption_once_hours_heat_{step}")
            case "solid-waste":
                is_cold = value is None or value <= _SOLID_WASTE_COLD
                name = "cold" if is_cold else "warm"
                return self.rules.whole(f"interruption_once_hours_solid_waste_{name}")
            case _:
                return self.rules.whole(f"interruption_once_hours_{self._name}")

    def kind(self, indicator: str) -> Stop:
        """Give what kind an interruption is by the words of its act."""
        words = indicator.casefold()
        if "профилакт" in words and self.resource == "hot":
            return Stop.PLANNED
        is_dead_end = "тупик" in words and self.resource in ("cold", "hot")
        return Stop.DEAD_END if is_dead_end else Stop.USUAL

    @property
    def _name(self) -> str:
        return self.resource.replace("-", "_")


def _millionths(text: str) -> int:
    whole, _, part = text.replace("\u2212", "-").replace(",", ".").partition(".")
    sign = -1 if whole.startswith("-") else 1
    return sign * int(whole.lstrip("+-") + part.ljust(6, "0"))
