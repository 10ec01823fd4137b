"""What the debts of some accounts are reckoned by: days of paying, schemes, stops, by places."""

from datetime import date

import numpy as np

from app.domain import days
from app.domain import period as periods
from app.domain.penalty_accrual import Rules, StopRow
from app.domain.penalty_terms import PenaltyTerms
from app.domain.terms import PaymentTerms
from app.store.copying import uuid_list
from app.store.penalty_catalogue import Accounts, Catalogue


def rules_of(
    known: Catalogue,
    due: PaymentTerms,
    terms: PenaltyTerms,
    accounts: Accounts,
    *,
    handed_over: dict[tuple[int, int], date],
) -> Rules:
    """Put together what the debts of some accounts are reckoned by."""

    def due_on(month: int, contract: int, handed: int | None) -> int:
        return days.number(
            due.due_on(
                periods.of(days.of_number(month)),
                contract=known.contracts[contract - 1].key,
                delivered_on=None if handed is None else days.of_number(handed),
            )
        )

    schemes = np.array([0, *(one.scheme for one in known.contracts)], dtype=np.int64)
    first: dict[object, int] = {}
    alike = [0]
    for place, one in enumerate(known.contracts, 1):
        sort = (one.scheme, due.contract_rules.get(one.key))
        alike.append(first.setdefault(sort, place))
    return Rules(
        terms=terms,
        schemes=schemes,
        alike=np.array(alike, dtype=np.int64),
        due_on=due_on,
        stops=tuple(stops_of(known, accounts)),
        handed_over={key: days.number(day) for key, day in handed_over.items()},
        opening_counts=known.opening_counts,
    )


def stops_of(known: Catalogue, accounts: Accounts) -> list[StopRow]:
    """Give the stops that touch some accounts, by places."""
    found = []
    houses = {key: place for place, key in enumerate(known.houses, 1)}
    named = {one.account for one in known.stops if one.account is not None}
    at = {}
    if named:
        at = {key: place for place, key in enumerate(uuid_list(accounts.ids)) if key in named}
    for one in known.stops:
        contracts = whose = None
        if one.organisation is not None:
            contracts = frozenset(
                place
                for place, contract in enumerate(known.contracts, 1)
                if contract.creditor == one.organisation
            )
        elif one.house is not None:
            whose = frozenset(np.flatnonzero(accounts.house == houses[one.house]).tolist())
        else:
            whose = frozenset(at[key] for key in (one.account,) if key in at)
            if one.contract is not None:
                contracts = frozenset(
                    place
                    for place, contract in enumerate(known.contracts, 1)
                    if contract.key == one.contract
                )
        if whose is None or whose:
            row = StopRow(one.number, one.day_from, one.day_to, contracts, whose, one.origin)
            found.append(row)
    return found
