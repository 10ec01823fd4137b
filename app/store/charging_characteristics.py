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
from app.store.charging_catalogue import Catalogue
from app.store.charging_places import About, Addition, Places
from app.store.copying import Columns
from app.store.reading import Snapshot

_ABSENT = NO_VALUE - 1
_GREATEST = 10**9
_WORDS = {"да": Decimal(1), "нет": Decimal(0)}
# Of houses, of premises, of accounts. "offset 0" keeps accounts going by their premises: those that
# have any are few.
_OWNERS = (
    "select id, characteristics from app.house where id = any (%(houses)s)",
    "select id, characteristics from app.premises where house_id = any (%(houses)s)",
    """
select account.id, account.characteristics
from app.premises cross join lateral (
  select id, characteristics from app.account where premises_id = premises.id offset 0
) as account
where premises.house_id = any (%(houses)s)""",
)
_GIVEN = " union all ".join(
    f"""
select {level}::int4 as level, owner.id, given.key, coalesce(given.value, '') as value
from ({query}) as owner cross join lateral jsonb_each_text(owner.characteristics) as given
where owner.characteristics <> '{{}}'"""
    for level, query in enumerate(_OWNERS)
)
_KINDS = {"level": "int4", "id": "uuid", "key": "text", "value": "text"}
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


def ask(snapshot: Snapshot, catalogue: Catalogue, about: About) -> Addition:
    """Ask for the characteristics that the formulas of the services need."""
    names = wanted(catalogue.services)
    if not names:
        return lambda inputs, _: inputs
    answer = snapshot.ask(_GIVEN, about, kinds=_KINDS, is_set=True)

    def add(inputs: ChargeInputs, at: Places) -> ChargeInputs:
        premises = inputs.accounts.premises
        values = np.full((len(names), len(premises)), NO_VALUE, dtype=np.int64)
        places = (at.houses, at.premises, at.accounts)
        of_account = (inputs.premises.house[premises], premises, np.arange(len(premises)))
        for level, name, keys, given in _given(answer.columns(), names):
            its = _of_owners(places[level], keys, given)
            found = its[of_account[level]]
            np.copyto(values[names.index(name)], found, where=found != _ABSENT)
        return replace(inputs, characteristics=Characteristics(names, values))

    return add


def _given(
    columns: Columns, names: Sequence[str]
) -> Iterator[tuple[int, str, NDArray[np.void], Ints]]:
    """Give level, name, owners and values: of houses first, of accounts last."""
    written = sorted({key for key in columns["key"] if formula.normal(key) in names})
    name_of = np.array(columns["key"], dtype=np.str_)
    for level in range(len(_OWNERS)):
        for key in written:
            at = np.flatnonzero((columns["level"] == level) & (name_of == key))
            values = [_millionths(columns["value"][row]) for row in at.tolist()]
            yield level, formula.normal(key), columns["id"][at], np.array(values, dtype=np.int64)


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
