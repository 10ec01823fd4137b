"""Whose the excess of a raising factor is: the service and the contract it is shown under.

The line of the excess is a line of its own (354, §69). The centre may give it another service or
another contract: «Повышающий коэффициент ХВС» of the provider who saves energy with it
(charges.md §2.5). Nothing given: those of the service itself.
"""

import numpy as np

from app.domain import days
from app.domain.charge_inputs import ChargeInputs, Texts
from app.domain.days import Month, number
from app.domain.ledger import EntryKind
from app.domain.money import Ints
from app.domain.situation import Rows
from app.domain.volume import RAISING_NAMES
from app.errors import Malformed


class UnknownRaisingPlace(Malformed):
    """A parameter names a service or a contract that is not in the catalogue."""


def presented(inputs: ChargeInputs, service: Ints, contract: Ints, kind: Ints) -> tuple[Ints, Ints]:
    """Give service and contract of each line, those of the excess where the centre says.

    :param service: shape (n,), as is the contract and the kind: EntryKind
    :raises UnknownRaisingPlace: when a parameter names what is not there
    """
    raised = np.flatnonzero(kind == EntryKind.RAISING)
    if not raised.size:
        return service, contract
    its_service, its_contract = service.copy(), contract.copy()
    resources = np.array(inputs.services.resource, dtype=np.str_)[service[raised]]
    for resource, name in RAISING_NAMES.items():
        at = raised[resources == resource]
        if not at.size:
            continue
        for column, known, what in (
            (its_service, inputs.services.code, "service"),
            (its_contract, inputs.contracts, "contract"),
        ):
            code = inputs.rules.text(f"{name}_{what}")
            if code:
                column[at] = _place(known, code, what=what)
    return its_service, its_contract


def cuts(inputs: ChargeInputs, rows: Rows, covered: Ints, *, month: Month) -> Ints:
    """Give the days on which a factor changes for rows without a meter, where days go apart.

    :param covered: shape (rows,), masks of days with a meter
    """
    result = np.zeros(len(rows.service), dtype=np.int64)
    rules = inputs.rules
    if not rules.changes or rules.word("raising_change_month") != "days":
        return result
    resources = np.array(inputs.services.resource, dtype=np.str_)[rows.service]
    for resource, name in RAISING_NAMES.items():
        begins = [number(one.valid_from) for one in rules.changes.get(name, ())]
        masks = days.bit(np.array(begins, dtype=np.int64), month=month)
        mask = int(np.bitwise_or.reduce(masks)) if begins else 0
        result |= np.where(resources == resource, mask & ~covered, 0)
    return result


def _place(known: Texts, code: str, *, what: str) -> int:
    try:
        return list(known).index(code)
    except ValueError:
        word = "услуги" if what == "service" else "договора"
        raise UnknownRaisingPlace(
            f"Для превышения из-за повышающего коэффициента указано «{code}», а такой {word} нет."
            " Исправьте параметры «кпов…» или добавьте её на лист."
        ) from None
