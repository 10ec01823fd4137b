"""Work runs off the GUI thread, its outcome arrives on it."""

import threading

from app.errors import Refusal
from app.ui.notice import notice_of
from app.ui.task import number_of


def test_an_outcome_arrives_in_the_gui_thread(qtbot, tasks):
    seen = []
    tasks.run(
        threading.get_ident,
        done=lambda ident: seen.append((ident, threading.get_ident())),
        failed=seen.append,
    )
    qtbot.waitUntil(lambda: bool(seen))

    worker, receiver = seen[0]

    assert receiver == threading.get_ident()
    assert worker != receiver


def test_a_failure_arrives_in_the_gui_thread(qtbot, tasks):
    seen = []

    def work():
        raise Refusal("Период закрыт.")

    tasks.run(work, done=seen.append, failed=lambda e: seen.append((e, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(seen))

    assert isinstance(seen[0][0], Refusal)
    assert seen[0][1] == threading.get_ident()


def test_a_defect_is_told_by_the_number_it_is_logged_by(qtbot, tasks, caplog):
    seen = []
    tasks.run(lambda: 1 // 0, done=seen.append, failed=seen.append)
    qtbot.waitUntil(lambda: bool(seen))

    number = number_of(seen[0])

    assert number in caplog.text
    assert number in notice_of(seen[0]).sentence
    assert number_of(seen[0]) == number


def test_after_the_stop_nothing_is_delivered(qtbot, tasks):
    seen = []
    tasks.run(lambda: 1, done=seen.append, failed=seen.append)
    tasks.stop()
    tasks.run(lambda: 2, done=seen.append, failed=seen.append)
    qtbot.wait(20)

    assert seen == []
