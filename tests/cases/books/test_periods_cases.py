"""Worked examples of closing: periods.toml of this folder, one case one test."""

import tomllib
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from app.domain import money, period
from app.domain.closing import MonthPart
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.operations.reverse_payment import reverse_payment
from app.store import verify
from app.store.engine import Engine
from app.store.reading import reading
from tests.fixtures.closings import FIGURES, close, pay, reopen
from tests.fixtures.payers import AT, Payers, settle

CASES = tomllib.loads((Path(__file__).parent / "periods.toml").read_text(encoding="utf-8"))["case"]
KEYS = {
    "owed": {"kind", "month", "amount", "service", "into_part"},
    "paid": {"on", "amount", "into"},
    "undone": {"into"},
    "closed": {"month", "part"},
    "reopened": {"month", "part", "closing"},
}
NAMES = [figure.strip().removesuffix("_kop") for figure in FIGURES.split(",")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_case_of_closing(engine: Engine, case: dict[str, Any]) -> None:
    payers = settle(engine)

    for act in case["acts"]:
        _do(payers, act)

    expected = case["expected"]
    assert _snapshots(payers) == {
        month: {name: _shown(figures.get(name, "0.00")) for name in NAMES}
        for month, figures in expected["snapshots"].items()
    }
    if "paid_on" in expected:
        days = payers.run("select paid_on::text from app.payment order by id")
        assert [day for (day,) in days] == expected["paid_on"]
    with reading(engine) as snapshot:
        broken = {check.name for check in verify.run(snapshot) if check.rows}
    # Lines of set-off and transfer are posted here without their documents.
    assert broken & {name for name in verify.CHECKS if "clos" in name or "balance" in name} == set()


def _do(payers: Payers, act: dict[str, Any]) -> None:
    assert set(act) <= KEYS[act["act"]] | {"act", "refused"}, act
    expecting: AbstractContextManager[object] = (
        pytest.raises(Refusal, match=act["refused"]) if "refused" in act else nullcontext()
    )
    with expecting:
        _ACTS[act["act"]](payers, act)


def _owe(payers: Payers, act: dict[str, Any]) -> None:
    month = period.parse(act["month"])
    if "into_part" in act:
        payers.run("select app.lock_open_part(%s, %s)", month.first_day, act["into_part"])
    amounts = {act.get("service", "хвс"): money.kopecks(act["amount"])}
    payers.owe("1000", month, amounts, kind=act["kind"])


def _pay(payers: Payers, act: dict[str, Any]) -> None:
    on = date.fromisoformat(act["on"])
    assert str(pay(payers, money.kopecks(act["amount"]), on)) == act["into"]


def _undo(payers: Payers, act: dict[str, Any]) -> None:
    key = payers.payments("1000")[-1][0]
    undo = Voucher(uuid7(), VoucherKind.REVERSAL, "Кассир", AT, "ошибка")
    assert str(reverse_payment(payers.engine, undo, payment=key).period) == act["into"]


def _close(payers: Payers, act: dict[str, Any]) -> None:
    close(payers, period.parse(act["month"]), part=_part(act))


def _reopen(payers: Payers, act: dict[str, Any]) -> None:
    done = reopen(payers, period.parse(act["month"]), part=_part(act))
    assert money.rubles(done.closing_kop) == act["closing"]


_ACTS = {"owed": _owe, "paid": _pay, "undone": _undo, "closed": _close, "reopened": _reopen}


def _part(act: dict[str, Any]) -> MonthPart | None:
    return MonthPart(act["part"]) if "part" in act else None


def _snapshots(payers: Payers) -> dict[str, dict[str, str]]:
    sums = ", ".join(f"sum({name}_kop)::bigint" for name in NAMES)
    rows = payers.run(f"select period, {sums} from app.closing group by period order by period")
    return {
        f"{month:%Y-%m}": {
            name: money.rubles(kop) for name, kop in zip(NAMES, figures, strict=True)
        }
        for month, *figures in rows
    }


def _shown(amount: str) -> str:
    return money.rubles(money.kopecks(amount))
