"""Check digits of Russian bank accounts and taxpayer numbers (ИНН)."""

import re

_ACCOUNT_WEIGHTS = (7, 1, 3)
_INN_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_11 = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_12 = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
# Letters at the sixth place stand for currency of clearing, by their number in this row.
_CLEARING = "ABCEHKMPTX"

ACCOUNT = re.compile(r"[1-9][0-9]{4}[0-9ABCEHKMPTX][0-9]{14}")
BIC = re.compile(r"[0-9]{9}")


def account_key_fits(account: str, *, bic: str) -> bool:
    """Say whether the key of a settlement account agrees with the bank.

    Порядок расчёта контрольного ключа в номере лицевого счёта (Банк России, 515 of 08.09.1997).
    """
    return _key_fits(bic[6:9] + account)


def correspondent_key_fits(account: str, *, bic: str) -> bool:
    """Say whether the key of a correspondent account agrees with its Bank of Russia unit."""
    return account == "0" or _key_fits("0" + bic[4:6] + account)


def inn_fits(inn: str) -> bool:
    """Say whether a taxpayer number of 10 or 12 digits has the right check digits."""
    if not re.fullmatch(r"[0-9]{10}|[0-9]{12}", inn) or not inn.strip("0"):
        return False
    digits = [int(digit) for digit in inn]
    if len(digits) == 10:
        return _inn_digit(digits, _INN_10) == digits[9]
    return _inn_digit(digits, _INN_11) == digits[10] and _inn_digit(digits, _INN_12) == digits[11]


def _inn_digit(digits: list[int], weights: tuple[int, ...]) -> int:
    return sum(d * w for d, w in zip(digits, weights, strict=False)) % 11 % 10


def _key_fits(text: str) -> bool:
    plain = "".join(str(_CLEARING.index(c)) if c in _CLEARING else c for c in text)
    if not re.fullmatch(r"[0-9]{23}", plain):
        return False
    products = (int(d) * _ACCOUNT_WEIGHTS[i % 3] % 10 for i, d in enumerate(plain))
    return sum(products) % 10 == 0
