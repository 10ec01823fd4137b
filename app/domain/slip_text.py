"""From what a scanner sent to the text that was in the code.

    bytes ─▶ edges off (AIM, BOM, CR LF) ─▶ decoded by the header's digit ─┐
    text  ─▶ edges off ─▶ Russian layout, Caps Lock undone ────────────────┴─▶ mojibake repaired

Encoding digits of ГОСТ Р 56042-2014: 1 Windows-1251, 2 UTF-8, 3 KOI8-R.
"""

import re
import unicodedata

from app.domain import keyboard_layout
from app.domain.slip_reading import Reading

ENCODINGS = {"1": "cp1251", "2": "utf-8", "3": "koi8-r"}

_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_AIM_RUSSIAN = re.compile(r"ъ[А-Яа-яЁё][0-9]")
_HEADER_BYTES = re.compile(rb"ST[0-9]{4}([0-9])")
_HEADER_RUSSIAN = re.compile(r"[Ыы][Ее][0-9]{4}")
_HEADER_CAPS = re.compile(r"st[0-9]{5}.[a-z][A-Z]")
_LINK_RUSSIAN = re.compile(r"реезы?Ж[.]{2}|[Ее]=[0-9]{8}Е")
_CYRILLIC = re.compile(r"[А-Яа-яЁё]")
_LATIN_1 = re.compile(r"[\u00c0-\u00ff]{2}|[\u00d0\u00d1][\u0080-\u00bf]")
_TAIL = re.compile(r"(?<=[0-9])§$")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SMUGGLED = re.compile("[\udc80-\udcff]")


def of_scan(scan: str | bytes, *, into: Reading) -> str:
    """Give the text of a scan, repaired; what had to be repaired becomes a warning."""
    if isinstance(scan, str) and _SMUGGLED.search(scan):
        # A command line hands over undecodable bytes so (PEP 383).
        scan = scan.encode("utf-8", "surrogateescape" if _only_smuggled(scan) else "replace")
    text = _decoded(scan, into=into) if isinstance(scan, bytes) else scan
    text = _edges_off(_SURROGATE.sub("\ufffd", text), into=into)
    return _repaired(_layout_undone(text, into=into), into=into)


def cleaned(value: str) -> str:
    """Give a value without control characters, direction marks and edges of space."""
    return "".join(_visible(letter) for letter in value).strip()


def _visible(letter: str) -> str:
    category = unicodedata.category(letter)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "" if category == "Cf" else letter


def _only_smuggled(text: str) -> bool:
    return not _SURROGATE.search(_SMUGGLED.sub("", text))


def _edges_off(text: str, *, into: Reading) -> str:
    edges = "\ufeff \t\r\n\x00\x02\x03\x1d\x1e\x04"
    plain = text.strip(edges)
    if _AIM.match(plain):
        into.symbology, plain = plain[1].upper(), plain[3:]
    elif _AIM_RUSSIAN.match(plain):
        into.symbology, plain = keyboard_layout.to_latin(plain[1]).upper(), plain[3:]
    plain = plain.strip(edges)
    if _TAIL.search(plain):
        into.warn("TAIL", "В конце кода лишний знак «§», он отброшен.")
        plain = _TAIL.sub("", plain)
    return plain


def _decoded(scan: bytes, *, into: Reading) -> str:
    if scan.startswith((b"\xff\xfe", b"\xfe\xff")):
        return scan.decode("utf-16", "replace")
    header = _HEADER_BYTES.search(scan[:24])
    if header is None:
        return _plainly(scan)

    digit = header[1].decode("ascii")
    as_utf8 = _strictly(scan, "utf-8")
    if digit != "2" and as_utf8 is not None and not as_utf8.isascii():
        if _CYRILLIC.search(as_utf8):
            into.warn("ENC_MISMATCH", _mismatch(digit, "UTF-8"))
        return as_utf8
    text = _strictly(scan, ENCODINGS.get(digit, "utf-8"))
    if text is not None:
        return text
    loose = scan.decode("utf-8", "replace")
    if digit == "2" and loose.count("\ufffd") > 2:
        into.warn("ENC_MISMATCH", _mismatch(digit, "Windows-1251"))
        return scan.decode("cp1251", "replace")
    into.warn("ENC_BROKEN", "Часть букв в коде испорчена и заменена знаком «\ufffd».")
    return scan.decode(ENCODINGS.get(digit, "utf-8"), "replace")


def _plainly(scan: bytes) -> str:
    text = _strictly(scan, "utf-8")
    return scan.decode("cp1251", "replace") if text is None else text


def _strictly(scan: bytes, encoding: str) -> str | None:
    try:
        return scan.decode(encoding)
    except UnicodeDecodeError:
        return None


def _mismatch(digit: str, actual: str) -> str:
    promised = {"1": "Windows-1251", "2": "UTF-8", "3": "KOI8-R"}.get(digit, digit)
    return f"Код обещает кодировку {promised}, а записан в {actual}: прочитан верно."


def _layout_undone(text: str, *, into: Reading) -> str:
    if _HEADER_RUSSIAN.match(text):
        into.warn("LAYOUT", "Сканер печатал в русской раскладке: код прочитан по клавишам.")
        return keyboard_layout.to_latin(text, caps_lock=text[0].islower())
    if _HEADER_CAPS.match(text):
        into.warn("CAPS_LOCK", "Включён Caps Lock: регистр букв восстановлен.")
        return keyboard_layout.without_caps_lock(text)
    if _LINK_RUSSIAN.match(text):
        into.warn("LAYOUT", "Сканер печатал в русской раскладке: код прочитан по клавишам.")
        return keyboard_layout.to_latin(text)
    return text


def _repaired(text: str, *, into: Reading) -> str:
    """Undo a scanner or a driver that decoded the bytes of the code in a wrong encoding."""
    header = re.match(r"ST[0-9]{4}([123])", text, re.IGNORECASE)
    if header is None or text.isascii():
        return text
    repaired = _utf8_shown_as_cp1251(text)
    if repaired is None and _LATIN_1.search(text) and not _CYRILLIC.search(text):
        repaired = _shown_as_latin_1(text, digit=header[1])
    if repaired is None:
        return text
    into.warn("MOJIBAKE", "Сканер передал буквы в чужой кодировке: текст восстановлен.")
    return repaired


def _utf8_shown_as_cp1251(text: str) -> str | None:
    raw = bytearray()
    for letter in text:
        # Byte 98 is no letter in cp1251, decoders leave U+0098 or U+FFFD; it is the half of И.
        if letter in "\x98\ufffd":
            raw.append(0x98)
            continue
        try:
            raw += letter.encode("cp1251")
        except UnicodeEncodeError:
            return None
    repaired = _strictly(bytes(raw), "utf-8")
    return repaired if repaired is not None and _CYRILLIC.search(repaired) else None


def _shown_as_latin_1(text: str, *, digit: str) -> str | None:
    raw = bytearray()
    for letter in text:
        try:
            raw += letter.encode("latin-1" if ord(letter) < 256 else "cp1252")
        except UnicodeEncodeError:
            return None
    for encoding in ("utf-8", ENCODINGS[digit], "cp1251"):
        repaired = _strictly(bytes(raw), encoding)
        if repaired is not None and _CYRILLIC.search(repaired):
            return repaired
    return None
