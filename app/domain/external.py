"""Method «внешнее»: amounts calculated elsewhere become lines as they were given.

A line stands on the first days the service is charged for; where nothing is given there is no
line. What is given for an account without the service is told, not lost.
"""

import numpy as np

from app.domain.basis import SLOTS, Basis
from app.domain.ledger import EntryKind
from app.domain.money import Ints
from app.domain.pricing import Lines
from app.domain.service import Method
from app.domain.situation import METHODS, Situation
from app.domain.volume import Scene


def with_external(scene: Scene, of: Situation, lines: Lines) -> Lines:
    """Add the lines of amounts that were given."""
    given = scene.inputs.external
    if not given.account.size:
        return lines
    mine = np.flatnonzero(of.method == METHODS.index(Method.EXTERNAL))
    # Segments are in the order of row and day: the first of each row is met first.
    key = _key(scene, of.account[mine], of.service[mine], of.contract[mine])
    keys, first = np.unique(key, return_index=True)
    asked = _key(scene, given.account, given.service, given.contract)
    at = np.minimum(np.searchsorted(keys, asked), max(len(keys) - 1, 0))
    found = np.asarray(keys[at] == asked if keys.size else np.zeros(len(asked), dtype=bool))
    _tell_unassigned(scene, np.flatnonzero(~found))
    chosen = np.flatnonzero(found)
    made = _lines(scene, of.place[mine[first[at[chosen]]]], chosen)
    return Lines(
        *(
            np.concatenate([getattr(lines, name), getattr(made, name)])
            for name in Lines.__slots__
        )
    )  # fmt: skip


def _key(scene: Scene, account: Ints, service: Ints, contract: Ints) -> Ints:
    services, contracts = len(scene.inputs.services.code), len(scene.inputs.contracts)
    return (account * services + service) * contracts + contract


def _lines(scene: Scene, place: Ints, chosen: Ints) -> Lines:
    given = scene.inputs.external
    size = len(chosen)
    slots = np.zeros((size, SLOTS), dtype=np.int64)
    numbers = {words: scene.notes.add(words) for words in set(given.document)}
    slots[:, 0] = [numbers[given.document[at]] for at in chosen.tolist()]
    slots[:, 1] = given.amount_kop[chosen]
    volume = np.maximum(given.volume_mcu[chosen], 0)
    slots[:, 2] = volume
    nothing = np.zeros(size, dtype=np.int64)
    return Lines(
        place=place,
        zone=nothing,
        component=nothing,
        kind=np.full(size, int(EntryKind.CHARGE), dtype=np.int64),
        basis=np.full(size, int(Basis.EXTERNAL), dtype=np.int64),
        volume_mcu=volume,
        price_mcr=nothing,
        amount_kop=given.amount_kop[chosen],
        is_shared=np.zeros(size, dtype=bool),
        slots=slots,
    )


_UNASSIGNED = (
    "сумма из листа «Внешние начисления» не начислена: в этом месяце у счёта нет этой услуги"
    " по этому договору со способом «внешнее»."
)


def _tell_unassigned(scene: Scene, unassigned: Ints) -> None:
    given = scene.inputs.external
    for at in unassigned.tolist():
        key = (
            int(given.account[at]),
            int(given.service[at]),
            _UNASSIGNED,
        )
        scene.findings.found.setdefault(key, "Назначьте её на листе «Назначения».")
