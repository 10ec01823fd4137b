import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from app.store.desk_journal import (
    DeskJournal,
    DeskTaken,
    JournalBroken,
    JournalFull,
    JournalKeyReused,
    JournalState,
    open_journal,
)

AT = datetime(2026, 11, 12, 9, 30, tzinfo=UTC)
SHIFT, NEXT_SHIFT = UUID(int=1), UUID(int=2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk" / "journal.sqlite"


@pytest.fixture
def journal(path: Path) -> Iterator[DeskJournal]:
    with open_journal(path) as opened:
        yield opened


def begin(journal: DeskJournal, key: UUID, *, shift: UUID = SHIFT, amount_kop: int = 500):
    return journal.begin(
        key,
        shift=shift,
        kind="payment",
        actor="Петрова",
        made_at=AT,
        amount_kop=amount_kop,
        request={"amount_kop": amount_kop, "имя": "Ё"},
    )


def test_numbers_run_one_by_one_in_each_shift_and_void_keeps_its_own(journal: DeskJournal) -> None:
    keys = [uuid7() for _ in range(4)]
    begin(journal, keys[0])
    begin(journal, keys[1])
    journal.void(keys[1], "Счёт закрыт.")

    third = begin(journal, keys[2])
    other = begin(journal, keys[3], shift=NEXT_SHIFT)

    assert third.receipt_no == 3
    assert other.receipt_no == 1
    assert journal.claim(SHIFT).voided == (2,)


def test_a_row_goes_from_intent_to_done_and_outlives_the_program(path: Path) -> None:
    key = uuid7()
    with open_journal(path) as journal:
        assert begin(journal, key).state is JournalState.INTENT
        assert journal.confirm(key, {"payment": str(key)}).state is JournalState.DB_OK
        assert journal.unfinished()[0].answer == {"payment": str(key)}

    with open_journal(path) as journal:
        done = journal.finish(key, printed=True)
        journal.mark_reversed(key)

        assert done.printed
        assert done.request == {"amount_kop": 500, "имя": "Ё"}
        assert done.made_at == AT
        assert journal.unfinished() == ()
        found = journal.find(key)
        assert found is not None
        assert found.state is JournalState.REVERSED
        assert journal.find(uuid7()) is None


def test_the_same_key_gives_back_its_row_and_other_figures_are_refused(
    journal: DeskJournal,
) -> None:
    key = uuid7()
    first = begin(journal, key)

    assert begin(journal, key) == first
    with pytest.raises(JournalKeyReused):
        begin(journal, key, amount_kop=501)
    assert len(journal.last()) == 1


def test_a_state_never_goes_back(journal: DeskJournal) -> None:
    key = uuid7()
    begin(journal, key)
    journal.confirm(key, {})
    journal.finish(key, printed=False)

    with pytest.raises(AssertionError):
        journal.void(key, "поздно")
    with pytest.raises(AssertionError):
        journal.confirm(key, {})


def test_a_claim_counts_all_that_is_not_void(journal: DeskJournal) -> None:
    taken, voided, waiting = uuid7(), uuid7(), uuid7()
    begin(journal, taken, amount_kop=700)
    journal.confirm(taken, {})
    journal.finish(taken, printed=True)
    begin(journal, voided)
    journal.void(voided, "нет")
    begin(journal, waiting, amount_kop=30)

    claim = journal.claim(SHIFT)

    assert (claim.count, claim.sum_kop, claim.voided) == (2, 730, (2,))
    assert [row.key for row in claim.unfinished] == [waiting]
    assert [row.receipt_no for row in journal.last(2)] == [3, 2]


def test_threads_of_one_desk_never_share_a_number(journal: DeskJournal) -> None:
    numbers: list[int] = []

    def work() -> None:
        numbers.extend(begin(journal, uuid7()).receipt_no for _ in range(10))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(numbers) == list(range(1, 41))


def test_a_desk_has_one_program(path: Path) -> None:
    with open_journal(path), pytest.raises(DeskTaken, match="уже открыта"), open_journal(path):
        pass

    with open_journal(path) as again:
        assert again.last() == ()


def test_a_full_disk_refuses_before_anything_is_sent(path: Path) -> None:
    with open_journal(path) as journal:
        kept = uuid7()
        begin(journal, kept)
        pages = journal._connection.execute("pragma page_count").fetchone()[0]
        journal._connection.execute(f"pragma max_page_count = {pages}")

        with pytest.raises(JournalFull, match="нет места"):
            [begin(journal, uuid7()) for _ in range(200)]
        rows = len(journal.last(1000))

        assert journal.find(kept) is not None
        journal._connection.execute("pragma max_page_count = 1000000")
        assert begin(journal, uuid7()).receipt_no == rows + 1
        assert journal._connection.execute("pragma integrity_check").fetchone()[0] == "ok"


def test_a_file_that_is_no_journal_is_said_to_be_none(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"not a database at all" * 100)

    with pytest.raises(JournalBroken, match="администратора"), open_journal(path):
        pass


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    nowhere = tmp_path / "file" / "journal.sqlite"

    with pytest.raises(JournalBroken, match="Платежи не принимаются"), open_journal(nowhere):
        pass


def test_the_row_is_there_after_the_program_is_killed(path: Path) -> None:
    script = f"""
        import os, sys
        from datetime import UTC, datetime
        from pathlib import Path
        from uuid import UUID
        sys.path.insert(0, {str(Path(__file__).resolve().parents[2])!r})
        from app.store.desk_journal import open_journal
        with open_journal(Path({str(path)!r})) as journal:
            journal.begin(UUID(int=7), shift=UUID(int=1), kind="payment", actor="П",
                made_at=datetime(2026, 1, 1, tzinfo=UTC), amount_kop=5, request={{}})
            os.kill(os.getpid(), 9)
    """
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False)

    with open_journal(path) as journal:
        left = journal.unfinished()

    assert killed.returncode == -9
    assert [row.key for row in left] == [UUID(int=7)]


def test_the_journal_is_written_through_to_the_disk(journal: DeskJournal) -> None:
    def setting(name: str) -> object:
        return journal._connection.execute(f"pragma {name}").fetchone()[0]

    assert setting("journal_mode") == "wal"
    assert setting("synchronous") == 2
    assert isinstance(journal._connection, sqlite3.Connection)
