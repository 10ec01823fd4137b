"""The balance of an account for a month: opening, turnover, closing, and what makes it up.

    opening + charged + adjusted + penalty − paid = closing

The month of a day is meant, by the period entries are posted into. Opening is all that was posted
before the month; an opening balance brought in from elsewhere counts into the opening of the month
it is posted into. The turnover is the whole month's, also what is posted into it after the day.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain import dues, period
from app.domain.dues import Due, Dues, PayerAccount, Purpose
from app.domain.period import Period
from app.store import law
from app.store.accounts import NoSuchAccount
from app.store.reading import Snapshot

_ACCOUNT = """
select account.id, account.number, account.opened_on, account.closed_on, account.branch_id
from app.account where account.number = %(number)s
"""

_LAST_PERIOD = "select max(period) from app.entry where account_id = %(account)s"

# Kinds as app/domain/ledger.py groups them.
_TURNOVER = """
select line.service_id, line.contract_id, service.code, service.name, service.position,
  contract.number, coalesce(payee.name, organisation.code) as payee,
  sum(amount_kop) filter (where period < %(first)s
    or line.kind in (30, 52))::bigint as opening_kop,
  sum(amount_kop) filter (where period >= %(first)s
    and line.kind in (1, 2))::bigint as charged_kop,
  sum(amount_kop) filter (where period >= %(first)s
    and (line.kind between 3 and 8 or line.kind in (21, 25)))::bigint as adjusted_kop,
  sum(amount_kop) filter (where period >= %(first)s
    and line.kind in (50, 53, 54))::bigint as penalty_kop,
  sum(-amount_kop) filter (where period >= %(first)s
    and line.kind in (20, 22, 51))::bigint as paid_kop,
  sum(amount_kop)::bigint as closing_kop
from app.entry as line
join app.service on service.id = line.service_id
join app.contract on contract.id = line.contract_id
join app.organisation on organisation.id = coalesce(contract.supplier_id, contract.provider_id)
left join app.organisation_version as payee on payee.organisation_id = organisation.id
  and payee.valid_from <= %(last)s and (payee.valid_to is null or %(last)s < payee.valid_to)
where line.account_id = %(account)s and period <= %(last)s
group by 1, 2, 3, 4, 5, 6, 7
order by service.position, service.code, contract.number
"""

_LINES = """
select service_id, contract_id, origin_period,
  coalesce(sum(amount_kop) filter (where kind < 50), 0)::bigint as principal_kop,
  coalesce(sum(amount_kop) filter (where kind >= 50), 0)::bigint as penalty_kop
from app.entry
where account_id = %(account)s and period <= %(last)s
group by 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Turnover:
    """What moved between an opening and a closing balance, kopecks; paid is positive."""

    opening_kop: int = 0
    charged_kop: int = 0
    adjusted_kop: int = 0
    penalty_kop: int = 0
    paid_kop: int = 0
    closing_kop: int = 0

    def __post_init__(self) -> None:
        moved = self.charged_kop + self.adjusted_kop + self.penalty_kop - self.paid_kop
        assert self.opening_kop + moved == self.closing_kop

    def __add__(self, other: "Turnover") -> "Turnover":
        return Turnover(
            self.opening_kop + other.opening_kop,
            self.charged_kop + other.charged_kop,
            self.adjusted_kop + other.adjusted_kop,
            self.penalty_kop + other.penalty_kop,
            self.paid_kop + other.paid_kop,
            self.closing_kop + other.closing_kop,
        )


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """The balance of one account for the month of a day.

    :ivar by_purpose: turnover of each service under its contract, in the order of services
    :ivar lines: what is not zero at the end of the month, oldest period first
    :ivar overdue_kop: principal whose day of payment is before `on`, credits taken off
    """

    account_number: str
    on: date
    period: Period
    total: Turnover
    by_purpose: tuple[tuple[Purpose, Turnover], ...]
    lines: tuple[Due, ...]
    overdue_kop: int


def account_balance(
    snapshot: Snapshot, number: str, *, on: date | None, today: date
) -> AccountBalance:
    """Read the balance of an account.

    :param on: a day of the month that is asked; None is today, or the last day of the last month
        with entries when the books are ahead of the clock
    :raises NoSuchAccount: when no account has this number
    """
    account = snapshot.one(_ACCOUNT, number=number)
    if account is None:
        raise NoSuchAccount(
            f"Лицевого счёта {number[:40]} нет. Проверьте номер или найдите счёт по адресу (F2)."
        )
    day = on or _now(snapshot, account.id, today)
    month = period.of(day)
    by_purpose = turnovers(snapshot, account.id, first=month, last=month)
    total = sum((turnover for _, turnover in by_purpose), Turnover())
    owed = _owed(
        snapshot,
        PayerAccount(
            account.id, account.number, "", "", account.opened_on, account.closed_on,
            account.branch_id,
        ),
        {(purpose.service_id, purpose.contract_id): purpose for purpose, _ in by_purpose},
        month,
    )  # fmt: skip
    assert owed.balance_kop == total.closing_kop
    return AccountBalance(
        account_number=account.number,
        on=day,
        period=month,
        total=total,
        by_purpose=by_purpose,
        lines=tuple(owed.rows()),
        overdue_kop=owed.overdue_kop(day),
    )


def turnovers(
    snapshot: Snapshot, account_id: UUID, *, first: Period, last: Period
) -> tuple[tuple[Purpose, Turnover], ...]:
    """Give what moved in the months from first to last, both included, by service and contract."""
    rows = snapshot.rows(_TURNOVER, account=account_id, first=first.first_day, last=last.first_day)
    return tuple(
        (
            Purpose(
                row.service_id, row.contract_id, row.code, row.name, row.number, row.payee,
                row.position,
            ),
            Turnover(
                row.opening_kop or 0, row.charged_kop or 0, row.adjusted_kop or 0,
                row.penalty_kop or 0, row.paid_kop or 0, row.closing_kop,
            ),
        )
        for row in rows
    )  # fmt: skip


def _now(snapshot: Snapshot, account_id: UUID, today: date) -> date:
    last: date | None = snapshot.value(_LAST_PERIOD, account=account_id)
    return today if last is None else max(today, period.of(last).last_day)


def _owed(
    snapshot: Snapshot,
    account: PayerAccount,
    purposes: dict[tuple[UUID, UUID], Purpose],
    month: Period,
) -> Dues:
    rows = snapshot.rows(_LINES, account=account.account_id, last=month.first_day)
    return dues.of_rows(
        [
            Due(
                purposes[row.service_id, row.contract_id],
                period.of(row.origin_period),
                row.principal_kop,
                row.penalty_kop,
            )
            for row in rows
            if row.principal_kop or row.penalty_kop
        ],
        account=account,
        version="",
        posting_period=month,
        terms=law.payment_terms(),
    )
