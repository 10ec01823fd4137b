"""Rules of commissions and terms of transfers come with the workbook."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from app.domain.commission import CommissionKind, CommissionPayer, commission_kop
from app.domain.commission_rules import required
from app.domain.voucher import VoucherKind
from app.exchange.workbook_writing import write
from app.operations.import_workbook import Imported, import_workbook
from app.store import commissions, supplier_transfers
from app.store.engine import Engine, RefusedByDatabase
from app.store.reading import reading
from tests.fixtures.payers import Payers, settle
from tests.fixtures.transfers import voucher

HEADERS = (
    "Агент", "Канал", "Группа услуг", "С", "До", "Вид", "Ставка", "От", "До суммы", "Минимум",
    "Максимум", "Фиксированная", "Кто платит", "База", "НДС",
)  # fmt: skip
SINCE, LATER = date(2026, 1, 1), date(2026, 7, 1)
ON = date(2026, 11, 12)
Cells = dict[str, Any]


@pytest.fixture
def payers(engine: Engine) -> Payers:
    return settle(engine)


def row(**cells: Any) -> list[Any]:
    about: Cells = {"Агент": "вдк", "С": SINCE, "Вид": "процент", "Кто платит": "плательщик"}
    about |= {name.replace("_", " "): value for name, value in cells.items()}
    return [about.get(name) for name in HEADERS]


def bring(payers: Payers, folder: Path, *rows: list[Any], terms: list[list[Any]] = []) -> Imported:  # noqa: B006  # read only
    path = folder / f"{uuid7()}.xlsx"
    sheets: dict[str, Any] = {"Комиссии": (HEADERS, rows)}
    if terms:
        headers = ("Договор", "С", "До", "Комиссия агентов", "Удерживать вознаграждение")
        sheets["Условия перечислений"] = (headers, terms)
    write(path, sheets)
    return import_workbook(payers.engine, voucher(VoucherKind.IMPORT), path=path)


def rules(payers: Payers, on: date = ON) -> Any:
    with reading(payers.engine) as snapshot:
        return commissions.rules_on(snapshot, ["вдк"], on=on)


def test_tiers_of_one_rule_are_read_back_whole(payers: Payers, tmp_path: Path) -> None:
    made = bring(
        payers, tmp_path,
        row(Вид="прогрессивная", Ставка=2, До_суммы=1000, Минимум=30, База="реестр", НДС="да"),
        row(Вид="прогрессивная", Ставка="1,25", От=1000, Минимум=30, База="реестр", НДС="да"),
        row(Вид="фиксированная", Фиксированная="15,50", Канал="карта", Кто_платит="поставщик"),
    )  # fmt: skip

    assert made.problems == ()
    assert made.imported == {"Комиссии": 3}
    by_channel = {one.channel: one.rule for one in rules(payers)}
    progressive, fixed = by_channel[None], by_channel["card"]
    assert (progressive.kind, progressive.is_taxed) == (CommissionKind.PROGRESSIVE, True)
    assert [(one.rate_ppm, one.from_kop, one.to_kop) for one in progressive.tiers] == [
        (20_000, 0, 100_000), (12_500, 100_000, None),
    ]  # fmt: skip
    assert commission_kop(300_000, progressive) == 4_500
    assert (fixed.payer, fixed.tiers[0].fixed_kop) == (CommissionPayer.SUPPLIER, 1_550)


def test_bringing_it_again_changes_nothing_and_a_changed_row_is_corrected(
    payers: Payers, tmp_path: Path
) -> None:
    bring(payers, tmp_path, row(Ставка=1))
    bring(payers, tmp_path, row(Ставка=1))
    first = payers.run("select id from app.commission_rule")

    bring(payers, tmp_path, row(Ставка=2, До=LATER), row(Ставка=3, С=LATER))

    assert first == payers.run("select id from app.commission_rule where valid_from = %s", SINCE)
    rate_of = [required(rules(payers, day), agent="вдк", on="").rule.tiers[0].rate_ppm
               for day in (SINCE, date(2026, 6, 30), LATER, ON)]  # fmt: skip
    assert rate_of == [20_000, 20_000, 30_000, 30_000]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([row()], "ставка не указана"),
        ([row(Вид="фиксированная")], "у вида «фиксированная» нет суммы"),
        ([row(Ставка=1, От=5)], "у этого вида нет ступеней"),
        ([row(Вид="ступени", Ставка=1, От=5, До_суммы=5)], "кончается раньше"),
        ([row(Ставка=1, Минимум=5, Максимум=4)], "максимум меньше минимума"),
        ([row(Ставка=1, Агент="нет")], "такого кода нет"),
        ([row(Ставка=101)], "больше 100"),
        ([row(Ставка=1, До=SINCE)], "не позже"),
        ([row(Ставка=1), row(Ставка=2)], "повторяет"),
        ([row(Ставка=1), row(Ставка=2, С=LATER)], "пересекаются"),
        (
            [row(Вид="ступени", Ставка=1, До_суммы=5), row(Вид="ступени", Ставка=1, От=6)],
            "не стыкуются",
        ),
        (
            [
                row(Вид="ступени", Ставка=1, До_суммы=5),
                row(Вид="ступени", Ставка=1, От=5, Кто_платит="центр"),
            ],
            "плательщик: не то же",
        ),
        (
            [
                row(Вид="прогрессивная", Ставка=1, До_суммы=5, Минимум=1),
                row(Вид="прогрессивная", Ставка=1, От=5),
            ],
            "минимум: не то же",
        ),
    ],
)
def test_a_wrong_row_is_told_and_nothing_is_written(
    payers: Payers, tmp_path: Path, rows: list[list[Any]], told: str
) -> None:
    made = bring(payers, tmp_path, *rows)

    assert any(told in one.message for one in made.problems), made.problems
    assert not made.is_written
    assert payers.run("select count(*) from app.commission_rule") == [(0,)]


def test_tiers_that_come_apart_are_refused_by_the_books(payers: Payers, tmp_path: Path) -> None:
    bring(payers, tmp_path, row(Вид="ступени", Ставка=1, До_суммы=5))

    for wrong, told in (
        (row(Вид="ступени", Ставка=1, От=6), "не стыкуются"),
        (row(Вид="ступени", Ставка=1, От=4), "пересекаются"),
        (row(Вид="ступени", Ставка=1, От=5, Кто_платит="центр"), "пересекаются"),
    ):
        with pytest.raises(RefusedByDatabase, match=told):
            bring(payers, tmp_path, wrong)
    assert payers.run("select count(*) from app.commission_rule") == [(1,)]


def test_terms_of_a_contract(payers: Payers, tmp_path: Path) -> None:
    payers.run("update app.contract set commission_ppm = 12500")

    made = bring(
        payers, tmp_path, row(Ставка=1), terms=[["В-1", SINCE, LATER, "центр", "да"],
                                                ["В-1", LATER, None, "поставщик", None]],
    )  # fmt: skip

    assert made.problems == ()
    with reading(payers.engine) as snapshot:
        found = [
            supplier_transfers.creditors(snapshot, on=day)["В-1"]
            for day in (date(2025, 12, 31), SINCE, LATER)
        ]
    assert [(one.agents_paid_by, one.fee_ppm) for one in found] == [
        ("", 0), ("centre", 12_500), ("supplier", 0),
    ]  # fmt: skip
