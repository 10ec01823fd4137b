"""Units of distributors of heat from a CSV: «дом; помещение; единицы», a row a premises."""

import csv
from decimal import Decimal, InvalidOperation
from pathlib import Path

from app.domain import money
from app.errors import Malformed

_HEAD = ("дом", "помещение", "единицы")


class NotUnits(Malformed):
    """The file is not a table of units of distributors."""


def read(path: Path) -> dict[str, dict[str, int]]:
    """Give units in millionths by the code of the house and the premises.

    :raises NotUnits: when the file cannot be read or a row is wrong, with its number
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise NotUnits(f"Файл {path} не читается: {error}. Нужен CSV в кодировке UTF-8.") from error
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    rows = list(csv.reader(text.splitlines(), delimiter=delimiter))
    if not rows or tuple(cell.strip().lower() for cell in rows[0]) != _HEAD:
        raise NotUnits(f"Первая строка файла {path} должна быть: {'; '.join(_HEAD)}.")
    result: dict[str, dict[str, int]] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(_HEAD):
            raise NotUnits(f"Строка {number}: нужно три столбца: {'; '.join(_HEAD)}.")
        house, premises, units = (cell.strip() for cell in row)
        try:
            value = money.millionths(Decimal(units.replace(",", ".")))
        except (InvalidOperation, ValueError) as error:
            raise NotUnits(f"Строка {number}: «{units}» не число единиц.") from error
        if value < 0 or premises in result.get(house, {}):
            raise NotUnits(f"Строка {number}: единицы меньше нуля или помещение названо дважды.")
        result.setdefault(house, {})[premises] = value
    return result
