"""Numbers of a stored line as people read them: areas, shares, days, persons."""

from app.domain import money
from app.domain.bases.rule import Named, StoredLine


def comma(text: str) -> str:
    return text.replace(".", ",")


def number(millionths: int) -> str:
    return comma(money.decimal_of(millionths)).replace("-", "\u2212")


def area(cm2: int) -> str:
    return f"{comma(money.decimal_of(cm2, places=4))} м2"


def share(named: Named) -> str:
    over, under = named["share_numerator"], named["share_denominator"]
    return "" if over == under else f" × {over}/{under}"


def days(line: StoredLine) -> str:
    return "" if line.days == line.period.days else f" × {line.days}/{line.period.days} дн."


def persons(line: StoredLine, named: Named) -> str:
    """Persons of the line: whole, or person-days over the days of the month."""
    total, month = named["person_days"], line.period.days
    word = "собств." if named["owner_days"] == total and total else "чел."
    whole, rest = divmod(total, month)
    return f"{whole} {word}" if not rest else f"{total}/{month} {word}"
