"""What a person typed, read: days and keys of documents."""

from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from app.errors import Malformed


class NotADay(Malformed):
    """A text that is no day."""


class NotAKey(Malformed):
    """A text that is no key of a document."""


def day(text: str) -> date:
    """Read a day.

    :raises NotADay: when the text is none
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotADay(f"«{text[:20]}» не дата. Напишите её так: 2026-11-12.") from error


def key_or_new(text: str | None) -> UUID:
    """Read the key of a document, or make one.

    :raises NotAKey: when the text is no UUID
    """
    if text is None:
        return uuid7()
    try:
        return UUID(text.strip())
    except ValueError as error:
        raise NotAKey(
            f"«{text[:40]}» не ключ документа. Нужен UUID, например из прежнего ответа программы."
        ) from error
