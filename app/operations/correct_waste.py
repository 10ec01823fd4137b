"""The yearly recalculation of solid waste by containers (ПП № 318 of 2024), into the open month.

houses with a meter of containers ──▶ charge() of each month by formulas 9(3), 9(4)
──▶ without the days of absence ──▶ waste_year ──▶ one adjustment voucher; again: nothing
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from app.domain import days
from app.domain.basis import Basis
from app.domain.charge_inputs import ChargeInputs
from app.domain.charged_year import Charged, Whose
from app.domain.charging import Charges, charge
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
from app.operations.year_correction import (
    BATCH_HOUSES,
    MONTHS,
    CorrectedYear,
    Found,
    correct_year,
)
from app.store import charging_catalogue, charging_inputs, waste_correcting, year_correcting
from app.store.adjusting import NamedLine
from app.store.charging_catalogue import Catalogue
from app.store.engine import Engine
from app.store.reading import Snapshot

_KINDS = (EntryKind.CHARGE, EntryKind.RECALCULATION, EntryKind.ABSENCE)
_BY_CONTAINERS = {
    Method.SOLID_WASTE_PERSON: Method.SOLID_WASTE_CONTAINERS_PERSON,
    Method.SOLID_WASTE_AREA: Method.SOLID_WASTE_CONTAINERS_AREA,
}
_BY_PERSON = (Basis.CONTAINERS_PERSON, Basis.ROOM_CONTAINERS_PERSON)
_BY_AREA = (Basis.CONTAINERS_AREA, Basis.ROOM_CONTAINERS_AREA)
_NO_VOLUME = "объём вывезенных контейнеров"


class NoContainers(Refusal):
    """Nowhere are containers measured."""


def correct_waste(
    engine: Engine,
    voucher: Voucher,
    *,
    year: int,
    houses: Sequence[str] = (),
    into: Period | None = None,
) -> CorrectedYear:
    """Post the recalculation of a year, once by the voucher's key.

    :raises YearNotOver: when the open month is of that year
    :raises NoContainers: when no house measures its containers
    :raises RefusedByDatabase: when the month is not open
    """

    def find(snapshot: Snapshot, _: Period, notes: Notes) -> Found:
        known = waste_correcting.houses(snapshot, houses)
        if not known:
            raise NoContainers(
                "Ни в одном доме нет общедомового прибора ТКО с объёмами контейнеров."
                " Внесите его на лист «Приборы», а объёмы – на лист «Показания»."
            )
        found, problems = _found(snapshot, year, known)
        return [_line(one, year, notes) for one in found], problems

    return correct_year(engine, voucher, year=year, into=into, subject="ТКО", find=find)


def _line(one: WasteCorrection, year: int, notes: Notes) -> NamedLine:
    return NamedLine(
        account=one.whose.account,
        service=one.whose.service,
        contract=one.whose.contract,
        origin=Period(year, MONTHS),
        kind=EntryKind.RECALCULATION,
        amount_kop=one.due.amount_kop,
        volume_mcu=one.due.volume_mcu,
        basis=Basis.WASTE_YEAR,
        slots=one.slots(notes),
    )


def _found(
    snapshot: Snapshot, year: int, known: Sequence[tuple[UUID, str]]
) -> tuple[list[WasteCorrection], list[Problem]]:
    months = [Period(year, month) for month in range(1, MONTHS + 1)]
    catalogues = {month: charging_catalogue.load(snapshot, month) for month in months}
    result: list[WasteCorrection] = []
    problems: list[Problem] = []
    for start in range(0, len(known), BATCH_HOUSES):
        ids = [key for key, _ in known[start : start + BATCH_HOUSES]]
        billed = year_correcting.billed(
            snapshot,
            year,
            ids,
            services=waste_correcting.services(snapshot),
            kinds=_KINDS,
            without=(Basis.WASTE_YEAR,),
        )
        counted = []
        for month in months:
            fact, told = _fact(snapshot, catalogues[month], ids, billed.get(month, {}))
            counted.append(MonthOfWaste(month, fact, billed.get(month, {})))
            problems += told
        before = year_correcting.posted(snapshot, year, ids, bases=(Basis.WASTE_YEAR,))
        result += corrected(counted, before)
    return result, problems


def _fact(
    snapshot: Snapshot, catalogue: Catalogue, ids: list[UUID], billed: Mapping[Whose, Charged]
) -> tuple[dict[Whose, Charged], list[Problem]]:
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
