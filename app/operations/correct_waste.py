"""The yearly recalculation of solid waste by containers (ПП № 318 of 2024), into the open month.

houses with a meter of containers ──▶ charge() of each month by formulas 9(3), 9(4)
──▶ without the days of absence ──▶ waste_year ──▶ one adjustment voucher; again: nothing
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from app.domain import days
from app.domain.basis import Basis
from app.domain.charge_inputs import ChargeInputs
from app.domain.charge_line import ChargeLine
from app.domain.charging import Charges, charge
from app.domain.heating_year import Heat, Whose
from app.domain.ledger import EntryKind
from app.domain.note import Notes
from app.domain.period import Period
from app.domain.problem import Problem
from app.domain.service import Method
from app.domain.voucher import Voucher
from app.domain.waste_year import (
    MonthOfWaste,
    Share,
    WasteCorrection,
    absent_days,
    corrected,
    facts,
)
from app.errors import Refusal
from app.store import (
    adjusting,
    charges,
    charging,
    charging_catalogue,
    charging_inputs,
    recalculating,
    waste_correcting,
)
from app.store.adjusting import NamedLine
from app.store.charging_catalogue import Catalogue
from app.store.engine import Engine
from app.store.reading import Snapshot, reading
from app.store.writing import writing

BATCH_HOUSES = 20
_MONTHS = 12
_BY_CONTAINERS = {
    Method.SOLID_WASTE_PERSON: Method.SOLID_WASTE_CONTAINERS_PERSON,
    Method.SOLID_WASTE_AREA: Method.SOLID_WASTE_CONTAINERS_AREA,
}
_BY_PERSON = (Basis.CONTAINERS_PERSON, Basis.ROOM_CONTAINERS_PERSON)
_BY_AREA = (Basis.CONTAINERS_AREA, Basis.ROOM_CONTAINERS_AREA)
_NO_VOLUME = "объём вывезенных контейнеров"


class WasteYearNotOver(Refusal):
    """The year is not over, or nowhere are containers measured."""


@dataclass(frozen=True, slots=True)
class CorrectedWaste:
    """What a recalculation posted: no lines when nothing differed.

    :ivar problems: months that could not be counted, and why
    """

    into: Period
    lines: list[ChargeLine]
    problems: list[Problem] = field(default_factory=list)

    @property
    def amount_kop(self) -> int:
        return sum(line.amount_kop for line in self.lines)


def correct_waste(
    engine: Engine,
    voucher: Voucher,
    *,
    year: int,
    houses: Sequence[str] = (),
    into: Period | None = None,
) -> CorrectedWaste:
    """Post the recalculation of a year, once by the voucher's key.

    :raises WasteYearNotOver: when the year is not over, or no house measures its containers
    :raises RefusedByDatabase: when the month is not open
    """
    with reading(engine) as snapshot:
        if adjusting.is_posted(snapshot, voucher.key):
            lines = charges.of_voucher(snapshot, voucher.key)
            return CorrectedWaste(lines[0].period, lines)
        target = into or recalculating.target(snapshot)
        if target.year <= year:
            raise WasteYearNotOver(
                f"ТКО за {year} год пересчитывают в {year + 1} году, а открыт {target.shown}."
                " Закройте месяцы года и повторите."
            )
        known = waste_correcting.houses(snapshot, houses)
        if not known:
            raise WasteYearNotOver(
                "Ни в одном доме нет общедомового прибора ТКО с объёмами контейнеров."
                " Внесите его на лист «Приборы», а объёмы – на лист «Показания»."
            )
        charging.hold(snapshot)
        found, problems = _found(snapshot, year, known)
        notes = Notes()
        named = [_line(one, year, notes) for one in found]
        if not named:
            return CorrectedWaste(target, [], problems)
        rows = adjusting.by_names(snapshot, named)
    with writing(engine) as draft:
        adjusting.post(draft, voucher, period=target, lines=rows, notes=notes.known)
    with reading(engine) as snapshot:
        return CorrectedWaste(target, charges.of_voucher(snapshot, voucher.key), problems)


def _line(one: WasteCorrection, year: int, notes: Notes) -> NamedLine:
    return NamedLine(
        account=one.whose.account,
        service=one.whose.service,
        contract=one.whose.contract,
        origin=Period(year, _MONTHS),
        kind=EntryKind.RECALCULATION,
        amount_kop=one.due.amount_kop,
        volume_mcu=one.due.volume_mcu,
        basis=Basis.WASTE_YEAR,
        slots=one.slots(notes),
    )


def _found(
    snapshot: Snapshot, year: int, known: Sequence[tuple[UUID, str]]
) -> tuple[list[WasteCorrection], list[Problem]]:
    months = [Period(year, month) for month in range(1, _MONTHS + 1)]
    catalogues = {month: charging_catalogue.load(snapshot, month) for month in months}
    result: list[WasteCorrection] = []
    problems: list[Problem] = []
    for start in range(0, len(known), BATCH_HOUSES):
        ids = [key for key, _ in known[start : start + BATCH_HOUSES]]
        billed = waste_correcting.billed(snapshot, year, ids)
        counted = []
        for month in months:
            fact, told = _fact(snapshot, catalogues[month], ids, billed.get(month, {}))
            counted.append(MonthOfWaste(month, fact, billed.get(month, {})))
            problems += told
        result += corrected(counted, waste_correcting.posted(snapshot, year, ids))
    return result, problems


def _fact(
    snapshot: Snapshot, catalogue: Catalogue, ids: list[UUID], billed: Mapping[Whose, Heat]
) -> tuple[dict[Whose, Heat], list[Problem]]:
    """Give what a month comes to by containers; a house that has none that month tells nothing."""
    inputs = _by_containers(charging_inputs.load(snapshot, catalogue, ids).inputs)
    charged = charge(inputs)
    codes = {
        code
        for code, method in zip(inputs.services.code, inputs.services.method, strict=True)
        if method in _BY_CONTAINERS.values()
    }
    problems = [
        one
        for one in charged.problems
        if one.service in codes and _NO_VOLUME not in one.message and billed
    ]
    return facts(_shares(inputs, charged)), problems


def _by_containers(inputs: ChargeInputs) -> ChargeInputs:
    services = inputs.services
    method = [None if one is None else _BY_CONTAINERS.get(one, one) for one in services.method]
    return replace(inputs, services=replace(services, method=method))


def _shares(inputs: ChargeInputs, charged: Charges) -> list[Share]:
    rules, month = inputs.rules, days.month_of(inputs.period)
    absent = absent_days(
        inputs.absences,
        month,
        least=rules.whole("absence_min_full_days"),
        without_document=rules.is_on("absence_without_document"),
    )
    home = inputs.premises.house[inputs.accounts.premises]
    found: list[Share] = []
    for at in range(len(charged)):
        basis = Basis(int(charged.basis[at]))
        if charged.kind[at] != EntryKind.CHARGE or basis not in (*_BY_PERSON, *_BY_AREA):
            continue
        account, slots = int(charged.account[at]), charged.slots[at].tolist()
        if basis in _BY_PERSON:
            span = (1 << int(charged.day_to[at])) - (1 << int(charged.day_from[at]))
            away = sum((mask & span).bit_count() for mask in absent.get(account, ()))
            weight = max(0, slots[1] - away)
        else:
            weight = int(charged.volume_mcu[at])
        found.append(
            Share(
                Whose(
                    inputs.accounts.number[account],
                    inputs.services.code[int(charged.service[at])],
                    inputs.contracts[int(charged.contract[at])],
                ),
                int(home[account]),
                weight,
                slots[0],
                int(charged.price_mcr[at]),
            )
        )
    return found
