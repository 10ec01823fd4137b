"""Benefits: what those who have the right are paid back, or are not asked for (charges.md §11).

    by volume     area services, resources by meter or norm: line by line
    by payment    heating, common property, all else: row by row
    one person    one kind of benefit a day and service, the one that gives most
    family        a kind for all who live there, when it gives more than their own

The excess of the raising factor is never among it. The base is what reductions have left.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.domain import days
from app.domain.added_lines import AddedLines, joined_lines, with_spans
from app.domain.bases.benefits import MCR_PER_KOP
from app.domain.basis import Basis
from app.domain.benefit_worth import Right, RowOfBenefits, Worth
from app.domain.ledger import EntryKind
from app.domain.money import Ints
from app.domain.occupancy import ResidentKind
from app.domain.pricing import Lines
from app.domain.reductions import Reduced
from app.domain.situation import Situation
from app.domain.volume import Scene

# What these take off is taken off the volume; a benefit is of what is left of it.
_BY_VOLUME = (
    Basis.ABSENCE, Basis.ABSENCE_RANGE, Basis.ABSENCE_HEAT, Basis.ABSENCE_WASTE, Basis.UNSUPPLIED,
)  # fmt: skip
_FAMILY = -1
_DISCOUNTS = {
    Basis.BENEFIT_VOLUME: Basis.DISCOUNT_VOLUME,
    Basis.BENEFIT_SHARE: Basis.DISCOUNT_SHARE,
}


def benefited(scene: Scene, reduced: Reduced) -> tuple[Situation, Lines]:
    """Add the lines of benefits; without any the same lines come back."""
    given = scene.inputs.benefits
    if not len(given):
        return reduced.of, reduced.lines
    rights = _rights(scene)
    covered: dict[int, set[int]] = defaultdict(set)
    for kind, service in zip(
        given.covered_kind.tolist(), given.covered_service.tolist(), strict=True
    ):
        covered[service].add(kind)
    made: list[Worth] = []
    for row in _rows(scene, reduced, list(rights), list(covered)):
        mine = [one for one in rights[row.account] if one.kind in covered[row.service_place]]
        made += _chosen(scene, row, mine)
    return _with_lines(scene, reduced, made)


def _rights(scene: Scene) -> dict[int, list[Right]]:
    """Give the rights of each account, one a person and kind."""
    given, month = scene.inputs.benefits, scene.month
    masks = days.mask(given.holder_from, given.holder_to, month=month)
    found: dict[tuple[int, int, int], int] = defaultdict(int)
    columns = (given.holder_account, given.holder_kind, given.holder_person, given.holder_living)
    for account, kind, person, living, mask in zip(
        *(one.tolist() for one in columns), masks.tolist(), strict=True
    ):
        if living == ResidentKind.OWNER:
            mask &= _owner_days(scene, account)  # noqa: PLW2901  # an owner counts where nobody lives
        if mask:
            found[account, kind, person] |= mask
    rights: dict[int, list[Right]] = defaultdict(list)
    for (account, kind, person), mask in sorted(found.items()):
        rights[account].append(Right(kind, person, mask))
    return rights


def _owner_days(scene: Scene, account: int) -> int:
    running = scene.occupancy.owner_days[account]
    return sum(1 << day for day in np.flatnonzero(np.diff(running)).tolist())


def _rows(
    scene: Scene, reduced: Reduced, accounts: list[int], services: list[int]
) -> list[RowOfBenefits]:
    of, lines = reduced.of, reduced.lines
    net = np.zeros(len(scene.impossible), dtype=np.int64)
    gross = net.copy()
    is_base = (lines.kind != EntryKind.RAISING) & (lines.basis != Basis.ABSENCE_RAISED)
    np.add.at(net, of.row[lines.place[is_base]], lines.amount_kop[is_base])
    is_gross = (lines.kind == EntryKind.CHARGE) | np.isin(lines.basis, _BY_VOLUME)
    np.add.at(gross, of.row[lines.place[is_gross]], lines.amount_kop[is_gross])
    place = lines.place
    mine = np.isin(of.account[place], accounts) & np.isin(of.service[place], services)
    at = np.flatnonzero(mine & (lines.kind == EntryKind.CHARGE))
    norms: dict[tuple[int, int, int], tuple[int, int]] = {}
    by_row: dict[int, list[int]] = defaultdict(list)
    for line, row in zip(at.tolist(), of.row[place[at]].tolist(), strict=True):
        by_row[row].append(line)
    return [
        RowOfBenefits(scene, reduced, some, int(gross[row]), int(net[row]), norms)
        for row, some in sorted(by_row.items())
    ]


def _chosen(scene: Scene, row: RowOfBenefits, mine: Sequence[Right]) -> list[Worth]:
    """Choose their own kinds, or what is for the family, by what gives most in all."""
    for_family = scene.inputs.benefits.for_family
    own = _each_day_once(row, [one for one in mine if not for_family[one.kind]])
    shared = [replace(one, person=_FAMILY) for one in mine if for_family[one.kind]]
    of_family = _each_day_once(row, _together(shared))
    return max(_worth(row, own), _worth(row, of_family), key=_total)


def _together(rights: Sequence[Right]) -> list[Right]:
    """Put the days of one kind together: it is for the family whoever has it."""
    masks: dict[int, int] = defaultdict(int)
    for one in rights:
        masks[one.kind] |= one.mask
    return [Right(kind, _FAMILY, mask) for kind, mask in masks.items()]


def _each_day_once(row: RowOfBenefits, rights: Sequence[Right]) -> Sequence[Right]:
    """Leave a person one kind a day, of several the one that gives most."""
    by_person: dict[int, list[Right]] = defaultdict(list)
    for one in rights:
        by_person[one.person].append(one)
    if len(by_person) == len(rights):
        return rights
    found: list[Right] = []
    for some in by_person.values():
        taken = 0
        if len(some) > 1:
            some.sort(key=lambda one: (-_total(row.worth(one.kind, [one])), one.kind))
        for one in some:
            found.append(replace(one, mask=one.mask & ~taken))
            taken |= one.mask
    return found


def _worth(row: RowOfBenefits, rights: Sequence[Right]) -> list[Worth]:
    by_kind: dict[int, list[Right]] = defaultdict(list)
    for one in rights:
        by_kind[one.kind].append(one)
    return [worth for kind, some in sorted(by_kind.items()) for worth in row.worth(kind, some)]


def _total(some: Sequence[Worth]) -> int:
    return sum(one.amount_kop for one in some)


def _with_lines(scene: Scene, reduced: Reduced, made: Sequence[Worth]) -> tuple[Situation, Lines]:
    of, is_discount = reduced.of, scene.inputs.rules.word("benefit_mode") == "discount"
    added = AddedLines()
    spans: list[tuple[int, int, int]] = []
    for one in made:
        place = one.place
        if one.days is not None:
            place = len(of.place) + len(spans)
            spans.append((one.place, *one.days))
        added.add(
            place,
            EntryKind.BENEFIT,
            basis=_DISCOUNTS[one.basis] if is_discount else one.basis,
            slots=one.slots,
            zone=one.zone,
            component=one.component,
            volume_mcu=one.amount_kop * MCR_PER_KOP,
            price_mcr=one.price_mcr,
            amount_kop=-one.amount_kop if is_discount else 0,
        )
    lines = joined_lines([reduced.lines, added.lines()]) if made else reduced.lines
    if spans:
        table: Ints = np.array(spans, dtype=np.int64)
        of = with_spans(of, table[:, 0], table[:, 1], table[:, 2])
    return of, lines
