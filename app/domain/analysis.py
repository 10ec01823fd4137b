"""The analysis of settlements: what it may be grouped by, what it measures, how old a debt is.

    opening + charged + adjusted + penalty − paid = closing          (money.md §6.1)

Groups nest in the order they are named; every level has its subtotal, the whole its total.

    age of a debt     not due │ 1-30 │ 31-60 │ 61-90 │ 91-180 │ 181-365 │ to 3 years │ time-barred
                      days since the day its period of origin should have been paid
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.domain.period import Period
from app.domain.terms import PaymentTerms
from app.errors import Malformed

LEVELS_MAX = 5


class Dimension(StrEnum):
    """What settlements may be grouped by; the value is what --by takes."""

    CONTRACT = "contract"
    CREDITOR = "creditor"
    PROVIDER = "provider"
    SERVICE = "service"
    ORIGIN = "origin"
    PERIOD = "period"
    HOUSE = "house"
    ACCOUNT = "account"
    AGENT = "agent"
    CHANNEL = "channel"


DIMENSION_WORDS: dict[Dimension, str] = {
    Dimension.CONTRACT: "Договор",
    Dimension.CREDITOR: "Кредитор",
    Dimension.PROVIDER: "Исполнитель",
    Dimension.SERVICE: "Услуга",
    Dimension.ORIGIN: "За период",
    Dimension.PERIOD: "Проведено в",
    Dimension.HOUSE: "Дом",
    Dimension.ACCOUNT: "Счёт",
    Dimension.AGENT: "Агент",
    Dimension.CHANNEL: "Канал",
}
# Only payments come through somebody: what is owed has no agent and no channel.
OF_PAYMENTS = (Dimension.AGENT, Dimension.CHANNEL)


class Age(StrEnum):
    """How long a debt is overdue; the value names it to programs."""

    NOT_DUE = "not_due"
    TO_30 = "d1_30"
    TO_60 = "d31_60"
    TO_90 = "d61_90"
    TO_180 = "d91_180"
    TO_365 = "d181_365"
    TO_3_YEARS = "y1_3"
    BARRED = "barred"


AGE_WORDS: dict[Age, str] = {
    Age.NOT_DUE: "Не наступил срок",
    Age.TO_30: "1–30 дней",
    Age.TO_60: "31–60 дней",
    Age.TO_90: "61–90 дней",
    Age.TO_180: "91–180 дней",
    Age.TO_365: "181–365 дней",
    Age.TO_3_YEARS: "От 1 до 3 лет",
    Age.BARRED: "Свыше 3 лет",
}
_DAYS_TO = (
    (30, Age.TO_30),
    (60, Age.TO_60),
    (90, Age.TO_90),
    (180, Age.TO_180),
    (365, Age.TO_365),
)


class NotAGrouping(Malformed):
    """A list of groups that names none, names one twice, or names too many."""


class BackwardSpan(Malformed):
    """A span of months that ends before it begins."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What part of the settlements is asked for, and how it is grouped.

    :ivar first: the first posting period
    :ivar last: the last posting period, included
    :ivar by: groups, the outer one first; none gives the total alone
    :ivar houses: codes; empty is all, so with contracts, services, accounts, agents
    """

    first: Period
    last: Period
    by: tuple[Dimension, ...] = ()
    houses: tuple[str, ...] = ()
    contracts: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """:raises BackwardSpan: when the last month is before the first."""
        if self.last < self.first:
            raise BackwardSpan(
                f"Период с {self.first.shown} по {self.last.shown} кончается раньше, чем "
                "начинается. Поменяйте месяцы местами."
            )
        assert len(set(self.by)) == len(self.by)


def groups(text: str) -> tuple[Dimension, ...]:
    """Read a list of groups: "service,house"; empty is none.

    :raises NotAGrouping: when a group is unknown, named twice, or there are more than five
    """
    names = [part.strip().lower() for part in text.split(",") if part.strip()]
    known = {str(one): one for one in Dimension}
    for name in names:
        if name not in known:
            raise NotAGrouping(
                f"Группировки «{name[:20]}» нет. Можно: {', '.join(known)}; вложенные перечислите "
                "через запятую, например service,house."
            )
    chosen = tuple(known[name] for name in names)
    if len(set(chosen)) < len(chosen):
        raise NotAGrouping(
            f"В группировке «{text[:60]}» одно и то же названо дважды. Назовите каждое один раз."
        )
    if len(chosen) > LEVELS_MAX:
        raise NotAGrouping(
            f"Уровней группировки {len(chosen)}, а можно не больше {LEVELS_MAX}. Уберите лишние."
        )
    return chosen


def age(origin: Period, *, on: date, terms: PaymentTerms, contract: UUID | None = None) -> Age:
    """Say how old the debt of a period is on a day.

    :param terms: by which day a period is paid, and when its debt is time-barred
    :param contract: whose debt it is: a contract may have a day of paying of its own
    """
    if terms.is_time_barred(origin, on=on):
        return Age.BARRED
    days = (on - terms.due_on(origin, contract=contract)).days
    if days <= 0:
        return Age.NOT_DUE
    for limit, bucket in _DAYS_TO:
        if days <= limit:
            return bucket
    return Age.TO_3_YEARS


def rate_ppm(paid_kop: int, charged_kop: int) -> int | None:
    """Give what was collected of what was charged, millionths, half up; None of nothing.

    >>> rate_ppm(950, 1000)
    950000
    """
    if charged_kop <= 0:
        return None
    top = abs(paid_kop) * 2_000_000 + charged_kop
    return (top // (2 * charged_kop)) * (1 if paid_kop >= 0 else -1)


def percent(share_ppm: int) -> str:
    """Give a share as people read it: 950_000 is «95,0»."""
    tenths = (abs(share_ppm) + 500) // 1_000
    return f"{'−' if share_ppm < 0 else ''}{tenths // 10},{tenths % 10}"


class CellKind(StrEnum):
    """What a column of a report holds."""

    TEXT = "text"
    MONEY = "money"
    COUNT = "count"
    SHARE = "share"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A column of a report: its name for programs, its title for people."""

    name: str
    title: str
    kind: CellKind = CellKind.MONEY


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A row: what it stands for at each level, and its values in the order of the columns.

    :ivar keys: one for each level it is grouped by, for programs; none is the total
    :ivar labels: the same for people
    :ivar values: kopecks, numbers, millionths (share), texts, dates; None is nothing to show
    """

    keys: tuple[str, ...]
    labels: tuple[str, ...]
    values: tuple[int | str | date | None, ...]

    @property
    def level(self) -> int:
        return len(self.keys)

    def amount(self, column: int) -> int:
        """Give a value as a number; nothing is zero."""
        value = self.values[column]
        assert value is None or isinstance(value, int)
        return value or 0


@dataclass(frozen=True, slots=True)
class Report:
    """A report as a value: the screen, the sheet and the paper show the same rows.

    :ivar name: what `kvitok report` calls it
    :ivar notes: sentences above the table: the span, the filters, what is meant
    :ivar by: the groups, the outer one first
    :ivar rows: a group before its parts; the total last
    """

    name: str
    title: str
    notes: tuple[str, ...]
    by: tuple[Dimension, ...]
    columns: tuple[ReportColumn, ...]
    rows: tuple[ReportRow, ...]

    @property
    def total(self) -> ReportRow:
        return self.rows[-1]

    def column(self, name: str) -> int:
        """Give the place of a column."""
        return [one.name for one in self.columns].index(name)


def spoken_filters(cut: Cut) -> tuple[str, ...]:
    """Say what a report is limited to, a sentence for each limit."""
    limits: Sequence[tuple[str, tuple[str, ...]]] = (
        ("Дома", cut.houses),
        ("Договоры", cut.contracts),
        ("Услуги", cut.services),
        ("Счета", cut.accounts),
        ("Агенты", cut.agents),
    )
    return tuple(f"{word}: {', '.join(chosen)}." for word, chosen in limits if chosen)


def spoken_span(cut: Cut) -> str:
    """Say the months of a report."""
    if cut.first == cut.last:
        return f"За {cut.first.spoken} г."
    return f"С {cut.first.shown} по {cut.last.shown}."
