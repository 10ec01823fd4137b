"""Worked examples of recalculation: a month as charged, what became known, the difference."""

import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.domain import explanation, money, replay
from app.domain.bases.rule import StoredLine
from app.domain.basis import Basis
from app.domain.charge_inputs import ChargeInputs
from app.domain.charge_line import ChargeLine
from app.domain.charging import Charges, charge
from app.domain.ledger import EntryKind
from app.domain.recalculation import Names, PostedMonth, Recalculated, recalculated
from tests.cases.test_cases import world_of
from tests.fixtures.calculator import check_steps
from tests.fixtures.charge_world import inputs_of

HERE = Path(__file__).parent / "recalculated"


def cases() -> list[Any]:
    return [
        pytest.param(case, id=case["name"])
        for path in sorted(HERE.glob("*.toml"))
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    ]


def posted_of(charges: Charges) -> PostedMonth:
    is_raised = charges.kind == EntryKind.RAISING
    return PostedMonth(
        account=charges.account, service=charges.service, contract=charges.contract,
        component=charges.component, zone=charges.zone, kind=charges.kind,
        amount_kop=charges.amount_kop, volume_mcu=np.where(is_raised, 0, charges.volume_mcu),
    )  # fmt: skip


def told(inputs: ChargeInputs, lines: Recalculated, at: int) -> ChargeLine:
    service = int(lines.service[at])
    return ChargeLine(
        account="1", period=lines.period.next, origin_period=lines.period,
        service=inputs.services.code[service], service_name=inputs.services.name[service],
        unit=inputs.services.unit[service], contract="Д-1", provider=None, supplier=None,
        stored=StoredLine(
            period=lines.period, kind=int(lines.kind[at]), basis=int(Basis.RECALCULATION),
            zone=int(lines.zone[at]), component=int(lines.component[at]), day_from=0,
            day_to=lines.period.days, volume_mcu=int(lines.volume_mcu[at]),
            price_mcr=int(lines.price_mcr[at]), amount_kop=int(lines.amount_kop[at]),
            slots=lines.slots[at].tolist(), notes=lines.notes,
        ),
    )  # fmt: skip


@pytest.mark.parametrize("case", cases())
def test_a_worked_example_of_recalculation(case: dict[str, Any]) -> None:
    was = {name: value for name, value in case.items() if name not in ("now", "lines")}
    before = charge(inputs_of(world_of(was)))
    inputs = inputs_of(world_of(was | case["now"]))
    names = Names(inputs.accounts.number, inputs.services, inputs.contracts, ["акт № 7"])

    lines = recalculated(
        charge(inputs), posted_of(before), names=names, wanted=np.ones(1, dtype=bool)
    )

    assert [_spoken(told(inputs, lines, at)) for at in range(len(lines))] == [
        {"kind": "recalculation"} | line for line in case["lines"]
    ]
    for at in range(len(lines)):
        line = told(inputs, lines, at)
        assert replay.amount_kop(line.stored) == line.amount_kop
        assert replay.volume_mcu(line.stored) == line.stored.volume_mcu
        assert "акт № 7" in explanation.sentence(line)
        assert check_steps(explanation.steps(line)) == Fraction(line.amount_kop, 100)


def _spoken(line: ChargeLine) -> dict[str, str]:
    slots = line.stored.slots
    return {
        "kind": line.kind.name.lower(),
        "was": money.rubles(slots[0]),
        "became": money.rubles(slots[1]),
        "amount": money.rubles(line.amount_kop),
        "volume": money.decimal_of(line.stored.volume_mcu),
        "method": line.method,
    }
