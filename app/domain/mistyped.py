"""The numbers that one slip of a finger makes another of: what may have been meant."""

from collections.abc import Iterator

from app.domain.money import MILLION

_PLACES = 6


def candidates(plain: str) -> Iterator[int]:
    """Give the readings that one slip of a finger makes this text of, likelier first."""
    whole, _, part = plain.partition(".")
    digits, point = whole + part, len(whole)
    for at in range(len(digits) - 1):
        swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
        yield _number(swapped, point)
    for place in range(1, len(digits) + 1):
        if len(digits) - place <= _PLACES:
            yield _number(digits, place)
    for at in range(len(digits)):
        for digit in "0123456789":
            yield _number(digits[:at] + digit + digits[at + 1 :], point)
    for at in range(len(digits) if len(digits) > 1 else 0):
        yield _number(digits[:at] + digits[at + 1 :], point - (at < point))
    for at in range(len(digits) + 1):
        for digit in "0123456789":
            longer = digits[:at] + digit + digits[at:]
            yield _number(longer, point + (at <= point))


def _number(digits: str, point: int) -> int:
    return int(digits[:point] or "0") * MILLION + int(digits[point:].ljust(_PLACES, "0")[:_PLACES])
