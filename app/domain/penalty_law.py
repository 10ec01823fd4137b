"""Tables of the law and rows of the administrator read into what penalties are reckoned by.

resources/law/penalty.toml, key_rate.toml ─┐
rows the administrator added ──────────────┴─▶ PenaltyTerms
resources/law/calendar.toml, days set ───────▶ WorkCalendar
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

import numpy as np

from app.domain import days, money
from app.domain.calendar import WorkCalendar
from app.domain.days import FAR
from app.domain.law import Dated
from app.domain.money import Ints
from app.domain.penalty import STOP_424, STOP_497
from app.domain.penalty_terms import (
    NO_CAP,
    SCHEME_CODES,
    Moratorium,
    PenaltySettings,
    PenaltyTerms,
    SchemeRows,
    Steps,
)
from app.errors import Malformed

PPM_PER_PERCENT = 10_000
_ROW = re.compile(r"(\d+)-(\d*):(\d+)")


class UnreadableLaw(Malformed):
    """A table of the law holds something that cannot be read."""


@dataclass(frozen=True, slots=True)
class AddedRate:
    """A key rate the administrator added: from this day on."""

    valid_from: date
    rate_ppm: int


@dataclass(frozen=True, slots=True)
class AddedCap:
    """A cap the administrator set for some days, before the law's; None: no cap on them."""

    valid_from: date
    valid_to: date | None
    rate_ppm: int | None


def percent_ppm(text: str) -> int:
    """Read percents a year into millionths: "9.5" is 95_000.

    :raises UnreadableLaw: when it is no number
    """
    plain = text.strip().removesuffix("%").strip().replace(",", ".")
    try:
        return money.millionths(Decimal(plain) / 100)
    except (InvalidOperation, ValueError) as error:
        raise UnreadableLaw(f"«{text}» не процент годовых. Укажите число, например 9,5.") from error


def rates(law: Mapping[str, Sequence[Dated]], added: Iterable[AddedRate] = ()) -> Steps:
    """Give the rate of each day: refinancing until the end of 2015, then key (3894-У).

    :param law: the tables refinancing_rate and key_rate
    :param added: of the administrator; one of a day the law has takes its place
    """
    steps: dict[int, int] = {}
    for row in law["refinancing_rate"]:
        steps[days.number(row.valid_from)] = percent_ppm(row.value)
    switch = law["refinancing_rate"][-1].valid_to
    assert switch is not None, "the refinancing rate ended"
    for row in law["key_rate"]:
        if row.valid_to is None or row.valid_to > switch:
            steps[days.number(max(row.valid_from, switch))] = percent_ppm(row.value)
    for one in added:
        steps[days.number(one.valid_from)] = one.rate_ppm
    return _steps(steps)


def caps(law: Mapping[str, Sequence[Dated]], added: Iterable[AddedCap] = ()) -> Steps:
    """Give the cap of each day, NO_CAP where there is none; what was added goes first.

    :param law: the table rate_cap
    :param added: later ones go before earlier ones where they meet
    """
    spans = [(row.valid_from, row.valid_to, percent_ppm(row.value)) for row in law["rate_cap"]] + [
        (one.valid_from, one.valid_to, NO_CAP if one.rate_ppm is None else one.rate_ppm)
        for one in added
    ]
    ends = [
        (days.number(start), FAR if stop is None else days.number(stop), rate)
        for start, stop, rate in spans
    ]
    edges = sorted({-FAR, *(edge for start, stop, _ in ends for edge in (start, stop))})
    steps = dict.fromkeys(edges, NO_CAP)
    for start, stop, rate in ends:
        steps |= {edge: rate for edge in edges if start <= edge < stop}
    return _steps(steps)


def schemes(law: Mapping[str, Sequence[Dated]]) -> SchemeRows:
    """Give the rows of all schemes.

    :raises UnreadableLaw: when a row is not «days of delay:divisor»
    """
    rows: list[tuple[int, ...]] = []
    for code, scheme in SCHEME_CODES.items():
        for dated in law.get(code.replace("-", "_"), ()):
            start = days.number(dated.valid_from)
            stop = FAR if dated.valid_to is None else days.number(dated.valid_to)
            for text in dated.value.split():
                found = _ROW.fullmatch(text)
                if found is None or int(found[3]) == 0:
                    raise UnreadableLaw(f"Схема пени «{code}»: «{text}» не вида «31-90:300».")
                last = int(found[2]) + 1 if found[2] else FAR
                rows.append((int(scheme), start, stop, int(found[1]), last, int(found[3])))
    return SchemeRows(*np.array(rows, dtype=np.int64).reshape(-1, 6).T)


def moratoria(law: Mapping[str, Sequence[Dated]], *, applies_pp497: bool) -> tuple[Moratorium, ...]:
    """Give the days nobody owes penalties for (money.md M1, M2)."""
    found = [_moratorium(row, stop=STOP_424) for row in law["moratorium"]]
    if applies_pp497:
        found += [
            _moratorium(row, stop=STOP_497, due_before=days.number(row.valid_from))
            for row in law["bankruptcy_moratorium"]
        ]
    return tuple(found)


def terms(
    law: Mapping[str, Sequence[Dated]],
    *,
    settings: PenaltySettings | None = None,
    added_rates: Iterable[AddedRate] = (),
    added_caps: Iterable[AddedCap] = (),
) -> PenaltyTerms:
    """Put everything together.

    :param law: the tables of penalty.toml and key_rate.toml
    """
    chosen = settings or PenaltySettings()
    return PenaltyTerms(
        rates=rates(law, added_rates),
        caps=caps(law, added_caps),
        schemes=schemes(law),
        moratoria=moratoria(law, applies_pp497=chosen.applies_pp497),
        settings=chosen,
    )


def calendar(law: Mapping[str, Sequence[Dated]]) -> WorkCalendar:
    """Give the calendar of the years of calendar.toml."""
    return WorkCalendar(
        years=frozenset(row.valid_from.year for row in law["rest_days"]),
        rest=frozenset(_dates(law["rest_days"])),
        working=frozenset(_dates(law["working_weekends"])),
    )


def _dates(rows: Iterable[Dated]) -> list[date]:
    return [
        date.fromisoformat(f"{row.valid_from.year}-{text}")
        for row in rows
        for text in row.value.split()
    ]


def _moratorium(row: Dated, *, stop: int, due_before: int = FAR) -> Moratorium:
    return Moratorium(
        day_from=days.number(row.valid_from),
        day_to=FAR if row.valid_to is None else days.number(row.valid_to),
        stop=stop,
        schemes=frozenset(SCHEME_CODES[code.replace("_", "-")] for code in row.value.split()),
        due_before=due_before,
    )


def _steps(values: Mapping[int, int]) -> Steps:
    order = sorted(values)
    return Steps(_ints(order), _ints([values[day] for day in order]))


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)
