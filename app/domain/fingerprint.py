"""The fingerprint of a charge run: equal for equal lines, however they were batched.

house digest    SHA-256 of the house's lines in canonical order, by numbers and codes, not keys
fingerprint     SHA-256 of the house digests in order of house codes
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from app.domain.charge_inputs import ChargeInputs
from app.domain.charging import Charges
from app.domain.money import Ints

_PLAIN = (
    "component", "zone", "day_from", "kind", "price_mcr", "basis", "day_to", "volume_mcu",
    "amount_kop",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class HouseDigest:
    """What a house came to.

    :ivar accounts: how many accounts have lines
    """

    house: int
    accounts: int
    lines: int
    amount_kop: int
    digest: bytes


def house_digests(charges: Charges, inputs: ChargeInputs) -> list[HouseDigest]:
    """Give the digest of every house of the inputs, those without lines too."""
    house_of_line = inputs.premises.house[inputs.accounts.premises][charges.account]
    order = np.argsort(house_of_line, kind="stable")
    bounds = np.searchsorted(house_of_line[order], np.arange(len(inputs.houses.code) + 1))
    return [
        _digest(charges, inputs, house, order[bounds[house] : bounds[house + 1]])
        for house in range(len(inputs.houses.code))
    ]


def fingerprint(digests: Iterable[tuple[str, bytes]]) -> bytes:
    """Give the fingerprint of a run.

    :param digests: code and digest of each house, in any order
    """
    total = hashlib.sha256()
    for code, digest in sorted(digests):
        total.update(json.dumps([code, digest.hex()], ensure_ascii=False).encode())
    return total.digest()


def _digest(charges: Charges, inputs: ChargeInputs, house: int, at: Ints) -> HouseDigest:
    names: list[list[str]] = []
    columns: list[Ints] = []
    # Lines come in the order of account, service and contract by their places (charging.py): where
    # places go as texts do, they are in canonical order already.
    is_ordered = True
    for column, texts in (
        (charges.account[at], inputs.accounts.number),
        (charges.service[at], inputs.services.code),
        (charges.contract[at], inputs.contracts),
    ):
        used, ranks, is_sorted = _ranked(column, texts)
        is_ordered &= is_sorted
        names.append(used)
        columns.append(ranks)
    columns += [getattr(charges, name)[at] for name in _PLAIN]
    table = np.column_stack([*columns, charges.slots[at]])
    if not is_ordered:
        table = table[np.lexsort(table.T[7::-1])]
    header = json.dumps(
        [str(charges.period), inputs.houses.code[house], names], ensure_ascii=False
    ).encode()
    digest = hashlib.sha256(header)
    digest.update(table.astype("<i8").tobytes())
    return HouseDigest(
        house=house,
        accounts=len(names[0]),
        lines=len(at),
        amount_kop=int(charges.amount_kop[at].sum()),
        digest=digest.digest(),
    )


def _ranked(column: Ints, texts: Sequence[str]) -> tuple[list[str], Ints, bool]:
    """Give the texts used, in order, the place of each line's text, and if they came in order."""
    used, inverse = np.unique(column, return_inverse=True)
    words = [texts[at] for at in used.tolist()]
    if all(one < other for one, other in pairwise(words)):
        return words, inverse, True
    order = sorted(range(len(words)), key=words.__getitem__)
    rank = np.empty(len(words), dtype=np.int64)
    rank[order] = np.arange(len(words))
    return [words[at] for at in order], rank[inverse], False
