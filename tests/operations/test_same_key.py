"""T3: the same key from eight threads at once, some with other figures: one effect, one answer.

Every key is sent as often as there are threads, so that all of them ask at the same moment; which
of its two requests came first is not known, but whichever it was, it stays.
"""

import json
import threading
from collections import defaultdict
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from app.domain.period import Period
from app.errors import AppError
from app.store import writing
from app.store.engine import Engine, KeyReused, connect
from tests.fixtures.payers import AT, ON, Payers, open_account, settle
from tests.fixtures.soak import examples

THREADS = 8
SUBMISSIONS = examples(800, full=10_000)
KEYS = SUBMISSIONS // THREADS
ACCOUNTS = tuple(f"{number}" for number in range(4001, 4005))
OCTOBER = Period(2026, 10)


@pytest.fixture
def payers(engine: Engine) -> Payers:
    made = settle(engine)
    for number in ACCOUNTS:
        open_account(made, number)
        made.owe(number, OCTOBER, {"хвс": 1_000_000})
    return made


def request(payers: Payers, place: int, *, is_altered: bool) -> dict[str, Any]:
    """What is asked under a key: its altered form differs in the amount, the day or the account."""
    amount_kop = 700 + (is_altered and place % 3 == 0)
    line = {
        "service_id": str(payers.services["хвс"]),
        "contract_id": str(payers.contract_of("хвс")),
        "origin_period": f"{OCTOBER}-01",
        "kind": 20,
        "paid_as": "payment",
        "amount_kop": amount_kop,
    }
    return {
        "account_number": ACCOUNTS[(place + (is_altered and place % 3 == 1)) % len(ACCOUNTS)],
        "amount_kop": amount_kop,
        "paid_on": ON.replace(day=11) if is_altered and place % 3 == 2 else ON,
        "accepted_at": AT,
        "channel": "bank",
        "lines": json.dumps([line]),
        "actor": "Кассир",
    }


class Senders:
    """Eight threads; each sends every key once, in the same order, half of some keys altered."""

    def __init__(self, payers: Payers, engine: Engine) -> None:
        self.payers, self.engine = payers, engine
        self.keys = [uuid7() for _ in range(KEYS)]
        self.answers: dict[tuple[UUID, bool], list[dict[str, Any]]] = defaultdict(list)
        self.refused: list[tuple[UUID, bool]] = []
        self.failed: list[AppError] = []
        self._alone = threading.Lock()
        self._start = threading.Barrier(THREADS)

    def run(self) -> None:
        threads = [threading.Thread(target=self._send, args=(one,)) for one in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _send(self, thread: int) -> None:
        self._start.wait()
        for place, key in enumerate(self.keys):
            # Of four keys in five, some threads ask for something else.
            is_altered = bool(place % 5) and (thread + place) % 4 == 0
            asked = request(self.payers, place, is_altered=is_altered)
            try:
                answer = writing.call(self.engine, "accept_payment", key=key, **asked)
            except KeyReused:
                with self._alone:
                    self.refused.append((key, is_altered))
            except AppError as error:
                with self._alone:
                    self.failed.append(error)
            else:
                with self._alone:
                    self.answers[key, is_altered].append(answer)


def test_a_key_has_one_effect_and_one_answer_whoever_asks(payers: Payers, database: str) -> None:
    engine = connect(database, application_name="kvitok senders", max_connections=THREADS)
    senders = Senders(payers, engine)

    senders.run()

    engine.close()
    assert senders.failed == []
    accepted = defaultdict(set)
    for key, is_altered in senders.answers:
        accepted[key].add(is_altered)
    assert set(accepted) == set(senders.keys)
    assert all(len(forms) == 1 for forms in accepted.values()), "a key has one set of figures"
    for given in senders.answers.values():
        assert [answer.pop("replay") for answer in given].count(False) == 1
        assert all(answer == given[0] for answer in given)
    assert all(is_altered not in accepted[key] for key, is_altered in senders.refused)
    sent = len(senders.refused) + sum(map(len, senders.answers.values()))
    assert sent == KEYS * THREADS
    assert senders.refused
    _books_have_each_once(payers, senders, accepted)


def _books_have_each_once(
    payers: Payers, senders: Senders, accepted: dict[UUID, set[bool]]
) -> None:
    rows = payers.run(
        "select payment.id, account.number, amount_kop, paid_on from app.payment"
        " join app.account on account.id = account_id"
    )
    expected = {}
    for place, key in enumerate(senders.keys):
        (is_altered,) = accepted[key]
        asked = request(payers, place, is_altered=is_altered)
        expected[key] = (asked["account_number"], asked["amount_kop"], asked["paid_on"])
    assert {key: tuple(row) for key, *row in rows} == expected
    entries = payers.run("select count(*), -sum(amount_kop) from app.entry where kind = 20")
    assert entries == [(KEYS, sum(amount for _, amount, _ in expected.values()))]
    assert payers.broken() == []
