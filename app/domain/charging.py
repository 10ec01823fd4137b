"""charge(): the charges of a period for whole houses, one formula for one account or a million.

    rows          account × service × contract, by days
    situation     segments of days, each with its price, norm, area, share
    volumes       by the method of the service
    lines         volume × price, rounded once; raising factor; shared wholes

The lines keep all their inputs: the columns are their explanation (app/domain/explanation.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from app.domain import (
    benefit,
    capacity,
    checks,
    communal,
    communal_areas,
    communal_volumes,
    containers,
    contradictions,
    days,
    formula_charging,
    group_charging,
    group_meters,
    interference,
    meter_share,
    metering,
    own_hot_water,
    plot,
    pricing,
    raising_lines,
    reductions,
    sharing,
    situation,
    utility,
    volume,
    year_settlement,
)
from app.domain.basis import Basis
from app.domain.charge_inputs import ChargeInputs
from app.domain.checks import Checks
from app.domain.common_needs import with_common_needs
from app.domain.communal import Flats
from app.domain.findings import Findings
from app.domain.group_inputs import GroupTotals
from app.domain.group_meters import Groups
from app.domain.heat_stage import HEATED, with_heat
from app.domain.house_total import HouseTotals, no_totals
from app.domain.house_totals import COMMON
from app.domain.metering import Consumers, Metering
from app.domain.money import Ints
from app.domain.note import Notes
from app.domain.occupancy import Occupancy, occupancy
from app.domain.period import Period
from app.domain.pricing import Lines
from app.domain.problem import Problem
from app.domain.service import METHOD_WORDS, Method
from app.domain.situation import METHODS, Rows, Situation
from app.domain.staying import staying
from app.domain.volume import Scene, Volumes

_SIMPLE: dict[Method, Callable[[Scene, Situation], list[Volumes]]] = {
    Method.AREA: communal_areas.by_area,
    Method.PERSON: volume.by_person,
    Method.ACCOUNT: volume.by_account,
    Method.QUANTITY: volume.by_quantity,
    Method.ONE_OFF: volume.one_off,
    Method.SOLID_WASTE_PERSON: communal_areas.solid_waste_by_person,
    Method.SOLID_WASTE_AREA: communal_areas.solid_waste_by_area,
}
_OF_HOUSE: dict[Method, Callable[[Scene, Situation, Metering], list[Volumes]]] = {
    Method.SOLID_WASTE_CONTAINERS_PERSON: containers.by_person,
    Method.SOLID_WASTE_CONTAINERS_AREA: containers.by_area,
    Method.FORMULA: formula_charging.by_formula,
}
# By volumes of others, of hot water, of what is left of a house, or from elsewhere.
_AFTERWARDS = (*HEATED, *COMMON, Method.EXTERNAL)
_METERED: dict[Method, Callable[[Scene, Situation, Metering], list[Volumes]]] = {
    Method.METER_OR_NORM: utility.meter_or_norm,
    Method.POWER: utility.power,
    Method.GAS: utility.gas,
    Method.HOT_WATER_TWO_PART: utility.hot_water_two_part,
    Method.HOT_WATER_OWN: own_hot_water.hot_water,
    Method.GROUP_METER: group_charging.by_group_meter,
}
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
    :ivar house_totals: what each house took and shared, to be kept for the months after
    :ivar group_totals: what each group meter came to, likewise
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
    house_totals: HouseTotals = field(default_factory=no_totals)
    group_totals: GroupTotals = field(default_factory=GroupTotals)

    def __len__(self) -> int:
        return len(self.account)


def charge(inputs: ChargeInputs) -> Charges:
    """Calculate the charges of a period.

    The law is cited with each basis (app/domain/basis.py). A method or an input that is not
    there gives a problem, never a silent zero.
    """
    month = days.month_of(inputs.period)
    inputs, found_by_checks = checks.checked(inputs, month=month)
    rows = situation.rows(inputs, month=month)
    findings, notes = Findings(), Notes()
    if not rows.account.size:
        empty = Situation(*(_NONE for _ in Situation.__slots__))
        return _charges(inputs, empty, pricing.unpriced(_no_volumes(empty)), findings, notes)
    soft = situation.price_cuts(inputs, rows, month=month)
    counted = staying(inputs, rows, findings, month=month)
    people = occupancy(counted, accounts=len(inputs.accounts.number), month=month)
    inputs, flat_meters = communal.flat_meters(inputs, people, month=month)
    consumers = metering.consumers(inputs, month=month)
    meters = [consumers] if flat_meters is None else [consumers, flat_meters.consumers]
    hard = _cuts(inputs, rows, meters, people) | found_by_checks.tampered.cuts(rows, month=month)
    if flat_meters is not None:
        hard |= flat_meters.cuts(rows, soft=soft, hard=hard)
    known = metering.metering(inputs, consumers, rows, soft=soft, month=month)
    rooms = None if flat_meters is None else flat_meters.metering(rows, soft=soft)
    inputs, known, groups = group_meters.groups(inputs, known, people, month=month)
    of, sheets, norm_sheets = situation.situation(inputs, rows, soft=soft, hard=hard, month=month)
    of = meter_share.by_setting(inputs, of, rows, consumers, people, month=month)
    scene = Scene(
        inputs=inputs,
        month=month,
        occupancy=people,
        norm_sheets=norm_sheets,
        impossible=situation.impossible_days(inputs, rows, month=month),
        findings=findings,
        notes=notes,
        rows=rows,
    )
    of = contradictions.stopped(scene, of)
    ways = _Ways(None if flat_meters is None else flat_meters.flats, rooms, groups)
    volumes, totals = _all_volumes(scene, of, known, found_by_checks, ways)
    active_days = days.count(rows.active)[of.row]
    volumes = capacity.with_capacity(scene, of, volumes, sheets)
    lines = formula_charging.priced(scene, of, volumes, sheets, active_days=active_days)
    lines = sharing.whole_amounts(lines, of, numbers=inputs.accounts.number)
    lines, totals = year_settlement.settled(scene, of, lines, totals)
    of, lines = benefit.benefited(scene, reductions.reduced(scene, of, lines))
    made = _charges(inputs, of, lines, findings, notes)
    return replace(made, house_totals=totals, group_totals=groups.totals(inputs.period))


def _cuts(inputs: ChargeInputs, rows: Rows, meters: Sequence[Consumers], people: Occupancy) -> Ints:
    """Give the days of each row on which a line always ends, as masks.

    :param meters: those of accounts, and of communal flats where there are such
    """
    month = days.month_of(inputs.period)
    is_power = rows.method == METHODS.index(Method.POWER)
    is_heated = np.isin(rows.method, [METHODS.index(one) for one in HEATED])
    covered = np.zeros(len(rows.account), dtype=np.int64)
    for some in meters:
        covered |= some.covered_days(rows.point)
    return (
        situation.stock_cuts(inputs, rows, month=month)
        | np.where(is_heated, 0, metering.cuts(meters[0], rows, month=month))
        | np.where(is_power, people.changes[rows.account], 0)
        | formula_charging.cuts(inputs, rows, people, month=month)
        | raising_lines.cuts(inputs, rows, covered, month=month)
        | utility.waste_cuts(inputs, rows, meters, month=month)
        | group_charging.cuts(inputs, rows, month=month)
        | plot.cuts(inputs, rows, meters[0], month=month)
    )


@dataclass(frozen=True, slots=True)
class _Ways:
    """How a method by meters is charged where some go by the meter of a flat or a group."""

    flats: Flats | None
    shared: Metering | None
    groups: Groups

    def of(self, method: Method, by_method: communal_volumes.ByMethod) -> communal_volumes.ByMethod:
        return communal_volumes.with_rooms(by_method, method, self.flats, self.shared)

    def without_meters(self) -> "_Ways":
        shared = None if self.shared is None else interference.without_meters(self.shared)
        return _Ways(self.flats, shared, self.groups)


def _all_volumes(
    scene: Scene, of: Situation, known: Metering, by: Checks, ways: _Ways
) -> tuple[Volumes, HouseTotals]:
    """Give the volumes of accounts, of groups on top of them, of houses, of heat, in this order."""
    whole = _whole(scene, of)
    volumes = _volumes(scene, of, known, by, ways)
    volumes = group_charging.with_common(scene, of, volumes, ways.groups, whole=whole)
    volumes, totals = with_common_needs(scene, of, volumes, known, whole=whole)
    volumes = with_heat(scene, of, volumes, known, whole=whole)
    return checks.with_connections(scene, of, volumes, known, by=by, methods=_METERED), totals


def _volumes(scene: Scene, of: Situation, known: Metering, by: Checks, ways: _Ways) -> Volumes:
    """Give the volumes of every segment by the method of its service."""
    parts: list[Volumes] = []
    later: Situation | None = None
    by_group = group_charging.covered(of, ways.groups, (known, ways.shared))
    for number in np.unique(of.method[of.method != contradictions.STOPPED]).tolist():
        some = of.taken(np.flatnonzero((of.method == number) & (by_group < 0)))
        method = None if number < 0 else METHODS[number]
        if method in _SIMPLE:
            parts += _SIMPLE[method](scene, some)
        elif method in _OF_HOUSE:
            parts += _OF_HOUSE[method](scene, some, known)
        elif method is Method.PLOT:
            parts += plot.plot(scene, some, known)
        elif method in _METERED:
            way = ways.of(method, _METERED[method])
            if method is Method.HOT_WATER_OWN:
                some = own_hot_water.water_of(scene, some)
            norm_way = ways.without_meters().of(method, _METERED[method])
            parts += interference.charged(
                way, scene, some, known, by=by.tampered, norm_way=norm_way
            )
        elif method is Method.WASTE_WATER:
            later = some
        elif method not in _AFTERWARDS:
            _tell_later(scene, some, method)
    whole = _whole(scene, of)
    parts = checks.with_differences(scene, of, parts, known, by=by)
    result = whole(parts) if parts else _no_volumes(of)
    result = group_charging.with_covered(scene, of, result, ways.groups, by=by_group, whole=whole)
    if later is None:
        return result
    way = ways.of(Method.WASTE_WATER, _by_water(of, _water(scene, of, result)))
    waste = checks.waste(way, scene, later, known, by=by)
    waste = checks.with_differences(scene, of, waste, known, by=by)
    return volume.joined([result, whole(waste)])


def _by_water(of: Situation, water: Volumes) -> communal_volumes.ByMethod:
    """Give the way of charging waste water by the water that came."""

    def by_water(scene: Scene, some: Situation, known: Metering) -> list[Volumes]:
        return utility.waste_water(scene, some, known, everything=of, water=water)

    return by_water


def _whole(scene: Scene, of: Situation) -> Callable[[Sequence[Volumes]], Volumes]:
    """Give what makes parts of shared premises sum to their whole, with the digits wanted."""
    numbers, digits = scene.inputs.accounts.number, scene.inputs.rules.whole("volume_digits")
    given = scene.inputs.services.volume_digits or [0] * len(scene.inputs.services.code)
    by_service = np.array([one or digits for one in given], dtype=np.int64)
    return lambda parts: sharing.whole_volumes(
        sharing.with_digits(volume.joined(parts), of, by_service), of, numbers=numbers
    )


_NONE = np.zeros(0, dtype=np.int64)


def _no_volumes(of: Situation) -> Volumes:
    return volume.volumes(of.taken(_NONE), Basis.NONE, _NONE, slots=())


def _water(scene: Scene, of: Situation, known: Volumes) -> Volumes:
    """Choose the volumes of cold and hot water that flow off."""
    is_water = utility.is_water(scene.inputs.services)[of.service[known.place]]
    water = known.taken(np.flatnonzero(is_water & (known.component != 2)))
    return interference.plain_water(scene, water)


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
    service, contract = raising_lines.presented(
        inputs, of.service[place], of.contract[place], lines.kind
    )
    order = np.lexsort(
        (
            lines.price_mcr, lines.kind, of.day_from[place], lines.zone, lines.component,
            contract, service, of.account[place],
        )
    )  # fmt: skip
    lines, service, contract = lines.taken(order), service[order], contract[order]
    place = lines.place
    houses = inputs.premises.house[inputs.accounts.premises]
    return Charges(
        period=inputs.period,
        account=of.account[place],
        service=service,
        contract=contract,
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
