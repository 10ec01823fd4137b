"""Documents under changes of the books, by their keys."""

from uuid import UUID

from app.domain import period
from app.domain.period import Period
from app.store.reading import Snapshot


def month_of(snapshot: Snapshot, key: UUID) -> Period | None:
    """Give the month a document was posted into, None when there is no such document."""
    day = snapshot.value("select period from app.voucher where id = %(key)s", key=key)
    return None if day is None else period.of(day)
