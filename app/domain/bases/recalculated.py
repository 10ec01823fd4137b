"""The basis of a recalculation: what was charged for a past month, and what it comes to now.

    amount = became − was       volume = became − was (of the resource, without a raising excess)

The line is complete in itself: beside the four numbers it keeps the words of the reason and of
the lines it became, each with its own formula and law.
"""

from collections.abc import Callable
from typing import TypeAlias

from app.domain import money
from app.domain.bases.rule import Named, Rule, StoredLine
from app.domain.bases.words import comma, number
from app.domain.basis import R354, Basis
from app.domain.ledger import EntryKind
from app.domain.note import words_of

_Told: TypeAlias = Callable[[int], str]
SLOT_NAMES = (
    "was_kop", "became_kop", "was_mcu", "became_mcu", "became_basis", "reason_note", "became_note",
    "unit_note",
)  # fmt: skip
_BECAME_BASIS = SLOT_NAMES.index("became_basis")
_UNIT_NOTE = SLOT_NAMES.index("unit_note")


def became_basis(line: StoredLine) -> Basis:
    """Give the basis of the lines a recalculation came to, NONE when there is no one basis."""
    return Basis(line.slots[_BECAME_BASIS])


def unit_of(line: StoredLine) -> str:
    """Give the unit of its volumes."""
    return words_of(line.notes, int(line.slots[_UNIT_NOTE]))


def _volume(_: StoredLine, named: Named) -> int:
    return named["became_mcu"] - named["was_mcu"]


def _volume_text(_: StoredLine, named: Named, unit: str) -> str:
    return f"{_signed(number, named['became_mcu'])} {unit} − {_was(number, named['was_mcu'])}"


def _amount(_: StoredLine, named: Named) -> int:
    return named["became_kop"] - named["was_kop"]


def _amount_text(_: StoredLine, named: Named, __: str) -> str:
    return f"{_signed(_rubles, named['became_kop'])} ₽ − {_was(_rubles, named['was_kop'])} ₽"


def _rubles(kop: int) -> str:
    return comma(money.rubles(kop))


def _signed(told: _Told, value: int) -> str:
    return told(value).replace("-", "−")


def _was(told: _Told, value: int) -> str:
    words = _signed(told, value)
    return f"({words})" if value < 0 else words


def _why(line: StoredLine, named: Named) -> str:
    """Say the month, what was and became, why and how (charges.md §13.1)."""
    unit = unit_of(line)
    volumes = ""
    if named["was_mcu"] != named["became_mcu"]:
        # The volume of a benefit is what it comes to in money.
        what = "льгота" if line.kind == EntryKind.BENEFIT else "объём"
        volumes = (
            f" ({what} {_signed(number, named['was_mcu'])} {unit}"
            f" → {_signed(number, named['became_mcu'])} {unit})"
        )
    reason = words_of(line.notes, named["reason_note"])
    became = words_of(line.notes, named["became_note"]) or "начислять нечего"
    return (
        f"за {line.period.shown} было {money.shown(named['was_kop'])} ₽, "
        f"стало {money.shown(named['became_kop'])} ₽{volumes}; основание: {reason}; "
        f"расчёт: {became}"
    )


RULES: dict[Basis, Rule] = {
    Basis.RECALCULATION: Rule(
        "RECALC61", f"{R354}, п. 31, пп. «г»", "перерасчёт прошлого месяца", SLOT_NAMES,
        volume=_volume, text=_volume_text, why=_why, amount=_amount, amount_text=_amount_text,
    ),
}  # fmt: skip
