"""General house needs below zero lessen what the premises took, where the centre has it so (§47).

    |V| × persons of the account / persons of the house, by days, not more than the account took;
    gas that flats are heated with (a norm of area) by their areas instead
    what is left of |V| is carried to the next month

Only in houses their owners manage themselves, and only for general house needs of rules 354.
"""

from dataclasses import replace

import numpy as np

from app.domain import money
from app.domain.basis import SLOTS, Basis
from app.domain.house_resources import INDIVIDUAL, with_methods
from app.domain.house_total import HouseTotals
from app.domain.ledger import EntryKind
from app.domain.money import MILLION, Ints
from app.domain.norm import NO_NORM, NormKind
from app.domain.pricing import Lines, joined
from app.domain.service import Component, Method
from app.domain.situation import METHODS, Situation
from app.domain.volume import Scene


def lessened(
    scene: Scene, of: Situation, lines: Lines, totals: HouseTotals
) -> tuple[Lines, HouseTotals]:
    """Add the lines that lessen volumes; the totals carry what could not be taken off.

    :param lines: priced, whole by premises
    """
    inputs = scene.inputs
    is_direct = inputs.houses.is_direct
    if not len(totals) or not is_direct.size or not inputs.rules.is_on("negative_lessens"):
        return lines, totals
    general = METHODS.index(Method.COMMON_354)
    below = (totals.method == general) & totals.has_fact & (totals.carry_mcu > 0)
    below &= is_direct[totals.house] > 0
    carry = totals.carry_mcu.copy()
    made = [lines]
    for at in np.flatnonzero(below).tolist():
        more, used = _lessening(scene, of, lines, totals.taken(np.array([at])))
        made += more
        # Parts are rounded one by one: together they may pass the whole by a millionth or so.
        carry[at] = max(0, int(carry[at]) - used)
    return joined(made), replace(totals, carry_mcu=carry)


def _lessening(
    scene: Scene, of: Situation, lines: Lines, total: HouseTotals
) -> tuple[list[Lines], int]:
    """Give the lines of one house, and how much of its volume they take."""
    at = _largest_of_accounts(scene, of, lines, total)
    if not at.size:
        return [], 0
    chosen = lines.taken(at)
    account = of.account[chosen.place]
    zero = np.zeros(len(at), dtype=np.int64)
    by_area = _heats_with_gas(scene, of.taken(chosen.place))
    if by_area:
        weight = _areas(scene, of.taken(chosen.place))
    else:
        weight = scene.occupancy.persons(account, zero, zero + scene.month.days)
    whole, below = int(weight.sum()), int(total.carry_mcu[0])
    if not whole:
        return [], 0
    part = money.ratio((below, weight), (whole,))
    volume = np.minimum(part, chosen.volume_mcu)
    note = scene.notes.add(
        f"по общедомовому прибору {_number(int(total.house_mcu[0]))},"
        f" помещения {_number(int(total.individual_mcu[0]))},"
        f" перенос {_number(int(total.carry_before_mcu[0]))}"
    )
    slots = _slots((zero + below, weight, zero + whole, chosen.volume_mcu, zero + note))
    basis = Basis.COMMON_LESSENING_AREA if by_area else Basis.COMMON_LESSENING
    water = replace(
        chosen,
        basis=zero + int(basis),
        volume_mcu=-volume,
        amount_kop=money.charge_of(-volume, chosen.price_mcr),
        is_shared=np.zeros(len(at), dtype=np.bool_),
        slots=slots,
    )
    kept = np.flatnonzero(volume > 0)
    heat = _heat(lines, water.taken(kept))
    return [water.taken(kept), *heat], int(volume.sum())


def _heats_with_gas(scene: Scene, some: Situation) -> bool:
    """Tell whether gas heats the flats: then it has a norm of area, and area divides it (§47)."""
    is_gas = {scene.inputs.services.resource[one] for one in some.service.tolist()} == {"gas"}
    norm = scene.norm_sheets.values(some.norm_sheet, kind=NormKind.AREA)
    return is_gas and bool((norm != NO_NORM).any())


def _areas(scene: Scene, some: Situation) -> Ints:
    over, under = some.share_numerator, some.share_denominator
    return money.ratio((scene.area(some), over), (under,))


def _largest_of_accounts(scene: Scene, of: Situation, lines: Lines, total: HouseTotals) -> Ints:
    """Give the largest line of every account of the house that took the resource."""
    inputs = scene.inputs
    resources = np.array(inputs.services.resource)
    same = resources == resources[total.service[0]]
    taking = np.flatnonzero(with_methods(inputs, INDIVIDUAL) & same)
    at = np.flatnonzero(
        (of.house[lines.place] == total.house[0])
        & np.isin(of.service[lines.place], taking)
        & (lines.kind == EntryKind.CHARGE)
        & (lines.component != Component.HEAT)
        & (lines.volume_mcu > 0)
    )
    account = of.account[lines.place[at]]
    at = at[np.lexsort((-lines.place[at], lines.volume_mcu[at], account))]
    account = of.account[lines.place[at]]
    return at[np.append(account[1:] != account[:-1], True)] if at.size else at


def _heat(lines: Lines, water: Lines) -> list[Lines]:
    """Give the heat of hot water that is taken off, by the norm of the line it goes with."""
    at = np.flatnonzero(lines.basis == Basis.HOT_HEAT)
    place = {int(lines.place[one]): one for one in at.tolist()}
    pairs = [
        (nth, place[one])
        for nth, one in enumerate(water.place.tolist())
        if one in place and water.component[nth] == Component.WATER
    ]
    if not pairs:
        return []
    own = water.taken(np.array([one for one, _ in pairs], dtype=np.int64))
    heat = lines.taken(np.array([one for _, one in pairs], dtype=np.int64))
    norm = heat.slots[:, 1]
    volume = -money.ratio((-own.volume_mcu, norm), (MILLION,))
    return [
        replace(
            heat,
            basis=np.full(len(pairs), int(Basis.COMMON_HEAT), dtype=np.int64),
            volume_mcu=volume,
            amount_kop=money.charge_of(volume, heat.price_mcr),
            is_shared=np.zeros(len(pairs), dtype=np.bool_),
            slots=_slots((own.volume_mcu, norm)),
        )
    ]


def _slots(columns: tuple[Ints, ...]) -> Ints:
    kept = np.zeros((len(columns[0]), SLOTS), dtype=np.int64)
    for place, column in enumerate(columns):
        kept[:, place] = column
    return kept


def _number(volume_mcu: int) -> str:
    return money.decimal_of(volume_mcu).replace(".", ",")
