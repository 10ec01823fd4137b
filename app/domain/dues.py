"""What is owed on an account: by service, contract and period of origin, as columns.

    Dues ── account        who pays, where, open or closed
         ├─ purposes       the services under their contracts, in the order of the catalogue
         └─ columns        purpose · origin period · principal · penalty · charged

Debt is positive, credit negative. A payee is the contract: what is overpaid to one payee
never pays the debt to another (money.md §6.1), so

    payable = Σ over contracts of max(0, net)      advance = Σ over contracts of max(0, −net)

Inside a contract a credit first covers the debts of its own service, oldest first, then those
of the other services; principal before penalty everywhere (Пленум ВС № 54, п. 37).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from app.domain.period import Period
from app.domain.terms import PaymentTerms


class AccountState(StrEnum):
    """Whether an account is in force on a day."""

    OPEN = "open"
    CLOSED = "closed"
    NOT_YET = "not-yet"


@dataclass(frozen=True, slots=True)
class PayerAccount:
    """The account as the desk shows it above the debts; closed_on is the first day closed."""

    account_id: UUID
    number: str
    payer: str
    address: str
    opened_on: date
    closed_on: date | None = None
    branch_id: int = 0

    def state_on(self, day: date) -> AccountState:
        """Say whether the account is in force on a day."""
        if self.closed_on is not None and day >= self.closed_on:
            return AccountState.CLOSED
        return AccountState.NOT_YET if day < self.opened_on else AccountState.OPEN


@dataclass(frozen=True, slots=True)
class Purpose:
    """What money may be for: a service under a contract; position orders the services.

    :ivar creditor_id: the organisation the money is owed to; None: only the contract is known
    """

    service_id: UUID
    contract_id: UUID
    service_code: str
    service_name: str
    contract_number: str
    payee: str
    position: int = 0
    creditor_id: UUID | None = None
    is_capital_repair: bool = False

    @property
    def payee_id(self) -> UUID:
        """Whose money it is: contracts of one organisation share it."""
        return self.creditor_id or self.contract_id

    @property
    def order(self) -> tuple[int, str, str]:
        return (self.position, self.service_code, self.contract_number)


@dataclass(frozen=True, slots=True)
class Due:
    """One row of dues, kopecks; charged is the weight of ПП 253: what its period's bill showed."""

    purpose: Purpose
    origin_period: Period
    principal_kop: int
    penalty_kop: int = 0
    charged_kop: int = 0


@dataclass(frozen=True, slots=True)
class LastPayment:
    """The last money that came, to be told to the payer."""

    paid_on: date
    amount_kop: int


@dataclass(frozen=True)
class Dues:
    """All that is owed on one account, as columns in the order of period and service.

    :ivar version: of the account's books; a payment computed from other books is refused
    :ivar posting_period: the month that money of the day is posted into
    :ivar purpose_of: for each row the index of its purpose
    :ivar advance_weights: for each purpose what its last bill charged, the weights of an advance
    """

    account: PayerAccount
    version: str
    posting_period: Period
    terms: PaymentTerms
    purposes: tuple[Purpose, ...]
    purpose_of: tuple[int, ...] = ()
    origin_periods: tuple[Period, ...] = ()
    principal_kop: tuple[int, ...] = ()
    penalty_kop: tuple[int, ...] = ()
    charged_kop: tuple[int, ...] = ()
    advance_weights: tuple[int, ...] = ()
    last_payment: LastPayment | None = None

    def __post_init__(self) -> None:
        size = len(self.purpose_of)
        assert size == len(self.origin_periods) == len(self.principal_kop)
        assert size == len(self.penalty_kop) == len(self.charged_kop)
        assert len(self.advance_weights) == len(self.purposes)
        assert list(self.purposes) == sorted(self.purposes, key=lambda purpose: purpose.order)

    def __len__(self) -> int:
        return len(self.purpose_of)

    def rows(self) -> Iterator[Due]:
        """Give the rows one by one, oldest period first."""
        for row, purpose in enumerate(self.purpose_of):
            yield Due(
                self.purposes[purpose],
                self.origin_periods[row],
                self.principal_kop[row],
                self.penalty_kop[row],
                self.charged_kop[row],
            )

    @property
    def balance_kop(self) -> int:
        """The whole of it, credits included: the balance of the account now."""
        return sum(self.principal_kop) + sum(self.penalty_kop)

    @cached_property
    def nets_kop(self) -> dict[UUID, int]:
        """What is owed to each payee, by contract; an advance is negative."""
        nets: dict[UUID, int] = {}
        for place, purpose in enumerate(self.purpose_of):
            contract = self.purposes[purpose].contract_id
            owed = self.principal_kop[place] + self.penalty_kop[place]
            nets[contract] = nets.get(contract, 0) + owed
        return nets

    @property
    def payable_kop(self) -> int:
        """Итого к оплате: a payee that is overpaid contributes nothing."""
        return sum(max(0, net) for net in self.nets_kop.values())

    @property
    def advance_kop(self) -> int:
        return sum(max(0, -net) for net in self.nets_kop.values())

    @cached_property
    def outstanding(self) -> "Outstanding":
        """What is left of each row when the credits have covered what they cover."""
        return _netted(self)

    def overdue_kop(self, on: date) -> int:
        """What of the principal should have been paid before a day."""
        return sum(
            principal
            for principal, origin in zip(
                self.outstanding.principal_kop, self.origin_periods, strict=True
            )
            if self.terms.due_on(origin) < on
        )


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Rows of dues after netting, none negative: the caps of an allocation."""

    principal_kop: tuple[int, ...]
    penalty_kop: tuple[int, ...]

    @property
    def total_kop(self) -> int:
        return sum(self.principal_kop) + sum(self.penalty_kop)


def of_rows(
    rows: list[Due],
    *,
    account: PayerAccount,
    version: str,
    posting_period: Period,
    terms: PaymentTerms,
    advance_weights: dict[Purpose, int] | None = None,
    last_payment: LastPayment | None = None,
) -> Dues:
    """Put rows in order and make columns of them."""
    advance = advance_weights or {}
    purposes = tuple(
        sorted({row.purpose for row in rows} | set(advance), key=lambda purpose: purpose.order)
    )
    place_of = {purpose: place for place, purpose in enumerate(purposes)}
    ordered = sorted(rows, key=lambda row: (row.origin_period, place_of[row.purpose]))
    return Dues(
        account=account,
        version=version,
        posting_period=posting_period,
        terms=terms,
        purposes=purposes,
        purpose_of=tuple(place_of[row.purpose] for row in ordered),
        origin_periods=tuple(row.origin_period for row in ordered),
        principal_kop=tuple(row.principal_kop for row in ordered),
        penalty_kop=tuple(row.penalty_kop for row in ordered),
        charged_kop=tuple(row.charged_kop for row in ordered),
        advance_weights=tuple(max(0, advance.get(purpose, 0)) for purpose in purposes),
        last_payment=last_payment,
    )


def _netted(dues: Dues) -> Outstanding:
    principal = [max(0, owed) for owed in dues.principal_kop]
    penalty = [max(0, owed) for owed in dues.penalty_kop]
    spare: dict[UUID, int] = {}
    for place in range(len(dues.purposes)):
        mine = [row for row, purpose in enumerate(dues.purpose_of) if purpose == place]
        credit = -sum(
            min(0, dues.principal_kop[row]) + min(0, dues.penalty_kop[row]) for row in mine
        )
        left = _cover(credit, mine, principal, penalty)
        contract = dues.purposes[place].contract_id
        spare[contract] = spare.get(contract, 0) + left

    for contract, credit in spare.items():
        same = [
            row
            for row, purpose in enumerate(dues.purpose_of)
            if dues.purposes[purpose].contract_id == contract
        ]
        _cover(credit, same, principal, penalty)

    found = Outstanding(tuple(principal), tuple(penalty))
    assert found.total_kop == dues.payable_kop
    return found


def _cover(credit: int, rows: list[int], principal: list[int], penalty: list[int]) -> int:
    """Let a credit cover debts in the order of the rows; give what is left of it."""
    for debts in (principal, penalty):
        for row in rows:
            if not credit:
                return 0
            covered = min(credit, debts[row])
            debts[row] -= covered
            credit -= covered
    return credit
