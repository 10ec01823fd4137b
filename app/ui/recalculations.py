"""The page of recalculations on the real books: the queue, a preview, the posting."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from uuid_utils.compat import uuid7

from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations import recalculate
from app.operations.recalculate import Asked, Preview, Recalculation
from app.store import recalculating
from app.store.engine import Engine
from app.store.reading import reading
from app.store.recalculating import Due


@dataclass(frozen=True, slots=True)
class Recalculations:
    """Recalculations of one database, in the name of one operator."""

    engine: Engine
    operator: str
    now: Callable[[], datetime]

    def queue(self) -> tuple[Period, Sequence[Due]]:
        """Give the month recalculations go into, and what waits."""
        with reading(self.engine) as snapshot:
            return recalculating.target(snapshot), recalculating.queue(snapshot)

    def preview(self, asked: Asked) -> Preview:
        """Give the differences; nothing is written."""
        return recalculate.preview(self.engine, asked)

    def post(self, asked: Asked) -> Recalculation:
        """Post the differences."""
        voucher = Voucher(
            uuid7(), VoucherKind.ADJUSTMENT, self.operator, self.now(), reason=asked.reason
        )
        return recalculate.recalculate(self.engine, voucher, asked)
