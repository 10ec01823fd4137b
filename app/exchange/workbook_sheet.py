"""What a sheet and a column are: one declaration for reading, template, error texts and docs.

Sheet ── key: the fields that say which thing the row is about
  └── Column ── kind: how a cell is read and what text of the database it becomes

kind                cell                          field, as the database reads it
TEXT  CODE          text; a number as its digits  text
DATE  MOMENT        date, ДД.ММ.ГГГГ (ЧЧ:ММ)      2026-10-31, 2026-10-31T05:30
PERIOD              ММ.ГГГГ or a date in it       2026-10-01
AREA                54,3                          543000 (cm2 = 10^-4 m2)
VOLUME PRICE PERCENT  5,1                         5100000 (millionths), 10 % = 100000 ppm
MONEY               1234,5                        123450 (kopecks)
WHOLE               5                             5
SHARE               1/3, 0,5                      1/3, 1/2
WORD  WORDS         words of a list, by comma     their codes; an array of codes
CODES               codes by comma                an array
MONTHS              1-5,9-12                      an array of numbers
VOLUMES             10,5;20                       an array of millionths
"""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from enum import Enum, auto

TEXT_MAX = 1_000
BIG_MAX = 2**62  # what fits a bigint with room to add
NUMBER_MAX = 9_000_000_000_000_000


class Kind(Enum):
    """How a cell is read."""

    TEXT = auto()
    CODE = auto()
    DATE = auto()
    MOMENT = auto()
    PERIOD = auto()
    AREA = auto()
    VOLUME = auto()
    PRICE = auto()
    PERCENT = auto()
    MONEY = auto()
    WHOLE = auto()
    SHARE = auto()
    WORD = auto()
    WORDS = auto()
    CODES = auto()
    MONTHS = auto()
    VOLUMES = auto()


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet.

    :ivar field: its name in the staging table
    :ivar words: for WORD and WORDS: what may be written, and the stored code
    :ivar low: the least allowed value in the stored unit; `high` the greatest
    :ivar refers: the sheet whose key the cell names
    :ivar comment: what the template tells about it
    """

    header: str
    field: str
    kind: Kind = Kind.TEXT
    required: bool = False
    words: Mapping[str, str] = dataclasses.field(default_factory=dict)
    low: int = -NUMBER_MAX
    high: int = NUMBER_MAX
    longest: int = TEXT_MAX
    refers: str | None = None
    comment: str = ""

    @property
    def title(self) -> str:
        """The header as the template writes it."""
        return self.header + ("*" if self.required else "")


@dataclasses.dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the workbook.

    :ivar key: fields that tell one row from another
    :ivar group: fields within which dated rows must not overlap; none: they may
    :ivar free: columns that are not declared become characteristics
    """

    name: str
    table: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    group: tuple[str, ...] = ()
    dates: tuple[str, str] | None = None
    free: bool = False
    about: str = ""

    def column(self, field_name: str) -> Column:
        """Give the column of a field."""
        return next(column for column in self.columns if column.field == field_name)

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(column.field for column in self.columns)


# Latin letters that look Cyrillic are taken for them: a header «С» is often typed in Latin.
_LOOK_ALIKE = str.maketrans("abcehkmoptxyё", "авсенкмортхуе")
_NOT_WORD = re.compile(r"[^0-9a-zа-я]+")


def normal(words: str) -> str:
    """Give the form in which headers and words of lists are compared."""
    lowered = words.casefold().replace("²", "2").replace("³", "3").translate(_LOOK_ALIKE)
    return _NOT_WORD.sub("", lowered)


def listed(words: Sequence[str] | Mapping[str, str]) -> str:
    """Give words for a sentence: «день», «ночь»."""
    return ", ".join(f"«{word}»" for word in words)
