"""Characteristics that formulas name, as numbers of accounts: the account's own, else the
premises', else the house's. Read only when some service goes by a formula that names one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

import numpy as np
from numpy.typing import NDArray

from app.domain import formula, formula_names, money
from app.domain.charge_inputs import NO_VALUE, Characteristics, ChargeInputs, Services
from app.domain.money import Ints
from app.domain.service import Method
from app.store.reading import Snapshot

_ABSENT = NO_VALUE - 1
_GREATEST = 10**9
_WORDS = {"да": Decimal(1), "нет": Decimal(0)}
_LEVELS = ("house", "premises", "account")
_OWNERS = {
    "house": "select id, characteristics from app.house where id = any (%(houses)s)",
    "premises": "select id, characteristics from app.premises where house_id = any (%(houses)s)",
    "account": """
select account.id, account.characteristics
from app.premises join app.account on account.premises_id = premises.id
where premises.house_id = any (%(houses)s)""",
}
_ALL = " union all ".join(
    f"select '{level}' as level, owner.id, owner.characteristics from ({query}) as owner"
    for level, query in _OWNERS.items()
)
_KEYS = f"""
select distinct jsonb_object_keys(owner.characteristics) as key
from ({_ALL}) as owner where owner.characteristics <> '{{}}'
"""
_VALUES = f"""
select owner.level, owner.id, given.key, coalesce(given.value, '') as value
from ({_ALL}) as owner cross join lateral jsonb_each_text(owner.characteristics) as given
where owner.characteristics <> '{{}}' and given.key = any (%(keys)s)
"""
# Every name there is: what a formula may mention.
_NAMES = """
select distinct key from (
  select jsonb_object_keys(characteristics) as key from app.house where characteristics <> '{}'
  union all
  select jsonb_object_keys(characteristics) from app.premises where characteristics <> '{}'
  union all
  select jsonb_object_keys(characteristics) from app.account where characteristics <> '{}'
) as given
"""


def names(snapshot: Snapshot) -> list[str]:
    """Give the names of all characteristics, as they were written."""
    return [row.key for row in snapshot.rows(_NAMES)]


def wanted(services: Services) -> tuple[str, ...]:
    """Give the names of characteristics that the formulas of these services mention."""
    found: dict[str, None] = {}
    for method, text in zip(services.method, services.formula, strict=False):
        if method is not Method.FORMULA:
            continue
        try:
            mentioned = formula_names.characteristics_of(formula.read(text))
        except formula.NotAFormula:
            continue  # told when it is charged
        found.update(dict.fromkeys(mentioned))
    return tuple(found)


def with_characteristics(
    snapshot: Snapshot,
    about: Mapping[str, object],
    inputs: ChargeInputs,
    *,
    places: tuple[Mapping[bytes, int], ...],
) -> ChargeInputs:
    """Add the characteristics that the formulas of the services need.

    :param about: the houses, as the statements name them
    :param places: of houses, of premises and of accounts by their raw keys
    """
    asked = wanted(inputs.services)
    if not asked:
        return inputs
    premises = inputs.accounts.premises
    values = np.full((len(asked), len(premises)), NO_VALUE, dtype=np.int64)
    of_account = (inputs.premises.house[premises], premises, np.arange(len(premises)))
    for level, key, keys, given in _given(snapshot, about, asked):
        its = _of_owners(places[level], keys, given)
        found = its[of_account[level]]
        np.copyto(values[asked.index(formula.normal(key))], found, where=found != _ABSENT)
    return replace(inputs, characteristics=Characteristics(asked, values))


def _given(
    snapshot: Snapshot, about: Mapping[str, object], asked: Sequence[str]
) -> Iterator[tuple[int, str, NDArray[np.void], Ints]]:
    """Give level, name as written, owners and values: of houses first, of accounts last."""
    houses = {"houses": about["houses"]}
    keys = [row.key for row in snapshot.rows(_KEYS, **houses)]
    keys = sorted(key for key in keys if formula.normal(key) in asked)
    if not keys:
        return
    columns = snapshot.columns(
        _VALUES,
        {**houses, "keys": keys},
        kinds={"level": "text", "id": "uuid", "key": "text", "value": "text"},
    )
    numbers = {text: _millionths(text) for text in set(columns["value"])}
    given = np.array([numbers[text] for text in columns["value"]], dtype=np.int64)
    level_of, name_of = np.array(columns["level"]), np.array(columns["key"])
    for level, word in enumerate(_LEVELS):
        for key in keys:
            at = np.flatnonzero((level_of == word) & (name_of == key))
            yield level, key, columns["id"][at], given[at]


def _of_owners(places: Mapping[bytes, int], keys: NDArray[np.void], given: Ints) -> Ints:
    result = np.full(max(len(places), 1), _ABSENT, dtype=np.int64)
    at = np.fromiter((places.get(key, -1) for key in keys.tolist()), np.int64, len(keys))
    result[at[at >= 0]] = given[at >= 0]
    return result


def _millionths(text: str) -> int:
    """Give a number as a person writes it in millionths, NO_VALUE where it is none."""
    plain = text.strip().lower().replace("\u00a0", "").replace(" ", "").replace(",", ".")
    try:
        number = _WORDS[plain] if plain in _WORDS else Decimal(plain.replace("\u2212", "-"))
        value = money.millionths(number)
    except (InvalidOperation, ValueError):
        return NO_VALUE
    return value if abs(number) < _GREATEST else NO_VALUE
