"""What the payer named for his money, before any rule is asked (ГК РФ, ст. 319.1 п. 1).

    Target ── service, contracts of one payee, period, penalty: what is not given is not named
           ── amount_kop    the part of the payment it is for; None: all that is left
           ── is_whole      all of it stays there: what passes the debt is an advance for it

Money named for the bill of a payee never goes to another payee (ЖК РФ, ст. 157.2), so a target
with contracts keeps what passes its debt: first the payee's other debts, then an advance.
"""

from dataclasses import dataclass
from uuid import UUID

from app.domain import money
from app.domain.dues import Dues, Purpose
from app.domain.period import Period
from app.errors import Refusal


class NotOnAccount(Refusal):
    """What the payer named is not on the account."""


class NamedTooMuch(Refusal):
    """The named parts are more than the payment."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a part of a payment is for, by the payer's own word."""

    service_id: UUID | None = None
    contract_ids: frozenset[UUID] | None = None
    origin_period: Period | None = None
    is_penalty: bool = False
    is_whole: bool = False
    amount_kop: int | None = None
    note: str = ""

    def fits(self, purpose: Purpose) -> bool:
        """Say whether a service under a contract is meant."""
        return (self.service_id is None or self.service_id == purpose.service_id) and (
            self.contract_ids is None or purpose.contract_id in self.contract_ids
        )

    @property
    def names_purpose(self) -> bool:
        """Whether a service or a payee is named, so that a document of its own is meant too."""
        return self.service_id is not None or self.contract_ids is not None


@dataclass(frozen=True, slots=True)
class NamedPart:
    """A target in the words of people, before the dues of the account are known.

    :ivar service: its code
    :ivar contract: its number, or the name of the payee: then all contracts of that payee
    """

    service: str | None = None
    contract: str | None = None
    origin_period: Period | None = None
    is_penalty: bool = False
    is_whole: bool = False
    amount_kop: int | None = None


def target_of(dues: Dues, named: NamedPart) -> Target:
    """Find what is named among the services of an account.

    :raises NotOnAccount: when the account has no such service or payee
    """
    service, contract = named.service, named.contract
    fitting = [one for one in dues.purposes if service is None or one.service_code == service]
    if not fitting:
        raise NotOnAccount(
            f"Услуги «{(service or '')[:40]}» на счёте {dues.account.number} нет. "
            f"Есть: {', '.join(dict.fromkeys(one.service_code for one in dues.purposes)) or '—'}."
        )
    by_contract = [
        one for one in fitting if contract is None or contract in {one.contract_number, one.payee}
    ]
    if not by_contract:
        known = dict.fromkeys(one.contract_number for one in fitting)
        raise NotOnAccount(
            f"Договора или получателя «{(contract or '')[:40]}» на счёте {dues.account.number} "
            f"нет. Есть договоры: {', '.join(known)}."
        )
    return Target(
        service_id=None if service is None else by_contract[0].service_id,
        contract_ids=None
        if contract is None
        else frozenset(one.contract_id for one in by_contract),
        origin_period=named.origin_period,
        is_penalty=named.is_penalty,
        is_whole=named.is_whole,
        amount_kop=named.amount_kop,
        note=_words(by_contract[0], named),
    )


def require_within(targets: tuple[Target, ...], amount_kop: int) -> None:
    """Refuse parts that are more than the payment, or nothing.

    :raises NamedTooMuch: when they are
    """
    named = [target.amount_kop for target in targets if target.amount_kop is not None]
    if any(part <= 0 for part in named) or sum(named) > amount_kop:
        raise NamedTooMuch(
            f"Названные плательщиком части дают {money.shown(sum(named))} ₽, а платёж — "
            f"{money.shown(amount_kop)} ₽. Каждая часть больше нуля, вместе не больше платежа."
        )


def _words(purpose: Purpose, named: NamedPart) -> str:
    words = [
        "пени" if named.is_penalty else "",
        "" if named.service is None else f"услуга «{purpose.service_name}»",
        ""
        if named.contract is None
        else f"получатель «{purpose.payee}» (договор {purpose.contract_number})",
        "" if named.origin_period is None else f"за {named.origin_period.shown}",
    ]
    return ", ".join(word for word in words if word)
