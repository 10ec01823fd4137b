"""Every setting and every formula number of the law has a worked example, or a reason why not."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.domain import law
from app.domain.bases.every import RULES
from app.exchange.workbook_parameters import PARAMETERS

HERE = Path(__file__).parent
AT_LEAST = 150
# Parameters that no charge run reads: of the payment document, the desk and the penalties; a
# reading taken down; the review of a run; a correction that posts its parts. Their tests name them.
OF_OTHERS = {
    "день_оплаты": "tests/domain/test_payment_document.py",
    "день_документа": "tests/domain/test_payment_document.py",
    "пени.единица": "tests/operations/test_import_terms.py",
    "пени.дата_документа": "tests/operations/test_accrue_penalties.py",
    "пени.зачёт_до_начисления": "tests/operations/test_accrue_penalties.py",
    "пени.входящие": "tests/operations/test_accrue_penalties.py",
    "рассрочка.порядок": "tests/operations/test_instalments.py",
    "рассрочка.дней_просрочки": "tests/cases/books/instalments.toml",
    "рассрочка.пени": "tests/operations/test_instalments.py",
    "рассрочка.пени_при_нарушении": "tests/operations/test_instalments.py",
    "рассрочка.надбавка_процентов": "tests/operations/test_instalments.py",
    "закрытие.зачёт_авансов": "tests/operations/test_closing_checks.py",
    "передача.пени": "tests/cases/books/balance_transfers.toml",
    "передача.аванс": "tests/cases/books/balance_transfers.toml",
    "передача.давность": "tests/cases/books/balance_transfers.toml",
    "документ.код_оплаты": "tests/store/test_documents_payees.py",
    "касса.повтор_часов": "tests/ui",
    "показание.скачок_раз": "tests/domain/test_reading_checks.py",
    "показание.скачок_от_соседей": "tests/domain/test_reading_checks.py",
    "проверка.рост_раз": "tests/domain/test_review.py",
    "проверка.рост_рублей": "tests/domain/test_review.py",
    "проверка.месяцев_без_показаний": "tests/domain/test_review.py",
    "отопление.корректировка_частей": "tests/operations/test_correct_heating.py",
    "отопление.корректировка_кому": "tests/operations/test_correct_heating.py",
    "перечисление.в_тот_же_день": "tests/cases/books/supplier_transfers.toml",
    "перечисление.зачисление_касса": "tests/cases/books/supplier_transfers.toml",
    "перечисление.зачисление_банк": "tests/cases/books/supplier_transfers.toml",
    "перечисление.зачисление_агент": "tests/cases/books/supplier_transfers.toml",
    "перечисление.зачисление_кабинет": "tests/cases/books/supplier_transfers.toml",
    "перечисление.только_сверенные": "tests/cases/books/supplier_transfers.toml",
    "перечисление.начало": "tests/cases/books/supplier_transfers.toml",
    "перечисление.комиссия": "tests/cases/books/supplier_transfers.toml",
}
# Formulas of приложение № 2 and paragraphs that issue and specification name.
FORMULAS = (
    "1", "2", "2(1)", "2(3)", "2(4)", "2(5)", "2(6)", "3", "3(1)", "3(2)", "3(3)", "3(4)", "3(6)",
    "3(7)", "4", "4(1)", "7", "8", "9", "9(1)", "9(2)", "9(3)", "9(4)", "9(5)", "9(6)", "9(7)",
    "9(8)", "10", "11", "12", "15", "17", "18", "19", "20", "20(1)", "20(2)", "21", "22", "23",
    "23(1)", "24", "27",
)  # fmt: skip
PARAGRAPHS = (
    "31", "36", "38", "42", "42(1)", "44", "46", "47", "49", "50", "54", "56(2)", "57", "59",
    "59(1)", "60", "60(1)", "60(3)", "61", "62", "81(11)", "86", "87", "88", "90", "92", "98", "99",
    "101", "148(36)", "148(44)",
)  # fmt: skip

# Names that the program puts together, with enough of them written out to tell them apart.
_MADE_UP = re.compile(r'f"((?:\w|\{[^}"]*\})+)"')
_WRITTEN_OUT = 8


@cache
def cases() -> list[dict[str, Any]]:
    return [
        case
        for path in sorted(HERE.rglob("*.toml"))
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    ]


@cache
def numbers(word: str) -> set[str]:
    """Numbers that follow a word in some law: «формулы 3(1) и 3(7)» names two."""
    one = r"\d+(?:\(\d+\))?"
    laws = " | ".join(case["law"] for case in cases())
    found = re.findall(rf"{word}\s+({one}(?:(?:,\s|\sи\s){one}(?![\d.]))*)", laws)
    return {number for text in found for number in re.findall(one, text)}


def test_there_are_enough_examples_and_each_names_its_law() -> None:
    assert len(cases()) >= AT_LEAST
    assert all(case["law"].strip() for case in cases())


@pytest.mark.parametrize("code", [one for one in PARAMETERS if one not in OF_OTHERS])
def test_a_parameter_of_the_centre_has_an_example(code: str) -> None:
    assert any(code in case.get("parameters", {}) for case in cases())


def test_parameters_of_others_are_parameters_still() -> None:
    assert set(OF_OTHERS) <= set(PARAMETERS)


@pytest.mark.parametrize("code", [one for one in OF_OTHERS if "/books/" in OF_OTHERS[one]
                                  or "/operations/" in OF_OTHERS[one]])  # fmt: skip
def test_a_parameter_of_others_is_named_where_it_is_tried(code: str) -> None:
    tried = HERE.parents[1] / OF_OTHERS[code]
    assert code in tried.read_text(encoding="utf-8")


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_has_an_example(formula: str) -> None:
    assert formula in numbers(r"формул[аы]")


@pytest.mark.parametrize("paragraph", PARAGRAPHS)
def test_a_paragraph_has_an_example(paragraph: str) -> None:
    assert paragraph in numbers(r"п\.") | numbers("п")


def test_every_name_of_the_law_tables_is_read_by_the_program() -> None:
    """A value of the law that nothing reads is a law not followed."""
    root = HERE.parents[1]
    program = "\n".join(path.read_text(encoding="utf-8") for path in (root / "app").rglob("*.py"))
    made_up = [
        re.compile(re.sub(r"\{[^}]*\}", r"\\w+", one))
        for one in _MADE_UP.findall(program)
        if "{" in one and len(re.sub(r"\{[^}]*\}", "", one)) > _WRITTEN_OUT
    ]

    for table in law.CHARGING_TABLES:
        text = (root / f"resources/law/{table}.toml").read_text(encoding="utf-8")
        for name in tomllib.loads(text):
            is_read = f'"{name}"' in program or any(one.fullmatch(name) for one in made_up)
            assert is_read, name


def test_every_code_of_a_method_is_told_to_people() -> None:
    rules = (HERE.parents[1] / "docs/rules.md").read_text(encoding="utf-8")

    told = set(re.findall(r"\b[A-Z][A-Z0-9_]{2,}\b", rules.partition("## ")[0]))

    assert {rule.code for rule in RULES.values()} | {"NORM_K", "IPU_ZONE"} <= told
