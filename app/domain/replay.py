"""One line again, from what it keeps: the volume and the amount in exact fractions.

Nothing is looked up: the row's days, period, price, kind and slots are all there is
(charges.md §13.1). A line that does not come out the same was changed or is of another basis.
"""

from fractions import Fraction

from app.domain.bases.every import RULES, named
from app.domain.bases.rule import StoredLine, half_up, money_of
from app.domain.basis import AMOUNT_REST_SLOT, VOLUME_REST_SLOT, Basis
from app.domain.money import MILLION


def volume_mcu(line: StoredLine) -> int:
    """Give the volume the inputs of a line come to, in mcu; of a raised line the excess."""
    base = base_volume_mcu(line)
    if not line.is_raised:
        return base
    return half_up(Fraction(base * line.factor_ppm, MILLION)) - base


def amount_kop(line: StoredLine) -> int:
    """Give the amount the inputs of a line come to, in kopecks; of a raised line the excess."""
    amount = RULES[Basis(line.basis)].amount
    if amount is not None:
        return amount(line, named(line))
    base = base_volume_mcu(line)
    plain = half_up(money_of(base, line.price_mcr))
    if line.is_raised:
        return half_up(money_of(base, line.price_mcr) * Fraction(line.factor_ppm, MILLION)) - plain
    return plain + int(line.slots[AMOUNT_REST_SLOT])


def base_volume_mcu(line: StoredLine) -> int:
    """Give the volume without the raising factor, in mcu."""
    inputs = RULES[Basis(line.basis)].volume(line, named(line))
    return inputs + int(line.slots[VOLUME_REST_SLOT])
