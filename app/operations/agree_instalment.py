"""Instalment agreements: make one over what is owed now, end it, post the interest of its parts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

import numpy as np

from app.domain import days, instalment, money
from app.domain.dues import Dues
from app.domain.instalment import InstalmentDebt, InstalmentPart, InstalmentStatus, NotAnAgreement
from app.domain.penalty_words import percent
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.store import dues, instalments, law, naming, vouchers, writing
from app.store.engine import Engine
from app.store.instalments import InstalmentChoices, KeptInstalment
from app.store.reading import Snapshot, reading


@dataclass(frozen=True, slots=True)
class WantedInstalment:
    """What a person asks for.

    :ivar due_days: days of the equal parts; :func:`instalment.monthly` gives monthly ones
    :ivar creditor: code of the organisation; None: debts to everybody
    :ivar first: first period of the debts; `last` the last one; None: all of them
    :ivar late_days: None: as the centre has it; `stops_penalty` likewise
    """

    account: str
    number: str
    agreed_on: date
    due_days: tuple[date, ...]
    creditor: str | None = None
    first: Period | None = None
    last: Period | None = None
    first_payment_kop: int = 0
    interest_ppm: int = 0
    with_penalty: bool = True
    late_days: int | None = None
    stops_penalty: bool | None = None


def agree_instalment(engine: Engine, voucher: Voucher, wanted: WantedInstalment) -> dict[str, Any]:
    """Make an agreement over what is owed now, once by the voucher's key.

    :returns: instalment, number, account, amount_kop, parts, replay
    :raises NotAnAgreement: when there is nothing to divide, or interest is above what is allowed
    :raises NoSuchAccount: when the account is not there
    :raises RefusedByDatabase: when a debt is in another agreement, or the number is taken
    """
    assert voucher.kind is VoucherKind.INSTALMENT
    with reading(engine) as snapshot:
        chosen = instalments.choices(snapshot, on=wanted.agreed_on)
        _require_interest(snapshot, wanted, chosen)
        debts: tuple[InstalmentDebt, ...] = ()
        if vouchers.month_of(snapshot, voucher.key) is None:
            debts = _debts(snapshot, wanted)
    parts: tuple[InstalmentPart, ...] = ()
    if debts:
        parts = instalment.schedule(
            sum(debt.amount_kop for debt in debts),
            agreed_on=wanted.agreed_on,
            days=wanted.due_days,
            first_payment_kop=wanted.first_payment_kop,
            interest_ppm=wanted.interest_ppm,
        )
    answer: dict[str, Any] = writing.call(
        engine,
        "make_instalment",
        key=voucher.key,
        account_number=wanted.account,
        asked=json.dumps(_asked(wanted)),
        agreement=json.dumps(_document(wanted, chosen)),
        debts=json.dumps([_debt_document(debt) for debt in debts]),
        parts=json.dumps([_part_document(part) for part in parts]),
        reason=voucher.reason,
        actor=voucher.actor,
        at=voucher.made_at,
        branch=voucher.branch_id,
    )
    return answer


def end_instalment(
    engine: Engine, voucher: Voucher, *, number: str, how: InstalmentStatus, on: date
) -> dict[str, Any]:
    """End an agreement by a document: broken or cancelled; all that is left is owed at once.

    :raises RefusedByDatabase: when there is none, it is ended already, or no reason is given
    """
    assert voucher.kind is VoucherKind.INSTALMENT
    answer: dict[str, Any] = writing.call(
        engine,
        "end_instalment",
        key=voucher.key,
        wanted_number=number,
        how=how.value,
        on_day=on,
        reason=voucher.reason,
        actor=voucher.actor,
        at=voucher.made_at,
        branch=voucher.branch_id,
    )
    return answer


def broken_instalments(engine: Engine, *, on: date) -> list[KeptInstalment]:
    """Give the agreements a part of which is late past patience, not ended yet."""
    with reading(engine) as snapshot:
        kept = instalments.load(snapshot)
    return [
        one for one in kept if one.ended is None and one.state(on).status is InstalmentStatus.BROKEN
    ]


def post_interest(engine: Engine, voucher: Voucher, *, on: date) -> int:
    """Charge the interest of all parts due by a day that is not charged yet; give how many.

    :param voucher: its key is the root of the keys of the charges, one a part
    """
    with reading(engine) as snapshot:
        kept = instalments.load(snapshot)
    posted = 0
    for one in kept:
        if one.ended is not None:
            continue
        for part in one.agreement.parts:
            if part.due_on <= on and part.interest_kop and part.part_no not in one.posted:
                posted += writing.call(
                    engine,
                    "post_instalment_interest",
                    key=uuid5(one.key, f"interest {part.part_no}"),
                    wanted_number=one.agreement.number,
                    wanted_part=part.part_no,
                    actor=voucher.actor,
                    at=voucher.made_at,
                    branch=voucher.branch_id,
                )
    return posted


def _require_interest(
    snapshot: Snapshot, wanted: WantedInstalment, chosen: InstalmentChoices
) -> None:
    """Interest is no more than the key rate and some points (354, п. 74)."""
    if not wanted.interest_ppm:
        return
    terms = law.penalty_terms(snapshot, on=wanted.agreed_on)
    rate = int(terms.rates.at(np.array([days.number(wanted.agreed_on)]))[0])
    most = rate + chosen.margin_ppm
    if not 0 <= wanted.interest_ppm <= most:
        raise NotAnAgreement(
            f"Процент за рассрочку {percent(wanted.interest_ppm)} больше допустимого "
            f"{percent(most)}: ключевая ставка на день соглашения {percent(rate)} и надбавка "
            f"{percent(chosen.margin_ppm)}. Уменьшите процент."
        )


def _debts(snapshot: Snapshot, wanted: WantedInstalment) -> tuple[InstalmentDebt, ...]:
    owed = dues.load(snapshot, wanted.account, on=wanted.agreed_on).dues
    creditor = (
        None if wanted.creditor is None else naming.key(snapshot, "organisation", wanted.creditor)
    )
    found = tuple(_owed_to(owed, creditor, wanted))
    if not found:
        raise NotAnAgreement(
            f"Рассрочивать нечего: на счёте {wanted.account} такого долга нет. "
            "Проверьте получателя и периоды."
        )
    return found


def _owed_to(owed: Dues, creditor: UUID | None, wanted: WantedInstalment) -> list[InstalmentDebt]:
    left = owed.outstanding
    found = []
    for row, place in enumerate(owed.purpose_of):
        purpose, origin = owed.purposes[place], owed.origin_periods[row]
        is_wanted = (
            (creditor is None or purpose.payee_id == creditor)
            and (wanted.first is None or wanted.first <= origin)
            and (wanted.last is None or origin <= wanted.last)
        )
        # A credit of another service covers a part of it: only what is owed in the books is agreed.
        principal = min(left.principal_kop[row], max(owed.principal_kop[row], 0))
        penalty = min(left.penalty_kop[row], max(owed.penalty_kop[row], 0))
        penalty = penalty if wanted.with_penalty else 0
        if is_wanted and principal + penalty > 0:
            found.append(
                InstalmentDebt(
                    purpose.service_id, purpose.contract_id, origin, principal, penalty,
                    purpose.service_name,
                )
            )  # fmt: skip
    return found


def _asked(wanted: WantedInstalment) -> dict[str, object]:
    return {
        "number": wanted.number,
        "agreed_on": wanted.agreed_on.isoformat(),
        "days": [day.isoformat() for day in wanted.due_days],
        "creditor": wanted.creditor,
        "first": None if wanted.first is None else str(wanted.first),
        "last": None if wanted.last is None else str(wanted.last),
        "first_payment_kop": wanted.first_payment_kop,
        "interest_ppm": wanted.interest_ppm,
        "with_penalty": wanted.with_penalty,
    }


def _document(wanted: WantedInstalment, chosen: InstalmentChoices) -> dict[str, object]:
    stops = chosen.stops_penalty if wanted.stops_penalty is None else wanted.stops_penalty
    return {
        "number": wanted.number,
        "creditor": wanted.creditor,
        "agreed_on": wanted.agreed_on.isoformat(),
        "interest_ppm": wanted.interest_ppm,
        "late_days": chosen.late_days if wanted.late_days is None else wanted.late_days,
        "stops_penalty": stops,
        "restores_penalty": chosen.restores_penalty,
    }


def _debt_document(debt: InstalmentDebt) -> dict[str, object]:
    return {
        "service_id": str(debt.service_id),
        "contract_id": str(debt.contract_id),
        "origin_period": debt.origin_period.first_day.isoformat(),
        "principal_kop": debt.principal_kop,
        "penalty_kop": debt.penalty_kop,
    }


def _part_document(part: InstalmentPart) -> dict[str, object]:
    return {
        "part_no": part.part_no,
        "due_on": part.due_on.isoformat(),
        "amount_kop": part.amount_kop,
        "interest_kop": part.interest_kop,
    }


def parts_shown(parts: Sequence[InstalmentPart]) -> list[str]:
    """Give the schedule as lines of text."""
    return [
        f"{part.part_no}. до {part.due_on:%d.%m.%Y}: {money.shown(part.amount_kop)} ₽"
        + (f", проценты {money.shown(part.interest_kop)} ₽" if part.interest_kop else "")
        for part in parts
    ]
