"""A problem found while doing many things: one thing raises, many things collect."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, and what would be right; texts in Russian.

    :ivar is_warning: something was not taken into account, though everything was done
    """

    message: str
    hint: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    house: str | None = None
    account: str | None = None
    service: str | None = None
    is_warning: bool = False

    def as_json(self) -> dict[str, str | int]:
        """Give the fields that are there, for --json."""
        known = asdict(self)
        del known["is_warning"]
        return {name: value for name, value in known.items() if value is not None}

    def __str__(self) -> str:
        place = [
            f"лист «{self.sheet}»" if self.sheet else "",
            f"строка {self.row}" if self.row else "",
            f"столбец «{self.column}»" if self.column else "",
            f"дом {self.house}" if self.house else "",
            f"счёт {self.account}" if self.account else "",
            f"услуга «{self.service}»" if self.service else "",
        ]
        where = ", ".join(part for part in place if part)
        found = f" (значение «{self.value}»)" if self.value else ""
        text = f"{where}: {self.message}{found}" if where else f"{self.message}{found}"
        stop = "" if text.endswith((".", "!", "?")) else "."
        return f"{text}{stop} {self.hint}" if self.hint else text
