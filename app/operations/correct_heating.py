"""The yearly correction of heating: its months again by their meters, beside what was charged.

    houses paid evenly ──▶ charge() of each month in the way of the season ──▶ heating_year
                       ──▶ one adjustment voucher into the open month; a second call posts nothing

With units of distributors a house of any way of paying is corrected by them (formula 6).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias
from uuid import UUID

import numpy as np

from app.domain.basis import Basis
from app.domain.charge_inputs import ChargeInputs
from app.domain.charged_year import Charged, Whose
from app.domain.charging import charge
from app.domain.heating_year import (
    NORM_BASES,
    Correction,
    MonthOfHeat,
    Units,
    YearOfHeat,
    by_units,
    corrected,
    months_words,
    part_of,
)
from app.domain.ledger import EntryKind
from app.domain.note import Notes
from app.domain.period import Period
from app.domain.problem import Problem
from app.domain.service import Method
from app.domain.voucher import Voucher
from app.errors import Refusal
from app.operations.year_correction import (
    BATCH_HOUSES,
    MONTHS,
    CorrectedYear,
    Found,
    correct_year,
)
from app.store import charging_catalogue, charging_inputs, heat_correcting, year_correcting
from app.store.adjusting import NamedLine
from app.store.charging_catalogue import Catalogue
from app.store.engine import Engine
from app.store.reading import Snapshot

_KINDS = (EntryKind.CHARGE, EntryKind.RECALCULATION)
_CORRECTIONS = (Basis.HEAT_YEAR, Basis.HEAT_UNITS)
OnProgress = Callable[[int], None]
# Units of distributors by the code of the house and the premises as people write it.
UnitsOfHouses: TypeAlias = Mapping[str, Mapping[str, int]]


class CannotBeCorrected(Refusal):
    """A house or premises is not there, or too few of them have distributors."""


def correct_heating(
    engine: Engine,
    voucher: Voucher,
    *,
    year: int,
    houses: Sequence[str] = (),
    units: UnitsOfHouses | None = None,
    into: Period | None = None,
    on_progress: OnProgress | None = None,
) -> CorrectedYear:
    """Post the correction of a year, once by the voucher's key.

    :param units: units of distributors; then only the houses that have them are corrected
    :raises YearNotOver: when the open month is of that year
    :raises CannotBeCorrected: when a house or premises is not there, or the premises with units
        are not most of the house
    :raises RefusedByDatabase: when the month is not open
    """

    def find(snapshot: Snapshot, target: Period, notes: Notes) -> Found:
        codes = tuple(sorted(units)) if units is not None else tuple(houses)
        found = _Year(snapshot, year, target, units).corrected(codes, on_progress=on_progress)
        named = [_line(one, year, notes) for one in found.corrections]
        return named, [_problem(whose, months) for whose, months in sorted(found.unknown.items())]

    return correct_year(engine, voucher, year=year, into=into, subject="Отопление", find=find)


def _line(one: Correction, year: int, notes: Notes) -> NamedLine:
    due = one.due
    return NamedLine(
        account=one.whose.account,
        service=one.whose.service,
        contract=one.whose.contract,
        origin=Period(year, MONTHS),
        kind=EntryKind.RECALCULATION,
        amount_kop=due.amount_kop,
        volume_mcu=0 if one.basis is Basis.HEAT_UNITS else due.volume_mcu,
        basis=one.basis,
        slots=one.slots(notes),
    )


def _problem(whose: Whose, months: Sequence[Period]) -> Problem:
    return Problem(
        message=f"факт отопления за {months_words(months)} не рассчитан: корректировки нет.",
        hint="Устраните причину: kvitok what-if покажет её, и повторите корректировку.",
        account=whose.account,
        service=whose.service,
    )


class _Year:
    """A year of some houses through their months."""

    def __init__(
        self, snapshot: Snapshot, year: int, target: Period, units: UnitsOfHouses | None
    ) -> None:
        self._snapshot, self._year, self._target = snapshot, year, target
        self._units = units
        self._catalogues: dict[Period, Catalogue] = {}

    def corrected(self, codes: Sequence[str], *, on_progress: OnProgress | None) -> YearOfHeat:
        """Give the corrections of all houses, told by the number of houses done."""
        known = heat_correcting.houses(
            self._snapshot, self._year, codes, is_even=self._units is None
        )
        every = heat_correcting.houses(self._snapshot, self._year, codes, is_even=False)
        missing = sorted(set(codes) - {code for _, code in every})
        if missing:
            raise CannotBeCorrected(
                f"Дома {missing[0]} нет или в нём нет счетов. Проверьте код дома."
            )
        result = YearOfHeat()
        size = 1 if self._units is not None else BATCH_HOUSES
        for start in range(0, len(known), size):
            some = known[start : start + size]
            made = self._of_houses(some)
            result.corrections += made.corrections
            result.unknown |= made.unknown
            if on_progress is not None:
                on_progress(len(some))
        return result

    def _of_houses(self, some: Sequence[tuple[UUID, str]]) -> YearOfHeat:
        ids = [key for key, _ in some]
        rules = self._catalogue(self._target).rules
        parts = max(rules.whole("heating_correction_parts"), 1)
        about = {"part": part_of(self._target, year=self._year, parts=parts), "parts": parts}
        months = self._months(ids)
        before = year_correcting.posted(self._snapshot, self._year, ids, bases=_CORRECTIONS)
        if self._units is not None:
            return by_units(months, before, self._units_of(*some[0]), **about)
        heirs = {}
        if rules.word("heating_correction_payer") == "current":
            heirs = dict(heat_correcting.heirs(self._snapshot, ids, self._target.last_day))
        return corrected(months, before, heirs=heirs, **about)

    def _units_of(self, house_id: UUID, code: str) -> Units:
        assert self._units is not None
        counted = self._units[code]
        premises = heat_correcting.premises_of(self._snapshot, house_id)
        for name in counted:
            if name not in premises.values():
                raise CannotBeCorrected(
                    f"В доме {code} нет помещения {name} со счётом. Проверьте единицы."
                )
        least = self._catalogue(self._target).rules.ppm("heating_units_share")
        share = heat_correcting.share_of(self._snapshot, house_id, list(counted), self._year)
        if share <= least:
            raise CannotBeCorrected(
                f"Распределители в доме {code} стоят на {share / 10_000:.1f} % площади, а нужно"
                f" больше {least / 10_000:.0f} %: корректировка по ним не проводится."
            )
        return Units(premises, counted)

    def _catalogue(self, month: Period) -> Catalogue:
        if month not in self._catalogues:
            self._catalogues[month] = charging_catalogue.load(self._snapshot, month)
        return self._catalogues[month]

    def _months(self, ids: list[UUID]) -> list[MonthOfHeat]:
        first = self._catalogue(Period(self._year, 1))
        services = list(first.services.code)
        billed = year_correcting.billed(
            self._snapshot, self._year, ids, services=services, kinds=_KINDS, without=_CORRECTIONS
        )
        return [
            self._month(ids, Period(self._year, month), billed.get(Period(self._year, month), {}))
            for month in range(1, MONTHS + 1)
        ]

    def _month(
        self, ids: list[UUID], month: Period, billed: Mapping[Whose, Charged]
    ) -> MonthOfHeat:
        batch = charging_inputs.load(self._snapshot, self._catalogue(month), ids)
        inputs = batch.inputs
        home = inputs.premises.house[inputs.accounts.premises]
        even = inputs.houses.heats_evenly[home] > 0
        wanted = even | (self._units is not None)
        numbers = inputs.accounts.number
        mine = {number for number, one in zip(numbers, wanted, strict=True) if one}
        codes = {
            code
            for code, method in zip(inputs.services.code, inputs.services.method, strict=True)
            if method is Method.HEATING
        }
        fact, by_norm = _fact(_in_season(inputs), mine, codes)
        known = {
            whose: heat
            for whose, heat in billed.items()
            if whose.account in mine and whose.service in codes
        }
        return MonthOfHeat(month, fact, known, frozenset(by_norm))


def _in_season(inputs: ChargeInputs) -> ChargeInputs:
    """Give the inputs with heating paid by the month, and only with what heating depends on."""
    houses = replace(inputs.houses, heats_evenly=np.zeros_like(inputs.houses.heats_evenly))
    services = inputs.services
    wanted = np.array(
        [
            method is Method.HEATING or resource == "hot"
            for method, resource in zip(services.method, services.resource, strict=True)
        ],
        dtype=bool,
    )
    given = inputs.assignments
    kept = np.flatnonzero(wanted[given.service])
    columns = {
        name: value[kept]
        for name in type(given).__slots__
        if len(value := getattr(given, name)) == len(given.service)
    }
    return replace(inputs, houses=houses, assignments=replace(given, **columns))


def _fact(
    inputs: ChargeInputs, mine: set[str], codes: set[str]
) -> tuple[dict[Whose, Charged], set[Whose]]:
    """Give what the month comes to by meters, and who goes by the norm."""
    charged = charge(inputs)
    fact: dict[Whose, Charged] = {}
    by_norm: set[Whose] = set()
    rows = zip(
        charged.account.tolist(), charged.service.tolist(), charged.contract.tolist(),
        charged.basis.tolist(), charged.kind.tolist(), charged.amount_kop.tolist(),
        charged.volume_mcu.tolist(), strict=True,
    )  # fmt: skip
    for account, service, contract, basis, kind, amount, volume in rows:
        whose = Whose(
            inputs.accounts.number[account],
            inputs.services.code[service],
            inputs.contracts[contract],
        )
        if whose.account not in mine or whose.service not in codes:
            continue
        if kind not in _KINDS:
            continue
        if Basis(basis) in NORM_BASES:
            by_norm.add(whose)
        fact[whose] = fact.get(whose, Charged()).plus(Charged(amount, volume))
    return {whose: heat for whose, heat in fact.items() if whose not in by_norm}, by_norm
