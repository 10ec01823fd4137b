"""charge(): the charges of a period for whole houses, one formula for one account or a million.

    rows          account × service × contract, by days
    situation     segments of days, each with its price, norm, area, share
    volumes       by the method of the service
    lines         volume × price, rounded once; raising factor; shared wholes

The lines keep all their inputs: the columns are their explanation (app/domain/explanation.py).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.domain import days, metering, pricing, sharing, situation, utility, volume
from app.domain.basis import Basis
from app.domain.charge_inputs import ChargeInputs
from app.domain.common_needs import common_norm
from app.domain.findings import Findings
from app.domain.heating import heating, house_areas, house_heat
from app.domain.metering import Metering
from app.domain.money import Ints
from app.domain.note import Notes
from app.domain.occupancy import occupancy
from app.domain.period import Period
from app.domain.pricing import Lines
from app.domain.problem import Problem
from app.domain.service import METHOD_WORDS, Method
from app.domain.situation import METHODS, Situation
from app.domain.volume import Scene, Volumes

_SIMPLE: dict[Method, Callable[[Scene, Situation], list[Volumes]]] = {
    Method.AREA: volume.by_area,
    Method.PERSON: volume.by_person,
    Method.ACCOUNT: volume.by_account,
    Method.QUANTITY: volume.by_quantity,
    Method.SOLID_WASTE_PERSON: volume.solid_waste_by_person,
    Method.SOLID_WASTE_AREA: volume.solid_waste_by_area,
}
_METERED: dict[Method, Callable[[Scene, Situation, Metering], list[Volumes]]] = {
    Method.METER_OR_NORM: utility.meter_or_norm,
    Method.POWER: utility.power,
    Method.GAS: utility.gas,
    Method.HOT_WATER_TWO_PART: utility.hot_water_two_part,
}
_LATER = (
    Method.HOT_WATER_OWN,
    Method.COMMON_AVERAGE,
    Method.COMMON_ACTUAL,
    Method.COMMON_354,
    Method.EXTERNAL,
    Method.FORMULA,
)
_WORDS_OF = {method: words for words, method in METHOD_WORDS.items()}


@dataclass(frozen=True, slots=True)
class Charges:
    """Lines of charges, shape (n,) each, in the order of account, service, contract, days.

    :ivar account: index in the inputs, as are service and contract
    :ivar kind: EntryKind, CHARGE or RAISING
    :ivar basis: Basis, with `slots` of shape (n, SLOTS)
    :ivar day_from: day of the period, from 0
    :ivar problems: what could not be charged, and why
    :ivar notes: words that some slots stand for, by number (note.py)
    """

    period: Period
    account: Ints
    service: Ints
    contract: Ints
    component: Ints
    zone: Ints
    kind: Ints
    basis: Ints
    day_from: Ints
    day_to: Ints
    volume_mcu: Ints
    price_mcr: Ints
    amount_kop: Ints
    slots: Ints
    problems: list[Problem]
    notes: dict[int, str]

    def __len__(self) -> int:
        return len(self.account)


def charge(inputs: ChargeInputs) -> Charges:
    """Calculate the charges of a period.

    The law is cited with each basis (app/domain/basis.py). A method or an input that is not
    there gives a problem, never a silent zero.
    """
    month = days.month_of(inputs.period)
    rows = situation.rows(inputs, month=month)
    findings, notes = Findings(), Notes()
    if not rows.account.size:
        empty = Situation(*(_NONE for _ in Situation.__slots__))
        return _charges(inputs, empty, pricing.unpriced(_no_volumes(empty)), findings, notes)
    soft = situation.price_cuts(inputs, rows, month=month)
    consumers = metering.consumers(inputs, month=month)
    people = occupancy(inputs.residents, accounts=len(inputs.accounts.number), month=month)
    is_power = rows.method == METHODS.index(Method.POWER)
    hard = (
        situation.stock_cuts(inputs, rows, month=month)
        | metering.cuts(consumers, rows, month=month)
        | np.where(is_power, people.changes[rows.account], 0)
    )
    known = metering.metering(inputs, consumers, rows, soft=soft, month=month)
    of, sheets, norm_sheets = situation.situation(inputs, rows, soft=soft, hard=hard, month=month)
    scene = Scene(
        inputs=inputs,
        month=month,
        occupancy=people,
        norm_sheets=norm_sheets,
        impossible=situation.impossible_days(inputs, rows, month=month),
        findings=findings,
        notes=notes,
    )
    volumes = _volumes(scene, of, known)
    active_days = days.count(rows.active)[of.row]
    lines = pricing.priced(scene, of, volumes, sheets, active_days=active_days)
    lines = sharing.whole_amounts(lines, of, numbers=inputs.accounts.number)
    return _charges(inputs, of, lines, findings, notes)


def _volumes(scene: Scene, of: Situation, known: Metering) -> Volumes:
    """Give the volumes of every segment by the method of its service."""
    areas = house_areas(scene.inputs, month=scene.month)
    parts: list[Volumes] = []
    later: Situation | None = None
    for number in np.unique(of.method).tolist():
        some = of.taken(np.flatnonzero(of.method == number))
        method = None if number < 0 else METHODS[number]
        if method in _SIMPLE:
            parts += _SIMPLE[method](scene, some)
        elif method in _METERED:
            parts += _METERED[method](scene, some, known)
        elif method is Method.HEATING:
            heat = house_heat(scene.inputs, known, month=scene.month)
            parts += heating(scene, some, areas, heat)
        elif method is Method.COMMON_NORM:
            parts += common_norm(scene, some, areas)
        elif method is Method.WASTE_WATER:
            later = some
        else:
            _tell_later(scene, some, method)
    numbers = scene.inputs.accounts.number
    result = sharing.whole_volumes(volume.joined(parts), of, numbers=numbers) if parts else None
    if later is None:
        return _no_volumes(of) if result is None else result
    water = _water(scene, of, result)
    waste = utility.waste_water(scene, later, known, everything=of, water=water)
    waste_whole = sharing.whole_volumes(volume.joined(waste), of, numbers=numbers)
    return waste_whole if result is None else volume.joined([result, waste_whole])


_NONE = np.zeros(0, dtype=np.int64)


def _no_volumes(of: Situation) -> Volumes:
    return volume.volumes(of.taken(_NONE), Basis.NONE, _NONE, slots=())


def _water(scene: Scene, of: Situation, known: Volumes | None) -> Volumes:
    """Choose the volumes of cold and hot water that flow off."""
    if known is None:
        return _no_volumes(of)
    is_water = utility.is_water(scene)[of.service[known.place]]
    return known.taken(np.flatnonzero(is_water & (known.component != 2)))


def _tell_later(scene: Scene, some: Situation, method: Method | None) -> None:
    if method is None:
        scene.findings.tell(
            some,
            "на этот период у услуги нет способа расчёта.",
            "Укажите его на листе «Услуги».",
        )
        return
    scene.findings.tell(
        some,
        f"способ «{_WORDS_OF[method]}» ещё не рассчитывается.",
        "Выберите другой способ на листе «Услуги» или начислите после обновления программы.",
    )


def _charges(
    inputs: ChargeInputs, of: Situation, lines: Lines, findings: Findings, notes: Notes
) -> Charges:
    place = lines.place
    order = np.lexsort(
        (
            lines.price_mcr, lines.kind, of.day_from[place], lines.zone, lines.component,
            of.contract[place], of.service[place], of.account[place],
        )
    )  # fmt: skip
    lines = lines.taken(order)
    place = lines.place
    houses = inputs.premises.house[inputs.accounts.premises]
    return Charges(
        period=inputs.period,
        account=of.account[place],
        service=of.service[place],
        contract=of.contract[place],
        component=lines.component,
        zone=lines.zone,
        kind=lines.kind,
        basis=lines.basis,
        day_from=of.day_from[place],
        day_to=of.day_to[place],
        volume_mcu=lines.volume_mcu,
        price_mcr=lines.price_mcr,
        amount_kop=lines.amount_kop,
        slots=lines.slots,
        problems=findings.problems(
            houses=[inputs.houses.code[at] for at in houses.tolist()],
            accounts=list(inputs.accounts.number),
            services=list(inputs.services.code),
        ),
        notes=notes.known,
    )
