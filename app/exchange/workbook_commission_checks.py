"""What rows of «Комиссии» must be: a rate or a fixed part, tiers end to end under one rule."""

from collections import defaultdict
from itertools import pairwise

from app.domain.commission import CommissionKind
from app.exchange.workbook_problems import Problems
from app.exchange.workbook_rules import complain, put_in
from app.exchange.workbook_table import Table

_TIERED = (CommissionKind.SLAB, CommissionKind.TURNOVER, CommissionKind.PROGRESSIVE)
_SHARED: tuple[tuple[str, str], ...] = (
    ("kind", "вид"),
    ("payer", "плательщик"),
    ("basis", "база"),
    ("with_vat", "признак НДС"),
    ("valid_to", "дата окончания"),
)
_OF_WHOLE = (("min_kop", "минимум"), ("max_kop", "максимум"), ("fixed_kop", "твёрдая часть"))


def check_commissions(table: Table, problems: Problems) -> None:
    """Check each row, then the tiers of each rule; fills in where a tier begins."""
    put_in(table, "from_kop", "0")
    for place in list(table.good()):
        _check_row(table, problems, place)
    rules: defaultdict[tuple[str | None, ...], list[int]] = defaultdict(list)
    columns = [table.column(name) for name in ("agent", "channel", "section", "valid_from")]
    for place in table.good():
        rules[tuple(column[place] for column in columns)].append(place)
    begins = table.column("from_kop")
    for places in rules.values():
        _check_rule(table, problems, sorted(places, key=lambda place: int(begins[place] or 0)))


def _check_row(table: Table, problems: Problems, place: int) -> None:
    kind = table.column("kind")[place]
    fixed, rate = table.column("fixed_kop")[place], table.column("rate_ppm")[place]
    begin, end = table.column("from_kop")[place], table.column("to_kop")[place]
    low, high = table.column("min_kop")[place], table.column("max_kop")[place]
    if kind == CommissionKind.FIXED and fixed is None:
        complain(
            table, problems, place, field="fixed_kop", message="у вида «фиксированная» нет суммы",
            hint="Заполните столбец «Фиксированная».",
        )  # fmt: skip
    elif kind != CommissionKind.FIXED and rate is None:
        complain(
            table, problems, place, field="rate_ppm", message="ставка не указана",
            hint="Заполните столбец «Ставка» или выберите вид «фиксированная».",
        )  # fmt: skip
    elif kind not in _TIERED and (begin != "0" or end is not None):
        complain(
            table, problems, place, field="kind", message="у этого вида нет ступеней",
            hint="Уберите «От» и «До суммы» или выберите вид «ступени».",
        )  # fmt: skip
    elif end is not None and int(end) <= int(begin or 0):
        complain(
            table, problems, place, field="to_kop", message="ступень кончается раньше, чем начата",
            hint="«До суммы» больше, чем «От».",
        )  # fmt: skip
    elif low is not None and high is not None and int(high) < int(low):
        complain(
            table, problems, place, field="max_kop", message="максимум меньше минимума",
            hint="Исправьте один из них.",
        )  # fmt: skip


def _check_rule(table: Table, problems: Problems, places: list[int]) -> None:
    begins, ends = table.column("from_kop"), table.column("to_kop")
    first = places[0]
    shared = _SHARED
    if table.column("kind")[first] == CommissionKind.PROGRESSIVE:
        shared += _OF_WHOLE
    for before, place in pairwise(places):
        for field, word in shared:
            if table.column(field)[place] != table.column(field)[first]:
                complain(
                    table, problems, place, field=field,
                    message=f"{word}: не то же, что у ступени в строке {table.number[first]}",
                    hint="У ступеней одного правила это одно и то же.",
                )  # fmt: skip
                return
        if ends[before] != begins[place]:
            complain(
                table, problems, place, field="from_kop",
                message="ступени не стыкуются: предыдущая "
                f"(строка {table.number[before]}) кончается не здесь",
                hint="«От» каждой ступени равно «До суммы» предыдущей.",
            )  # fmt: skip
            return
