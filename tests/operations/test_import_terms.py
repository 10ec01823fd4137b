"""Sheets that add to the law: stored, read before the shipped tables, refused with a sentence."""

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from uuid_utils.compat import uuid7

from app.domain import days
from app.domain.calendar import NoCalendar
from app.domain.penalty_settings import UnknownPenaltySetting
from app.domain.penalty_terms import NO_CAP, CapBy, Correction, EntryKind, PenaltyGrain, RateMode
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.operations.import_workbook import Imported, import_workbook
from app.store import law
from app.store.engine import Engine
from app.store.reading import reading
from tests.fixtures.workbooks import Sheets, full, put, written

AT = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)
ON = date(2026, 11, 30)


def brought(engine: Engine, folder: Path, sheets: Sheets) -> Imported:
    voucher = Voucher(uuid7(), VoucherKind.IMPORT, "Администратор", made_at=AT)
    return import_workbook(engine, voucher, path=written(folder, sheets), skip_bad=False)


def run(engine: Engine, query: str, *values: object) -> list[tuple]:
    with engine.connection() as connection:
        cursor = connection.execute(query, values or None)
        return cursor.fetchall() if cursor.description else []


def parameter(engine: Engine, code: str, value: str, since: str = "0001-01-01") -> None:
    run(engine, "insert into app.parameter (code, value, valid_from) values (%s, %s, %s)",
        code, value, since)  # fmt: skip


def day_numbers(*given: date) -> np.ndarray:
    return np.array([days.number(day) for day in given])


def test_rows_of_the_sheets_are_read_before_the_shipped_tables(
    engine: Engine, tmp_path: Path
) -> None:
    imported = brought(engine, tmp_path, full())
    contract = UUID(str(run(engine, "select id from app.contract where number = 'Д-2'")[0][0]))

    with reading(engine) as snapshot:
        terms = law.penalty_terms(snapshot, on=ON)
        due = law.due_terms(snapshot, on=ON)
    assert imported.problems == ()
    assert terms.rates.at(day_numbers(date(2026, 11, 1), date(2026, 11, 2))).tolist() == [
        140_000, 137_500
    ]  # fmt: skip
    assert terms.caps.at(day_numbers(date(2026, 12, 31), date(2027, 12, 31), date(2028, 1, 1))
                         ).tolist() == [95_000, 95_000, NO_CAP]  # fmt: skip
    assert due.calendar.is_working(date(2026, 11, 14))
    assert due.due_on(Period(2026, 10)) == date(2026, 11, 17)
    assert due.due_on(Period(2025, 12), contract=contract) == date(2026, 1, 20)
    assert due.due_on(Period(2026, 10), contract=contract) == date(2026, 11, 17)


def test_the_same_rows_again_change_them_and_add_none(engine: Engine, tmp_path: Path) -> None:
    brought(engine, tmp_path, full())
    other = put(full(), "Ключевая ставка", 2, "Ставка", "13")
    other = put(other, "Календарь", 3, "Рабочий", "да")

    brought(engine, tmp_path, other)

    assert run(engine, "select rate_ppm from app.key_rate") == [(130_000,)]
    assert run(engine, "select is_working from app.calendar_day order by day") == [(True,), (True,)]
    assert run(engine, "select count(*) from app.penalty_cap, app.due_rule") == [(1,)]


def test_a_contract_has_no_day_of_its_own_since_march_2026(engine: Engine, tmp_path: Path) -> None:
    wrong = put(full(), "Срок оплаты", 2, "С периода", "04.2026")

    with pytest.raises(Refusal, match="капремонт"):
        brought(engine, tmp_path, wrong)

    assert run(engine, "select count(*) from app.due_rule") == [(0,)]
    assert run(engine, "select count(*) from app.account") == [(0,)]


@pytest.mark.parametrize(("sheet", "header", "value"), [
    ("Календарь", "Рабочий", "иногда"),
    ("Календарь", "Дата", "31.02.2026"),
    ("Ключевая ставка", "Ставка", "много"),
    ("Ключевая ставка", "С", None),
    ("Потолок пени", "До", date(2026, 1, 1)),
    ("Потолок пени", "Основание", None),
    ("Срок оплаты", "Договор", "нет такого"),
    ("Срок оплаты", "День", 32),
])  # fmt: skip
def test_a_bad_cell_is_a_problem_and_nothing_is_written(
    engine: Engine, tmp_path: Path, sheet: str, header: str, value: object
) -> None:
    imported = brought(engine, tmp_path, put(full(), sheet, 2, header, value))

    assert not imported.is_written
    assert [problem.sheet for problem in imported.problems] == [sheet]
    assert run(engine, "select count(*) from app.key_rate") == [(0,)]


@pytest.mark.parametrize(("code", "value"), [
    ("пени.ставка", "иногда"), ("пени.минимальный_долг", "много"), ("пени.минимальная_пеня", "-1"),
    ("пени.единица", "дом"), ("пени.пятнадцатое_с_периода", "март"),
    ("пени.поздний_документ_дней", "неделя"), ("пени.снижение.льгота", "никогда"),
    ("пени.перенос_выходных", "может быть"),
])  # fmt: skip
def test_a_parameter_that_means_nothing_is_a_problem_of_the_book(
    engine: Engine, tmp_path: Path, code: str, value: str
) -> None:
    sheets = put(put(full(), "Параметры", 2, "Код", code), "Параметры", 2, "Значение", value)

    imported = brought(engine, tmp_path, sheets)

    assert not imported.is_written
    assert [problem.sheet for problem in imported.problems] == ["Параметры"]


def test_every_choice_is_read_from_the_parameters_in_force(engine: Engine) -> None:
    for code, value in (
        ("пени.ставка", "каждый день"), ("пени.потолок_по", "день просрочки"),
        ("пени.день_оплаты_включён", "нет"), ("пени.мораторий_497", "да"),
        ("пени.остановка_прерывает_счёт", "да"), ("пени.минимальный_долг", "10"),
        ("пени.минимальная_пеня", "0,50"), ("пени.единица", "услуга"),
        ("пени.снижение.качество", "с месяца документа"), ("пени.увеличение", "с начала"),
        ("пени.перенос_выходных", "нет"), ("пени.пятнадцатое_с_периода", "2026-02"),
        ("пени.поздний_документ_дней", "7"),
    ):  # fmt: skip
        parameter(engine, code, value)
    parameter(engine, "пени.потолок", "нет", "2026-06-01")

    with reading(engine) as snapshot:
        terms = law.penalty_terms(snapshot, on=ON)
        due = law.due_terms(snapshot, on=ON)

    chosen = terms.settings
    assert chosen.rate_mode is RateMode.PER_DAY
    assert chosen.cap_by is CapBy.ACCRUAL_DAY
    assert not chosen.includes_payment_day
    assert chosen.applies_pp497
    assert chosen.stop_freezes_counter
    assert (chosen.min_debt_kop, chosen.min_penalty_kop) == (1_000, 50)
    assert chosen.grain is PenaltyGrain.SERVICE
    assert chosen.decreases[EntryKind.QUALITY] is Correction.LATER
    assert chosen.decreases[EntryKind.BENEFIT] is Correction.FROM_START
    assert chosen.increases[EntryKind.BENEFIT] is Correction.FROM_START
    assert len(terms.moratoria) == 2
    assert terms.caps.at(day_numbers(date(2026, 5, 31), date(2026, 6, 1))).tolist() == [
        95_000, NO_CAP
    ]  # fmt: skip
    assert due.due_on(Period(2026, 2)) == date(2026, 3, 15)
    assert due.due_on(Period(2026, 8), delivered_on=date(2026, 9, 10)) == date(2026, 9, 17)


def test_a_parameter_written_past_the_book_is_refused_when_it_is_read(engine: Engine) -> None:
    parameter(engine, "пени.ставка", "иногда")

    with reading(engine) as snapshot, pytest.raises(UnknownPenaltySetting, match="иногда"):
        law.penalty_terms(snapshot, on=ON)


def test_penalties_never_guess_a_calendar_and_desks_do(engine: Engine) -> None:
    with reading(engine) as snapshot, pytest.raises(NoCalendar):
        law.due_terms(snapshot, on=ON).due_on(Period(2034, 5))

    assert law.payment_terms().due_on(Period(2034, 5)) == date(2034, 6, 15)
