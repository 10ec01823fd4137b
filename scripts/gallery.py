"""Pictures of the desk and the card in both themes and sizes, to be looked at."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gallery_sample import NUMBER, SampleCards, SampleDesk
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.ui import application, theme
from app.ui.pages.account import AccountPage
from app.ui.pages.cash_desk import CashDeskPage
from app.ui.task import Tasks
from app.ui.widgets.lamp import LampState
from app.ui.window import Window


def settle(milliseconds: int = 60) -> None:
    """Let tasks answer and fades end."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def press(widget: QWidget, key: Qt.Key, text: str = "") -> None:
    """Press one key the way a keyboard does; letters of any alphabet."""
    event = QKeyEvent(QKeyEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, text)
    QApplication.sendEvent(widget, event)


class Studio:
    """A window with both pages, and a folder the pictures go to."""

    def __init__(self, tasks: Tasks, desk: SampleDesk, *, scale: int = 100) -> None:
        cards = SampleCards()
        self.scale = scale
        self.window = Window(tasks, search=cards.search)
        self.desk = CashDeskPage(tasks, desk, search=cards.search)
        self.card = AccountPage(tasks, cards)
        self.window.add_page("desk", word="Касса", icon_name="ph.wallet", page=self.desk)
        self.window.add_page("account", word="Счёт", icon_name="ph.user-rectangle", page=self.card)
        status = self.window.status
        status.show_who(operator="Иванова А.", desk="касса 2", shift="смена 145 с 08:58")
        status.show_period("10.2026 открыт")
        status.show_lamp("база", LampState.ON)
        status.show_lamp("ККТ", LampState.OFF, text="ККТ: нет бумаги")
        status.show_lamp("сканер", LampState.ON)
        status.show_lamp("0 не отправлено", LampState.IDLE)
        self.window.show()
        settle()

    def dues(self) -> None:
        self.desk.take_scan(NUMBER)
        settle()

    def type_digits(self, text: str) -> None:
        for sign in text:
            press(self.desk.scan_field, Qt.Key.Key_unknown, sign)

    def enter(self) -> None:
        press(self.desk.scan_field, Qt.Key.Key_Return, "\r")
        settle()

    def open_card(self, number: str = NUMBER) -> None:
        self.window.open_account(number, key="account")
        settle()


def _paid(studio: Studio) -> None:
    studio.dues()
    studio.type_digits("11000")
    studio.enter()


def _typing(studio: Studio) -> None:
    studio.dues()
    studio.type_digits("11000")


def _partial(studio: Studio) -> None:
    studio.dues()
    press(studio.desk.scan_field, Qt.Key.Key_F3)
    studio.desk.flow.set_amount(300000)
    studio.desk.till.open_amount(300000)


def _short(studio: Studio) -> None:
    studio.dues()
    studio.type_digits("1000")
    studio.enter()


def _foreign(studio: Studio) -> None:
    studio.desk.take_scan("ST00012|чужая")
    settle()


def _cancel(studio: Studio) -> None:
    studio.desk.flow.ask_cancel()


def _search(studio: Studio) -> None:
    studio.window.start_search()
    for sign in "петро":
        press(studio.window.search_field, Qt.Key.Key_unknown, sign)
    settle(250)


def _explained(studio: Studio) -> None:
    studio.open_card()
    studio.card.facts.panel("Приборы").toggle()
    press(studio.card.turnovers.table.view, Qt.Key.Key_F1)
    settle()


SCENES: dict[str, tuple[Callable[[Studio], None], Callable[[], SampleDesk]]] = {
    "desk_empty": (lambda _: None, SampleDesk),
    "desk_first": (lambda _: None, lambda: SampleDesk(busy=False)),
    "desk_closed": (lambda _: None, lambda: SampleDesk(is_open=False, busy=False)),
    "desk_dues": (Studio.dues, SampleDesk),
    "desk_typing": (_typing, SampleDesk),
    "desk_partial": (_partial, SampleDesk),
    "desk_paid": (_paid, SampleDesk),
    "desk_unprinted": (_paid, lambda: SampleDesk(printed=False)),
    "desk_short": (_short, SampleDesk),
    "desk_error": (_foreign, SampleDesk),
    "desk_cancel": (_cancel, SampleDesk),
    "desk_search": (_search, SampleDesk),
    "card": (Studio.open_card, SampleDesk),
    "card_explained": (_explained, SampleDesk),
    "card_new": (lambda studio: studio.open_card("7000009999"), SampleDesk),
    "card_none": (lambda studio: studio.window.open_page("account"), SampleDesk),
}


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("folder", type=Path)
    reader.add_argument("--scale", type=int, default=100, help="percent, 100 to 200")
    reader.add_argument("--only", default="", help="scenes whose name begins so")
    asked = reader.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    dressed = application.build(scale_percent=asked.scale)
    tasks = Tasks()
    started = time.perf_counter()
    for name in (theme.LIGHT, theme.DARK):
        theme.wear(dressed, name)
        for width, height in ((1366, 768), (1920, 1080)):
            for scene, (act, desk) in SCENES.items():
                if scene.startswith(asked.only):
                    studio = Studio(tasks, desk(), scale=asked.scale)
                    # The size is of the screen, so that a larger scale leaves less room.
                    size = (width * 100 // asked.scale, height * 100 // asked.scale)
                    studio.window.resize(*size)
                    act(studio)
                    settle(160)
                    path = asked.folder / f"{scene}_{name}_{width}_{asked.scale}.png"
                    studio.window.grab().save(str(path))
                    studio.window.close()
    tasks.stop()
    print(f"{asked.folder}: {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
