"""Benefits of the usual account, by columns: one kind of benefit, nobody away, one segment a row.

    usual      every right of the account is of one kind; a family's kind on all days of the line
    others     several kinds, somebody away, a row of several segments by payment: benefit.py

Both give the same lines; here there is no loop over them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.domain import days, money
from app.domain.bases.benefits import MCR_PER_KOP, SHARE_OF_PAYMENT_SLOTS, VOLUME_SLOTS
from app.domain.bases.every import RULES
from app.domain.basis import SLOTS, Basis
from app.domain.benefit_worth import BY_AREA, BY_NORM, BY_VOLUME, HOUSING, MCU_PER_CM2, areas_of
from app.domain.ledger import EntryKind
from app.domain.money import KOP_PER_RUB, MILLION, Flags, Ints
from app.domain.norm import NO_NORM, NormKind
from app.domain.occupancy import ResidentKind
from app.domain.pricing import Lines
from app.domain.reductions import Reduced
from app.domain.service import Method
from app.domain.situation import METHODS, picked
from app.domain.volume import Scene

_HAS_AMOUNT = np.zeros(max(Basis) + 1, dtype=bool)
_HAS_AMOUNT[[int(basis) for basis, rule in RULES.items() if rule.amount is not None]] = True


@dataclass(frozen=True, slots=True)
class Payments:
    """What each row comes to, shape (rows,): after reductions by volume, and after all of them."""

    gross_kop: Ints
    net_kop: Ints


@dataclass(frozen=True, slots=True)
class Holders:
    """Rights with days in the month, by account, shape (n,) each; one a person and kind."""

    account: Ints
    kind: Ints
    mask: Ints


@dataclass(frozen=True, slots=True)
class Columns:
    """The lines found here.

    :ivar lines: amounts are of compensations: of none; `volume_mcu` is what each comes to
    :ivar spans: shape (n,), 1 where the line is of its whole row
    :ivar done: shape (rows,), what is reckoned, with lines or without
    """

    lines: Lines
    is_of_row: Flags
    done: Flags


def holders(scene: Scene) -> Holders:
    """Give the rights of the month."""
    given, month = scene.inputs.benefits, scene.month
    mask = days.mask(given.holder_from, given.holder_to, month=month)
    owning = np.flatnonzero((given.holder_living == ResidentKind.OWNER) & (mask != 0))
    if owning.size:
        # An owner counts where nobody lives.
        running = scene.occupancy.owner_days[given.holder_account[owning]]
        weights = np.int64(1) << np.arange(month.days, dtype=np.int64)
        mask[owning] &= ((np.diff(running, axis=1) > 0) * weights).sum(axis=1)
    at = np.flatnonzero(mask)
    keys = (given.holder_person[at], given.holder_kind[at], given.holder_account[at])
    at = at[np.lexsort(keys)]
    account, kind = given.holder_account[at], given.holder_kind[at]
    person = given.holder_person[at]
    is_first = np.ones(len(at), dtype=bool)
    is_first[1:] = (np.diff(account) != 0) | (np.diff(kind) != 0) | (np.diff(person) != 0)
    first = np.flatnonzero(is_first)
    united = np.bitwise_or.reduceat(mask[at], first) if first.size else mask[at]
    return Holders(account[first], kind[first], united)


def columns(
    scene: Scene, reduced: Reduced, payments: Payments, covered: Mapping[int, set[int]]
) -> Columns:
    """Give the benefits of rows of the usual kind.

    :param covered: kinds of benefit of each service
    """
    of, lines, rows = reduced.of, reduced.lines, len(payments.net_kop)
    rights = _Rights(scene, reduced, holders(scene))
    place = lines.place
    account, service = of.account[place], of.service[place]
    kind = np.where(rights.kind[account] >= 0, rights.kind[account], 0)
    is_covered = np.zeros((len(scene.inputs.services.code), len(scene.inputs.benefits.name)), bool)
    for one, kinds in covered.items():
        is_covered[one, list(kinds)] = True
    is_mine = (rights.kind[account] >= 0) & (lines.kind == EntryKind.CHARGE)
    done = np.zeros(rows, dtype=bool)
    done[of.row[place[is_mine]]] = True
    is_mine &= is_covered[service, kind]
    row = of.row[place]
    is_mine &= (payments.net_kop[row] > 0) & (payments.gross_kop[row] > 0)
    made = _Made(scene, reduced, payments, rights, np.flatnonzero(is_mine))
    done[made.refused()] = False
    by_volume, by_row = made.parted()
    parts = [made.by_volume(by_volume), made.by_payment(by_row)]
    joined = Lines(
        *(np.concatenate([getattr(one, name) for one in parts]) for name in Lines.__slots__)
    )
    is_of_row = np.arange(len(joined.place)) >= len(parts[0].place)
    return Columns(joined, is_of_row, done)


class _Rights:
    """The only kind of each account with one, -1 where there is none or it is not usual."""

    def __init__(self, scene: Scene, reduced: Reduced, of: Holders) -> None:
        accounts = len(scene.inputs.accounts.number)
        self.mask = of.mask
        self.first = np.searchsorted(of.account, np.arange(accounts))
        self.number = np.searchsorted(of.account, np.arange(accounts), "right") - self.first
        self.kind = np.full(accounts, -1, dtype=np.int64)
        self.kind[of.account] = of.kind
        self.kind[of.account[of.kind != self.kind[of.account]]] = -1
        self.kind[list(reduced.away.place)] = -1

    def holder_days(self, account: Ints, span: Ints) -> tuple[Ints, Ints]:
        """Give person-days of those who have the kind in masks of days, and their days together."""
        total, together = np.zeros_like(span), np.zeros_like(span)
        for nth in range(int(self.number[account].max(initial=0))):
            at = np.minimum(self.first[account] + nth, len(self.mask) - 1)
            mine = np.where(self.number[account] > nth, self.mask[at] & span, 0)
            total += np.bitwise_count(mine).astype(np.int64)
            together |= mine
        return total, together


class _Made:
    """Lines of the usual rows, all columns of one length: one a line that is charged."""

    def __init__(
        self, scene: Scene, reduced: Reduced, payments: Payments, rights: _Rights, at: Ints
    ) -> None:
        of, lines, benefits = reduced.of, reduced.lines, scene.inputs.benefits
        self.scene, self.of, self.lines, self.payments = scene, of, lines, payments
        self.at, self.place = at, lines.place[at]
        self.row, self.service = of.row[self.place], of.service[self.place]
        self.account, self.method = of.account[self.place], of.method[self.place]
        self.kind = rights.kind[self.account]
        low, high = of.day_from[self.place], of.day_to[self.place]
        self.days, self.basis = high - low, lines.basis[at]
        self.persons = scene.occupancy.persons(self.account, low, high)
        self.span = (np.int64(1) << high) - (np.int64(1) << low)
        own, together = rights.holder_days(self.account, self.span)
        is_family = benefits.for_family[self.kind] > 0
        self._is_partial = is_family & (together != self.span) & (together != 0)
        of_family = np.where(together != 0, self.persons, 0)
        self.holders = np.minimum(np.where(is_family, of_family, own), self.persons)
        removed = np.zeros(len(lines.place), dtype=np.int64)
        for line, volume in reduced.removed_mcu.items():
            removed[line] = volume
        self.volume = lines.volume_mcu[at] - removed[at]
        self.cap = self._caps()
        self.notes = np.array([0, *map(scene.notes.add, benefits.name)], dtype=np.int64)[1:]

    def _caps(self) -> Ints:
        """Give the most volume of one holder and month, 0 no limit, -1 where it is not known."""
        benefits, lines = self.scene.inputs.benefits, self.lines
        area = np.maximum(benefits.area_norm_cm2[self.kind], 0) * MCU_PER_CM2
        is_heat = self.basis == Basis.HOT_HEAT
        is_by_norm = np.isin(self.basis, [int(one) for one in BY_NORM])
        is_by_norm |= is_heat & (lines.slots[self.at, 2] == 0)
        is_housing = np.isin(self.basis, HOUSING)
        wanted = (benefits.within_norm[self.kind] > 0) & ~is_by_norm & ~is_housing
        cap = np.where(is_housing, area, 0)
        at = np.flatnonzero(wanted)
        if not at.size:
            return cap
        norm = self._norms(at, is_heat[at])
        _, segment = np.unique(self.place * SLOTS + lines.component[self.at], return_inverse=True)
        whole = np.zeros(int(segment.max()) + 1, dtype=np.int64)
        np.add.at(whole, segment, lines.volume_mcu[self.at])
        mine, every = lines.volume_mcu[self.at[at]], whole[segment[at]]
        is_known = (norm != NO_NORM) & (mine >= 0) & (every > 0)
        its = money.ratio((np.maximum(norm, 0), np.maximum(mine, 0)), (np.maximum(every, 1),))
        cap[at] = np.where(is_known, its, -1)
        return cap

    def _norms(self, at: Ints, is_heat: Flags) -> Ints:
        of, place, sheets = self.of, self.place[at], self.scene.norm_sheets
        rooms = picked(self.scene.inputs.premises.rooms, of.area_version[place], otherwise=-1)
        persons = self.scene.occupancy.counted[self.account[at], of.day_from[place]]
        sheet = of.norm_sheet[place]
        norm = sheets.values(sheet, kind=NormKind.PERSON, rooms=rooms, persons=persons)
        heat = np.maximum(sheets.values(sheet, kind=NormKind.HEAT_PER_VOLUME), 0)
        of_heat = money.scale(np.maximum(norm, 0), heat, MILLION)
        return np.where(is_heat & (norm != NO_NORM), of_heat, norm)

    def _is_by_volume(self) -> Flags:
        """Tell the rows whose every line is a volume at a price, of a method that has one."""
        is_plain = np.ones(len(self.payments.net_kop), dtype=bool)
        is_plain[self.row[_HAS_AMOUNT[self.basis]]] = False
        return is_plain[self.row] & self._is_of(BY_VOLUME)

    def _is_of(self, methods: tuple[Method, ...]) -> Flags:
        return np.isin(self.method, [METHODS.index(one) for one in methods])

    def refused(self) -> Ints:
        """Give the rows that benefit.py is to do."""
        is_by_volume = self._is_by_volume()
        bad = self._is_partial | (is_by_volume & ((self.cap < 0) | (self.volume < 0)))
        segments = np.full(len(self.payments.net_kop), -1, dtype=np.int64)
        segments[self.row] = self.place
        bad |= ~is_by_volume & (segments[self.row] != self.place)
        bad |= self.lines.volume_mcu[self.at] < 0
        return np.unique(self.row[bad])

    def parted(self) -> tuple[Ints, Ints]:
        """Give the lines that have a benefit by volume, and one line of each row by payment."""
        is_refused = np.zeros(len(self.payments.net_kop), dtype=bool)
        is_refused[self.refused()] = True
        kept = ~is_refused[self.row] & (self.holders > 0)
        is_by_volume = self._is_by_volume()
        by_row = np.flatnonzero(kept & ~is_by_volume)
        _, first = np.unique(self.row[by_row], return_index=True)
        return np.flatnonzero(kept & is_by_volume & (self.volume != 0)), by_row[first]

    def by_volume(self, some: Ints) -> Lines:
        """Give percent × price × the volume of the holders, no more than the limits."""
        price, percent = self.lines.price_mcr[self.at[some]], self._percent(some)
        volume, persons, cap = self.volume[some], self.persons[some], self.cap[some]
        holders, limit = self.holders[some], self._limits(some)
        gross, net = (
            one[self.row[some]] for one in (self.payments.gross_kop, self.payments.net_kop)
        )
        is_capped = (cap > 0) & (cap * persons < volume * self.scene.month.days)
        amount = money.ratio(
            (
                np.where(limit > 0, limit, percent), np.where(limit > 0, MILLION, price),
                np.where(is_capped, cap, volume), holders, net, KOP_PER_RUB,
            ),
            (
                np.where(is_capped, self.scene.month.days, persons), gross,
                MILLION, MILLION, MILLION,
            ),
        )  # fmt: skip
        slots = _slots(VOLUME_SLOTS, volume, percent, holders, persons, cap, limit, gross, net,
                       self.notes[self.kind[some]])  # fmt: skip
        return self._lines(some, Basis.BENEFIT_VOLUME, amount, slots, price)

    def by_payment(self, some: Ints) -> Lines:
        """Give percent × the payment × the part of the holders, no more than their area norm."""
        benefits, of, place = self.scene.inputs.benefits, self.of, self.place[some]
        payment, percent = self.payments.net_kop[self.row[some]], self._percent(some)
        holders, persons, length = self.holders[some], self.persons[some], self.days[some]
        area, over, under = areas_of(self.scene, of, place)
        norm = np.maximum(benefits.area_norm_cm2[self.kind[some]], 0)
        norm = np.where(self._is_of(BY_AREA)[some] & (area > 0), norm, 0)
        is_capped = (norm > 0) & (norm * under * persons < length * area * over)
        amount = money.ratio(
            (payment, percent, holders, np.where(is_capped, norm, 1),
             np.where(is_capped, under, 1)),
            (MILLION, np.where(is_capped, length, persons), np.where(is_capped, area, 1),
             np.where(is_capped, over, 1)),
        )  # fmt: skip
        slots = _slots(SHARE_OF_PAYMENT_SLOTS, payment, percent, holders, persons, norm, length,
                       area, over, under, self.notes[self.kind[some]])  # fmt: skip
        made = self._lines(some, Basis.BENEFIT_SHARE, amount, slots, np.zeros_like(amount))
        made.zone[:], made.component[:] = 0, 0
        return made

    def _percent(self, some: Ints) -> Ints:
        return self.scene.inputs.benefits.percent_ppm[self.kind[some]]

    def _limits(self, some: Ints) -> Ints:
        """Give the most that is paid back of a m2 of the contribution to capital repair."""
        price, percent = self.lines.price_mcr[self.at[some]], self._percent(some)
        is_repair = self.scene.inputs.benefits.is_capital_repair[self.service[some]] > 0
        if not is_repair.any():
            return np.zeros_like(price)
        rules = self.scene.inputs.rules
        least = rules.ppm("capital_repair_minimum") or price
        share = rules.ppm("capital_repair_benefit_share")
        limit = money.ratio((np.broadcast_to(least, price.shape), share), (MILLION,))
        return np.where(is_repair & (percent * price > limit * MILLION), limit, 0)

    def _lines(self, some: Ints, basis: Basis, amount: Ints, slots: Ints, price: Ints) -> Lines:
        kept = np.flatnonzero(amount)
        at = self.at[some[kept]]
        size = len(kept)
        return Lines(
            place=self.lines.place[at],
            zone=self.lines.zone[at],
            component=self.lines.component[at],
            kind=np.full(size, int(EntryKind.BENEFIT), dtype=np.int64),
            basis=np.full(size, int(basis), dtype=np.int64),
            volume_mcu=amount[kept] * MCR_PER_KOP,
            price_mcr=price[kept],
            amount_kop=np.zeros(size, dtype=np.int64),
            is_shared=np.zeros(size, dtype=bool),
            slots=slots[kept],
        )


def _slots(names: tuple[str, ...], *columns_of: Ints) -> Ints:
    slots = np.zeros((len(columns_of[0]), SLOTS), dtype=np.int64)
    for nth, (_, column) in enumerate(zip(names, columns_of, strict=True)):
        slots[:, nth] = column
    return slots
