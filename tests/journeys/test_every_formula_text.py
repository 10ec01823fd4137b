"""Every posted line of the demonstration: stored inputs and printed formula give its amount."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from uuid_utils.compat import uuid7

from app.demo import rarities, sheets, town
from app.demo.books import MONTHS, Books, vouchers
from app.domain import explanation, money, replay
from app.domain.basis import Basis
from app.domain.charge_line import ChargeLine
from app.domain.service import Method
from app.domain.voucher import Voucher, VoucherKind
from app.exchange import workbook_writing
from app.operations.import_workbook import import_workbook
from app.store.engine import Engine
from app.store.reading import reading
from tests.fixtures.calculator import NotAFormula, check_steps, number
from tests.fixtures.posted_lines import posted_lines
from tests.fixtures.soak import examples

NOW = datetime(2026, 11, 6, 10, 0, tzinfo=UTC)
# Bases that no month of 2025 and 2026 can have, and why.
IMPOSSIBLE = {
    Basis.COMMON_ACTUAL_LIMITED: "предел нормативом отменён с 01.09.2022 (ПП РФ № 92)",
}


@pytest.fixture
def books(engine: Engine, tmp_path: Path) -> Engine:
    """Few usual houses and all with rare facts, through every step of the story on the books."""
    houses = rarities.with_rare(town.houses(examples(2, full=town.DEMO_HOUSES)))
    built = sheets.Town(houses, MONTHS)
    book = tmp_path / "town.xlsx"
    workbook_writing.write(book, sheets.sheets(built))
    imported = import_workbook(engine, Voucher(uuid7(), VoucherKind.IMPORT, "тест", NOW), path=book)
    assert imported.problems == ()
    with reading(engine) as snapshot:
        methods = snapshot.rows("select distinct method from app.service_version")
    assert {row.method for row in methods} == set(Method)
    told = Books(engine, vouchers("тест", lambda: NOW))
    told.charge_before()
    for month in MONTHS:
        told.charge(month)
    assert told.correct_year()
    told.correct_by_hand(next(household.number for _, _, household in built.accounts()))
    done = told.recalculate(tmp_path, houses)
    assert done.posted.lines
    assert len(done.posted.lines) == len(done.foreseen.differences)
    return engine


@dataclass
class Found:
    """What a look over lines gives."""

    bases: Counter[Basis] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def see(self, line: ChargeLine) -> None:
        """Calculate one line again, from its slots and from its printed steps."""
        self.bases[line.basis] += 1
        if line.basis is Basis.NONE:
            return
        stored = line.stored
        if replay.volume_mcu(stored) != stored.volume_mcu:
            self.wrong.append(f"{line.account}: объём не тот: {explanation.sentence(line)}")
        if replay.amount_kop(stored) != stored.amount_kop:
            self.wrong.append(f"{line.account}: сумма не та: {explanation.sentence(line)}")
        steps = explanation.steps(line)
        try:
            said = check_steps(steps)
        except NotAFormula as error:
            self.wrong.append(f"{line.account} {line.basis.name}: {error} | {steps}")
            return
        if said is None or said != number(money.rubles(stored.amount_kop).replace("-", "−")):
            self.wrong.append(f"{line.account} {line.basis.name}: вышло {said} | {steps}")


def test_every_posted_line_of_the_town_can_be_calculated_again(books: Engine) -> None:
    found = Found()
    calculated: ChargeLine | None = None

    with reading(books) as snapshot:
        for line in posted_lines(snapshot):
            found.see(line)
            calculated = calculated if line.basis is Basis.NONE else line
    blind = Found()
    assert calculated is not None
    line = calculated
    blind.see(replace(line, stored=replace(line.stored, amount_kop=line.amount_kop + 1)))

    assert found.wrong == []
    assert len(blind.wrong) == 2, "a kopeck too much must be seen, in the slots and on paper"
    assert sum(found.bases.values()) > 10_000
    assert {basis for basis in Basis if not found.bases[basis]} == set(IMPOSSIBLE)
