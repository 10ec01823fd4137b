"""Cover the debts of accounts by their own credits: before penalties, when a month closes.

    read credits and debts ─▶ app.domain.setoff ─▶ one voucher      dry run: nothing is posted
                                  ▲ accounts that moved meanwhile are left out and tried again

For the closing of a month: set_off(engine, voucher, into=month) before its payments close and
before its penalties are accrued; penalties then see the debts as paid on the day the money came.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from app.domain import period
from app.domain.money import shown
from app.domain.period import Period
from app.domain.setoff import SetoffEntry, SetoffReach, SetoffRule, entries_of, set_off
from app.domain.voucher import Voucher, VoucherKind
from app.operations.take_payment import explained
from app.store import setting_off
from app.store.engine import Engine, KeyReused, RefusedByDatabase
from app.store.reading import Snapshot, reading
from app.store.setting_off import Candidate, SetoffLine
from app.store.writing import writing

Found = tuple[Candidate, list[SetoffEntry]]


@dataclass(frozen=True, slots=True)
class SetOff:
    """What was set off, or would be.

    :ivar period: the month it is posted into
    :ivar amount_kop: moved from credits to debts
    :ivar skipped: numbers of accounts whose books moved meanwhile: the next run takes them
    :ivar is_replay: the key had posted it before
    """

    key: UUID
    period: Period
    accounts: int
    lines: int
    amount_kop: int
    skipped: tuple[str, ...] = ()
    is_replay: bool = False
    planned: tuple[Found, ...] = ()

    @property
    def is_nothing(self) -> bool:
        return not self.accounts


def set_off_advances(
    engine: Engine,
    voucher: Voucher,
    *,
    into: Period,
    accounts: Sequence[str] | None = None,
    reach: SetoffReach | None = None,
    is_dry: bool = False,
) -> SetOff:
    """Move credits onto debts for everybody or for some accounts, once by the voucher's key.

    :param into: the open month it is posted into; credits and debts of months up to it take part
    :param accounts: their numbers; None is everybody
    :param reach: for this run alone instead of the centre's setting
    :param is_dry: find and post nothing; the lines are in `planned`
    :returns: nothing moved when there was nothing to move: no voucher is made then
    :raises NoSuchAccount: when a number is unknown
    :raises Refusal: when the month takes no payments, or the only account moved meanwhile
    """
    assert voucher.kind is VoucherKind.SETOFF
    before = None if is_dry else _posted(engine, voucher, into)
    if before is not None:
        return before
    found = find(engine, into=into, accounts=accounts, reach=reach)
    entries = [entry for _, mine in found for entry in mine]
    planned = SetOff(
        key=voucher.key,
        period=into,
        accounts=len(found),
        lines=len(entries),
        amount_kop=sum(max(0, entry.amount_kop) for entry in entries),
        planned=tuple(found),
    )
    if is_dry or not found:
        return planned
    try:
        with writing(engine) as draft:
            answer = setting_off.post(draft, voucher, into=into, found=found)
    except RefusedByDatabase as error:
        raise explained(error) from error
    return _answered(voucher.key, answer, planned.planned)


def undo_setoff(engine: Engine, voucher: Voucher, *, setoff: UUID) -> SetOff:
    """Undo a set-off by its opposite, once; the voucher's reason says why.

    :raises RefusedByDatabase: when there is none, it is undone already, is a reversal itself, or
        no reason is given
    """
    with writing(engine) as draft:
        answer = setting_off.undo(draft, voucher, setoff)
    return _answered(voucher.key, answer)


def find(
    engine: Engine,
    *,
    into: Period,
    accounts: Sequence[str] | None = None,
    reach: SetoffReach | None = None,
) -> list[Found]:
    """Give what would be moved: accounts with their lines, in the order of accounts."""
    with reading(engine) as snapshot:
        rules = setting_off.rules(snapshot, on=into.last_day)
        centre = _reaching(rules.centre, reach)
        own: dict[Hashable, SetoffRule] = {
            contract: _reaching(rule, reach) for contract, rule in rules.own.items()
        }
        ids = None if accounts is None else setting_off.account_ids(snapshot, accounts)
        return [
            (one, entries)
            for one in setting_off.candidates(
                snapshot, last=into, on=into.last_day, rule=centre, accounts=ids
            )
            if (entries := entries_of(set_off(one.rows, centre, own=own)))
        ]


def planned_lines(snapshot: Snapshot, done: SetOff, *, limit: int = 1000) -> list[SetoffLine]:
    """Give the lines of a dry run by names, as the posted ones are given."""
    services, contracts = setting_off.names(snapshot)
    lines: list[SetoffLine] = []
    for one, entries in done.planned:
        for entry in entries:
            if len(lines) == limit:
                return lines
            row = one.rows[entry.row]
            lines.append(
                SetoffLine(
                    account_number=one.number,
                    service_name=services[row.service],
                    contract=contracts[row.contract],
                    origin_period=row.origin,
                    is_penalty=entry.kind.is_penalty,
                    amount_kop=entry.amount_kop,
                    credited_on=entry.credited_on,
                )
            )
    return lines


def told(done: SetOff) -> str:
    """Say in a sentence what was done or would be."""
    if done.is_nothing:
        return (
            "Зачитывать нечего: ни на одном счёте нет аванса рядом с долгом, который он покрывает."
        )
    return (
        f"Зачтено {shown(done.amount_kop)} ₽ по счетам: {done.accounts}, "
        f"строк: {done.lines}, в {done.period.shown}."
    )


def _reaching(rule: SetoffRule, reach: SetoffReach | None) -> SetoffRule:
    return rule if reach is None else replace(rule, reach=reach)


def _posted(engine: Engine, voucher: Voucher, into: Period) -> SetOff | None:
    """What the key posted before; asked first, because by now there is nothing left to find."""
    with reading(engine) as snapshot:
        answer = setting_off.posted(snapshot, voucher.key)
    if answer is None:
        return None
    if answer["reason"] != voucher.reason or answer["period"] != into.first_day.isoformat():
        raise KeyReused(
            "Этот ключ операции уже использован с другими данными. Ничего не проведено: начните "
            "операцию заново."
        )
    return _answered(voucher.key, answer | {"skipped": [], "is_new": False})


def _answered(key: UUID, answer: Mapping[str, Any], planned: tuple[Found, ...] = ()) -> SetOff:
    return SetOff(
        key=key,
        period=period.parse(answer["period"][:7]),
        accounts=answer["accounts"],
        lines=answer["lines"],
        amount_kop=answer["amount_kop"],
        skipped=tuple(answer["skipped"]),
        is_replay=not answer["is_new"],
        planned=planned,
    )
