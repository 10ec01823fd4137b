"""Payments whose payer is not known: what waits, and the accounts they may be for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain import payment_matching
from app.domain.payment_matching import (
    PATTERNS_CODE,
    KnownAccount,
    MatchCandidate,
    UnidentifiedPayment,
)
from app.store.reading import Snapshot
from app.store.search import PLACE

_CANDIDATES_MAX = 200

_WAITING = """
select payment.id, payment.paid_on, payment.amount_kop, organisation.code as creditor,
  coalesce(agent.code, '') as agent, coalesce(payment.external_id, '') as external_id,
  payment.channel, told.payer, told.purpose, told.address, told.given_number,
  payment.amount_kop - coalesce((
    select sum(move.amount_kop) from app.payment_move as move
    where move.source = payment.id and not exists (
      select 1 from app.payment as undone where undone.reverses = move.id)), 0)::bigint as left_kop
from app.payment
join app.account on account.id = payment.account_id
join app.organisation on organisation.id = account.suspense_of
left join app.organisation as agent on agent.id = payment.agent_id
left join app.unidentified_payment as told on told.payment_id = payment.id
where payment.amount_kop > 0 and payment.reverses is null
  and not exists (select 1 from app.payment as undone where undone.reverses = payment.id)
  and (%(key)s::uuid is null or payment.id = %(key)s)
order by payment.paid_on, payment.id
"""

# By number, by words of the payer and the address, by what is owed exactly this much.
_ACCOUNTS = f"""
with numbered as (
  select id from app.account
  where ltrim(number, '0') = any (%(numbers)s) or former_number = any (%(spelt)s)
    or unified_number = any (%(spelt)s) or gis_number = any (%(spelt)s)
), worded as (
  select account_id as id from app.account_search
  where words like any (%(words)s)
  order by (select count(*) from unnest(%(words)s::text[] || %(places)s::text[]) as one
            where ' ' || words || ' ' like one) desc, account_id
  limit %(limit)s
), owing as (
  select account_id as id from app.closing
  where period = (select max(period) from app.closed_balance_period)
  group by account_id having sum(closing_kop) = %(amount)s limit %(limit)s
)
select account.number, coalesce(version.payer, '') as payer, coalesce(house.street, '') as street,
  house.building || coalesce(house.block, '') as building, premises.number as flat,
  coalesce(account.former_number, '') as former_number,
  coalesce(account.unified_number, '') as unified_number,
  coalesce(account.gis_number, '') as gis_number,
  (select coalesce(sum(greatest(owed, 0)), 0)::bigint from (
     select sum(charged_kop + moved_kop + penalty_kop) as owed from app.balance
     where balance.account_id = account.id group by contract_id) as by_contract) as payable_kop
from (select id from numbered union select id from worded union select id from owing) as fitting
join app.account on account.id = fitting.id
{PLACE}
"""


@dataclass(frozen=True, slots=True)
class WaitingPayment:
    """A payment that waits to be identified; left_kop is what was not moved yet."""

    key: UUID
    paid_on: date
    creditor: str
    channel: str
    agent: str
    external_id: str
    left_kop: int
    told: UnidentifiedPayment


def waiting(
    snapshot: Snapshot, *, key: UUID | None = None, is_all: bool = False
) -> tuple[WaitingPayment, ...]:
    """Give what waits, the oldest first; all also those that were resolved.

    :param key: this one alone
    """
    return tuple(
        WaitingPayment(
            key=row.id,
            paid_on=row.paid_on,
            creditor=row.creditor,
            channel=row.channel,
            agent=row.agent,
            external_id=row.external_id,
            left_kop=row.left_kop,
            told=UnidentifiedPayment(
                row.amount_kop, row.payer or "", row.purpose or "", row.address or "",
                row.given_number or "",
            ),
        )
        for row in snapshot.rows(_WAITING, key=key)
        if is_all or row.left_kop
    )  # fmt: skip


def candidates(
    snapshot: Snapshot, payment: UnidentifiedPayment, *, on: date, limit: int = 10
) -> tuple[MatchCandidate, ...]:
    """Give the accounts a payment may be for, the likeliest first.

    :param on: the day whose patterns of numbers count
    :raises BadPattern: when the centre's pattern is none
    """
    patterns = payment_matching.patterns_of(
        snapshot.value(
            "select value from app.parameter where code = %(code)s and valid_from <= %(on)s"
            " and (valid_to is null or %(on)s < valid_to)",
            code=PATTERNS_CODE,
            on=on,
        )
    )
    numbers = payment_matching.numbers_in(payment, patterns=patterns)
    rows = snapshot.rows(
        _ACCOUNTS,
        numbers=[number.lstrip("0") or "0" for number in numbers],
        spelt=_spellings(numbers, payment),
        words=[f"%{_literal(word)}%" for word in payment_matching.words_of(payment)],
        places=[f"% {_literal(word)} %" for word in payment_matching.places_of(payment)],
        amount=payment.amount_kop,
        limit=_CANDIDATES_MAX,
    )
    known = [
        KnownAccount(
            number=row.number,
            payer=row.payer,
            street=row.street,
            building=row.building,
            flat=row.flat,
            former_number=row.former_number,
            unified_number=row.unified_number,
            gis_number=row.gis_number,
            payable_kop=row.payable_kop,
        )
        for row in rows
    ]
    return payment_matching.ranked(payment, known, patterns=patterns)[:limit]


def _spellings(numbers: Sequence[str], payment: UnidentifiedPayment) -> list[str]:
    words = f"{payment.given_number} {payment.purpose}".split()
    bare = [word.strip(".,;:()№") for word in words]
    return list(dict.fromkeys([*numbers, *(number.lstrip("0") for number in numbers), *bare]))


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
