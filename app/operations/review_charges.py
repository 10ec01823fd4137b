"""Review a run before it counts: approve or hold doubts by group, then publish the rest.

calculated ──▶ waiting for a person ──▶ published: approved lines count, the others are held
"""

from datetime import datetime
from uuid import UUID

from app.domain import fingerprint
from app.domain.period import Period
from app.domain.review import DoubtReason
from app.errors import Refusal
from app.operations.charge_month import without_time_out
from app.store import charging, reviewing, writing
from app.store.engine import Engine
from app.store.reading import reading


class NothingToReview(Refusal):
    """No run of the period waits for a person."""


def waiting_run(engine: Engine, period: Period) -> UUID:
    """Give the run of a period that waits for a person.

    :raises NothingToReview: when there is none
    """
    with reading(engine) as snapshot:
        key = reviewing.waiting(snapshot, period)
    if key is None:
        raise NothingToReview(
            f"За {period.shown} нет начисления, которое ждёт разбора. "
            f"Рассчитайте его: kvitok charge {period} --review."
        )
    return key


def decide(
    engine: Engine,
    key: UUID,
    *,
    is_approved: bool,
    reason: DoubtReason | None = None,
    service: str | None = None,
    account: str | None = None,
    actor: str,
    at: datetime,
) -> int:
    """Approve or hold the doubts of a group; None is any. Gives how many were decided.

    :raises Refusal: when the run does not wait any more
    """
    found = writing.call(
        engine,
        "decide_doubts",
        key=key,
        wanted_reason=reason,
        wanted_service=service,
        wanted_account=account,
        wanted="approved" if is_approved else "held",
        actor=actor,
        at=at,
    )
    return int(found)


def publish(engine: Engine, key: UUID) -> int:
    """Hold what was not approved and make the rest count. Gives how many doubts are held.

    :raises Refusal: when the run does not wait any more, or its period was closed meanwhile
    """
    with reading(engine) as snapshot:
        known = fingerprint.fingerprint(charging.digests(snapshot, key))
    with writing.writing(engine) as draft:
        charging.wait_for_long_work(draft)
        held = int(draft.call("hold_doubts", key=key))
    without_time_out(engine, "post_run", key=key, fingerprint=known)
    return held
