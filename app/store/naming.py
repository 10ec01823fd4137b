"""Keys of things by the names people use: number of an account or contract, code of the rest."""

from collections.abc import Sequence
from uuid import UUID

from app.store.adjusting import UnknownName
from app.store.reading import Snapshot

_QUERIES = {
    "account": "select number as name, id from app.account where number = any (%(names)s)",
    "contract": "select number as name, id from app.contract where number = any (%(names)s)",
    "house": "select code as name, id from app.house where code = any (%(names)s)",
    "organisation": "select code as name, id from app.organisation where code = any (%(names)s)",
    "service": "select code as name, id from app.service where code = any (%(names)s)",
}
_WORDS = {
    "account": "Лицевого счёта",
    "contract": "Договора №",
    "house": "Дома с кодом",
    "organisation": "Организации с кодом",
    "service": "Услуги с кодом",
}


def keys(snapshot: Snapshot, kind: str, names: Sequence[str]) -> list[UUID]:
    """Give the keys of things, in the order of their names.

    :param kind: account, contract, house, organisation or service
    :raises UnknownName: when one of them is not there
    """
    known: dict[str, UUID] = {
        row.name: row.id for row in snapshot.rows(_QUERIES[kind], names=sorted(set(names)))
    }
    for name in names:
        if name not in known:
            raise UnknownName(f"{_WORDS[kind]} «{name[:40]}» нет. Проверьте и повторите.")
    return [known[name] for name in names]


def key(snapshot: Snapshot, kind: str, name: str) -> UUID:
    """Give the key of one thing.

    :raises UnknownName: when it is not there
    """
    return keys(snapshot, kind, [name])[0]
