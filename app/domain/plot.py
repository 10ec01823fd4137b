"""Water of a household plot without a meter (354, §49, formula 22).

P = Σ m_k × N_k × T       k: a direction of use, a service of its own: watering, livestock, bath
m_k                       the quantity of the assignment: m2 watered, heads, persons, cars
N_k                       «на единицу» every month; «на единицу в сезон» only in the months of
the setting plot_months
a meter                   of the service: by it; of another service of the resource in the
premises: it counts the plot's water too, the line is 0
"""

import re

import numpy as np

from app.domain import days, money
from app.domain.basis import Basis
from app.domain.charge_inputs import ChargeInputs, Services
from app.domain.consumers import Consumers
from app.domain.days import Month
from app.domain.law import NoValueInForce, Rules
from app.domain.metering import Metering, by_meter
from app.domain.money import MILLION, Flags, Ints
from app.domain.norm import NO_NORM, NormKind
from app.domain.service import Method
from app.domain.situation import BY_METER, Rows, Situation
from app.domain.volume import Scene, Volumes, volumes

_MONTHS = re.compile(r"\d{1,2}(-\d{1,2})?(,\d{1,2}(-\d{1,2})?)*")
_LAST_MONTH = 12


def plot(scene: Scene, of: Situation, known: Metering) -> list[Volumes]:
    """Give quantity × norm, by days."""
    metered, of = by_meter(scene, of, known)
    of = _with_quantity(scene, of)
    every = scene.norm_sheets.values(of.norm_sheet, kind=NormKind.UNIT)
    season = scene.norm_sheets.values(of.norm_sheet, kind=NormKind.UNIT_SEASON)
    lost = (every == NO_NORM) & (season == NO_NORM)
    if lost.any():
        scene.findings.tell(
            of.taken(np.flatnonzero(lost)),
            "норматива «на единицу» или «на единицу в сезон» на эти дни нет.",
            "Добавьте его на листе «Нормативы».",
        )
    at = np.flatnonzero(~lost)
    of, every, season = of.taken(at), every[at], season[at]
    norm = np.where(every != NO_NORM, every, season)
    months = months_of(scene.inputs.rules) if (every == NO_NORM).any() else frozenset()
    out = (every == NO_NORM) & (scene.inputs.period.month not in months)
    has_meter = _has_meter(scene, of, known)
    full = money.ratio((of.quantity_mcu, norm, of.days), (MILLION, scene.month.days))
    volume = np.where(out | has_meter, 0, full)
    slots = (of.quantity_mcu, norm, out.astype(np.int64), has_meter.astype(np.int64))
    return [*metered, volumes(of, Basis.PLOT, volume, slots=slots)]


def cuts(inputs: ChargeInputs, rows: Rows, of: Consumers, *, month: Month) -> Ints:
    """Give the days on which a meter begins or ceases to count a plot's water, as masks of rows."""
    result = np.zeros(len(rows.account), dtype=np.int64)
    width = len(inputs.services.code)
    for service, method in enumerate(inputs.services.method):
        if method is not Method.PLOT:
            continue
        mine = np.flatnonzero(rows.service == service)
        for other in _counting(inputs.services, service):
            covered = of.covered_days(rows.account[mine] * width + other)
            result[mine] |= days.edges(covered, month=month)
    return result


def months_of(rules: Rules) -> frozenset[int]:
    """Read the months of the setting: «5-8» or «4,6-9».

    :raises NoValueInForce: when it is not months
    """
    text = rules.word("plot_months").replace(" ", "")
    found: set[int] = set()
    if _MONTHS.fullmatch(text):
        for part in text.split(","):
            low, _, high = part.partition("-")
            found |= set(range(int(low), int(high or low) + 1))
    if not found or not all(1 <= one <= _LAST_MONTH for one in found):
        raise NoValueInForce(
            f"Значение «{text}» параметра «участок.месяцы» не месяцы."
            " Напишите, например, 5-8 на листе «Параметры»."
        )
    return frozenset(found)


def _with_quantity(scene: Scene, of: Situation) -> Situation:
    known = of.quantity_mcu >= 0
    if not known.all():
        scene.findings.tell(
            of.taken(np.flatnonzero(~known)),
            "количество не указано: м2 полива, голов скота и подобное.",
            "Укажите его в столбце «Количество» листа «Назначения».",
        )
    return of.taken(np.flatnonzero(known))


def _has_meter(scene: Scene, of: Situation, known: Metering) -> Flags:
    """Tell where another service of the same resource has a meter on these days."""
    services, width = scene.inputs.services, len(scene.inputs.services.code)
    result = np.zeros(len(of.row), dtype=bool)
    for service in np.unique(of.service).tolist():
        mine = of.service == service
        for other in _counting(services, service):
            point = of.account * width + other
            covered = (known.consumers.covered_days(point) >> of.day_from) & 1
            result |= mine & (covered > 0)
    return result


def _counting(services: Services, plot_service: int) -> list[int]:
    """Give the other services of the same resource whose meters count a plot's water too."""
    resource = services.resource[plot_service]
    return [
        other
        for other, method in enumerate(services.method)
        if other != plot_service and services.resource[other] == resource and method in BY_METER
    ]
