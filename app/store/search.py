"""Find an account by number, address or name, as fast as one types.

Words of a query stand in any order; each must be in the account's line of words (a trigram
index answers). A short number is a whole word: "мира 5 12" is house 5, flat 12.
"""

import re
from dataclasses import dataclass

from app.store.reading import Snapshot

LIMIT = 30
_QUERY_CHARS_MAX = 200
_WORDS_MAX = 8
_SHORT_NUMBER = 3


@dataclass(frozen=True, slots=True)
class Found:
    """One account that fits."""

    number: str
    payer: str
    address: str
    is_open: bool


def find(snapshot: Snapshot, text: str, *, limit: int = LIMIT) -> tuple[Found, ...]:
    """Give the accounts that fit, the exact number first, then by address.

    :param text: as typed; nothing in it is a pattern
    """
    words = _words(text)
    if not words:
        return ()
    conditions, parameters = [], {}
    for place, word in enumerate(words):
        is_short_number = word[0].isdigit() and len(word) <= _SHORT_NUMBER
        left = "' ' || search.words || ' '" if is_short_number else "search.words"
        conditions.append(f"{left} like %(word_{place})s")
        parameters[f"word_{place}"] = (
            f"% {_literal(word)} %" if is_short_number else (f"%{_literal(word)}%")
        )
    rows = snapshot.rows(
        f"""
        with fitting as (
          select search.account_id from app.account_search as search
          where {" and ".join(conditions)}
          limit 2000
        )
        select account.number, coalesce(version.payer, '') as payer,
          account.closed_on is null as is_open, {ADDRESS} as address
        from fitting
        join app.account on account.id = fitting.account_id
        {PLACE}
        order by account.number <> %(exact)s, house.street_key, house.building_key,
          premises.number_key, account.number
        limit %(limit)s
        """,
        **parameters,
        exact=words[0],
        limit=limit,
    )
    return tuple(Found(row.number, row.payer, row.address, row.is_open) for row in rows)


def _words(text: str) -> list[str]:
    plain = text[:_QUERY_CHARS_MAX].lower().replace("ё", "е")
    every = [word for word in re.split(r"[^0-9a-zа-я\-]+", plain) if word.strip("-")]
    # What people say between the words of an address.
    meant = [word for word in every if word not in {"ул", "д", "дом", "кв", "г", "корп", "к"}]
    return meant[:_WORDS_MAX]


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


# The place and the payer of app.account, as they are now.
PLACE = """
        join app.premises on premises.id = account.premises_id
        join lateral (select * from app.house_version
                      where house_version.house_id = premises.house_id
                      order by valid_from desc limit 1) as house on true
        left join lateral (select * from app.account_version
                           where account_version.account_id = account.id
                           order by valid_from desc limit 1) as version on true
"""
ADDRESS = """
          concat_ws(', ', nullif(house.street, ''), house.building
            || coalesce(' корп. ' || nullif(house.block, ''), ''),
            case when premises.flat_number <> ''
                 then 'кв. ' || premises.flat_number || ', комн. ' || premises.number
                 else 'кв. ' || premises.number end)
"""
# With its settlement, for papers that leave the centre.
FULL_ADDRESS = f"concat_ws(', ', nullif(house.locality, ''), {ADDRESS})"
