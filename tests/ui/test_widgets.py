"""Fields and tables: money is typed and shown exactly, months step, searches answer in order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.domain import money
from app.domain.period import Period
from app.errors import Outage
from app.ui.widgets import cell_paint, keys
from app.ui.widgets.account_field import AccountField
from app.ui.widgets.column_table import MONEY, Column, ColumnTable
from app.ui.widgets.fold_panel import FoldPanel
from app.ui.widgets.lamp import Lamp, LampState
from app.ui.widgets.money_edit import MoneyEdit, NegativeAmount, NoAmount
from app.ui.widgets.money_label import MoneyLabel, parts
from app.ui.widgets.period_edit import PeriodEdit


@pytest.mark.parametrize(
    ("typed", "amount_kop"),
    [("1234,56", 123456), ("1234.5", 123450), ("1\u202f234", 123400), ("0,01", 1), ("5,", 500)],
)
def test_a_sum_is_read_with_comma_or_point(qtbot, typed, amount_kop):
    edit = MoneyEdit("Сумма")
    qtbot.addWidget(edit)
    edit.setText(typed)

    assert edit.amount_kop() == amount_kop


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("1,234", money.NotAnAmount),
        ("12 рублей", money.NotAnAmount),
        ("-1", NegativeAmount),
        ("\u22121,50", NegativeAmount),
        ("0", NoAmount),
        ("0,00", NoAmount),
        ("", NoAmount),
    ],
)
def test_a_sum_that_is_none_is_refused_with_a_sentence(qtbot, typed, error):
    edit = MoneyEdit("Сумма")
    qtbot.addWidget(edit)
    edit.setText(typed)

    with pytest.raises(error, match=r".{20,}\."):
        edit.amount_kop()


def test_a_wrong_sum_is_marked_while_it_is_typed(qtbot):
    edit = MoneyEdit("Сумма")
    qtbot.addWidget(edit)
    edit.setText("1,234")

    assert edit.property("wrong") is True

    edit.setText("1,23")

    assert edit.property("wrong") is False


def test_money_is_shown_with_thin_thousands_a_comma_and_a_true_minus(qtbot):
    label = MoneyLabel("К оплате")
    qtbot.addWidget(label)
    label.show_amount(-123456789)

    assert label.text == "−1\u202f234\u202f567,89\u00a0₽"
    assert label.accessibleName() == f"К оплате: {label.text}"


@given(st.integers(-(10**14), 10**14))
def test_the_parts_of_a_sum_are_the_sum(amount_kop):
    assert "".join(parts(amount_kop)) == money.shown(amount_kop)


def test_a_table_shows_zero_as_a_dash_and_reads_only_what_is_asked(qtbot):
    class Lazy:
        asked = 0

        def __len__(self):
            return 1_000_000

        def __getitem__(self, place):
            if isinstance(place, slice):
                return [0] * len(range(*place.indices(len(self))))
            self.asked += 1
            return place

    lazy = Lazy()
    table = ColumnTable("Обороты")
    qtbot.addWidget(table)
    table.resize(600, 400)
    table.show_columns((Column("Услуга", lazy), Column("Сумма", lazy, MONEY, total=5)))
    table.show()
    table.view.viewport().grab()

    assert table.model.rowCount() == 1_000_000
    assert lazy.asked < 500
    assert table.model.index(0, 1).data() == "–"
    assert table.model.index(123456, 1).data() == "1\u202f234,56"


def test_a_cell_is_read_out_with_its_column(qtbot):
    table = ColumnTable("Обороты")
    qtbot.addWidget(table)
    values = np.array([-234567], dtype=np.int64)
    table.show_columns((Column("Услуга", ["Отопление"]), Column("Опл.", values, MONEY)))
    spoken = table.model.index(0, 1).data(Qt.ItemDataRole.AccessibleTextRole)

    assert spoken == "Опл.: −2\u202f345,67"


def test_a_money_column_is_never_narrower_than_its_money(qtbot):
    table = ColumnTable("Обороты")
    qtbot.addWidget(table)
    values = [-12_345_678_901_23]
    table.resize(500, 200)
    table.show_columns((Column("Услуга", ["х"]), Column("Опл.", values, MONEY, width=40)))
    needed = cell_paint.text_width(cell_paint.money_text(values[0]))

    assert table.view.columnWidth(1) >= needed


def test_enter_and_f1_ask_about_the_cell_one_stands_on(qtbot, keyboard):
    table = ColumnTable("Обороты")
    qtbot.addWidget(table)
    table.show_columns((Column("Услуга", ["х", "у"]), Column("Опл.", [1, 2], MONEY)))
    table.view.setCurrentIndex(table.model.index(1, 1))
    asked = []
    table.asked.connect(lambda row, column: asked.append((row, column)))
    keyboard.enter(table.view)
    keyboard.press(table.view, Qt.Key.Key_F1)

    assert asked == [(1, 1), (1, 1)]


def test_a_month_steps_by_page_keys_and_stops_at_its_bounds(qtbot, keyboard):
    edit = PeriodEdit(Period(2026, 1), last=Period(2026, 2))
    qtbot.addWidget(edit)
    seen = []
    edit.changed.connect(seen.append)
    for key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_PageDown, Qt.Key.Key_PageDown):
        keyboard.press(edit, key)

    assert seen == [Period(2025, 12), Period(2026, 1), Period(2026, 2)]


def test_a_shortcut_is_the_same_key_in_the_russian_layout():
    spelled = [one.toString() for one in keys.sequences("Ctrl+K")]

    assert spelled == ["Ctrl+K", "Ctrl+Л"]
    assert [one.toString() for one in keys.sequences("F9")] == ["F9"]


def test_a_lamp_says_in_words_what_it_shows(qtbot):
    lamp = Lamp("ККТ")
    qtbot.addWidget(lamp)
    lamp.show_state(LampState.OFF)

    assert lamp.accessibleName() == "ККТ: не отвечает"

    lamp.show_state(LampState.OFF, word="ККТ: нет бумаги")

    assert lamp.accessibleName() == "ККТ: нет бумаги"


def test_an_empty_panel_says_what_would_be_there(qtbot):
    panel = FoldPanel("Приборы", empty="Приборов нет.", unfolded=True)
    qtbot.addWidget(panel)
    panel.show_rows((("ХВС", "1", ""),), summary="1")
    panel.show_rows((), summary="0")
    texts = [label.text() for label in panel.findChildren(QLabel) if not label.isHidden()]

    assert texts == ["Приборов нет."]


@pytest.fixture
def field(qtbot, tasks, cards):
    made = AccountField("Счёт", tasks=tasks, search=cards.search, picks_first=True)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(made.isActiveWindow)
    made.setFocus()
    return made


def test_letters_of_a_name_find_the_account_and_enter_takes_it(qtbot, field, keyboard, number):
    chosen = []
    field.chosen.connect(chosen.append)
    keyboard.type(field, "петров")
    qtbot.waitUntil(lambda: len(field.found) == 1)
    keyboard.enter(field)

    assert [one.account_number for one in chosen] == [number]


def test_enter_before_the_answer_waits_for_it(qtbot, field, keyboard, number):
    chosen = []
    field.chosen.connect(chosen.append)
    keyboard.type(field, "мира")
    keyboard.enter(field)
    qtbot.waitUntil(lambda: bool(chosen))

    assert chosen[0].account_number == number


def test_a_search_that_fails_is_told(qtbot, tasks, keyboard):
    def broken(text):
        raise Outage("База не отвечает.")

    field = AccountField("Счёт", tasks=tasks, search=broken)
    qtbot.addWidget(field)
    failed = []
    field.failed.connect(failed.append)
    keyboard.type(field, "петров")
    qtbot.waitUntil(lambda: bool(failed))

    assert isinstance(failed[0], Outage)
