"""What is written is read back: every text, number and date as it was given."""

import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as some

from tests.fixtures.workbooks import checked, written

TEXTS = some.text(
    alphabet=some.characters(min_codepoint=32, exclude_categories=["C"]), min_size=1, max_size=40
).filter(lambda text: text == text.strip() != "")
AREAS = some.decimals(min_value=Decimal("0.0001"), max_value=100_000, places=4)
ROWS = some.lists(
    some.tuples(
        TEXTS, some.none() | TEXTS, AREAS, some.dates(date(1901, 1, 1), date(2099, 12, 31))
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda row: row[0],
)


@given(ROWS)
@settings(max_examples=25, deadline=None)
def test_rows_come_back_as_they_were_written(
    rows: list[tuple[str, str | None, Decimal, date]],
) -> None:
    cells: list[list[object]] = [["Д", number, float(area), text] for number, text, area, _ in rows]
    residents: list[list[object]] = [
        [number, text or "Имя", "постоянно", day] for number, text, _, day in rows
    ]
    sheets = {
        "Помещения": (["Дом", "Номер", "Общая площадь", "Кадастровый номер"], cells),
        "Проживающие": (["Лицевой счёт", "ФИО", "Вид", "С"], residents),
    }

    with tempfile.TemporaryDirectory() as folder:
        book, _ = checked(written(Path(folder), sheets))

    premises = book.tables["Помещения"]
    assert premises.column("number") == [row[0] for row in rows]
    assert premises.column("cadastral_number") == [row[1] for row in rows]
    assert premises.column("total_cm2") == [str(int(row[2] * 10_000)) for row in rows]
    assert book.tables["Проживающие"].column("valid_from") == [row[3].isoformat() for row in rows]
