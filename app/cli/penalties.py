"""Penalties from the command line: penalty, penalty-paper, write-off-penalty."""

import json
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import IO
from uuid import UUID

import numpy as np
from uuid_utils.compat import uuid7

from app.cli.context import Context, Verbs
from app.domain import days, money, penalty_text, period
from app.domain.penalty_accrual import PAIRS_OF_CONTRACT
from app.domain.penalty_slots import PenaltyRecord, PenaltySegment, pack, unpack
from app.domain.penalty_words import STOP_WORDS
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Malformed
from app.operations.accrue_penalties import Accrued, Batch, accounts_ahead, accrue_penalties
from app.operations.explain_penalties import explain_penalties
from app.operations.write_off_penalty import (
    PenaltyDocument,
    WrittenOff,
    reverse_penalty_write_off,
    write_off_penalty,
)
from app.store import penalty_papers
from app.store.reading import reading

_KEPT_IN_MEMORY = 1 << 25


class UnclearPenalty(Malformed):
    """The options do not say what to do."""


def add_to(verbs: Verbs) -> None:
    """Add the verbs of this module."""
    accruing = verbs.add("penalty", help="начислить пени на дату", run=_penalty)
    accruing.add_argument("--on", metavar="ДАТА", help="по какой день, например 2026-10-31")
    accruing.add_argument("--account", action="append", default=[], metavar="СЧЁТ")
    accruing.add_argument("--into", metavar="ПЕРИОД", help="в какой открытый месяц провести")
    accruing.add_argument("--dry-run", action="store_true", help="посчитать, ничего не проводя")
    accruing.add_argument("--key", metavar="КЛЮЧ", help="ключ документа, чтобы повторить без вреда")
    paper = verbs.add("penalty-paper", help="расшифровка пени счёта за месяц, PDF", run=_paper)
    paper.add_argument("account", metavar="СЧЁТ")
    paper.add_argument("period", metavar="ПЕРИОД", help="например 2026-10")
    paper.add_argument("--out", metavar="ФАЙЛ", type=Path, required=True)
    writing_off = verbs.add(
        "write-off-penalty", help="списать пени или отменить списание", run=_write_off
    )
    writing_off.add_argument("account", metavar="СЧЁТ", nargs="*", help="номера лицевых счетов")
    writing_off.add_argument("--amount", metavar="СУММА", help="без неё – всё, что к уплате")
    writing_off.add_argument("--contract", metavar="НОМЕР", help="только пени этого договора")
    writing_off.add_argument("--period", metavar="ПЕРИОД", help="только за долг этого периода")
    writing_off.add_argument("--date", metavar="ДАТА", help="дата документа, без неё – сегодня")
    writing_off.add_argument("--reason", required=True, metavar="ТЕКСТ", help="почему")
    writing_off.add_argument("--document", default="", metavar="ТЕКСТ", help="номер и дата")
    writing_off.add_argument("--undo", metavar="КЛЮЧ", help="отменить списание с этим ключом")
    writing_off.add_argument("--key", metavar="КЛЮЧ", help="ключ, чтобы повторить без вреда")


def _penalty(context: Context) -> int:
    given = context.arguments
    voucher = Voucher(_key(given.key), VoucherKind.PENALTY, context.actor, context.at)
    ahead = accounts_ahead(context.engine, accounts=given.account)
    with reading(context.engine) as snapshot:
        words = penalty_papers.stop_words(snapshot)
    is_listed = context.as_json or bool(given.account)
    with (
        tempfile.SpooledTemporaryFile(_KEPT_IN_MEMORY, "w+", encoding="utf-8") as kept,
        context.progress("Пени", ahead) as bar,
    ):
        listing = _Listing(kept, words, as_json=context.as_json)
        done = accrue_penalties(
            context.engine,
            voucher,
            on=_day(given.on) if given.on else None,
            accounts=given.account,
            period=period.parse(given.into) if given.into else None,
            dry_run=given.dry_run,
            on_batch=listing.add if is_listed else None,
            on_progress=bar.advance,
        )
        listing.print()
    if not context.as_json:
        print(_summary(done, is_dry=given.dry_run))
    return 0


class _Listing:
    """The debts with penalties: gathered as they are found, told when all went well.

    A whole centre has hundreds of thousands: they wait in a file, not in memory.
    """

    def __init__(self, kept: IO[str], words: dict[int, str], *, as_json: bool) -> None:
        self._kept = kept
        self._words = STOP_WORDS | words
        self._as_json = as_json
        self._count = 0

    def add(self, batch: Batch) -> None:
        """Take what was found for some accounts."""
        for place, record in _records(batch):
            if self._as_json:
                told = json.dumps(_document(batch, place, record, self._words), ensure_ascii=False)
            else:
                told = _text(batch, place, record, self._words)
            self._kept.write((",\n" if self._as_json and self._count else "") + told)
            self._count += 1

    def print(self) -> None:
        """Tell it all."""
        self._kept.seek(0)
        if self._as_json:
            print("[", end="")
        while block := self._kept.read(1 << 20):
            print(block, end="")
        if self._as_json:
            print("]")


def _records(batch: Batch) -> Iterator[tuple[int, PenaltyRecord]]:
    """Give the debts that are overdue or were charged for, in their order."""
    accrual = batch.accrual
    told = (accrual.amount_kop != 0) | (accrual.charged_kop != 0)
    told |= (accrual.items.due_on < batch.on) & (accrual.penalties.unpaid_kop > 0)
    told[accrual.penalties.segments.item] = True
    chosen = np.flatnonzero(told)
    if not chosen.size:
        return
    found: list[tuple[int, PenaltyRecord]] = []
    for part in pack(
        accrual.items,
        accrual.penalties,
        on=batch.on,
        shown_on=accrual.debts.shown,
        charged_kop=accrual.charged_kop,
        chosen=chosen,
        settings=batch.settings,
    ):
        pairs = zip(part.place.tolist(), part.slots.tolist(), strict=True)
        found += [(place, unpack(slots)) for place, slots in pairs]
    yield from sorted(found, key=lambda one: one[0])


def _document(
    batch: Batch, place: int, record: PenaltyRecord, words: dict[int, str]
) -> dict[str, object]:
    debts = batch.accrual.debts
    pair = int(debts.service[place])
    origin = period.of(days.of_number(int(debts.origin[place])))
    shown = period.of(days.of_number(record.shown_on))
    return {
        "account": batch.accounts.number[int(debts.account[place])],
        "service": batch.known.services[pair % PAIRS_OF_CONTRACT - 1].code,
        "contract": batch.known.contracts[pair // PAIRS_OF_CONTRACT - 1].number,
        "origin_period": str(origin),
        "due": days.of_number(record.due_on).isoformat(),
        "total": money.rubles(record.total_kop),
        "amount": money.rubles(int(batch.accrual.amount_kop[place])),
        "segments": [_segment(one, words) for one in record.segments],
        "charged": money.rubles(record.charged_kop),
        "principal": money.rubles(record.principal_kop),
        "unpaid": money.rubles(record.unpaid_kop),
        "shown_period": str(shown),
    }


def _segment(one: PenaltySegment, words: dict[int, str]) -> dict[str, object]:
    exact = one.exact_kop
    rounded = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    return {
        "from": days.of_number(one.day_from).isoformat(),
        "to": days.of_number(one.day_to - 1).isoformat(),
        "base": money.rubles(one.base_kop),
        "days": one.days,
        "divisor": one.divisor,
        "rate": money.decimal_of(one.rate_ppm * 100),
        "amount": money.rubles(rounded),
        "stop": words.get(one.stop) if one.stop else None,
    }


def _text(batch: Batch, place: int, record: PenaltyRecord, words: dict[int, str]) -> str:
    debts = batch.accrual.debts
    pair = int(debts.service[place])
    service = batch.known.services[pair % PAIRS_OF_CONTRACT - 1]
    contract = batch.known.contracts[pair // PAIRS_OF_CONTRACT - 1]
    account = batch.accounts.number[int(debts.account[place])]
    origin = period.of(days.of_number(int(debts.origin[place])))
    head = f"Счёт {account}, договор {contract.number}, {service.name}"
    return f"{head}\n{penalty_text.text(record, origin, stops=words)}\n\n"


def _summary(done: Accrued, *, is_dry: bool) -> str:
    if not done.lines:
        return f"Пени на {done.on:%d.%m.%Y}: начислять нечего, всё уже начислено."
    where = "ничего не проведено" if is_dry else f"проведено в {done.period.shown}"
    return (
        f"Пени на {done.on:%d.%m.%Y}: {money.shown(done.amount_kop)} ₽, счетов {done.accounts}, "
        f"строк {done.lines}; {where}."
    )


def _paper(context: Context) -> int:
    given = context.arguments
    month = period.parse(given.period)
    pages = explain_penalties(
        context.engine, given.account, month, out=given.out, on=context.at.date()
    )
    document = {"out": str(given.out), "pages": pages}
    return context.answer(document, f"Расшифровка пени записана: {given.out}, листов {pages}.")


def _write_off(context: Context) -> int:
    given = context.arguments
    day = _day(given.date) if given.date else context.at.date()
    key = _key(given.key)
    if given.undo:
        undone = reverse_penalty_write_off(
            context.engine,
            Voucher(key, VoucherKind.REVERSAL, context.actor, context.at, given.reason),
            write_off=_key(given.undo),
            on=day,
        )
        return _tell(context, undone, "Списание отменено, пени возвращены")
    if not given.account:
        raise UnclearPenalty("Не указан ни один лицевой счёт. Назовите счета через пробел.")
    amount_kop = money.kopecks(given.amount) if given.amount else None
    origin = period.parse(given.period) if given.period else None
    done = write_off_penalty(
        context.engine,
        Voucher(key, VoucherKind.WRITE_OFF, context.actor, context.at, given.reason),
        on=day,
        document=given.document,
        lines=[WrittenOff(one, amount_kop, given.contract, origin) for one in given.account],
    )
    return _tell(context, done, "Пени списаны")


def _tell(context: Context, done: PenaltyDocument, what: str) -> int:
    document = {
        "document": str(done.key),
        "period": str(done.period),
        "amount": money.rubles(done.amount_kop),
        "accounts": done.accounts,
        "lines": done.lines,
        "replay": done.is_replay,
    }
    text = (
        f"{what}: {money.shown(abs(done.amount_kop))} ₽, счетов {done.accounts}, "
        f"в {done.period.shown}. Документ {done.key}."
    )
    return context.answer(document, text)


def _key(text: str | None) -> UUID:
    try:
        return uuid7() if text is None else UUID(text.strip())
    except ValueError as error:
        raise UnclearPenalty(f"«{text}» не ключ документа. Возьмите его из ответа.") from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UnclearPenalty(f"«{text[:20]}» не дата. Напишите её так: 2026-10-31.") from error
