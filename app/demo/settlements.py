"""What the story does with the money owed and paid: penalties, transfers, reports, the check list.

after the recalculation ─► penalties to the end of the last month
after the desk ─► money to suppliers and the orders for the bank ─► reports ─► what stops closing
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from app.demo.books import MONTHS
from app.domain.analysis import Cut, Dimension
from app.domain.closing import ClosingCheck
from app.domain.voucher import Voucher, VoucherKind
from app.operations import payment_orders
from app.operations.accrue_penalties import Accrued, accrue_penalties
from app.operations.close_period import check_period
from app.operations.make_report import Wanted, make_report, write_report
from app.operations.transfer_to_suppliers import TransfersPosted, plan_transfers, post_transfers
from app.store.engine import Engine
from app.store.reading import reading

ORDERS = "transfers.txt"
REPORTS = {
    "turnover.xlsx": Wanted(
        "turnover", Cut(MONTHS[0], MONTHS[-1], by=(Dimension.HOUSE, Dimension.SERVICE))
    ),
    "turnover.pdf": Wanted(
        "turnover", Cut(MONTHS[-1], MONTHS[-1], by=(Dimension.CREDITOR, Dimension.SERVICE))
    ),
    "ageing.pdf": Wanted("ageing", Cut(MONTHS[0], MONTHS[-1], by=(Dimension.CREDITOR,))),
}


@dataclass(frozen=True, slots=True)
class Settlements:
    """The settlements under the story.

    :ivar voucher: gives a fresh voucher of a kind
    """

    engine: Engine
    voucher: Callable[..., Voucher]
    now: Callable[[], datetime]

    def penalties(self) -> Accrued:
        """Accrue penalties to the last day of the last month."""
        return accrue_penalties(
            self.engine, self.voucher(VoucherKind.PENALTY), on=MONTHS[-1].last_day
        )

    def transfer(self, folder: Path) -> tuple[date, TransfersPosted]:
        """Send what came today to the suppliers on the next working day; write the orders."""
        tomorrow = self.now().date() + timedelta(days=1)
        with reading(self.engine) as snapshot:
            on = plan_transfers(snapshot, on=tomorrow).next_working
        posted = post_transfers(self.engine, self.voucher(VoucherKind.BANK_TRANSFER), on=on)
        with reading(self.engine) as snapshot:
            orders = payment_orders.of_posted(snapshot, posted, on=on)
            content = payment_orders.orders_file(snapshot, orders, dated=on, at=self.now())
        payment_orders.save(content, folder / ORDERS)
        return on, posted

    def reports(self, folder: Path, *, actor: str) -> int:
        """Write the reports; gives how many rows they have."""
        folder.mkdir(exist_ok=True)
        rows = 0
        for name, wanted in REPORTS.items():
            report = make_report(self.engine, wanted)
            write_report(report, folder / name, at=self.now(), actor=actor)
            rows += len(report.rows)
        return rows

    def before_closing(self) -> tuple[ClosingCheck, ...]:
        """Give what the check list of the last month says."""
        return check_period(self.engine, period=MONTHS[-1])
