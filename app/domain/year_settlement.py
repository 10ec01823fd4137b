"""The year's correction of common needs by the house meter, in parts of the next year.

    month    ΔV = fact − charged              of months charged by the norm or by the average
    year     Σ ΔV × T of the month, × S_i / S_ob, rounded once; facts of a year that come to less
             than zero count as zero (setting) 491 §29(3)
    parts    equal, from the first month of the setting to December; the last takes the rest
    ended    the contract of the house's service ends this month: what is left of the parts, and
             this year's months, at once

The months are those the ledger keeps (HouseTotals); a month whose fact is not known is left out.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from app.domain import days, money
from app.domain.bases.shared_property import SPAN
from app.domain.basis import SLOTS, Basis
from app.domain.heating_homes import house_areas
from app.domain.house_total import UNKNOWN, HouseTotals
from app.domain.ledger import EntryKind
from app.domain.lessening import lessened
from app.domain.money import KOP_PER_RUB, MILLION, Flags, Ints
from app.domain.period import Period
from app.domain.premises_parts import PremisesParts, premises_parts
from app.domain.pricing import Lines, joined
from app.domain.service import Component, Method
from app.domain.situation import METHODS, Situation
from app.domain.volume import Scene

_PART_OF_RUBLE = MILLION * MILLION
_CORRECTED = (METHODS.index(Method.COMMON_NORM), METHODS.index(Method.COMMON_AVERAGE))


def settled(
    scene: Scene, of: Situation, lines: Lines, totals: HouseTotals
) -> tuple[Lines, HouseTotals]:
    """Add to the month's lines what the totals of the house bring: corrections and lessening.

    :param lines: priced, whole by premises
    """
    totals = _priced(scene, of, lines, totals)
    made = _corrections(scene, of, totals)
    lines, totals = lessened(scene, of, lines, totals)
    return (joined([lines, *made]) if made else lines), totals


def _priced(scene: Scene, of: Situation, lines: Lines, totals: HouseTotals) -> HouseTotals:
    """Put the prices of the month's lines into the totals: what a correction will go by."""
    if not len(totals):
        return totals
    services = len(scene.inputs.services.code)
    size = len(scene.inputs.houses.code) * services
    columns = []
    for is_heat, otherwise in ((False, UNKNOWN), (True, 0)):
        chosen = (lines.component == Component.HEAT) == is_heat
        at = np.flatnonzero(chosen & (lines.kind == EntryKind.CHARGE))
        place = lines.place[at]
        order = np.argsort(of.day_to[place], kind="stable")
        price = np.full(size, otherwise, dtype=np.int64)
        key = of.house[place] * services + of.service[place]
        price[key[order]] = lines.price_mcr[at[order]]
        columns.append(price[totals.house * services + totals.service])
    return replace(totals, price_mcr=columns[0], heat_price_mcr=columns[1])


@dataclass(frozen=True, slots=True)
class _Part:
    """Which parts of which year's correction are charged now: first to last of parts."""

    year: int
    first: int
    last: int
    parts: int


@dataclass(frozen=True, slots=True)
class _Month:
    """A corrected month of a house and a service.

    :ivar price: of a unit with the heat in it, in _PART_OF_RUBLE of a rouble
    """

    index: int
    fact_mcu: int
    charged_mcu: int
    price: int


@dataclass(frozen=True, slots=True)
class _Due:
    """What is due now of accounts of one house and service.

    :ivar at: their places among the segments
    :ivar money: of the whole house for the year, in _PART_OF_RUBLE of a rouble
    """

    at: Ints
    volume_mcu: int
    money: int
    price_mcr: int
    part: _Part
    note: int


def _corrections(scene: Scene, of: Situation, totals: HouseTotals) -> list[Lines]:
    """Give the lines of corrections that are due in this month.

    :param totals: of this month, with prices: of a service that ends they are corrected at once
    """
    mode = scene.inputs.rules.word("common_year_mode")
    services = len(scene.inputs.services.code)
    known = _joined(scene.inputs.past_totals, totals)
    known = known.taken(_is_corrected(known) & ~_is_settled(scene, known))
    if mode == "no" or not len(known):
        return []
    months = _months(known, services)
    of = _payers(scene, of, {place for place, _ in months})
    areas = house_areas(scene.inputs, month=scene.month)
    parts = premises_parts(scene.inputs, areas, month=scene.month)
    of = of.taken(np.flatnonzero(parts.is_known(of)))
    point = of.house * services + of.service
    ended, has_floor = _ended(scene), scene.inputs.rules.is_on("common_year_floor")
    dues: list[_Due] = []
    for place, contract in np.unique(np.stack([point, of.contract], axis=1), axis=0).tolist():
        is_ended = contract in ended.get(place, ())
        if place in ended and not is_ended:
            continue  # the contract that ends this month corrects all there is
        some = np.flatnonzero((point == place) & (of.contract == contract))
        for part in _parts(scene, mode, is_ended=is_ended):
            whole = months.get((place, part.year), [])
            # The year is the house's, whoever pays for which of its months.
            is_floored = has_floor and sum(one.fact_mcu for one in whole) < 0
            for at, counted in _by_payer(scene, of, some, whole):
                dues.append(_due(scene, at, counted, part, is_floored=is_floored))
    return [_lines(of, parts, dues)] if dues else []


def _payers(scene: Scene, of: Situation, places: set[int]) -> Situation:
    """Give the last segment of each account and contract at these houses and services.

    Who left premises inside the month that another pays for now has none (setting).
    """
    point = of.house * len(scene.inputs.services.code) + of.service
    # Houses and accounts stopped by contradictions have no correction either.
    at = np.flatnonzero(np.isin(point, np.array(sorted(places))) & (of.method >= 0))
    at = at[np.lexsort((of.day_to[at], of.contract[at], of.account[at], point[at]))]
    whose = np.stack([point[at], of.account[at], of.contract[at]])
    is_last = np.append((whose[:, 1:] != whose[:, :-1]).any(axis=0), True)
    of = of.taken(at[is_last] if at.size else at)
    if scene.inputs.rules.word("common_year_payer") != "account" or not of.row.size:
        return of  # each payer answers for his own months
    # Of premises that changed hands inside the month the part is theirs who pay last.
    point = of.house * len(scene.inputs.services.code) + of.service
    place = (point * len(scene.inputs.contracts) + of.contract) * len(
        scene.inputs.premises.house
    ) + of.premises
    places, which = np.unique(place, return_inverse=True)
    end = np.zeros(len(places), dtype=np.int64)
    np.maximum.at(end, which, of.day_to)
    return of.taken(np.flatnonzero(of.day_to == end[which]))


def _joined(past: HouseTotals, totals: HouseTotals) -> HouseTotals:
    columns = HouseTotals.__slots__
    return HouseTotals(
        *(np.concatenate([getattr(past, name), getattr(totals, name)]) for name in columns)
    )


def _is_corrected(known: HouseTotals) -> Flags:
    """Tell which months were charged by the norm or the average, and have a fact and a price."""
    charged = np.isin(known.method, _CORRECTED) & (known.charged_mcu != UNKNOWN)
    return np.asarray(charged & known.has_fact & (known.price_mcr != UNKNOWN), dtype=np.bool_)


def _is_settled(scene: Scene, known: HouseTotals) -> Flags:
    """Tell which months were corrected when the contract before the present one ended."""
    settled, services = scene.inputs.settled_months, len(scene.inputs.services.code)
    until = np.zeros(len(scene.inputs.houses.code) * services, dtype=np.int64)
    np.maximum.at(until, settled.house * services + settled.service, settled.until)
    past = known.period < until[known.house * services + known.service]
    return np.asarray(past, dtype=np.bool_)


def _months(known: HouseTotals, services: int) -> dict[tuple[int, int], list[_Month]]:
    """Give the corrected months of each house and service and year, in their order."""
    result: dict[tuple[int, int], list[_Month]] = {}
    columns = (
        known.house * services + known.service, known.period, known.fact_mcu, known.charged_mcu,
        known.price_mcr, known.heat_price_mcr, known.heat_norm_mcu,
    )  # fmt: skip
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for place, index, fact, charged, price, heat, norm in sorted(rows):
        whole = price * MILLION + heat * norm
        result.setdefault((place, index // 12), []).append(_Month(index, fact, charged, whole))
    return result


def _ended(scene: Scene) -> dict[int, set[int]]:
    """Give houses and services with the contracts whose assignments end by the month's end."""
    given, inputs = scene.inputs.assignments, scene.inputs
    services, contracts = len(inputs.services.code), len(inputs.contracts)
    home = inputs.premises.house[inputs.accounts.premises]
    house = np.where(given.house >= 0, given.house, home[np.maximum(given.account, 0)])
    latest = np.zeros(len(inputs.houses.code) * services * contracts, dtype=np.int64)
    place = (house * services + given.service) * contracts + given.contract
    np.maximum.at(latest, place, given.valid_to)
    result: dict[int, set[int]] = {}
    over = np.flatnonzero((latest > scene.month.first) & (latest <= scene.month.end))
    for at in over.tolist():
        result.setdefault(at // contracts, set()).add(at % contracts)
    return result


def _parts(scene: Scene, mode: str, *, is_ended: bool) -> list[_Part]:
    """Give the parts due now: of the year before, and of this year when the service ends."""
    rules, period = scene.inputs.rules, scene.inputs.period
    first, months = rules.whole("common_year_first_month"), rules.months_of_year
    number = 1 if mode == "once" else months - first + 1
    nth = period.month - first + 1
    result = []
    if is_ended:
        if nth <= number:
            result.append(_Part(period.year - 1, max(nth, 1), number, number))
        result.append(_Part(period.year, 1, 1, 1))
    elif 1 <= nth <= number:
        result.append(_Part(period.year - 1, nth, nth, number))
    return result


def _by_payer(
    scene: Scene, of: Situation, some: Ints, months: list[_Month]
) -> Iterator[tuple[Ints, list[_Month]]]:
    """Give accounts with the months they answer for: all, or those since the account was opened."""
    if not months:
        return
    if scene.inputs.rules.word("common_year_payer") == "account":
        yield some, months
        return
    opened = scene.inputs.accounts.opened[of.account[some]]
    ends = np.array([days.number(_period_of(one.index).end) for one in months])
    # The first month that ends after the account was opened is the first it answers for.
    first = np.searchsorted(ends, opened, side="right")
    for start in np.unique(first).tolist():
        if start < len(months):
            yield some[first == start], months[start:]


def _period_of(index: int) -> Period:
    return Period(index // 12, index % 12 + 1)


def _due(scene: Scene, at: Ints, months: list[_Month], part: _Part, *, is_floored: bool) -> _Due:
    """Add up the months of a year: what the meter showed less what was charged."""
    is_last_price = scene.inputs.rules.word("common_year_price") == "last"
    facts = [0 if is_floored else one.fact_mcu for one in months]
    prices = [months[-1].price if is_last_price else one.price for one in months]
    change = [fact - one.charged_mcu for fact, one in zip(facts, months, strict=True)]
    products = sum(one * price for one, price in zip(change, prices, strict=True))
    return _Due(
        at=at,
        volume_mcu=sum(change),
        money=_half_up(products, MILLION),
        price_mcr=_half_up(prices[-1], MILLION),
        part=part,
        note=scene.notes.add(_words(months, facts, prices, part.year, is_floored=is_floored)),
    )


def _half_up(top: int, bottom: int) -> int:
    whole = (2 * abs(top) + bottom) // (2 * bottom)
    return whole if top >= 0 else -whole


def _lines(of: Situation, parts: PremisesParts, dues: list[_Due]) -> Lines:
    which = np.repeat(np.arange(len(dues)), [len(one.at) for one in dues])
    of = of.taken(np.concatenate([one.at for one in dues]))
    shares = parts.shares(of)

    def column(values: list[int]) -> Ints:
        return np.array(values, dtype=np.int64)[which]

    first, last = column([one.part.first for one in dues]), column([one.part.last for one in dues])
    number = column([one.part.parts for one in dues])
    volume = column([one.volume_mcu for one in dues])
    mcr, rest = zip(*(divmod(one.money, MILLION) for one in dues), strict=True)
    slots = np.zeros((len(which), SLOTS), dtype=np.int64)
    columns = (volume, column(list(mcr)), column(list(rest)), *shares.slots,
               first * SPAN + last, number, column([one.note for one in dues]))  # fmt: skip
    for place, values in enumerate(columns):
        slots[:, place] = values
    share = ((shares.area_cm2, shares.over), (shares.house_cm2, shares.under))
    year = _scaled([one.money for one in dues], which, _PART_OF_RUBLE // KOP_PER_RUB, share)
    each = np.sign(year) * money.ratio((np.abs(year),), (number,))
    part = money.ratio((np.abs(volume), last - first + 1, *share[0]), (number, *share[1]))
    nothing = np.zeros(len(which), dtype=np.int64)
    return Lines(
        place=of.place,
        zone=nothing,
        component=nothing,
        kind=nothing + int(EntryKind.RECALCULATION),
        basis=nothing + int(Basis.COMMON_YEAR),
        volume_mcu=np.sign(volume) * part,
        price_mcr=column([one.price_mcr for one in dues]),
        amount_kop=np.where(last < number, each, year - each * (first - 1)),
        is_shared=np.zeros(len(which), dtype=np.bool_),
        slots=slots,
    )


def _scaled(
    values: list[int], which: Ints, bottom: int, share: tuple[tuple[Ints, Ints], tuple[Ints, Ints]]
) -> Ints:
    """Give value / bottom × share, half up on the absolute value; a value may pass int64."""
    over, under = share
    fits = [abs(value) < 2**62 for value in values]
    value = np.array([one if good else 0 for one, good in zip(values, fits, strict=True)])[which]
    result = np.sign(value) * money.ratio((np.abs(value), *over), (bottom, *under))
    for at in np.flatnonzero(~np.array(fits)[which]).tolist():
        tops, bottoms = (math.prod(int(one[at]) for one in some) for some in share)
        result[at] = _half_up(values[int(which[at])] * tops, bottom * bottoms)
    return np.asarray(result, dtype=np.int64)


def _words(
    months: list[_Month], facts: list[int], prices: list[int], year: int, *, is_floored: bool
) -> str:
    """Say what the meter showed and what was charged, month by month."""
    told = [
        f"{_period_of(one.index).month:02d}.{year}: ({_number(fact)} − {_number(one.charged_mcu)})"
        f" × {_number(_half_up(price, MILLION))} ₽"
        for one, fact, price in zip(months, facts, prices, strict=True)
    ]
    floored = " (за год по прибору меньше нуля: принят ноль)" if is_floored else ""
    return f"за {year} год по прибору минус начислено{floored}: {'; '.join(told)}"


def _number(volume_mcu: int) -> str:
    text = money.decimal_of(abs(volume_mcu)).replace(".", ",")
    return text if volume_mcu >= 0 else f"(0 − {text})"
