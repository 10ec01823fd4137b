"""The page of charges on the real books: what a month's run has come to, and what goes on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from uuid_utils.compat import uuid7

from app.domain.period import Period
from app.domain.review import DoubtReason
from app.domain.voucher import Voucher, VoucherKind
from app.operations import charge_month, review_charges
from app.store import charging, reviewing, workplace
from app.store.engine import Engine
from app.store.reading import reading
from app.store.reviewing import DoubtfulCharge
from app.ui.pages.charge_run_model import MonthOfCharges, RunState
from app.ui.task import counting

_SHOWN_PROBLEMS = 6


@dataclass(frozen=True, slots=True)
class ChargeRuns:
    """Charges of one database, in the name of one operator."""

    engine: Engine
    operator: str
    now: Callable[[], datetime]

    def first(self) -> Period:
        """Give the month the page opens with: the first open one."""
        with reading(self.engine) as snapshot:
            return workplace.open_period(snapshot)

    def load(self, period: Period) -> MonthOfCharges:
        """Give what is known of a month."""
        with reading(self.engine) as snapshot:
            snapshot.hold()
            waiting = reviewing.waiting(snapshot, period)
            key = waiting or reviewing.latest(snapshot, period)
            if key is None:
                return MonthOfCharges(period, RunState.NOTHING)
            done = charging.done(snapshot, key)
            problems = charging.problems(snapshot, key)
            return MonthOfCharges(
                period=period,
                state=RunState.WAITING if waiting else RunState.POSTED,
                accounts=done.accounts,
                lines=done.lines,
                amount_kop=done.amount_kop,
                problems=tuple(str(one) for one in problems[:_SHOWN_PROBLEMS]),
                problems_total=len(problems),
                groups=reviewing.groups(snapshot, key),
                differences=reviewing.differences(snapshot, key),
            )

    def calculate(self, period: Period, on_progress: Callable[[int, int], None]) -> None:
        """Charge a month up to the review; on_progress is told done and all accounts."""
        ahead = charge_month.accounts_ahead(self.engine, period)
        key = charge_month.pending_run(self.engine, period) or uuid7()
        charge_month.charge_month(
            self.engine,
            Voucher(key, VoucherKind.CHARGE_RUN, self.operator, self.now()),
            period=period,
            on_progress=counting(ahead, on_progress),
            for_review=True,
        )

    def decide(
        self, period: Period, *, is_approved: bool, reason: DoubtReason, service: str
    ) -> int:
        """Approve or hold a group."""
        return review_charges.decide(
            self.engine,
            review_charges.waiting_run(self.engine, period),
            is_approved=is_approved,
            reason=reason,
            service=service,
            actor=self.operator,
            at=self.now(),
        )

    def publish(self, period: Period) -> int:
        """Make what is approved and beyond doubt count; gives how many are held."""
        key = review_charges.waiting_run(self.engine, period)
        return review_charges.publish(self.engine, key)

    def doubts(
        self, period: Period, *, reason: DoubtReason, service: str
    ) -> Sequence[DoubtfulCharge]:
        """Give the single doubts of a group."""
        with reading(self.engine) as snapshot:
            key = reviewing.waiting(snapshot, period) or reviewing.latest(snapshot, period)
            if key is None:
                return []
            return reviewing.doubts(snapshot, key, reason=reason, service=service, limit=200)
