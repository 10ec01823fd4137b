"""What the story does to the books between the import and the documents.

December of the year before, some houses ─► 07, 08, 09 charged and closed ─► 10 charged
─► corrections of the year before ─► backdated changes imported ─► recalculation into 10
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from uuid_utils.compat import uuid7

from app.demo import backdated, rarities
from app.demo.town import HouseFacts
from app.domain.charge_line import ChargeLine
from app.domain.money import MILLION
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.exchange import workbook_writing
from app.operations.charge_month import ChargedMonth, charge_month
from app.operations.close_period import close_period
from app.operations.correct_heating import correct_heating
from app.operations.correct_manually import correct_manually
from app.operations.correct_waste import correct_waste
from app.operations.import_workbook import Imported, import_workbook
from app.operations.recalculate import Asked, Preview, Recalculation, preview, recalculate
from app.store.engine import Engine

MONTHS = (Period(2026, 7), Period(2026, 8), Period(2026, 9), Period(2026, 10))
YEAR = 2025
DECEMBER = Period(YEAR, 12)
# Units that distributors of heat counted in the year, by the flats that have them.
_UNITS = {str(flat): (640 + 35 * flat) * MILLION for flat in range(1, 8)}


@dataclass(frozen=True, slots=True)
class Recalculated:
    """What backdated changes brought: what was waiting, what it would be, what was posted."""

    imported: Imported
    foreseen: Preview
    posted: Recalculation


@dataclass(frozen=True, slots=True)
class Books:
    """The books under the story.

    :ivar voucher: gives a fresh voucher of a kind, with a reason where one is wanted
    """

    engine: Engine
    voucher: Callable[..., Voucher]

    def charge(self, month: Period, *, houses: Sequence[str] = ()) -> ChargedMonth:
        """Charge a month; all but the last are closed after it."""
        charged = charge_month(
            self.engine, self.voucher(VoucherKind.CHARGE_RUN), period=month, houses=houses
        )
        if month != MONTHS[-1]:
            close_period(self.engine, self.voucher(VoucherKind.CLOSING), period=month)
        return charged

    def charge_before(self) -> ChargedMonth:
        """Charge the December before to the houses whose year is corrected."""
        return self.charge(DECEMBER, houses=rarities.YEAR_BEFORE)

    def correct_year(self) -> list[ChargeLine]:
        """Correct the year before: heating, by distributors too, and solid waste."""
        by_meter = correct_heating(
            self.engine, self._adjusted(f"корректировка отопления за {YEAR} год"), year=YEAR
        )
        by_units = correct_heating(
            self.engine,
            self._adjusted(f"корректировка по распределителям за {YEAR} год"),
            year=YEAR,
            units={rarities.DISTRIBUTORS: _UNITS},
        )
        waste = correct_waste(
            self.engine, self._adjusted(f"перерасчёт ТКО за {YEAR} год"), year=YEAR
        )
        return [*by_meter.lines, *by_units.lines, *waste.lines]

    def correct_by_hand(self, account: str) -> None:
        """Give a resident something back by hand, with the reason."""
        correct_manually(
            self.engine,
            self._adjusted("решение по жалобе № 118 от 03.11.2026: двойная оплата домофона"),
            account=account,
            origin=MONTHS[-2],
            service="ДОМОФОН",
            contract="УК-1",
            amount_kop=-55_00,
            into=MONTHS[-1],
        )

    def recalculate(self, folder: Path, houses: Sequence[HouseFacts]) -> Recalculated:
        """Import what became known late, foresee what it changes, and post it."""
        book = folder / "backdated.xlsx"
        workbook_writing.write(book, backdated.sheets(houses))
        imported = import_workbook(self.engine, self.voucher(VoucherKind.IMPORT), path=book)
        asked = Asked()
        foreseen = preview(self.engine, asked)
        posted = recalculate(
            self.engine, self._adjusted("сведения, ставшие известными позже"), asked
        )
        return Recalculated(imported, foreseen, posted)

    def _adjusted(self, reason: str) -> Voucher:
        return self.voucher(VoucherKind.ADJUSTMENT, reason=reason)


def vouchers(actor: str, now: Callable[[], datetime]) -> Callable[..., Voucher]:
    """Give what makes fresh vouchers of an actor, at the moment each is asked for."""

    def voucher(kind: VoucherKind, *, reason: str | None = None) -> Voucher:
        return Voucher(uuid7(), kind, actor, now(), reason=reason)

    return voucher
