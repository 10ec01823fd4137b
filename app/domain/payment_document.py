"""The payment document (ЕПД) as a value: form 43/пр, sections 1-5, and the sums it must satisfy.

    PaymentDocument
    ├── Provider            исполнитель: who manages the house and answers the telephone
    ├── Payee × n           получатель: bank details and the turnover of what is owed to it
    │   └── Turnover        opening + charged + corrected + penalty − benefits − paid = closing
    ├── MeterRow × n        section 2
    ├── Line × n            section 3; each belongs to one payee
    ├── PenaltyNote × n     section 4
    └── InstalmentRow × n   section 5

    due of a payee  = max(closing, 0)          an overpaid payee asks for nothing, and its
    due of the whole = Σ dues of the payees    advance does not pay the debt to another

Sources: Приказ Минстроя № 43/пр of 26.01.2018; ПП РФ № 354, пп. 69-70.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.domain.period import Period


class LineGroup(StrEnum):
    """The four groups of section 3 in the order of the form."""

    HOUSING = "Содержание жилого помещения"
    CAPITAL_REPAIR = "Взнос на капитальный ремонт"
    UTILITIES = "Коммунальные услуги"
    OTHER = "Прочие услуги"


@dataclass(frozen=True, slots=True)
class Turnover:
    """What moved between the opening and the closing balance, kopecks; debt is positive.

    Corrections may have either sign; benefits and payments reduce the debt and are positive.
    """

    opening_kop: int = 0
    charged_kop: int = 0
    corrected_kop: int = 0
    penalty_kop: int = 0
    benefits_kop: int = 0
    paid_kop: int = 0

    @property
    def period_kop(self) -> int:
        """Сумма к оплате за расчётный период: everything but the opening and the payments."""
        return self.charged_kop + self.corrected_kop + self.penalty_kop - self.benefits_kop

    @property
    def closing_kop(self) -> int:
        return self.opening_kop + self.period_kop - self.paid_kop

    @property
    def debt_kop(self) -> int:
        return max(self.opening_kop, 0)

    @property
    def advance_kop(self) -> int:
        return max(-self.opening_kop, 0)

    @property
    def due_kop(self) -> int:
        return max(self.closing_kop, 0)

    @property
    def closing_advance_kop(self) -> int:
        return max(-self.closing_kop, 0)


@dataclass(frozen=True, slots=True)
class Provider:
    """The исполнитель услуг; texts as printed, empty where unknown."""

    name: str
    inn: str = ""
    address: str = ""
    phone: str = ""
    dispatcher_phone: str = ""
    email: str = ""
    site: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Payee:
    """Who receives a part of the money, where, and how much is owed to it.

    `qr` is the content of a QR for this payee alone, where it is paid apart (direct contracts).
    """

    name: str
    turnover: Turnover
    inn: str = ""
    kpp: str = ""
    bank: str = ""
    bic: str = ""
    bank_account: str = ""
    correspondent_account: str = ""
    qr: bytes = b""

    @property
    def due_kop(self) -> int:
        return self.turnover.due_kop


@dataclass(frozen=True, slots=True)
class MeterRow:
    """A row of section 2: an individual meter between two readings; volumes in mcu."""

    service: str
    number: str
    unit: str = ""
    previous_mcu: int | None = None
    previous_on: date | None = None
    current_mcu: int | None = None
    current_on: date | None = None
    consumed_mcu: int | None = None
    next_verification_on: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A row of section 3: one service, or one resource used for the common property (СОИ).

    `raising_ppm` is the raising factor (1.5 is 1_500_000; 0 when there is none) and
    `excess_kop` what it adds over the fee by the norm, shown apart from it (354, п. 69).
    """

    group: LineGroup
    name: str
    unit: str = ""
    price_mcr: int | None = None
    volume_mcu: int | None = None
    common_volume_mcu: int | None = None
    individual_kop: int = 0
    common_kop: int = 0
    raising_ppm: int = 0
    excess_kop: int = 0
    recalculated_kop: int = 0
    benefits_kop: int = 0
    penalty_kop: int = 0
    method: str = ""
    payee: int = 0

    @property
    def charged_kop(self) -> int:
        return self.individual_kop + self.common_kop + self.excess_kop

    @property
    def total_kop(self) -> int:
        """Всего начислено за расчётный период."""
        return self.charged_kop + self.recalculated_kop - self.benefits_kop

    @property
    def to_pay_kop(self) -> int:
        """Итого к оплате по строке."""
        return self.total_kop + self.penalty_kop


@dataclass(frozen=True, slots=True)
class InstalmentRow:
    """A row of section 5: what of a service is due by an agreement of instalment.

    :ivar current_kop: of debts of the period itself; `previous_kop` of earlier ones
    """

    service: str
    current_kop: int
    previous_kop: int
    interest_ppm: int = 0
    interest_kop: int = 0

    @property
    def to_pay_kop(self) -> int:
        return self.current_kop + self.previous_kop + self.interest_kop


@dataclass(frozen=True, slots=True)
class PenaltyNote:
    """A row of section 4: a penalty of the month, why, how much; a writing off is below zero."""

    name: str
    basis: str
    amount_kop: int


@dataclass(frozen=True, slots=True)
class PaymentDocument:
    """One bill of one account for one period; every figure on the paper comes from here.

    `qr` is the content of the payment QR (slip.build_st), `code128` the digits of the native
    code (slip.build_native); empty when there is nothing to pay, and then nothing is drawn.
    """

    period: Period
    account_number: str
    payer: str
    address: str
    provider: Provider
    payees: tuple[Payee, ...]
    lines: tuple[Line, ...] = ()
    meters: tuple[MeterRow, ...] = ()
    number: str = ""
    gis_id: str = ""
    unified_number: str = ""
    housing_id: str = ""
    area_cm2: int = 0
    living: int | None = None
    registered: int | None = None
    tenure: str = ""
    paid_until: date | None = None
    last_payment_on: date | None = None
    due_on: date | None = None
    penalties: tuple[PenaltyNote, ...] = ()
    penalties_to: date | None = None
    instalment: tuple[InstalmentRow, ...] = ()
    qr: bytes = b""
    code128: str = ""
    turnover: Turnover = field(init=False)

    def __post_init__(self) -> None:
        assert self.payees
        assert all(0 <= line.payee < len(self.payees) for line in self.lines)
        for place, payee in enumerate(self.payees):
            assert charges_agree(payee.turnover, self.lines_of(place)), payee.name
        object.__setattr__(self, "turnover", summed(payee.turnover for payee in self.payees))
        assert self.due_kop - self.closing_advance_kop == self.turnover.closing_kop
        assert self.debt_kop - self.advance_kop == self.turnover.opening_kop

    def lines_of(self, payee: int) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.payee == payee)

    @property
    def debt_kop(self) -> int:
        """Задолженность за предыдущие периоды, over the payees it is owed to."""
        return sum(payee.turnover.debt_kop for payee in self.payees)

    @property
    def advance_kop(self) -> int:
        """Аванс на начало расчётного периода, over the payees that were overpaid."""
        return sum(payee.turnover.advance_kop for payee in self.payees)

    @property
    def due_kop(self) -> int:
        """Итого к оплате: an advance with one payee never lowers what another is owed."""
        return sum(payee.due_kop for payee in self.payees)

    @property
    def closing_advance_kop(self) -> int:
        return sum(payee.turnover.closing_advance_kop for payee in self.payees)


def summed(turnovers: Iterable[Turnover]) -> Turnover:
    """Add turnovers part by part."""
    whole = tuple(turnovers)
    return Turnover(
        opening_kop=sum(part.opening_kop for part in whole),
        charged_kop=sum(part.charged_kop for part in whole),
        corrected_kop=sum(part.corrected_kop for part in whole),
        penalty_kop=sum(part.penalty_kop for part in whole),
        benefits_kop=sum(part.benefits_kop for part in whole),
        paid_kop=sum(part.paid_kop for part in whole),
    )


def turnover_of(lines: Iterable[Line], *, opening_kop: int = 0, paid_kop: int = 0) -> Turnover:
    """Give the turnover that lines make between an opening balance and payments.

    :param opening_kop: debt positive, advance negative
    :param paid_kop: payments taken into account, positive
    """
    rows = tuple(lines)
    return Turnover(
        opening_kop=opening_kop,
        charged_kop=sum(row.charged_kop for row in rows),
        corrected_kop=sum(row.recalculated_kop for row in rows),
        penalty_kop=sum(row.penalty_kop for row in rows),
        benefits_kop=sum(row.benefits_kop for row in rows),
        paid_kop=paid_kop,
    )


def charges_agree(turnover: Turnover, lines: Iterable[Line]) -> bool:
    """Say whether the lines of a payee add up to what its turnover says was charged."""
    made = turnover_of(lines, opening_kop=turnover.opening_kop, paid_kop=turnover.paid_kop)
    return made == turnover
