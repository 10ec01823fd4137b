"""Whose money is it: candidates for an unidentified payment, each with its reasons and score.

    number in the purpose    60   former number, ЕЛС, ИЖКУ    55     typed number     60
    address, house and flat  35   name of the payer           25     surname alone    10
    amount of the debt       20

A number is found by the patterns of the centre (parameter невыясненные.образцы); zeros in front do
not count. Scores of one account add up to 100 at most; the same facts give the same order.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.errors import Malformed

DEFAULT_PATTERNS = (r"(?:л/?с|лиц\w*\s*сч\w*)\D{0,5}(\d{6,12})",)
PATTERNS_CODE = "невыясненные.образцы"
SCORE_MAX = 100
_TEXT_CHARS_MAX = 500
_PATTERN_CHARS_MAX = 200
_NUMBER = re.compile(r"(?<!\w)\d{4,12}(?!\w)")
_WORD = re.compile(r"[0-9a-zа-я]+(?:[-/][0-9a-zа-я]+)*")
_HOUSE = re.compile(r"\b(?:д|дом)\.?\s*(\d{1,4}[а-я]?(?:/\d{1,4})?)")
_FLAT = re.compile(r"\b(?:кв|квартира|помещ\w*|ком)\.?\s*№?\s*(\d{1,5}[а-я]?)")


class BadPattern(Malformed):
    """A pattern of account numbers that is none."""


class MatchReason(StrEnum):
    """Why an account may be meant."""

    GIVEN = "given"
    NUMBER = "number"
    FORMER = "former"
    UNIFIED = "unified"
    ADDRESS = "address"
    PAYER = "payer"
    SURNAME = "surname"
    AMOUNT = "amount"

    @property
    def score(self) -> int:
        return _SCORES[self]

    @property
    def shown(self) -> str:
        return _WORDS[self]


_SCORES = {
    MatchReason.GIVEN: 60,
    MatchReason.NUMBER: 60,
    MatchReason.FORMER: 55,
    MatchReason.UNIFIED: 55,
    MatchReason.ADDRESS: 35,
    MatchReason.PAYER: 25,
    MatchReason.SURNAME: 10,
    MatchReason.AMOUNT: 20,
}
_WORDS = {
    MatchReason.GIVEN: "номер, названный плательщиком",
    MatchReason.NUMBER: "номер счёта в назначении",
    MatchReason.FORMER: "прежний номер счёта",
    MatchReason.UNIFIED: "ЕЛС или ИЖКУ",
    MatchReason.ADDRESS: "адрес",
    MatchReason.PAYER: "фамилия, имя и отчество",
    MatchReason.SURNAME: "фамилия",
    MatchReason.AMOUNT: "сумма равна долгу",
}


@dataclass(frozen=True, slots=True)
class UnidentifiedPayment:
    """What came with the money; texts as they came, kopecks."""

    amount_kop: int
    payer: str = ""
    purpose: str = ""
    address: str = ""
    given_number: str = ""


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """What is known of an account that may be meant.

    :ivar payable_kop: what its bill asks for
    """

    number: str
    payer: str
    street: str
    building: str
    flat: str
    former_number: str = ""
    unified_number: str = ""
    gis_number: str = ""
    payable_kop: int = 0


@dataclass(frozen=True, slots=True)
class MatchCandidate:
    """An account that may be meant, and why."""

    account: KnownAccount
    reasons: tuple[MatchReason, ...]

    @property
    def score(self) -> int:
        return min(SCORE_MAX, sum(reason.score for reason in self.reasons))


def patterns_of(text: str | None) -> tuple[str, ...]:
    """Read patterns of account numbers, one a line or after «;;»; without any, the usual one.

    :raises BadPattern: when one is no regular expression with one group
    """
    given = [one.strip() for one in re.split(r"\n|;;", text or "") if one.strip()]
    for one in given:
        try:
            groups = re.compile(one).groups if len(one) <= _PATTERN_CHARS_MAX else 0
        except re.error as error:
            raise BadPattern(f"Образец «{one[:60]}» не читается: {error}.") from error
        if groups != 1:
            raise BadPattern(
                f"Образец «{one[:60]}» не подходит: нужна одна группа в скобках — сам номер, "
                f"и не больше {_PATTERN_CHARS_MAX} знаков."
            )
    return tuple(given) or DEFAULT_PATTERNS


def numbers_in(payment: UnidentifiedPayment, *, patterns: Sequence[str]) -> tuple[str, ...]:
    """Give the numbers that may be an account's, those of the patterns first."""
    text = payment.purpose[:_TEXT_CHARS_MAX].lower()
    found = [payment.given_number.strip()]
    for pattern in patterns:
        found += re.findall(pattern, text, flags=re.IGNORECASE)
    found += _NUMBER.findall(text)
    return tuple(dict.fromkeys(number for number in found if number))


def words_of(payment: UnidentifiedPayment) -> tuple[str, ...]:
    """Give the words by which accounts are looked for: of the payer and of the address."""
    text = f"{payment.payer} {payment.address} {payment.purpose}"[:_TEXT_CHARS_MAX]
    words = [word for word in _words(text) if len(word) > 3 and not word[0].isdigit()]
    return tuple(dict.fromkeys(words))


def places_of(payment: UnidentifiedPayment) -> tuple[str, ...]:
    """Give the numbers that may be of a house or a flat."""
    text = f"{payment.address} {payment.purpose}"[:_TEXT_CHARS_MAX]
    return tuple(dict.fromkeys(word for word in _words(text) if word[0].isdigit()))


def ranked(
    payment: UnidentifiedPayment,
    accounts: Iterable[KnownAccount],
    *,
    patterns: Sequence[str] = DEFAULT_PATTERNS,
) -> tuple[MatchCandidate, ...]:
    """Give the accounts that may be meant, the likeliest first, then by number."""
    numbers = numbers_in(payment, patterns=patterns)
    bare = {number.lstrip("0") or "0" for number in numbers}
    found = []
    for account in accounts:
        reasons = tuple(_reasons(payment, account, bare))
        if reasons:
            found.append(MatchCandidate(account, reasons))
    return tuple(sorted(found, key=lambda one: (-one.score, one.account.number)))


def _reasons(
    payment: UnidentifiedPayment, account: KnownAccount, bare: set[str]
) -> Iterable[MatchReason]:
    number = account.number.lstrip("0")
    given = payment.given_number.strip().lstrip("0")
    if given and given == number:
        yield MatchReason.GIVEN
    elif number in bare:
        yield MatchReason.NUMBER
    elif _is_named(account.former_number, payment, bare):
        yield MatchReason.FORMER
    elif any(_is_named(one, payment, bare) for one in (account.unified_number, account.gis_number)):
        yield MatchReason.UNIFIED
    if _is_address(payment, account):
        yield MatchReason.ADDRESS
    yield from _names(payment, account)
    if payment.amount_kop == account.payable_kop:
        yield MatchReason.AMOUNT


def _is_named(number: str, payment: UnidentifiedPayment, bare: set[str]) -> bool:
    if not number:
        return False
    if number.isdigit():
        return number.lstrip("0") in bare
    text = f"{payment.given_number} {payment.purpose}".lower()
    return number.lower() in _words(text)


def _is_address(payment: UnidentifiedPayment, account: KnownAccount) -> bool:
    text = _plain(f"{payment.address} {payment.purpose}"[:_TEXT_CHARS_MAX])
    words = _words(text)
    street = [word for word in _words(account.street) if len(word) > 3]
    if not street or not set(street) <= set(words):
        return False
    after = text[text.find(street[-1]) + len(street[-1]) :]
    house, flat = _HOUSE.search(after), _FLAT.search(after)
    numbers = re.findall(r"\d{1,5}[а-я]?(?:/\d{1,4})?", after)
    said_house = house.group(1) if house else (numbers[0] if numbers else "")
    said_flat = flat.group(1) if flat else (numbers[1] if len(numbers) > 1 else "")
    return said_house == _plain(account.building) and said_flat == _plain(account.flat)


def _names(payment: UnidentifiedPayment, account: KnownAccount) -> Iterable[MatchReason]:
    known = _words(account.payer)
    said = _words(f"{payment.payer} {payment.purpose}"[:_TEXT_CHARS_MAX])
    if not known or known[0] not in said:
        return
    place = said.index(known[0])
    rest = said[place + 1 : place + len(known)]
    is_whole = len(known) > 1 and len(rest) == len(known) - 1
    if is_whole and all(
        one == other or (len(one) == 1 and other.startswith(one))
        for one, other in zip(rest, known[1:], strict=True)
    ):
        yield MatchReason.PAYER
    else:
        yield MatchReason.SURNAME


def _plain(text: str) -> str:
    return text.lower().replace("ё", "е")


def _words(text: str) -> list[str]:
    return _WORD.findall(_plain(text))
