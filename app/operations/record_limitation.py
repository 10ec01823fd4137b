"""What changes the running of limitation: a claim filed, its end, a written acknowledgement."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.limitation import LimitationChange
from app.domain.period import Period
from app.store import writing
from app.store.engine import Engine


@dataclass(frozen=True, slots=True)
class WantedEvent:
    """An event about the debts of an account for some periods.

    :ivar contract: its number; None: debts under every contract
    """

    account: str
    change: LimitationChange
    on: date
    first: Period
    last: Period
    document: str
    contract: str | None = None


def record_limitation(engine: Engine, key: UUID, wanted: WantedEvent, *, actor: str) -> bool:
    """Record an event, once by its key; False when it was there.

    :raises RefusedByDatabase: when the account or contract is not there, or no document is named
    """
    return bool(
        writing.call(
            engine,
            "record_limitation_event",
            key=key,
            account_number=wanted.account,
            contract_number=wanted.contract,
            what=wanted.change.value,
            on_day=wanted.on,
            since=wanted.first.first_day,
            until=wanted.last.first_day,
            document=wanted.document,
            actor=actor,
        )
    )


def revoke_limitation(engine: Engine, event: UUID, *, reason: str, actor: str) -> None:
    """Revoke an event entered by mistake.

    :raises RefusedByDatabase: when it is not there or revoked already
    """
    writing.call(engine, "revoke_limitation_event", event=event, reason=reason, actor=actor)
