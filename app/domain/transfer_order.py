"""What a person orders: an act of balance transfer, a change of supplier or provider.

    TransferOrder   account → account · contract → contract · service → service · out of the system
    ChangeOrder     contract → contract of houses and accounts, from a day on

An order is what is compared when its key comes again: the balances may be others by then.
"""

from dataclasses import dataclass
from datetime import date

from app.domain.balance_transfer import Part
from app.domain.period import Period
from app.domain.transfer_act import TransferKind
from app.errors import Refusal


class NotAnOrder(Refusal):
    """An order that contradicts itself or says too little."""


@dataclass(frozen=True, slots=True)
class TransferOrder:
    """What is to move where.

    :ivar moved_on: from this day it is owed there; not in the future
    :ivar accounts: numbers, with `houses` codes; none of both: every account that owes so
    :ivar from_contract: without to_contract only these balances are looked at
    :ivar parts: None for what goes by the settings of the centre
    :ivar amount_kop: a sum instead of the whole, of one account, oldest periods first
    :ivar recipient: who takes the balance over outside the system
    """

    number: str
    dated: date
    basis: str
    moved_on: date
    accounts: tuple[str, ...] = ()
    houses: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    first: Period | None = None
    last: Period | None = None
    parts: frozenset[Part] | None = None
    amount_kop: int | None = None
    from_account: str | None = None
    to_account: str | None = None
    from_contract: str | None = None
    to_contract: str | None = None
    from_service: str | None = None
    to_service: str | None = None
    recipient: str | None = None

    def __post_init__(self) -> None:
        _check_head(self.number, self.basis)
        if bool(self.from_account) != bool(self.to_account):
            raise NotAnOrder("Укажите оба счёта: с какого и на какой передаётся сальдо.")
        if bool(self.from_service) != bool(self.to_service):
            raise NotAnOrder("Укажите обе услуги: с какой и на какую передаётся сальдо.")
        if self.to_contract and not self.from_contract:
            raise NotAnOrder("Укажите и прежний договор: с какого передаётся сальдо.")
        ways = [self.to_account, self.to_service or self.to_contract, self.recipient]
        if sum(way is not None for way in ways) != 1:
            raise NotAnOrder(
                "Укажите одно: со счёта на счёт, с договора на договор, с услуги на услугу "
                "или за пределы системы."
            )
        self._check_same()
        if self.from_account and (self.accounts or self.houses):
            raise NotAnOrder("Со счёта на счёт передают без списка счетов и домов: уберите его.")
        if self.recipient and not (self.accounts or self.houses or self.from_contract):
            raise NotAnOrder("Укажите, чьё сальдо выбывает: счета, дома или договор.")
        if self.from_service and not (self.accounts or self.houses or self.from_contract):
            raise NotAnOrder("Укажите, чьё сальдо переходит на услугу: счета, дома или договор.")
        if self.amount_kop is not None and not self._is_of_one:
            raise NotAnOrder("Сумму передают с одного счёта. Укажите один счёт или уберите сумму.")

    def _check_same(self) -> None:
        for before, after, what in (
            (self.from_account, self.to_account, "Счета"),
            (self.from_contract, self.to_contract if not self.to_service else None, "Договоры"),
            (self.from_service, self.to_service if not self.to_contract else None, "Услуги"),
        ):
            if before and before == after:
                raise NotAnOrder(
                    f"{what} «от кого» и «кому» совпадают: {before}. Передавать сальдо самому "
                    "себе незачем."
                )

    @property
    def _is_of_one(self) -> bool:
        return bool(self.from_account) or (len(self.accounts) == 1 and not self.houses)

    @property
    def kind(self) -> TransferKind:
        if self.recipient:
            return TransferKind.OUT
        if self.to_account:
            return TransferKind.ACCOUNT
        return TransferKind.SERVICE if self.to_service else TransferKind.CREDITOR

    def as_request(self) -> dict[str, object]:
        """Give the order as it is kept with its voucher."""
        return _request(self)


@dataclass(frozen=True, slots=True)
class MadeContract:
    """A contract made together with the act that passes to it."""

    number: str
    provider: str
    supplier: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def __post_init__(self) -> None:
        if not self.number.strip():
            raise NotAnOrder("У нового договора нет номера. Укажите его.")
        if self.valid_from and self.valid_to and self.valid_to <= self.valid_from:
            raise NotAnOrder(
                f"Новый договор кончается {self.valid_to:%d.%m.%Y}, раньше, чем начинается "
                f"{self.valid_from:%d.%m.%Y}. Исправьте одну из дат."
            )

    @property
    def kind(self) -> str:
        return "three-sided" if self.supplier else "two-sided"


@dataclass(frozen=True, slots=True)
class ChangeOrder:
    """Which contract gives way to which, for whom and from which day.

    :ivar services: codes, none for all services of the old contract
    :ivar made: the new contract when there is none yet
    :ivar with_balance: what is owed to the old creditor goes to the new one
    :ivar parts: which parts of it, None for what the settings say
    :ivar last: the last period whose debts go, None for the month before the change
    """

    number: str
    dated: date
    basis: str
    changed_on: date
    old_contract: str
    new_contract: str
    houses: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    made: MadeContract | None = None
    with_balance: bool = False
    parts: frozenset[Part] | None = None
    last: Period | None = None

    def __post_init__(self) -> None:
        _check_head(self.number, self.basis)
        if self.old_contract == self.new_contract:
            raise NotAnOrder(
                f"Прежний и новый договор – один и тот же: № {self.old_contract}. "
                "Укажите другой договор."
            )
        if not self.houses and not self.accounts:
            raise NotAnOrder("Не указано, где меняется договор. Укажите дома или лицевые счета.")
        assert self.made is None or self.made.number == self.new_contract

    def as_request(self) -> dict[str, object]:
        """Give the order as it is kept with its voucher."""
        return _request(self)


def _check_head(number: str, basis: str) -> None:
    if not number.strip() or not basis.strip():
        raise NotAnOrder(
            "У акта нет номера или основания. Укажите номер и документ, на котором он стоит, "
            "например: «соглашение № 5 от 01.11.2026»."
        )


def _request(order: TransferOrder | ChangeOrder | MadeContract) -> dict[str, object]:
    return {
        name: _plain(value)
        for name in order.__slots__
        if (value := getattr(order, name)) not in (None, ())
    }


def _plain(value: object) -> object:
    if isinstance(value, MadeContract):
        return _request(value)
    if isinstance(value, frozenset | tuple):
        return sorted(map(str, value))
    if isinstance(value, bool | int | str):
        return value
    return str(value)
