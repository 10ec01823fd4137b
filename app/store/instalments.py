"""Instalment agreements as the books keep them, with what came to their debts since.

What came is told by the entries: payments, set-offs, decreases and writings off of the same
service, contract and period posted after the agreement. What is above a debt of the agreement
(a penalty that grew later) is not counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.domain import period
from app.domain.instalment import (
    ORDER_WORDS,
    InstalmentAgreement,
    InstalmentDebt,
    InstalmentOrder,
    InstalmentPart,
    InstalmentState,
    InstalmentStatus,
    state,
)
from app.errors import Malformed
from app.store.reading import Snapshot

ORDER_CODE = "рассрочка.порядок"
LATE_CODE = "рассрочка.дней_просрочки"
STOPS_CODE = "рассрочка.пени"
RESTORES_CODE = "рассрочка.пени_при_нарушении"
MARGIN_CODE = "рассрочка.надбавка_процентов"
_CODES = (ORDER_CODE, LATE_CODE, STOPS_CODE, RESTORES_CODE, MARGIN_CODE)

_AGREEMENTS = """
select made.voucher_id as id, made.number, account.number as account, made.account_id,
  coalesce(organisation.code, '') as creditor, made.agreed_on, made.interest_ppm, made.late_days,
  made.stops_penalty, made.restores_penalty, voucher.reason, voucher.recorded_at,
  ended.how, ended.ended_on
from app.instalment as made
join app.voucher on voucher.id = made.voucher_id
join app.account on account.id = made.account_id
left join app.organisation on organisation.id = made.creditor_id
left join app.instalment_end as ended on ended.instalment_id = made.voucher_id
where (%(accounts)s::text[] is null or account.number = any (%(accounts)s::text[]))
  and (%(number)s::text is null or made.number = %(number)s::text)
order by made.agreed_on, made.number
"""
_DEBTS = """
select debt.*, service.name as service_name from app.instalment_debt as debt
join app.service on service.id = debt.service_id
where debt.voucher_id = any (%(keys)s)
order by debt.origin_period, service.position, service.code, debt.contract_id
"""
_PARTS = """
select part.*, posted.voucher_id is not null as is_posted
from app.instalment_part as part
left join app.instalment_interest as posted
  on posted.instalment_id = part.voucher_id and posted.part_no = part.part_no
where part.voucher_id = any (%(keys)s) order by part.part_no
"""
# The debts of the agreement as they moved since it was made; what was reversed is taken back.
_RECEIVED = """
select made.voucher_id as id, debt.service_id, debt.contract_id, debt.origin_period,
  entry.kind >= 50 as is_penalty, -entry.amount_kop as amount_kop,
  coalesce(payment.paid_on, setoff.credited_on, refund.paid_on, written.made_at::date) as on_day
from app.instalment as made
join app.voucher as agreed on agreed.id = made.voucher_id
join app.instalment_debt as debt on debt.voucher_id = made.voucher_id
join app.entry on entry.account_id = made.account_id and entry.run_no = 0
  and entry.service_id = debt.service_id and entry.contract_id = debt.contract_id
  and entry.origin_period = debt.origin_period
join app.voucher as written on written.id = entry.voucher_id
left join app.payment on payment.id = entry.voucher_id
left join app.setoff_line as setoff
  on setoff.voucher_id = entry.voucher_id and setoff.line_no = entry.line_no
left join app.refund on refund.id = entry.voucher_id
where made.voucher_id = any (%(keys)s) and written.recorded_at > agreed.recorded_at
  and (entry.kind in (8, 20, 21, 22, 25, 51, 53, 54)
    or (entry.kind between 3 and 7 and entry.amount_kop < 0))
order by on_day, written.recorded_at, entry.line_no
"""
_PARAMETERS = """
select code, value from app.parameter
where code = any (%(codes)s::text[]) and valid_from <= %(on)s
  and (valid_to is null or %(on)s < valid_to)
"""


class UnknownInstalmentSetting(Malformed):
    """A parameter of instalments with a value that means nothing."""


@dataclass(frozen=True, slots=True)
class KeptInstalment:
    """An agreement with its history.

    :ivar received: day and amount of what came to its debts
    :ivar posted: numbers of parts whose interest is charged already
    """

    key: UUID
    account: str
    creditor: str
    reason: str
    agreement: InstalmentAgreement
    received: tuple[tuple[date, int], ...]
    ended: tuple[InstalmentStatus, date] | None
    posted: frozenset[int]

    def state(self, on: date) -> InstalmentState:
        """Say how it stands on a day."""
        ended = self.ended if self.ended is not None and self.ended[1] <= on else None
        return state(self.agreement, self.received, on=on, ended=ended)


@dataclass(frozen=True, slots=True)
class InstalmentChoices:
    """What the centre chooses about agreements (рассрочка.…)."""

    order: InstalmentOrder = InstalmentOrder.PARTS_FIRST
    late_days: int = 30
    stops_penalty: bool = False
    restores_penalty: bool = False
    margin_ppm: int = 30_000


def load(
    snapshot: Snapshot, *, accounts: Sequence[str] | None = None, number: str | None = None
) -> list[KeptInstalment]:
    """Give agreements by the day they were made: of some accounts, of one number, or all."""
    asked = None if accounts is None else list(accounts)
    rows = snapshot.rows(_AGREEMENTS, accounts=asked, number=number)
    keys = [row.id for row in rows]
    if not keys:
        return []
    debts = _grouped(snapshot.rows(_DEBTS, keys=keys), "voucher_id")
    parts = _grouped(snapshot.rows(_PARTS, keys=keys), "voucher_id")
    received = _grouped(snapshot.rows(_RECEIVED, keys=keys), "id")
    return [
        _kept(row, debts[row.id], parts[row.id], received.get(row.id, [])) for row in rows
    ]  # fmt: skip


def choices(snapshot: Snapshot, *, on: date) -> InstalmentChoices:
    """Read what is chosen on a day.

    :raises UnknownInstalmentSetting: when a value means nothing
    """
    given = {
        row.code: row.value.strip().lower()
        for row in snapshot.rows(_PARAMETERS, codes=list(_CODES), on=on)
    }
    default = InstalmentChoices()
    return InstalmentChoices(
        order=_word(given, ORDER_CODE, ORDER_WORDS, default.order),
        late_days=_number(given, LATE_CODE, default.late_days),
        stops_penalty=_word(given, STOPS_CODE, {"продолжать": False, "остановить": True}, False),
        restores_penalty=_word(
            given, RESTORES_CODE, {"не возвращать": False, "вернуть": True}, False
        ),
        margin_ppm=_number(given, MARGIN_CODE, default.margin_ppm // 10_000) * 10_000,
    )


def _word(given: dict[str, str], code: str, words: dict[str, Any], default: Any) -> Any:
    text = given.get(code)
    if text is not None and text not in words:
        raise UnknownInstalmentSetting(
            f"Параметр «{code}»: {text}. Можно: {', '.join(words)}. Исправьте лист «Параметры»."
        )
    return default if text is None else words[text]


def _number(given: dict[str, str], code: str, default: int) -> int:
    text = given.get(code, str(default))
    if not (text.isdecimal() and len(text) <= 4):
        raise UnknownInstalmentSetting(
            f"Параметр «{code}»: {text}. Укажите целое число, например {default}."
        )
    return int(text)


def _grouped(rows: Sequence[Any], name: str) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, name), []).append(row)
    return found


def _kept(
    row: Any, debts: Sequence[Any], parts: Sequence[Any], received: Sequence[Any]
) -> KeptInstalment:
    agreement = InstalmentAgreement(
        number=row.number,
        agreed_on=row.agreed_on,
        debts=tuple(
            InstalmentDebt(
                one.service_id, one.contract_id, period.of(one.origin_period), one.principal_kop,
                one.penalty_kop, one.service_name,
            )
            for one in debts
        ),
        parts=tuple(
            InstalmentPart(one.part_no, one.due_on, one.amount_kop, one.interest_kop)
            for one in parts
        ),
        interest_ppm=row.interest_ppm,
        late_days=row.late_days,
        stops_penalty=row.stops_penalty,
    )  # fmt: skip
    return KeptInstalment(
        key=row.id,
        account=row.account,
        creditor=row.creditor,
        reason=row.reason or "",
        agreement=agreement,
        received=_within(agreement, received),
        ended=None if row.how is None else (InstalmentStatus(row.how), row.ended_on),
        posted=frozenset(one.part_no for one in parts if one.is_posted),
    )


def _within(
    agreement: InstalmentAgreement, received: Sequence[Any]
) -> tuple[tuple[date, int], ...]:
    """Give what came by day, of each debt no more than the agreement has of it."""
    room = {}
    for debt in agreement.debts:
        key = (debt.service_id, debt.contract_id, debt.origin_period)
        room[*key, False], room[*key, True] = debt.principal_kop, debt.penalty_kop
    came: dict[tuple[UUID, UUID, period.Period, bool], int] = {}
    found: dict[date, int] = {}
    for row in received:
        key_of = (row.service_id, row.contract_id, period.of(row.origin_period), row.is_penalty)
        before = came.get(key_of, 0)
        came[key_of] = before + row.amount_kop
        counted = min(max(came[key_of], 0), room[key_of]) - min(max(before, 0), room[key_of])
        if counted:
            found[row.on_day] = found.get(row.on_day, 0) + counted
    return tuple(sorted(found.items()))
