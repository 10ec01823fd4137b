"""Scans nobody would print: each is answered at once, in Russian, and takes no money by itself."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import keyboard_layout, slip

HEAD = (
    "ST00012|Name=ООО|PersonalAcc=40702810138250123017|BankName=БАНК|BIC=044525225"
    "|CorrespAcc=30101810400000000225"
)
WHOLE = HEAD + "|Sum=100|PersAcc=77|PaymPeriod=102026"
NATIVE = "00123456781026004259228"

SQL = [
    "'; DROP TABLE entry; --",
    "1' OR '1'='1",
    '1" OR ""="',
    "1); DELETE FROM account WHERE (1=1",
    "1 UNION SELECT password FROM pg_shadow",
    "$$; SELECT pg_sleep(10); $$",
    "1/**/OR/**/1=1",
    "%27%20OR%201=1",
    "1;COPY entry TO '/etc/passwd'",
    "E'\\x27'",
    "{{7*7}}",
    "${jndi:ldap://x/a}",
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x")',
    "../../etc/passwd",
    "%s%s%s%n",
    "$(reboot)",
    "`reboot`",
]
STRANGE = [
    "\x00",
    "\x00" * 4096,
    "12\x0034",
    "\u202e8765432100",
    "\u200f0012345678\u200f",
    "0012\u200b345678",
    "😀" * 10,
    "👨‍👩‍👧‍👦12345678",
    "００１２３４５６７８",
    "٠٠١٢٣٤٥٦٧٨",
    "०१२३४५६७",
    "①②③④⑤⑥",
    "Ⅻ",
    "e\u0301" * 50,
    "Z̸̢̛a̸l̷g̴o̶",
    "\ud800\udfff",
    "\udcff\udcfe",
    "\udc80",
    "\ufffe\uffff",
    "\x1b[2J\x1b[31m",
    "\x1d\x1e\x04",
    "\x02\x03",
    "]",
    "]Q",
    "]Q1",
    "]C1\x1d0104601234567890",
    "01046012345678901724123110ABC\x1d21XYZ",
    "\ufeff",
    "\ufeff\ufeff]Q1]Q1",
    "йцу",
    "ЙЦУКЕН",
    "фывапролдж",
    " ",
    "-",
    "--------",
    "0" * 31,
    "9" * 4096,
    "1" * 4097,
    "А" * 21,
    "1e308",
    "-1",
    "+7 912 345-67-89",
    "NaN",
    "null",
    "None",
    "true",
    "0x1F",
    "1,5",
    "2026-10",
    "http://",
    "https://[",
    "https://qr.nspk.ru",
    "https://qr.nspk.ru.evil.example/AS1",
    "http://qr.nspk.ru/AS1",
    "t=&s=&fn=&i=&fp=",
    "t=1&s=1&fn=1&i=1",
    "t=1&s=1&fn=1&i=1&fp=1&" + "a=1&" * 900,
    "&&&&&====",
    "WIFI:T:WPA;S:net;P:pass;;",
    "BEGIN:VCARD\nFN:X\nEND:VCARD",
    "tel:+79123456789",
    "4006381333931",
    NATIVE + "\r" + NATIVE,
    NATIVE + NATIVE,
    NATIVE[:11] + "\r\n" + NATIVE[11:],
    NATIVE[:-1],
    NATIVE + "0",
    NATIVE[:-1] + "9",
    "ъС0",
    "ы" * 100,
]
CODES = [
    "S",
    "ST",
    "ST0",
    "ST00",
    "ST0001",
    "ST00012",
    "ST00012|",
    "ST00012||||||||",
    "ST00012|=|=|=",
    "ST00012|Name",
    "ST00012=Name=1",
    "ST00012\x00Name=1\x00PersAcc=1'",
    "ST0001２|Name=1",
    "ST99992|Name=1",
    "ST00019|Name=1",
    "ST0001X|Name=1",
    "STOP",
    "ST00012😀Name=1",
    "ST00012|" + "a=b|" * 1000,
    "ST00012|" + "=" * 4000,
    "ST00012|" + "|" * 4000,
    "ST00012|" + "x" * 4000,
    "ST00012|Name=" + "Я" * 4000,
    "ST00012|\u202ePersAcc=77'",
    HEAD,
    HEAD + "|PersAcc=",
    HEAD + "|PersAcc= ",
    HEAD + "|PersAcc=\x00",
    HEAD + "|PersAcc=７７",
    HEAD + "|PersAcc=" + "7" * 31,
    HEAD + "|PersAcc=7\r\n7",
    HEAD + "|PersAcc=-7",
    HEAD + "|PersAcc=7--",
    HEAD + "|PersAcc=ABC",
    HEAD + "|PersAcc=😀7",
    HEAD + "|PersAcc",
    WHOLE + WHOLE,
    WHOLE + "\r\n" + WHOLE,
    HEAD + HEAD + "|PersAcc=77",
    keyboard_layout.to_russian(HEAD),
    keyboard_layout.to_russian(HEAD, caps_lock=True),
    keyboard_layout.to_russian(keyboard_layout.to_russian(WHOLE)),
    WHOLE[:40],
    WHOLE.lower()[:6],
    "|".join(reversed(WHOLE.split("|"))),
    *(HEAD + f"|PersAcc={attack}" for attack in SQL),
]
BYTES = [
    b"\xff\xfe",
    b"\xff\xfeS\x00T",
    b"\xfe\xff\x00S",
    b"\x00" * 100,
    bytes(range(256)),
    bytes(range(255, -1, -1)) * 16,
    b"ST00012|Name=\xff\xff\xff\xff",
    b"ST00012|Name=\xd0",
    b"ST00011|Name=\x98\x98\x98",
    b"ST00013|Name=\x80\x81\x82",
    b"ST0001\xff|Name=1",
    b"]Q3\xef\xbb\xbfST00012",
    b"\xef\xbb\xbf",
    b"\xd1",
    b"\x1d" * 50,
    HEAD.encode("utf-16"),
    HEAD.encode("cp866"),
    b"PK\x03\x04",
    b"%PDF-1.7",
    b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'a'>]>",
]
HUGE = [
    "A" * 1_000_000,
    "7" * 1_000_000,
    "ST00012|" + "a=b|" * 250_000,
    "\x00" * 1_000_000,
    "😀" * 300_000,
    b"ST00011|" + b"\xc0" * 1_000_000,
    WHOLE * 10_000,
]
CORPUS = [*SQL, *STRANGE, *CODES, *BYTES, *HUGE]


def test_corpus_is_as_large_as_promised():
    assert len({repr(scan) for scan in CORPUS}) >= 120


@pytest.mark.parametrize("scan", CORPUS, ids=lambda scan: ascii(scan)[:40])
def test_hostile_scan_is_answered_at_once_and_in_russian(scan):
    begun = time.perf_counter()

    read = slip.parse(scan)
    document = json.dumps(read.as_json(), ensure_ascii=False).encode("utf-8")

    assert time.perf_counter() - begun < 2
    assert len(document) < 40_000
    assert len(read.raw) <= 4 * slip.MAX_SCAN
    for remark in (*read.errors, *read.warnings):
        assert any("а" <= letter <= "я" for letter in remark.message)
        assert len(remark.message) < 400
        assert remark.message.endswith((".", "»."))
    if read.level == "reject":
        assert read.account is None
        with pytest.raises(slip.NotOurSlip) as refused:
            slip.require_ours(read)
        assert str(refused.value)


@pytest.mark.parametrize("scan", [*SQL, *CODES, *BYTES, *HUGE], ids=lambda scan: ascii(scan)[:40])
def test_hostile_scan_never_gives_an_account_with_strange_signs(scan):
    read = slip.parse(scan)

    if read.account is not None:
        assert all(letter.isalnum() or letter in "-/." for letter in read.account)
        assert len(read.account) <= 30


@pytest.mark.parametrize("attack", SQL)
def test_sql_is_rejected_as_typed_and_as_an_account(attack):
    assert slip.parse(attack).level == "reject"
    assert slip.parse(f"{HEAD}|PersAcc={attack}").level == "reject"


@pytest.mark.parametrize(
    "digits", ["００１２３４５６７８", "٠٠١٢٣٤٥٦٧٨", "०१२३४५६७", "12\x0034", "0012\u200b345678"]
)
def test_digits_of_other_scripts_are_not_an_account(digits):
    assert slip.parse(digits).level == "reject"


@pytest.mark.parametrize("scan", HUGE, ids=lambda scan: ascii(scan)[:20])
def test_huge_scan_is_refused_by_its_length(scan):
    read = slip.parse(scan)

    assert [remark.code for remark in read.errors] == ["TOO_LONG"]
    assert str(len(scan)) in read.errors[0].message


def test_largest_code_that_is_allowed_is_read():
    scan = WHOLE + "|Purpose=" + "Ж" * (slip.MAX_SCAN - len(WHOLE) - 9)

    assert len(scan) == slip.MAX_SCAN
    assert slip.parse(scan).account == "77"


@given(st.text(max_size=300) | st.binary(max_size=300))
def test_anything_at_all_is_answered(scan):
    document = slip.parse(scan).as_json()

    json.dumps(document, ensure_ascii=False).encode("utf-8")


@given(st.text(max_size=100))
def test_anything_at_all_after_the_header_is_answered(tail):
    read = slip.parse("ST00012|" + tail)

    assert read.kind == "st"


@given(cut=st.integers(0, len(WHOLE)), junk=st.text(max_size=5))
def test_code_cut_anywhere_is_answered(cut, junk):
    read = slip.parse(WHOLE[:cut] + junk + WHOLE[cut:])

    json.dumps(read.as_json(), ensure_ascii=False).encode("utf-8")
