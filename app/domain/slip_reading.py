"""What the reader of one kind of code found: the parts a slip is made of.

slip ── slip_st      ── slip_text ── keyboard_layout
     └─ slip_layout  ──┐
                       └─ slip_reading   (this file)

The readers fill a Reading in; slip.parse freezes it into a Slip.
"""

import re
from dataclasses import dataclass, field

from app.domain.period import Period

MAX_SUM_KOP = 10_000_000_000  # 100 million roubles: above it a sum on a slip is a spoilt code
ACCOUNT_MAX = 30
REMARKS_MAX = 30

_ACCOUNT = re.compile(r"[0-9A-Za-zА-Яа-яЁё]+(?:[-/.][0-9A-Za-zА-Яа-яЁё]+)*")


@dataclass(frozen=True, slots=True)
class Remark:
    """A coded remark with a Russian sentence; its text is "CODE: sentence"."""

    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


@dataclass(slots=True)
class Reading:
    """What was read so far; filled in by one reader, then frozen into a slip."""

    kind: str
    account: str | None = None
    amount_kop: int | None = None
    period: Period | None = None
    payee: tuple[str, str] | None = None
    complete: bool = False
    own: bool = False
    symbology: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    warnings: list[Remark] = field(default_factory=list)
    errors: list[Remark] = field(default_factory=list)

    def warn(self, code: str, message: str) -> None:
        _keep(self.warnings, Remark(code, message))

    def fail(self, code: str, message: str) -> None:
        _keep(self.errors, Remark(code, message))


def _keep(remarks: list[Remark], remark: Remark) -> None:
    # A spoilt code may give the same remark a thousand times.
    if len(remarks) < REMARKS_MAX and remark not in remarks:
        remarks.append(remark)


def looks_like_account(text: str) -> bool:
    """Say whether a text may be the number of a personal account, a ЕЛС or an ИЖКУ."""
    if len(text) > ACCOUNT_MAX or not _ACCOUNT.fullmatch(text):
        return False
    digits = sum(letter.isdigit() for letter in text)
    return digits * 2 >= sum(letter.isalnum() for letter in text)


def period_of(text: str) -> Period | None:
    """Read a period as slips write it: ММГГГГ, ММ.ГГГГ, ММГГ, also ГГГГММ and ГГГГ-ММ."""
    plain = text.strip()
    for form in (
        r"(?P<month>[0-9]{2})[./-]?(?P<year>(?:19|20)[0-9]{2})",
        r"(?P<year>(?:19|20)[0-9]{2})[./-]?(?P<month>[0-9]{2})",
        r"(?P<month>[0-9]{2})[./-]?(?P<year>[0-9]{2})",
    ):
        found = re.fullmatch(form, plain)
        if not found:
            continue
        month, year = int(found["month"]), int(found["year"])
        year += 2000 if year < 100 else 0
        if 1 <= month <= 12 and 1990 <= year <= 2100:
            return Period(year, month)
    return None


def read_amount(text: str, *, into: Reading) -> None:
    """Read a sum in whole kopecks; anything else is an error, never a guess (money.md §4.1)."""
    if re.fullmatch(r"[0-9]+[.,][0-9]{1,2}", text):
        into.fail(
            "SUM_FORMAT",
            f"Сумма «{text[:24]}» записана в рублях, а стандарт велит в копейках: верить ей "
            "нельзя. Введите сумму с квитанции руками.",
        )
    elif not re.fullmatch(r"[0-9]{1,18}", text):
        into.fail(
            "SUM_FORMAT",
            f"Сумма «{text[:24]}» не число копеек: код испорчен. Введите сумму с квитанции руками.",
        )
    elif int(text) == 0:
        into.warn("SUM_ZERO", "Сумма в коде нулевая: платёж предложен по долгу.")
    elif int(text) > MAX_SUM_KOP:
        into.fail(
            "SUM_RANGE",
            f"Сумма в коде больше {MAX_SUM_KOP // 100_000_000} млн рублей: так не бывает. "
            "Введите сумму с квитанции руками.",
        )
    else:
        into.amount_kop = int(text)
