"""Recalculation: what a past month comes to now less what was posted for it (charges.md §9).

    now       the lines charge() gives for the month on what is known today
    posted    what its charge runs and earlier recalculations came to
    line      account × service × contract × component × zone × family, when the money differs

families   charge, raising, recalculation ──▶ RECALCULATION      absence ──▶ ABSENCE
           quality ──▶ QUALITY                                   benefit ──▶ BENEFIT

The new rounded total less the charged one (charges.md §0.2): nothing is rounded here. Corrections
by hand stay as they are. A service that cannot be charged now is left as it was posted.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from app.domain import explanation
from app.domain.bases.rule import StoredLine
from app.domain.basis import SLOTS, Basis
from app.domain.charge_inputs import Services, Texts
from app.domain.charge_line import ChargeLine
from app.domain.charging import Charges
from app.domain.ledger import EntryKind
from app.domain.money import Flags, Ints
from app.domain.note import Notes
from app.domain.period import Period
from app.domain.tariff import unique_rows

FAMILIES = {
    EntryKind.CHARGE: EntryKind.RECALCULATION,
    EntryKind.RAISING: EntryKind.RECALCULATION,
    EntryKind.RECALCULATION: EntryKind.RECALCULATION,
    EntryKind.ABSENCE: EntryKind.ABSENCE,
    EntryKind.QUALITY: EntryKind.QUALITY,
    EntryKind.BENEFIT: EntryKind.BENEFIT,
}
_KEY = ("account", "service", "contract", "component", "zone")


@dataclass(frozen=True, slots=True)
class PostedMonth:
    """What was posted for a month, shape (n,) each; rows of one key add up.

    :ivar account: index, as are service and contract: of the same names as the charges'
    :ivar kind: EntryKind of FAMILIES
    :ivar volume_mcu: without the excess of a raising factor
    """

    account: Ints
    service: Ints
    contract: Ints
    component: Ints
    zone: Ints
    kind: Ints
    amount_kop: Ints
    volume_mcu: Ints


@dataclass(frozen=True, slots=True)
class Names:
    """What the indices stand for.

    :ivar reasons: of the recalculation of each account
    """

    accounts: Texts
    services: Services
    contracts: Texts
    reasons: Texts


@dataclass(frozen=True, slots=True)
class Recalculated:
    """The differences of a month, shape (n,) each, in the order of account, service, contract.

    :ivar kind: EntryKind, the family
    :ivar price_mcr: the price it became, 0 when there are several or none
    :ivar slots: shape (n, SLOTS), of Basis.RECALCULATION
    :ivar notes: words that slots stand for
    :ivar volumes: volumes that differ, with or without money
    """

    period: Period
    account: Ints
    service: Ints
    contract: Ints
    component: Ints
    zone: Ints
    kind: Ints
    was_kop: Ints
    became_kop: Ints
    was_mcu: Ints
    became_mcu: Ints
    price_mcr: Ints
    slots: Ints
    notes: dict[int, str]
    volumes: "VolumeChanges"

    def __len__(self) -> int:
        return len(self.account)

    @property
    def amount_kop(self) -> Ints:
        return self.became_kop - self.was_kop

    @property
    def volume_mcu(self) -> Ints:
        return self.became_mcu - self.was_mcu


@dataclass(frozen=True, slots=True)
class VolumeChanges:
    """Volumes charged for a month that became others: what later months of a replay go by."""

    account: Ints
    service: Ints
    component: Ints
    zone: Ints
    volume_mcu: Ints


@dataclass(frozen=True, slots=True)
class _Groups:
    """Keys and sums of both sides; `line_of` is the group of each line of the charges."""

    keys: Ints
    was: Ints
    became: Ints
    line_of: Ints


def recalculated(
    charges: Charges,
    posted: PostedMonth,
    *,
    names: Names,
    wanted: Flags,
    failed: AbstractSet[tuple[int, int]] = frozenset(),
) -> Recalculated:
    """Give the lines that make what was posted for a month what it comes to now.

    :param charges: of the month on what is known now, of whole houses
    :param wanted: shape (accounts,), whose lines are asked for
    :param failed: accounts and services that cannot be charged now: they are left as posted
    """
    groups = _grouped(charges, posted)
    keys = groups.keys
    asked = wanted[keys[:, 0]] & _not_in(keys, failed)
    changed = np.flatnonzero((groups.was != groups.became).any(axis=1) & asked)
    # What a benefit comes to is its volume: a compensation has no money of its own.
    is_told = (groups.was[:, 0] != groups.became[:, 0]) | (keys[:, 5] == EntryKind.BENEFIT)
    kept = changed[is_told[changed]]
    words, slots, price = _justified(charges, groups, kept, names)
    was, became = groups.was[kept], groups.became[kept]
    slots[:, 0], slots[:, 1] = was[:, 0], became[:, 0]
    slots[:, 2], slots[:, 3] = was[:, 1], became[:, 1]
    key = dict(zip(_KEY, keys[kept].T, strict=False))
    consumed = changed[keys[changed, 5] == EntryKind.RECALCULATION]
    return Recalculated(
        period=charges.period,
        **key,
        kind=keys[kept, 5],
        was_kop=was[:, 0],
        became_kop=became[:, 0],
        was_mcu=was[:, 1],
        became_mcu=became[:, 1],
        price_mcr=price,
        slots=slots,
        notes=words.known,
        volumes=VolumeChanges(
            account=keys[consumed, 0],
            service=keys[consumed, 1],
            component=keys[consumed, 3],
            zone=keys[consumed, 4],
            volume_mcu=groups.became[consumed, 1] - groups.was[consumed, 1],
        ),
    )


def _grouped(charges: Charges, posted: PostedMonth) -> _Groups:
    """Sum both sides by key and family; a raising excess has money and no volume."""
    family = np.zeros(max(FAMILIES) + 1, dtype=np.int64)
    for kind, its_family in FAMILIES.items():
        family[kind] = its_family
    now = np.stack([*(getattr(charges, name) for name in _KEY), family[charges.kind]], axis=1)
    before = np.stack([*(getattr(posted, name) for name in _KEY), family[posted.kind]], axis=1)
    keys, inverse = unique_rows(np.concatenate([now, before]))
    line_of, posted_of = inverse[: len(now)], inverse[len(now) :]
    was, became = np.zeros((2, len(keys), 2), dtype=np.int64)
    np.add.at(was[:, 0], posted_of, posted.amount_kop)
    np.add.at(was[:, 1], posted_of, posted.volume_mcu)
    np.add.at(became[:, 0], line_of, charges.amount_kop)
    volume = np.where(charges.kind == EntryKind.RAISING, 0, charges.volume_mcu)
    np.add.at(became[:, 1], line_of, volume)
    return _Groups(keys, was, became, line_of)


def _not_in(keys: Ints, failed: AbstractSet[tuple[int, int]]) -> Flags:
    if not failed:
        return np.ones(len(keys), dtype=bool)
    pairs = zip(keys[:, 0].tolist(), keys[:, 1].tolist(), strict=True)
    return np.array([pair not in failed for pair in pairs], dtype=bool)


def _justified(
    charges: Charges, groups: _Groups, kept: Ints, names: Names
) -> tuple[Notes, Ints, Ints]:
    """Give the words, the slots that stand for them and the price of each group kept.

    Only what differs gets here: a line at a time is fine.
    """
    lines = _lines_of(groups, kept)
    notes = Notes()
    slots = np.zeros((len(kept), SLOTS), dtype=np.int64)
    price = np.zeros(len(kept), dtype=np.int64)
    for nth, (group, its_lines) in enumerate(zip(kept.tolist(), lines, strict=True)):
        account, service = groups.keys[group, :2].tolist()
        told = [_line(charges, at, names) for at in its_lines]
        bases = {line.basis for line in told}
        prices = {line.stored.price_mcr for line in told}
        unit = told[0].volume_unit if told else names.services.unit[service]
        price[nth] = prices.pop() if len(prices) == 1 else 0
        slots[nth, 4] = int(bases.pop()) if len(bases) == 1 else int(Basis.NONE)
        slots[nth, 5] = notes.add(names.reasons[account])
        slots[nth, 6] = notes.add(" ".join(explanation.sentence(line) for line in told))
        slots[nth, 7] = notes.add(unit)
    return notes, slots, price


def _lines_of(groups: _Groups, kept: Ints) -> list[Sequence[int]]:
    """Give the lines of the charges in each group kept."""
    wanted = np.full(len(groups.keys), -1, dtype=np.int64)
    wanted[kept] = np.arange(len(kept))
    nth = wanted[groups.line_of]
    at = np.flatnonzero(nth >= 0)
    order = at[np.argsort(nth[at], kind="stable")]
    bounds = np.searchsorted(nth[order], np.arange(len(kept) + 1))
    found = order.tolist()
    return [found[start:end] for start, end in pairwise(bounds.tolist())]


def _line(charges: Charges, at: int, names: Names) -> ChargeLine:
    service = int(charges.service[at])
    return ChargeLine(
        account=names.accounts[int(charges.account[at])],
        period=charges.period,
        origin_period=charges.period,
        service=names.services.code[service],
        service_name=names.services.name[service],
        unit=names.services.unit[service],
        contract=names.contracts[int(charges.contract[at])],
        provider=None,
        supplier=None,
        stored=StoredLine(
            period=charges.period,
            kind=int(charges.kind[at]),
            basis=int(charges.basis[at]),
            zone=int(charges.zone[at]),
            component=int(charges.component[at]),
            day_from=int(charges.day_from[at]),
            day_to=int(charges.day_to[at]),
            volume_mcu=int(charges.volume_mcu[at]),
            price_mcr=int(charges.price_mcr[at]),
            amount_kop=int(charges.amount_kop[at]),
            slots=charges.slots[at].tolist(),
            notes=charges.notes,
        ),
    )
