"""What checks of meters change in a month's charges: interference, control readings, connections.

before the meters are read    control readings that differ are taken out (control.py)
segments                      cut where interference begins and ends (interference.py)
volumes                       norm × 10 in place of the meter; V_d and connections beside
"""

from dataclasses import dataclass, replace

import numpy as np

from app.domain import control, days, interference, unauthorised
from app.domain.basis import Basis
from app.domain.charge_inputs import ChargeInputs
from app.domain.control import Control
from app.domain.days import Month
from app.domain.interference import ByMeter, Tampered
from app.domain.meter_event import EventKind
from app.domain.metering import Metering
from app.domain.service import Method
from app.domain.situation import METHODS, Situation
from app.domain.volume import Scene, Volumes, by_norm, joined


@dataclass(frozen=True, slots=True)
class Checks:
    """What the checks of the month found."""

    tampered: Tampered
    controls: list[Control]


def checked(inputs: ChargeInputs, *, month: Month) -> tuple[ChargeInputs, Checks]:
    """Give what checks found, and the inputs without the control readings that differ."""
    events = inputs.meter_events
    touching = (events.valid_from < month.end) & (events.valid_to > month.first)
    is_real = touching & (events.kind != EventKind.INTERFERENCE)
    # Verified until a day of the month: its volume is an average, V_d beside it would count twice.
    is_over = inputs.meters.verified_to < np.minimum(inputs.meters.removed, month.end)
    readings, controls = control.control_readings(
        inputs.meters,
        inputs.readings,
        eventful=np.append(events.meter[is_real], np.flatnonzero(is_over)),
        rollover_ppm=inputs.rules.rollover_share_ppm,
    )
    controls = [one for one in controls if not _is_tampered(inputs, one, month=month)]
    tampered = interference.tampered(inputs, month=month)
    return replace(inputs, readings=readings), Checks(tampered, controls)


def _is_tampered(inputs: ChargeInputs, of: Control, *, month: Month) -> bool:
    """Tell whether days between the two readings are charged as interference: norm × 10 alone."""
    between = int(days.mask(np.array([of.used_on]), np.array([of.check_on + 1]), month=month)[0])
    its = np.flatnonzero(inputs.interferences.meter == of.meter).tolist()
    return any(interference.days_of(inputs, at, month=month) & between for at in its)


def waste_norm(scene: Scene, of: Situation, _: Metering) -> list[Volumes]:
    """Give waste water by its norm: what its meter's interference is ten times of."""
    return by_norm(scene, of, basis=Basis.WASTE_NORM, is_raised=False)


def waste(
    by_water: ByMeter, scene: Scene, of: Situation, known: Metering, *, by: Checks
) -> list[Volumes]:
    """Charge waste water; where somebody interfered with its own meter, by its norm × 10."""
    # Without meters waste would go by water: the sanction is of its own norm.
    return interference.charged(by_water, scene, of, known, by=by.tampered, norm_way=waste_norm)


def with_differences(
    scene: Scene, of: Situation, parts: list[Volumes], known: Metering, *, by: Checks
) -> list[Volumes]:
    """Add V_d of control readings to the volumes of their meters.

    :param of: all segments
    """
    if not by.controls or not parts:
        return parts
    charged = joined(parts)
    return [*parts, *control.differences(scene, of, known, found=by.controls, charged=charged)]


def with_connections(
    scene: Scene,
    of: Situation,
    volumes: Volumes,
    known: Metering,
    *,
    by: Checks,
    methods: dict[Method, ByMeter],
) -> Volumes:
    """Add what connections without leave took, beside the usual volumes.

    :param of: all segments
    """
    every = methods | {Method.WASTE_WATER: waste_norm}
    _warn_without_norm(scene, of, by.tampered, methods=every)
    if not scene.inputs.connections.account.size:
        return volumes
    return joined([volumes, *unauthorised.connections(scene, of, known, methods=every)])


def _warn_without_norm(
    scene: Scene, of: Situation, tampered: Tampered, *, methods: dict[Method, ByMeter]
) -> None:
    """Say where the method of a service has no norm per person to take ten times."""
    if not tampered.point.size:
        return
    known = [METHODS.index(method) for method in methods]
    lost = (tampered.days(of.point) != 0) & ~np.isin(of.method, known)
    for at in np.flatnonzero(lost).tolist():
        scene.findings.warn(
            int(of.account[at]),
            "вмешательство в прибор есть, а норматива на человека, который умножается на 10,"
            " у способа расчёта услуги нет: начислено как обычно.",
            "Доначислите исправлением с причиной.",
            service=int(of.service[at]),
        )
