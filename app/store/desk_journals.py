"""Journals of the desks of this computer, looked at without opening a desk: what is unsent."""

import sqlite3
from contextlib import closing
from pathlib import Path

from app.domain import money
from app.store.desk_journal import JournalBroken


def unsent(folder: Path) -> tuple[str, ...]:
    """Give the payments that a journal holds and the books may not have, in words.

    :param folder: where journals of desks lie; one that is not there has none
    :raises JournalBroken: when a file is no journal
    """
    return tuple(words for path in sorted(folder.glob("*.sqlite")) for words in _of_desk(path))


def _of_desk(path: Path) -> list[str]:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as journal:
            rows = journal.execute(
                "select receipt_no, amount_kop from operation where state = 'INTENT' order by rowid"
            ).fetchall()
    except sqlite3.Error as error:
        raise JournalBroken(
            f"Журнал кассы {path.name} не читается ({error}): неизвестно, все ли платежи в книгах. "
            "Откройте рабочее место этой кассы или позовите администратора."
        ) from error
    return [
        f"касса {path.stem}: чек № {receipt_no}, {money.shown(amount_kop)} ₽"
        for receipt_no, amount_kop in rows
    ]
