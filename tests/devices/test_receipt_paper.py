"""From a receipt to bytes, and from bytes to what a person sees."""

from dataclasses import replace

import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.devices import paper, paper_picture, receipt_escpos
from app.devices.paper import Code, Cut, Feed, Row
from app.devices.receipt_escpos import Setup
from app.devices.receipt_layout import laid_out
from app.domain.receipt import ReceiptLine
from app.domain.tender import Tender
from tests.devices.receipts import RECEIPT


def shown(receipt, **setup):
    chosen = Setup(**setup)
    strip = paper.printed(receipt_escpos.encode(receipt, setup=chosen))
    assert strip.unknown == b""
    return strip.text(width=chosen.width)


@pytest.mark.parametrize("width", [24, 32, 42, 48])
def test_amounts_stand_at_the_right_edge(width):
    lines = shown(RECEIPT, width=width).splitlines()

    for amount in ("1 253,60", "2 541,12", "164,50", "3 959,22", "4 000,00", "40,78"):
        line = next(line for line in lines if line.endswith(amount))
        assert len(line) == width


@pytest.mark.parametrize("width", [32, 42, 48])
def test_paper_says_all_that_the_receipt_does(width):
    text = " ".join(shown(RECEIPT, width=width).split())

    for fact in (
        'ООО "Единый расчётный центр"',
        "ИНН 6658123457",
        "03-02-0145-0057 10.11.2026 14:05",
        "Иванова А. А.",
        "0012345678",
        "октябрь 2026",
        "корп. 2, кв. 118",
        "Содержание жилого помещения 1 253,60",
        "Отопление и горячее водоснабжение",
        "ИТОГО 3 959,22",
        "Наличными 4 000,00",
        "Сдача 40,78",
    ):
        assert fact in text
    assert "КОПИЯ" not in text


def test_copy_and_refund_are_marked():
    text = shown(replace(RECEIPT, refund=True).as_copy())

    assert "КОПИЯ" in text
    assert "ВОЗВРАТ ПЛАТЕЖА" in text


def test_card_has_no_change():
    text = shown(replace(RECEIPT, tender=Tender.CARD, tendered_kop=395_922, change_kop=0))

    assert "Картой" in text
    assert "Сдача" not in text


def test_code_page_is_set_once_and_never_left():
    raw = receipt_escpos.encode(RECEIPT, setup=Setup(slot=59))

    assert raw.count(b"\x1bt") == 1
    assert raw.startswith(b"\x1b@\x1bt\x3b")
    assert "Кассир".encode("cp866") in raw


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("«ёлка» — №1", '"ёлка" - №1'),
        ("100\u00a0₽", "100 руб."),
        ("−5…", "-5..."),
        ("„а“ ‘б’", "\"а\" 'б'"),
        ("йи\u0306", "йй"),
        ("мл\u00adн", "млн"),
        ("a\x00b\x1bc\nd", "a b c d"),
        ("😀", "?"),
    ],
)
def test_typography_becomes_plain_letters_of_the_page(written, printed):
    assert receipt_escpos.in_cp866(written).decode("cp866") == printed


def test_text_cannot_smuggle_a_command():
    evil = replace(RECEIPT, cashier="\x1bp\x00\x19\xfa \x1dV\x00", footer=("\x1b@\x1bp0",))

    strip = paper.printed(receipt_escpos.encode(evil, setup=Setup()))

    assert strip.drawer_kicks == 0
    assert strip.unknown == b""
    assert sum(isinstance(mark, Cut) for mark in strip.marks) == 1


@pytest.mark.parametrize("pin", [2, 5])
def test_drawer_opens_before_the_paper(pin):
    raw = receipt_escpos.encode(RECEIPT, setup=Setup(drawer_pin=pin), open_drawer=True)

    assert raw.index(b"\x1bp" + bytes([0 if pin == 2 else 1])) < raw.index(b"\x1ba")
    assert paper.printed(raw).drawer_kicks == 1


def test_printer_without_a_cutter_is_not_told_to_cut():
    strip = paper.printed(receipt_escpos.encode(RECEIPT, setup=Setup(cutter=False, feed_lines=5)))

    assert strip.marks[-1] == Feed(5)


def test_chinese_mode_is_left_first():
    raw = receipt_escpos.encode(RECEIPT, setup=Setup(chinese=True))

    assert raw.startswith(b"\x1b@\x1c.\x1bt")
    assert paper.printed(raw).unknown == b""


@pytest.mark.parametrize(
    ("width", "code", "symbology"),
    [(42, "qr", "QR"), (48, "code128", "Code128"), (32, "code128", "QR")],
)
def test_code_of_the_receipt_fits_the_paper_and_is_read_back(width, code, symbology):
    strip = paper.printed(receipt_escpos.encode(RECEIPT, setup=Setup(width=width, code=code)))
    picture = paper_picture.drawn(strip, width=width)

    assert [mark.symbology for mark in strip.marks if isinstance(mark, Code)] == [symbology]
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [RECEIPT.number]


@given(
    name=st.text(max_size=120),
    cashier=st.text(max_size=60),
    amount_kop=st.integers(1, 10**12),
    width=st.integers(24, 64),
)
def test_any_receipt_fits_the_paper(name, cashier, amount_kop, width):
    receipt = replace(
        RECEIPT,
        cashier=cashier,
        lines=(ReceiptLine(name, amount_kop),),
        total_kop=amount_kop,
        tendered_kop=amount_kop,
        change_kop=0,
    )

    lines = laid_out(receipt, width=width)
    strip = paper.printed(receipt_escpos.encode(receipt, setup=Setup(width=width)))

    assert all(len(line.text) <= width for line in lines)
    assert strip.unknown == b""


def test_trial_page_fills_the_width():
    strip = paper.printed(receipt_escpos.trial_page(Setup(width=32)))

    rows = [mark.text for mark in strip.marks if isinstance(mark, Row)]
    assert "12345678901234567890123456789012" in rows
    assert rows[1:3] == ["АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮ", "Я"]
    assert strip.unknown == b""


def test_interpreter_heeds_size_weight_line_and_side():
    raw = b"\x1bt\x11\x1b-1\x1d!\x11\x1ba2\x1bE\x01" + "Итог".encode("cp866") + b"\n\x1b!\x00x"

    first, second = paper.printed(raw).marks

    assert first == Row("Итог", "right", bold=True, wide=2, high=2, underlined=True)
    assert (second.bold, second.wide, second.high) == (False, 1, 1)


def test_interpreter_breaks_lines_at_the_edge_of_the_paper():
    strip = paper.printed(b"0123456789\n\x1d!\x10abc")

    assert strip.text(width=4) == "0123\n4567\n89\na b\nc\n"


def test_interpreter_draws_what_it_reads():
    strip = paper.printed(b"\x1b-1\x1ba2x\n\x1bd\x03\x1bE\x01y\n\x1dV\x01\x1bc1\x1d(X\x1dk\x04\x1b")

    picture = paper_picture.drawn(strip, width=24)

    assert strip.text(width=8) == "       x\n\n\n\n       y\n- - - 8<\n      1X\n"
    assert strip.marks[3] == Cut(partial=True)
    assert strip.unknown == b"\x1bc\x1d(\x1dk\x04\x1b"
    assert picture.height == paper_picture.LINE_PX * 7 + paper_picture.MARGIN_PX * 2


def test_wrong_page_looks_wrong():
    raw = receipt_escpos.encode(RECEIPT, setup=Setup(slot=46))

    assert "Кассир" not in paper.printed(raw).text(width=42)


@given(st.binary(max_size=200))
def test_interpreter_survives_any_bytes(raw):
    paper.printed(raw).text(width=32)


def test_picture_has_the_paper_s_size_and_its_columns_in_line():
    strip = paper.printed(receipt_escpos.encode(RECEIPT, setup=Setup(width=42)))

    picture = paper_picture.drawn(strip, width=42)

    assert isinstance(picture, Image.Image)
    assert picture.width == 42 * paper_picture.CELL_PX + 2 * paper_picture.MARGIN_PX
    ink = np.asarray(picture) < 128
    right_edge = picture.width - paper_picture.MARGIN_PX
    assert ink[:, right_edge - paper_picture.CELL_PX : right_edge].any()
    assert not ink[:, right_edge + 1 :].any()
    assert not ink[:, : paper_picture.MARGIN_PX - 1].any()
    assert ink.mean() > 0.02


def test_cyrillic_letters_differ_in_the_picture():
    first, second = (
        np.asarray(paper_picture.drawn(paper.printed(b"\x1bt\x11" + raw), width=8))
        for raw in ("ЖЖ".encode("cp866"), "ЫЫ".encode("cp866"))
    )

    assert (first != second).any()
