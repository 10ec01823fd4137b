"""Lines that lower what was charged: gathered one by one, of segments or of whole rows."""

from dataclasses import dataclass, field

import numpy as np

from app.domain.basis import SLOTS, Basis
from app.domain.ledger import EntryKind
from app.domain.money import Ints
from app.domain.pricing import Lines
from app.domain.situation import Situation

_COLUMNS = ("place", "zone", "component", "kind", "basis", "volume_mcu", "price_mcr", "amount_kop")


@dataclass(slots=True)
class AddedLines:
    """Rows of lines to come, in the order they were added."""

    rows: list[tuple[int, ...]] = field(default_factory=list)
    slots: list[tuple[int, ...]] = field(default_factory=list)

    def add(
        self,
        place: int,
        kind: EntryKind,
        *,
        basis: Basis,
        slots: tuple[int, ...],
        zone: int = 0,
        component: int = 0,
        volume_mcu: int = 0,
        price_mcr: int = 0,
        amount_kop: int = 0,
    ) -> None:
        """Add a line of a segment."""
        about = (zone, component, int(kind), int(basis), volume_mcu, price_mcr, amount_kop)
        self.rows.append((place, *about))
        self.slots.append(slots + (0,) * (SLOTS - len(slots)))

    def lines(self) -> Lines:
        """Give the columns."""
        table = np.array(self.rows, dtype=np.int64).reshape(len(self.rows), len(_COLUMNS))
        columns = dict(zip(_COLUMNS, table.T, strict=True))
        return Lines(
            is_shared=np.zeros(len(self.rows), dtype=bool),
            slots=np.array(self.slots, dtype=np.int64).reshape(len(self.rows), SLOTS),
            **columns,
        )


def joined_lines(parts: list[Lines]) -> Lines:
    """Put several sets of lines one after another."""
    return Lines(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Lines.__slots__)
    )


def with_spans(of: Situation, first: Ints, day_from: Ints, day_to: Ints) -> Situation:
    """Append to all segments spans of their rows: days of several segments as one.

    :param first: shape (n,), a segment of each row
    """
    added = of.taken(first)
    columns = {name: getattr(added, name) for name in Situation.__slots__}
    columns["place"] = np.arange(len(of.place), len(of.place) + len(first), dtype=np.int64)
    columns["day_from"], columns["day_to"] = day_from, day_to
    return Situation(
        **{name: np.concatenate([getattr(of, name), one]) for name, one in columns.items()}
    )
