"""Benefits: what those who have the right are paid back, or are not asked for (charges.md §11).

    by volume     area services, resources by meter or norm: line by line
    by payment    heating, common property, all else: row by row
    one person    one kind of benefit a day and service, the one that gives most
    family        a kind for all who live there, when it gives more than their own

The excess of the raising factor is never among it. The base is what reductions have left; lines of
a row, rounded one by one, are together no more than it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.domain import benefit_columns, days
from app.domain.added_lines import AddedLines, joined_lines, with_spans
from app.domain.bases.benefits import MCR_PER_KOP
from app.domain.bases.every import RULES
from app.domain.basis import Basis
from app.domain.benefit_columns import Columns, Payments
from app.domain.benefit_worth import Right, RowOfBenefits, Worth
from app.domain.ledger import EntryKind
from app.domain.money import MILLION, Flags, Ints
from app.domain.note import words_of
from app.domain.occupancy import ResidentKind
from app.domain.pricing import Lines
from app.domain.reductions import Reduced
from app.domain.situation import Situation
from app.domain.volume import Scene

# What these take off is taken off the volume; a benefit is of what is left of it.
_BY_VOLUME = (
    Basis.ABSENCE, Basis.ABSENCE_RANGE, Basis.ABSENCE_HEAT, Basis.ABSENCE_WASTE,
    Basis.ABSENCE_VOLUME, Basis.ABSENCE_SOLID_WASTE, Basis.UNSUPPLIED,
)  # fmt: skip
_FAMILY = -1
_DISCOUNTS = {
    Basis.BENEFIT_VOLUME: Basis.DISCOUNT_VOLUME,
    Basis.BENEFIT_SHARE: Basis.DISCOUNT_SHARE,
}
_OF_PAYMENT = {
    Basis.BENEFIT_VOLUME: Basis.BENEFIT_SHARE,
    Basis.DISCOUNT_VOLUME: Basis.DISCOUNT_SHARE,
}


def benefited(scene: Scene, reduced: Reduced) -> tuple[Situation, Lines]:
    """Add the lines of benefits; without any the same lines come back."""
    given = scene.inputs.benefits
    if not len(given):
        return reduced.of, reduced.lines
    covered: dict[int, set[int]] = defaultdict(set)
    for kind, service in zip(
        given.covered_kind.tolist(), given.covered_service.tolist(), strict=True
    ):
        covered[service].add(kind)
    payments = _payments(scene, reduced)
    usual = benefit_columns.columns(scene, reduced, payments, covered)
    made: list[Worth] = []
    left = _lines_left(scene, reduced, usual.done, list(covered))
    rights = _rights(scene, reduced.of.account[reduced.lines.place[left]])
    for row in _rows(scene, reduced, payments, left):
        mine = [one for one in rights[row.account] if one.kind in covered[row.service_place]]
        made += _chosen(scene, row, mine)
    of, added = _with_lines(scene, reduced, made, usual)
    if not len(added.place):
        return of, reduced.lines
    return of, joined_lines([reduced.lines, _within(scene, of, added, payments)])


def _lines_left(scene: Scene, reduced: Reduced, done: Flags, services: list[int]) -> Ints:
    """Give the lines that benefits may be of and columns do not do (benefit_columns.py)."""
    of, lines = reduced.of, reduced.lines
    is_holder = np.zeros(len(scene.inputs.accounts.number), dtype=bool)
    is_holder[scene.inputs.benefits.holder_account] = True
    is_covered = np.zeros(len(scene.inputs.services.code), dtype=bool)
    is_covered[services] = True
    mine = is_holder[of.account[lines.place]] & is_covered[of.service[lines.place]]
    return np.flatnonzero(mine & (lines.kind == EntryKind.CHARGE) & ~done[of.row[lines.place]])


def _rights(scene: Scene, accounts: Ints) -> dict[int, list[Right]]:
    """Give the rights of these accounts, one a person and kind."""
    given, month = scene.inputs.benefits, scene.month
    chosen = np.flatnonzero(np.isin(given.holder_account, accounts))
    masks = days.mask(given.holder_from[chosen], given.holder_to[chosen], month=month)
    found: dict[tuple[int, int, int], int] = defaultdict(int)
    columns = (given.holder_account, given.holder_kind, given.holder_person, given.holder_living)
    for account, kind, person, living, mask in zip(
        *(one[chosen].tolist() for one in columns), masks.tolist(), strict=True
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


def _payments(scene: Scene, reduced: Reduced) -> Payments:
    of, lines = reduced.of, reduced.lines
    net = np.zeros(len(scene.impossible), dtype=np.int64)
    gross = net.copy()
    is_base = (lines.kind != EntryKind.RAISING) & (lines.basis != Basis.ABSENCE_RAISED)
    np.add.at(net, of.row[lines.place[is_base]], lines.amount_kop[is_base])
    is_gross = (lines.kind == EntryKind.CHARGE) | np.isin(lines.basis, _BY_VOLUME)
    np.add.at(gross, of.row[lines.place[is_gross]], lines.amount_kop[is_gross])
    return Payments(gross, net)


def _rows(scene: Scene, reduced: Reduced, payments: Payments, at: Ints) -> list[RowOfBenefits]:
    """Give the rows of these lines."""
    rows = reduced.of.row[reduced.lines.place[at]]
    norms: dict[tuple[int, int, int], tuple[int, int]] = {}
    by_row: dict[int, list[int]] = defaultdict(list)
    for line, row in zip(at.tolist(), rows.tolist(), strict=True):
        by_row[row].append(line)
    return [
        RowOfBenefits(
            scene, reduced, some, int(payments.gross_kop[row]), int(payments.net_kop[row]), norms
        )
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


def _with_lines(
    scene: Scene, reduced: Reduced, made: Sequence[Worth], usual: Columns
) -> tuple[Situation, Lines]:
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
    table: Ints = np.array(spans, dtype=np.int64).reshape(len(spans), 3)
    of = with_spans(of, table[:, 0], table[:, 1], table[:, 2]) if spans else of
    of, more = _usual(of, usual, is_discount=is_discount)
    return of, joined_lines([added.lines(), more])


def _within(scene: Scene, of: Situation, added: Lines, payments: Payments) -> Lines:
    """Let the benefits of a row be together no more than what it pays: each was rounded alone.

    Of the last of them is left what is left of the payment, and it is of the payment then.
    """
    row, worth = of.row[added.place], added.volume_mcu // MCR_PER_KOP
    total = np.zeros_like(payments.net_kop)
    np.add.at(total, row, worth)
    left = worth.copy()
    for one in np.flatnonzero(total > payments.net_kop).tolist():
        at, over = np.flatnonzero(row == one), int(total[one] - payments.net_kop[one])
        place = added.place[at]
        order = np.lexsort((added.component[at], worth[at], of.day_to[place], of.day_from[place]))
        for line in at[order[::-1]].tolist():
            less = min(over, max(int(worth[line]), 0))
            left[line] -= less
            over -= less
    changed = np.flatnonzero(left != worth)
    if not changed.size:
        return added
    basis, slots = added.basis.copy(), added.slots.copy()
    for line in changed.tolist():
        was, where = Basis(int(basis[line])), int(added.place[line])
        name = words_of(scene.notes.known, int(slots[line, _note_slot(was)]))
        note = scene.notes.add(f"{name}; все строки льготы вместе не больше платы")
        length = int(of.day_to[where] - of.day_from[where])
        kept = (int(left[line]), MILLION, 1, 1, 0, length, 0, 1, 1, note)
        slots[line], basis[line] = 0, _OF_PAYMENT.get(was, was)
        slots[line, : len(kept)] = kept
    paid = np.where(added.amount_kop == -worth, -left, added.amount_kop)
    price = np.where(left != worth, 0, added.price_mcr)
    result = replace(
        added, basis=basis, slots=slots, volume_mcu=left * MCR_PER_KOP, amount_kop=paid,
        price_mcr=price,
    )  # fmt: skip
    return result.taken(np.flatnonzero(left != 0))


def _note_slot(basis: Basis) -> int:
    return RULES[basis].slots.index("benefit_note")


def _usual(of: Situation, usual: Columns, *, is_discount: bool) -> tuple[Situation, Lines]:
    """Give the lines of columns: what is of a whole row has a segment of its own."""
    lines, of_row = usual.lines, np.flatnonzero(usual.is_of_row)
    place = lines.place.copy()
    if of_row.size:
        first = place[of_row]
        place[of_row] = len(of.place) + np.arange(len(of_row), dtype=np.int64)
        of = with_spans(of, first, of.day_from[first], of.day_to[first])
    if not is_discount:
        return of, replace(lines, place=place)
    to = np.arange(max(Basis) + 1, dtype=np.int64)
    for compensation, discount in _DISCOUNTS.items():
        to[compensation] = discount
    amount = -(lines.volume_mcu // MCR_PER_KOP)
    return of, replace(lines, place=place, basis=to[lines.basis], amount_kop=amount)
