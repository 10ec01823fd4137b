"""VAT inside an amount: shown for providers that pay it, never added (charges.md §12)."""

from fractions import Fraction

from app.domain.bases.rule import half_up
from app.domain.money import MILLION

_PERCENT = 100


def vat_inside_kop(gross_kop: int, *, rate_percent_millionths: int) -> int:
    """Give gross × r / (100 + r), half up on the absolute value.

    :param rate_percent_millionths: r in millionths of a percent
    """
    whole = _PERCENT * MILLION + rate_percent_millionths
    return half_up(Fraction(gross_kop * rate_percent_millionths, whole))
