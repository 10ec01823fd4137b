"""What if: the charges of a month now, and as they would be after changes; nothing is kept.

    snapshot ─▶ charge() of the houses asked ─▶ now
       changes: a workbook merged in the same transaction, prices and norms of the catalogue
    snapshot ─▶ charge() of the same houses  ─▶ then          the transaction is rolled back

Both columns are calculated, so a difference is of the changes alone, not of what was posted.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from uuid import UUID

import numpy as np
import uuid_utils.compat

from app.domain.charge_inputs import ChargeInputs
from app.domain.charging import charge
from app.domain.money import Ints
from app.domain.period import Period
from app.domain.problem import Problem
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.exchange.workbook_book import Book
from app.exchange.workbook_known import Known
from app.exchange.workbook_problems import Problems
from app.operations import charge_month, import_workbook
from app.operations.change_catalogue import Change, changed
from app.store import charging, charging_catalogue, charging_inputs
from app.store.charging import HouseLeft, Run, Scope
from app.store.engine import Engine
from app.store.reading import Snapshot
from app.store.trial import trial

_SHOWN_MAX = 20
# Opening balances are the ledger's: they change no charge.
_WITHOUT = ("opening",)
OnProgress = Callable[[int], None]


class WorkbookIsWrong(Refusal):
    """The workbook of changes has problems: nothing was tried."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        listed = "\n".join(map(str, problems[:_SHOWN_MAX]))
        more = f"\n… и ещё {len(problems) - _SHOWN_MAX}." if len(problems) > _SHOWN_MAX else ""
        super().__init__(
            f"Ошибок в книге изменений: {len(problems)}, расчёт не выполнен. Исправьте их:\n"
            f"{listed}{more}"
        )
        self.problems = tuple(problems)


class NothingToTry(Refusal):
    """No change was given, or there is nobody to charge."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two amounts side by side.

    :ivar accounts: for how many accounts they differ
    """

    now_kop: int
    then_kop: int
    accounts: int

    @property
    def difference_kop(self) -> int:
        return self.then_kop - self.now_kop

    @property
    def percent(self) -> Decimal | None:
        """The difference in percent of now, None when now is nothing."""
        if not self.now_kop:
            return None
        ratio = Decimal(self.difference_kop) * 100 / Decimal(self.now_kop)
        return ratio.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Both columns.

    :ivar accounts: numbers of the accounts asked about, in order of their houses
    :ivar services: codes, with `names`
    :ivar now_kop: shape (accounts, services), as is then_kop
    :ivar problems: what could not be charged after the changes and could before
    :ivar mended: how many problems there would be no more
    """

    period: Period
    accounts: tuple[str, ...]
    services: tuple[str, ...]
    names: tuple[str, ...]
    now_kop: Ints
    then_kop: Ints
    problems: tuple[Problem, ...]
    mended: int

    @property
    def total(self) -> Compared:
        return _compared(self.now_kop.sum(axis=1), self.then_kop.sum(axis=1))

    def of_service(self, code: str) -> Compared:
        """Compare one service over all accounts."""
        at = self.services.index(code)
        return _compared(self.now_kop[:, at], self.then_kop[:, at])

    def of_account(self, number: str) -> dict[str, Compared]:
        """Compare each service of one account that has any amount."""
        at = self.accounts.index(number)
        pairs = zip(self.services, self.now_kop[at], self.then_kop[at], strict=True)
        return {code: _compared(now, then) for code, now, then in pairs if now or then}

    def used_services(self) -> list[str]:
        """Give the services that have an amount in either column."""
        used = np.flatnonzero((self.now_kop != 0).any(axis=0) | (self.then_kop != 0).any(axis=0))
        return [self.services[at] for at in used.tolist()]


def _compared(now: Ints, then: Ints) -> Compared:
    differ = np.count_nonzero(np.asarray(now) != np.asarray(then))
    return Compared(int(np.sum(now)), int(np.sum(then)), int(differ))


def what_if(
    engine: Engine,
    *,
    period: Period,
    actor: str,
    at: datetime,
    path: Path | None = None,
    prices: Sequence[Change] = (),
    norms: Sequence[Change] = (),
    houses: Sequence[str] = (),
    accounts: Sequence[str] = (),
    on_progress: OnProgress = lambda _: None,
    batch_accounts: int = charge_month.BATCH_ACCOUNTS,
) -> WhatIf:
    """Compare the charges of a month with what they would be.

    :param path: a workbook of changes, as for an import; balances and payments are passed over
    :param prices: changes of prices, norms: of norms, after those of the workbook
    :param houses: codes of houses, accounts: their numbers; none of both is everything
    :param on_progress: told how many accounts are done, each once now and once then
    :raises NothingToTry: when nothing changes, or there is nobody to charge
    :raises WorkbookIsWrong: when the workbook has problems
    :raises NoSuchChange: when a service has no such price or norm
    :raises Outage: when the database does not answer, or others change the same rows
    """
    if path is None and not prices and not norms:
        raise NothingToTry(
            "Изменений не задано. Назовите книгу изменений, --price УСЛУГА=ЦЕНА"
            " или --norm УСЛУГА=НОРМАТИВ."
        )
    book = None if path is None else _checked(engine, path)
    scope = Scope(tuple(sorted(set(houses))), tuple(sorted(set(accounts))))
    voucher = Voucher(uuid_utils.compat.uuid7(), VoucherKind.IMPORT, actor, made_at=at)
    with trial(engine) as (draft, snapshot):
        snapshot.hold()
        asked = _Asked(snapshot, period, scope, batch_accounts, on_progress)
        now = asked.sums()
        if book is not None:
            import_workbook.merge(draft, voucher, book[0], known=book[1], without=_WITHOUT)
        then = asked.sums(prices=prices, norms=norms)
    return _side_by_side(period, now, then)


def accounts_ahead(
    engine: Engine, period: Period, *, houses: Sequence[str] = (), accounts: Sequence[str] = ()
) -> int:
    """Give how many steps of progress a trial of this scope has."""
    return 2 * charge_month.accounts_ahead(engine, period, houses=houses, accounts=accounts)


def _checked(engine: Engine, path: Path) -> tuple[Book, Known]:
    problems = Problems()
    book, known = import_workbook.checked(engine, path, problems=problems)
    if len(problems):
        raise WorkbookIsWrong(problems.listed())
    return book, known


@dataclass(slots=True)
class _Sums:
    """Amounts by account and service, as they are gathered."""

    services: tuple[str, ...]
    names: tuple[str, ...]
    numbers: list[str] = field(default_factory=list)
    blocks: list[Ints] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def matrix(self, accounts: dict[str, int], services: dict[str, int]) -> Ints:
        """Give them by the places of accounts and services."""
        result = np.zeros((len(accounts), len(services)), dtype=np.int64)
        rows = np.array([accounts[one] for one in self.numbers], dtype=np.int64)
        columns = np.array([services[one] for one in self.services], dtype=np.int64)
        if rows.size:
            result[np.ix_(rows, columns)] = np.concatenate(self.blocks)
        return result


@dataclass(frozen=True, slots=True)
class _Asked:
    """What both columns are about."""

    snapshot: Snapshot
    period: Period
    scope: Scope
    size: int
    on_progress: OnProgress

    def sums(self, *, prices: Sequence[Change] = (), norms: Sequence[Change] = ()) -> _Sums:
        """Charge everybody asked about as things are now in the transaction."""
        todo = list(self._batches())
        catalogue = charging_catalogue.load(self.snapshot, self.period)
        catalogue = changed(catalogue, prices=prices, norms=norms)
        found = _Sums(tuple(catalogue.services.code), tuple(catalogue.services.name))
        with ThreadPoolExecutor(1, "reader") as reader:
            ahead = [
                reader.submit(
                    charging_inputs.load, self.snapshot, catalogue, charge_month.keys_of(batch)
                )
                for batch in todo[:1]
            ]
            for number, batch in enumerate(todo):
                loaded = ahead.pop().result()
                if number + 1 < len(todo):
                    keys = charge_month.keys_of(todo[number + 1])
                    ahead = [
                        reader.submit(charging_inputs.load, self.snapshot, catalogue, keys)
                    ]  # fmt: skip
                self._gather(found, loaded.inputs)
                self.on_progress(sum(house.accounts for house in batch))
        absent = set(self.scope.accounts) - set(found.numbers)
        if absent:
            raise NothingToTry(
                f"Счёта {min(absent)} нет, или в {self.period.shown} он закрыт. Проверьте номер."
            )
        return found

    def _batches(self) -> Iterator[list[HouseLeft]]:
        left = charging.left(self.snapshot, Run(UUID(int=0), self.period, 0, 0), self.scope)
        if not left:
            raise NothingToTry(
                f"За {self.period.shown} считать некому: таких домов и счетов, открытых в этом"
                " месяце, нет. Проверьте коды домов, номера счетов и период."
            )
        missing = set(self.scope.houses) - {house.code for house in left}
        if missing:
            raise NothingToTry(
                f"Дома с кодом {min(missing)} нет, или в нём нет открытых счетов."
                " Проверьте код на листе «Дома»."
            )
        return charge_month.batches(left, size=self.size)

    def _gather(self, found: _Sums, inputs: ChargeInputs) -> None:
        charges = charge(inputs)
        sums = np.zeros((len(inputs.accounts.number), len(inputs.services.code)), dtype=np.int64)
        np.add.at(sums, (charges.account, charges.service), charges.amount_kop)
        asked = np.ones(len(sums), dtype=bool)
        if not self.scope.is_full:
            codes, numbers = set(self.scope.houses), set(self.scope.accounts)
            in_house = np.array([code in codes for code in inputs.houses.code], dtype=bool)
            asked = in_house[inputs.premises.house[inputs.accounts.premises]]
            asked |= np.array([one in numbers for one in inputs.accounts.number], dtype=bool)
        kept = np.flatnonzero(asked)
        mine = [inputs.accounts.number[at] for at in kept.tolist()]
        found.numbers += mine
        found.blocks.append(sums[kept])
        known = set(mine)
        found.problems += [one for one in charges.problems if one.account in known]


def _side_by_side(period: Period, now: _Sums, then: _Sums) -> WhatIf:
    accounts = {one: at for at, one in enumerate(dict.fromkeys([*now.numbers, *then.numbers]))}
    names = dict(zip(then.services, then.names, strict=True))
    names |= dict(zip(now.services, now.names, strict=True))
    services = {one: at for at, one in enumerate(names)}
    before, after = set(now.problems), set(then.problems)
    return WhatIf(
        period=period,
        accounts=tuple(accounts),
        services=tuple(services),
        names=tuple(names.values()),
        now_kop=now.matrix(accounts, services),
        then_kop=then.matrix(accounts, services),
        problems=tuple(one for one in then.problems if one not in before),
        mended=len(before - after),
    )
