"""From what a scanner sent to the text of the code: prefixes, encodings, layouts."""

import json

import pytest

from app.domain import keyboard_layout, slip
from app.domain.period import Period

HEAT = (
    'ST00012|Name=МУП "Тепловые сети"|PersonalAcc=40702810900000012345|BankName=ПАО Сбербанк'
    "|BIC=044525225|CorrespAcc=30101810400000000225|Sum=241207|PayeeINN=3628001234"
    "|PersAcc=100200300|PaymPeriod=062026|Purpose=Оплата ЖКУ за июнь 2026, ЛС 100200300"
)
OURS = frozenset({("044525225", "40702810900000012345")})


def codes(remarks):
    return [remark.code for remark in remarks]


@pytest.mark.parametrize(
    "prefix", ["]Q1", "]Q3", "]d2", "\ufeff", "\r\n", "\ufeff]Q1", "\t", "]z0"]
)
def test_prefix_of_a_scanner_is_taken_off(prefix):
    read = slip.parse(prefix + HEAT + "\r\n")

    assert read.account == "100200300"
    assert read.fields["Purpose"].endswith("ЛС 100200300")


@pytest.mark.parametrize(("digit", "encoding"), [("1", "cp1251"), ("2", "utf-8"), ("3", "koi8-r")])
def test_bytes_are_decoded_by_the_digit(digit, encoding):
    text = HEAT.replace("ST00012", "ST0001" + digit)

    read = slip.parse(text.encode(encoding))

    assert read.fields["Name"] == 'МУП "Тепловые сети"'
    assert "ENC_MISMATCH" not in codes(read.warnings)


@pytest.mark.parametrize(("digit", "encoding"), [("1", "utf-8"), ("3", "utf-8"), ("2", "cp1251")])
def test_digit_that_lies_is_seen_through_with_a_warning(digit, encoding):
    text = HEAT.replace("ST00012", "ST0001" + digit)

    read = slip.parse(text.encode(encoding))

    assert read.fields["Name"] == 'МУП "Тепловые сети"'
    assert "ENC_MISMATCH" in codes(read.warnings)


def test_utf8_shown_as_cp1251_is_repaired():
    spoilt = "".join(
        "\x98" if byte == 0x98 else bytes([byte]).decode("cp1251") for byte in HEAT.encode()
    )

    read = slip.parse(spoilt)

    assert read.fields["Name"] == 'МУП "Тепловые сети"'
    assert "MOJIBAKE" in codes(read.warnings)


@pytest.mark.parametrize(("digit", "encoding"), [("1", "cp1251"), ("2", "utf-8"), ("3", "koi8-r")])
@pytest.mark.parametrize("cable", [str, str.encode], ids=["text", "bytes"])
def test_bytes_shown_as_latin_1_are_repaired(digit, encoding, cable):
    text = HEAT.replace("ST00012", "ST0001" + digit)

    read = slip.parse(cable(text.encode(encoding).decode("latin-1")))

    assert read.fields["Name"] == 'МУП "Тепловые сети"'
    assert "MOJIBAKE" in codes(read.warnings)


def test_german_name_is_not_taken_for_spoilt_cyrillic():
    read = slip.parse("ST00012|Name=Müller & Söhne|PersAcc=77")

    assert read.fields["Name"] == "Müller & Söhne"


@pytest.mark.parametrize("caps_lock", [False, True])
def test_russian_layout_is_undone(caps_lock):
    code = (
        'ST00012|Name=OOO "Ko"|PersonalAcc=40702810900000012345|BankName=Bank|BIC=044525225'
        "|CorrespAcc=30101810400000000225|Sum=241207|PersAcc=100200300|PaymPeriod=06.2026"
    )
    typed = keyboard_layout.to_russian(code, caps_lock=caps_lock)

    read = slip.parse(typed, creditors=OURS)

    assert typed.casefold().startswith("ые00012/")
    assert (read.level, read.account, read.amount_kop) == ("payable", "100200300", 241_207)
    assert read.period == Period(2026, 6)
    assert read.fields["Name"] == 'OOO "Ko"'
    assert "LAYOUT" in codes(read.warnings)


def test_caps_lock_on_the_english_layout_is_undone():
    read = slip.parse("st00012|nAME=ooo|pERSaCC=77|sUM=100")

    assert (read.account, read.amount_kop) == ("77", 100)
    assert read.fields["Name"] == "OOO"


def test_every_key_comes_back_from_the_russian_layout():
    keys = "".join(chr(code) for code in range(32, 127))

    assert keyboard_layout.to_latin(keyboard_layout.to_russian(keys)) == keys


def test_undecodable_bytes_of_a_command_line_are_bytes_again():
    given = HEAT.replace("ST00012", "ST00011").encode("cp1251").decode("utf-8", "surrogateescape")

    read = slip.parse(given)

    assert read.fields["Name"] == 'МУП "Тепловые сети"'


def test_lone_surrogate_does_not_reach_the_answer():
    document = slip.parse("ST00012|PersAcc=77|Name=\ud800x").as_json()

    json.dumps(document, ensure_ascii=False).encode("utf-8")
    assert document["account"] == "77"
