"""The receipt as a value: its sums hold together."""

from dataclasses import replace

import pytest

from app.domain.receipt import ReceiptLine, masked_name
from app.domain.tender import Tender
from tests.devices.receipts import RECEIPT


@pytest.mark.parametrize(
    "wrong",
    [
        {"total_kop": 395_921},
        {"tendered_kop": 399_999},
        {"tendered_kop": 395_000, "change_kop": -922},
        {"tender": Tender.CARD},
        {"lines": ()},
    ],
    ids=str,
)
def test_receipt_whose_sums_do_not_agree_is_a_defect(wrong):
    with pytest.raises(AssertionError):
        replace(RECEIPT, **wrong)


def test_negative_line_is_a_defect():
    with pytest.raises(AssertionError):
        ReceiptLine("Отопление", -1)


def test_copy_differs_from_the_original_in_its_mark_alone():
    copy = RECEIPT.as_copy()

    assert copy.copy
    assert replace(copy, copy=False) == RECEIPT


@pytest.mark.parametrize(
    ("full", "masked"),
    [("Иванова Анна Петровна", "Иванова А. П."), ("Иванова", "Иванова"), ("", "")],
)
def test_name_on_paper_has_initials(full, masked):
    assert masked_name(full) == masked
