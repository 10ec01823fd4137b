"""One-dimensional codes described by layouts, not by code (money.md §4.2).

A layout says how long a code is, which places hold what, and which digits check it:

    native (Code 128, 23 digits)      0012345678 1026 00425922 8
                                      account    ММГГ kopecks  Luhn
    Tomsk-2002 (EAN-13, 12 digits)    351 10 001053 4
                                      op  ЖЭУ account mod 11
"""

import re
from dataclasses import dataclass
from typing import Literal

from app.domain.period import Period
from app.domain.slip_reading import Reading, period_of, read_amount
from app.errors import Malformed

Kind = Literal["digits", "account", "money_kop", "period_MMYY", "period_YYMM", "const"]
Algorithm = Literal["luhn", "mod11_desc", "mod10_31", "mod97"]

NATIVE_MAX_KOP = 99_999_999


class NotForBarcode(Malformed):
    """An account or a sum that the native barcode has no room for."""


@dataclass(frozen=True, slots=True)
class Place:
    """A field of a layout; a const has its value, and one marked as padded loses leading zeros."""

    name: str
    start: int
    length: int
    kind: Kind
    value: str | None = None
    pad: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """Check digits at [start, start + length) over the digits [first, last)."""

    algorithm: Algorithm
    start: int
    length: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Layout:
    """A one-dimensional code; symbology is an AIM letter (C Code 128, E EAN) or empty for any."""

    code: str
    length: int
    places: tuple[Place, ...]
    checks: tuple[Check, ...] = ()
    symbology: str = ""
    prefix: str = ""
    creditor: tuple[str, str] | None = None
    own: bool = False

    def __post_init__(self) -> None:
        assert all(p.start >= 0 and p.start + p.length <= self.length for p in self.places)
        assert all(c.last <= self.length for c in self.checks)
        assert all(c.start + c.length <= self.length for c in self.checks)


NATIVE = Layout(
    code="native",
    length=23,
    symbology="C",
    own=True,
    places=(
        Place("PersAcc", 0, 10, "account"),
        Place("PaymPeriod", 10, 4, "period_MMYY"),
        Place("Sum", 14, 8, "money_kop"),
    ),
    checks=(Check("luhn", 22, 1, 0, 22),),
)
_TOMSK_PLACES = (
    Place("Operation", 0, 3, "const", value="351"),
    Place("Office", 3, 2, "digits"),
    Place("PersAcc", 5, 6, "account"),
)
_TOMSK_CHECK = Check("mod11_desc", 11, 1, 0, 11)
# Постановление Мэра г. Томска № 383 от 02.10.2002, приложение 2.
TOMSK_2002 = Layout(code="tomsk-2002", length=12, places=_TOMSK_PLACES, checks=(_TOMSK_CHECK,))
# The same as a scanner gives it with the thirteenth digit of EAN-13 left on.
TOMSK_2002_EAN = Layout(
    code="tomsk-2002-ean",
    length=13,
    places=_TOMSK_PLACES,
    checks=(_TOMSK_CHECK, Check("mod10_31", 12, 1, 0, 12)),
)
DEFAULT = (NATIVE, TOMSK_2002, TOMSK_2002_EAN)


def matching(text: str, layouts: tuple[Layout, ...], *, symbology: str = "") -> list[Layout]:
    """Give the layouts whose length, prefix, constants and check digits the text has."""
    return [one for one in shaped(text, layouts, symbology=symbology) if _checked(text, one)]


def shaped(text: str, layouts: tuple[Layout, ...], *, symbology: str = "") -> list[Layout]:
    """Give the layouts the text would have, were its check digits right.

    :param symbology: AIM letter the scanner named (C Code 128, E EAN), empty when it named none
    """
    return [
        layout
        for layout in layouts
        if _shaped(text, layout) and (not symbology or layout.symbology in ("", symbology))
    ]


def glued(text: str, layouts: tuple[Layout, ...]) -> bool:
    """Say whether the text is several codes in a row, each right by itself."""
    for layout in layouts:
        count, rest = divmod(len(text), layout.length)
        if count < 2 or rest:
            continue
        parts = [text[i : i + layout.length] for i in range(0, len(text), layout.length)]
        if all(matching(part, (layout,)) for part in parts):
            return True
    return False


def read(text: str, layout: Layout, *, into: Reading) -> None:
    """Fill the reading from a text that matches the layout."""
    into.own = layout.own
    into.payee = layout.creditor
    into.complete = layout.own or layout.creditor is not None
    for place in layout.places:
        digits = text[place.start : place.start + place.length]
        value = digits.lstrip("0") or "0" if place.pad else digits
        into.fields[place.name] = value
        if place.kind == "account":
            into.account = value
        elif place.kind == "money_kop":
            read_amount(digits, into=into)
        elif place.kind in ("period_MMYY", "period_YYMM"):
            month = digits if place.kind == "period_MMYY" else digits[2:] + digits[:2]
            into.period = period_of(month)
            if into.period is None:
                into.fail(
                    "PERIOD",
                    f"Период «{digits}» в штрихкоде невозможен: код считан с ошибкой. "
                    "Отсканируйте ещё раз или введите лицевой счёт руками.",
                )
    into.fields["Layout"] = layout.code


def build_native(account: str, *, period: Period, amount_kop: int) -> str:
    """Give the 23 digits of the native Code 128: account 10, ММГГ, kopecks 8, Luhn.

    :raises NotForBarcode: when the account is not up to 10 digits, the period not of this
        century, or the sum not within 0 and 999 999,99
    """
    if not re.fullmatch(r"[0-9]{1,10}", account):
        raise NotForBarcode(
            f"Лицевой счёт «{account[:40]}» не помещается в штрихкод: в нём место для 10 цифр. "
            "Печатайте документ с одним QR-кодом."
        )
    if not 0 <= amount_kop <= NATIVE_MAX_KOP:
        raise NotForBarcode(
            f"Сумма {amount_kop} коп. не помещается в штрихкод: в нём место от 0 до 999 999,99. "
            "Печатайте документ с одним QR-кодом."
        )
    if not 2000 <= period.year <= 2099:
        raise NotForBarcode(f"Период {period.shown} не помещается в штрихкод: нужен год 20ГГ.")
    body = f"{account:0>10}{period.month:02d}{period.year % 100:02d}{amount_kop:08d}"
    return body + check_digits("luhn", body)


def check_digits(algorithm: Algorithm, digits: str) -> str:
    """Give the check digits of a row of digits."""
    values = [int(digit) for digit in digits]
    if algorithm == "luhn":
        doubled = (2 * v - 9 * (v > 4) if i % 2 == 0 else v for i, v in enumerate(values[::-1]))
        return str(-sum(doubled) % 10)
    if algorithm == "mod11_desc":
        # Weights fall to 2 at the last digit, 12 at the first of eleven.
        weighted = sum(v * (len(values) + 1 - i) for i, v in enumerate(values))
        return str(weighted % 11 % 10)
    if algorithm == "mod10_31":
        return str(-sum(v * (3 if i % 2 == 0 else 1) for i, v in enumerate(values[::-1])) % 10)
    return f"{98 - int(digits + '00') % 97:02d}"


def _shaped(text: str, layout: Layout) -> bool:
    if len(text) != layout.length or not re.fullmatch(r"[0-9]+", text):
        return False
    if not text.startswith(layout.prefix):
        return False
    constants = (place for place in layout.places if place.kind == "const")
    return all(text[p.start : p.start + p.length] == p.value for p in constants)


def _checked(text: str, layout: Layout) -> bool:
    return all(
        text[check.start : check.start + check.length]
        == check_digits(check.algorithm, text[check.first : check.last])
        for check in layout.checks
    )
