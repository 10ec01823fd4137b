"""Bills published by others: printed amounts come out of their volumes and prices."""

import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from app.domain import money

FACTS = Path(__file__).resolve().parents[2] / "../shared/data/payment_documents.json"


def lines() -> list[tuple[str, str, str, str]]:
    if not FACTS.exists():
        return []
    return [
        (f"{case['id']}: {line['service']}", line.get("exact_volume", line["volume"]),
         line["tariff"], line["amount"])
        for case in json.loads(FACTS.read_text(encoding="utf-8"))["cases"]
        for line in case["lines"]
    ]  # fmt: skip


@pytest.mark.skipif(not FACTS.exists(), reason="the published bills are not beside this folder")
@pytest.mark.parametrize(("name", "volume", "price", "amount"), lines())
def test_the_printed_amount_comes_out(name, volume, price, amount):
    number = Decimal(1)
    for factor in volume.split("*"):
        number *= Decimal(factor)

    made = money.charge_of(
        np.array([money.millionths(number)]), np.array([money.millionths(Decimal(price))])
    )

    assert money.rubles(int(made[0])) == amount
