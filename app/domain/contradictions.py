"""Facts that contradict each other, found before volumes: what they touch is not charged at all.

    fact                                                    what stops
    area of a house below the sum of its premises           house services of the whole house
    area of premises of the house not above zero            house services of the whole house
    shares of one premises over one on some day             every service of its accounts
    rooms of a flat larger than the flat                    services by area of its rooms
    living or heated area above the total one               services by area of its accounts
    two services of heating on one day                      both of the account
    heating and a boiler of the house's own on one day      both of the account
    one service under two contracts on one day              the service of the account
    two prices of one scope on one day                      the service where the price is meant

House services divide something of the house: heating, common needs, containers. Half a house would
be charged for the other half, so that a wrong house fact stops them for everybody in it.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import numpy as np

from app.domain import days
from app.domain.charge_inputs import ChargeInputs
from app.domain.days import Month
from app.domain.money import Flags, Ints
from app.domain.service import Method
from app.domain.situation import METHODS, Situation, in_force, picked
from app.domain.tariff import Tariffs
from app.domain.volume import Scene

STOPPED = -2
_OF_HOUSE = (
    Method.HEATING,
    Method.COMMON_NORM,
    Method.COMMON_AVERAGE,
    Method.COMMON_ACTUAL,
    Method.COMMON_354,
    Method.SOLID_WASTE_CONTAINERS_PERSON,
    Method.SOLID_WASTE_CONTAINERS_AREA,
)
_BY_AREA = (*_OF_HOUSE, Method.AREA, Method.SOLID_WASTE_AREA, Method.GAS)
_M2 = 10_000
_FULL = 1.000_001  # no sum of real shares over one is below it: they are fractions of small numbers

Found = Iterator[tuple[Flags, str, str]]


def stopped(scene: Scene, of: Situation) -> Situation:
    """Tell what contradicts itself, and stop it: these segments have the method STOPPED.

    :param of: all segments
    """
    wrong = np.zeros(len(of.row), dtype=np.bool_)
    for check in _CHECKS:
        for mask, message, hint in check(scene, of):
            scene.findings.tell(of.taken(np.flatnonzero(mask)), message, hint)
            wrong |= mask
    if not wrong.any():
        return of
    return replace(of, method=np.where(wrong, STOPPED, of.method))


def _is_of(of: Situation, methods: tuple[Method, ...]) -> Flags:
    return np.isin(of.method, [METHODS.index(one) for one in methods])


def _m2(cm2: int) -> str:
    whole, part = divmod(cm2, _M2)
    digits = f"{part:04d}".rstrip("0")
    return f"{whole},{digits}" if digits else str(whole)


def _houses(scene: Scene, of: Situation) -> Found:
    """Areas of houses against those of their premises, on the last day of the month."""
    inputs = scene.inputs
    given = inputs.houses.premises_area_cm2
    last = _last_version(inputs, scene.month)
    area = picked(inputs.premises.total_cm2, last, otherwise=0) * inputs.premises.in_sum
    total = np.zeros(len(given), dtype=np.int64)
    np.add.at(total, inputs.premises.house, area)
    of_house = _is_of(of, _OF_HOUSE)
    for house in np.flatnonzero((given > 0) & (given < total)).tolist():
        mask = of_house & (of.house == house)
        yield (
            mask,
            (
                f"площадь помещений дома {_m2(int(given[house]))} м2 меньше суммы площадей его"
                f" помещений {_m2(int(total[house]))} м2: делить на всех нельзя."
            ),
            "Исправьте «Площадь помещений» на листе «Дома» или площади на листе «Помещения».",
        )
    bad = np.flatnonzero((last >= 0) & (picked(inputs.premises.total_cm2, last, otherwise=1) <= 0))
    for house in np.unique(inputs.premises.house[bad]).tolist():
        yield (
            of_house & (of.house == house),
            "у помещения дома площадь не больше нуля: делить на всех нельзя.",
            "Исправьте «Общая площадь» на листе «Помещения».",
        )


def _last_version(inputs: ChargeInputs, month: Month) -> Ints:
    stock = inputs.premises
    every = np.arange(len(stock.house), dtype=np.int64)
    last = np.full(len(every), month.last, dtype=np.int64)
    return in_force(stock.version_of, stock.valid_from, stock.valid_to, every, last)


def _shares(scene: Scene, of: Situation) -> Found:
    """Shares of the accounts of one premises, day by day."""
    accounts = scene.inputs.accounts
    home = accounts.premises[accounts.version_of]
    rough = np.zeros(len(scene.inputs.premises.house), dtype=np.float64)
    np.add.at(rough, home, accounts.share_numerator / np.maximum(accounts.share_denominator, 1))
    for premises in np.flatnonzero(rough > _FULL).tolist():
        versions = np.flatnonzero(home == premises)
        sums = _daily_shares(scene.inputs, versions, month=scene.month)
        worst = max(sums, default=Fraction(0))
        if worst <= 1:
            continue
        numbers = sorted({accounts.number[at] for at in accounts.version_of[versions].tolist()})
        first = days.of_number(scene.month.first + sums.index(worst))
        yield (
            np.asarray(of.premises == premises),
            (
                f"доли счетов {', '.join(numbers)} одного помещения {first:%d.%m.%Y} вместе"
                f" {worst.numerator}/{worst.denominator}, больше целого."
            ),
            "Исправьте «Доля» или «Закрыт» на листе «Лицевые счета».",
        )


def _daily_shares(inputs: ChargeInputs, versions: Ints, *, month: Month) -> list[Fraction]:
    accounts = inputs.accounts
    its = accounts.version_of[versions]
    valid = days.mask(accounts.valid_from[versions], accounts.valid_to[versions], month=month)
    valid &= days.mask(accounts.opened[its], accounts.closed[its], month=month)
    sums = [Fraction(0)] * month.days
    for at, mask in zip(versions.tolist(), valid.tolist(), strict=True):
        over, under = int(accounts.share_numerator[at]), int(accounts.share_denominator[at])
        for day in range(month.days):
            if (mask >> day) & 1:
                sums[day] += Fraction(over, max(under, 1))
    return sums


def _areas(scene: Scene, of: Situation) -> Found:
    """Living and heated areas above the total one; rooms above their flat."""
    stock = scene.inputs.premises
    wrong = stock.heated_cm2 > stock.total_cm2
    if stock.living_cm2.size:
        wrong = wrong | (stock.living_cm2 > stock.total_cm2)
    by_area = _is_of(of, _BY_AREA)
    if wrong.any():
        yield (
            by_area & np.isin(of.premises, stock.version_of[wrong]),
            "жилая или отапливаемая площадь помещения больше общей.",
            "Исправьте площади на листе «Помещения».",
        )
    if not (stock.flat_premises >= 0).any():
        return
    last = _last_version(scene.inputs, scene.month)
    area = picked(stock.total_cm2, last, otherwise=0)
    rooms = np.zeros(len(stock.flat_premises), dtype=np.int64)
    inside = np.flatnonzero(stock.flat >= 0)
    np.add.at(rooms, stock.flat[inside], area[inside])
    whole = np.where(stock.flat_premises >= 0, area[stock.flat_premises], 0)
    for flat in np.flatnonzero((whole > 0) & (rooms > whole)).tolist():
        yield (
            by_area & (stock.flat[of.premises] == flat),
            (
                f"комнаты квартиры вместе {_m2(int(rooms[flat]))} м2, больше самой квартиры"
                f" {_m2(int(whole[flat]))} м2."
            ),
            "Исправьте «Общая площадь» комнат или квартиры на листе «Помещения».",
        )


def _assignments(scene: Scene, of: Situation) -> Found:
    """One service under two contracts on a day; two services of heating on a day."""
    rows = scene.rows
    order = np.argsort(rows.point, kind="stable")
    point, active = rows.point[order], rows.active[order]
    same = np.flatnonzero((point[1:] == point[:-1]) & ((active[1:] & active[:-1]) != 0))
    if same.size:
        yield (
            np.isin(of.point, point[same]),
            "услуга назначена по двум договорам на одни и те же дни.",
            "Укажите «До» у прежнего назначения на листе «Назначения».",
        )
    heating = np.flatnonzero(rows.method == METHODS.index(Method.HEATING))
    heating = heating[np.argsort(rows.account[heating], kind="stable")]
    account, active = rows.account[heating], rows.active[heating]
    twice = (
        (account[1:] == account[:-1])
        & (rows.point[heating][1:] != rows.point[heating][:-1])
        & ((active[1:] & active[:-1]) != 0)
    )
    if twice.any():
        yield (
            _is_of(of, (Method.HEATING,)) & np.isin(of.account, account[1:][twice]),
            "счёту назначены две услуги отопления на одни и те же дни: способ оплаты не ясен.",
            "Оставьте одну на листе «Назначения».",
        )
    if (both := _heated_twice(scene)).any():
        yield (
            _is_of(of, (Method.HEATING, Method.HEATING_OWN)) & both[of.account],
            "счёту на одни и те же дни назначены и отопление, и отопление от котельной дома.",
            "Оставьте одно на листе «Назначения».",
        )


def _heated_twice(scene: Scene) -> Flags:
    """Tell accounts heated both from outside and by a boiler of the house on one day (§54)."""
    rows, accounts = scene.rows, len(scene.inputs.accounts.number)
    masks = []
    for method in (Method.HEATING, Method.HEATING_OWN):
        days_of = np.zeros(accounts, dtype=np.int64)
        some = np.flatnonzero(rows.method == METHODS.index(method))
        np.bitwise_or.at(days_of, rows.account[some], rows.active[some])
        masks.append(days_of)
    both: Flags = (masks[0] & masks[1]) != 0
    return both


def _prices(scene: Scene, of: Situation) -> Found:
    """Two different prices of one scope, zone, component and range on one day of the month."""
    tariffs = scene.inputs.tariffs
    for first, second in _overlapping(tariffs, month=scene.month):
        mask = of.service == tariffs.service[first]
        for column, scope in (
            (of.contract, tariffs.contract[first]),
            (of.house, tariffs.house[first]),
            (of.account, tariffs.account[first]),
        ):
            if scope >= 0:
                mask = mask & (column == scope)
        day = days.of_number(max(int(tariffs.valid_from[first]), int(tariffs.valid_from[second])))
        yield (
            mask,
            (
                f"с {day:%d.%m.%Y} действуют сразу две цены одной области:"
                f" {_price(tariffs, first)} и {_price(tariffs, second)}."
            ),
            "Укажите «До» у прежней цены на листе «Тарифы».",
        )


def _price(tariffs: Tariffs, at: int) -> str:
    whole, part = divmod(int(tariffs.price_mcr[at]), 1_000_000)
    return f"{whole},{f'{part:06d}'.rstrip('0') or '0'} ₽"


def _overlapping(tariffs: Tariffs, *, month: Month) -> list[tuple[int, int]]:
    """Give pairs of prices of one scope whose days and ranges overlap inside the month."""
    mask = days.mask(tariffs.valid_from, tariffs.valid_to, month=month)
    scope = (
        tariffs.component, tariffs.zone, tariffs.account, tariffs.house, tariffs.contract,
        tariffs.service,
    )  # fmt: skip
    order = np.lexsort((tariffs.valid_from, tariffs.volume_from_mcu, *scope))
    order = order[mask[order] != 0]
    found: list[tuple[int, int]] = []
    # Neighbours in this order first: without one scope twice there is nothing to look at.
    same = np.ones(max(len(order) - 1, 0), dtype=np.bool_)
    for column in scope:
        same &= column[order[1:]] == column[order[:-1]]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], same.astype(np.int8), [0]])))
    for low, high in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        group = order[low : high + 1].tolist()
        found += [pair for pair in combinations(group, 2) if _is_overlap(tariffs, mask, *pair)]
    return found


def _is_overlap(tariffs: Tariffs, mask: Ints, one: int, other: int) -> bool:
    return bool(
        int(mask[one]) & int(mask[other])
        and tariffs.volume_from_mcu[other] < tariffs.volume_to_mcu[one]
        and tariffs.volume_from_mcu[one] < tariffs.volume_to_mcu[other]
        and tariffs.price_mcr[one] != tariffs.price_mcr[other]
    )


_CHECKS: tuple[Callable[[Scene, Situation], Found], ...] = (
    _houses,
    _shares,
    _areas,
    _assignments,
    _prices,
)
