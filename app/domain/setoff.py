"""Credits of an account onto its debts, before penalties are reckoned (ГК РФ, ст. 410).

    credit ─▶ debts of its own service, oldest first            «зачёт аванса», always
           ─▶ other services of the contract, of the payee      распределение.зачёт_между_услугами
           ─▶ penalties, in the same order                      распределение.зачёт_пени
    advance of the account ─▶ all debts, oldest period first, pro rata to the charges

The money of one payee never pays another; capital repair stands alone while it is separate; a
debt whose limitation has run out is not covered (Пленум ВС № 22; ГК РФ, ст. 411). What is moved
counts from the day the money came, so that a debt it lay beside was paid in time.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from app.domain.allocation_scheme import (
    ADVANCE_SERVICE_CODE,
    KR_SEPARATE_CODE,
    NO_FIRST,
    OWN_DOCUMENT_CODE,
    TIME_BARRED_CODE,
    YES_FIRST,
    Choice,
    chosen,
)
from app.domain.allocation_split import shares
from app.domain.ledger import EntryKind
from app.domain.period import Period

BETWEEN_CODE = "распределение.зачёт_между_услугами"
ORDER_CODE = "распределение.порядок_зачёта"
PENALTY_CODE = "распределение.зачёт_пени"
CODES = (
    BETWEEN_CODE, ORDER_CODE, PENALTY_CODE, ADVANCE_SERVICE_CODE, KR_SEPARATE_CODE,
    OWN_DOCUMENT_CODE, TIME_BARRED_CODE,
)  # fmt: skip


class SetoffReach(StrEnum):
    """How far a credit goes beyond its own service."""

    NONE = "none"
    CONTRACT = "contract"
    CREDITOR = "creditor"


class SetoffOrder(StrEnum):
    """Which debts of other services are covered first."""

    OLDEST = "oldest"
    SERVICES = "services"


REACH_WORDS = {
    "нет": SetoffReach.NONE,
    "в договоре": SetoffReach.CONTRACT,
    "у получателя": SetoffReach.CREDITOR,
}
_ORDER_WORDS = {"сначала старые": SetoffOrder.OLDEST, "по порядку услуг": SetoffOrder.SERVICES}


@dataclass(frozen=True, slots=True)
class SetoffRule:
    """What the centre, or a contract for itself, has chosen; defaults first.

    :ivar pays_penalty: what is left after all principal covers penalties too
    :ivar covers_barred: debts whose limitation has run out are debts as others
    :ivar own_document: of a contract: it has a bill of its own
    :ivar advance_service: code of the service that holds an advance not spread yet
    """

    reach: SetoffReach = SetoffReach.NONE
    order: SetoffOrder = SetoffOrder.OLDEST
    pays_penalty: bool = False
    kr_separate: bool = True
    covers_barred: bool = False
    own_document: bool = False
    advance_service: str = "аванс"


class SetoffRow(NamedTuple):
    """What is owed for one service of one month, credit negative; kopecks.

    :ivar charged_kop: weight of the row when an advance of the account is spread
    :ivar received: for a credit of principal, when its money came: day and kopecks
    :ivar penalty_received: the same for penalties that were overpaid
    """

    service: Hashable
    contract: Hashable
    creditor: Hashable
    position: int
    origin: Period
    principal_kop: int
    penalty_kop: int = 0
    charged_kop: int = 0
    is_capital_repair: bool = False
    is_barred: bool = False
    holds_advance: bool = False
    received: tuple[tuple[date, int], ...] = ()
    penalty_received: tuple[tuple[date, int], ...] = ()


class SetoffMove(NamedTuple):
    """Kopecks that leave a credit for a debt; rows by their place.

    :ivar credited_on: the day the money came, from which the debt is paid
    """

    source: int
    target: int
    amount_kop: int
    credited_on: date
    from_penalty: bool = False
    to_penalty: bool = False


class SetoffEntry(NamedTuple):
    """A line of the ledger: the row, the kind, debit above zero."""

    row: int
    kind: EntryKind
    amount_kop: int
    credited_on: date


@dataclass(slots=True)
class _Credit:
    row: int
    from_penalty: bool
    layers: list[tuple[date, int]]


def rule_of(parameters: Mapping[str, str]) -> SetoffRule:
    """Read the rule from parameters in force.

    :raises UnknownSetting: when a value is not one of the list
    """
    return SetoffRule(
        reach=chosen(parameters, BETWEEN_CODE, REACH_WORDS),
        order=chosen(parameters, ORDER_CODE, _ORDER_WORDS),
        pays_penalty=chosen(parameters, PENALTY_CODE, NO_FIRST) is Choice.YES,
        kr_separate=chosen(parameters, KR_SEPARATE_CODE, YES_FIRST) is Choice.YES,
        covers_barred=parameters.get(TIME_BARRED_CODE, "").strip() in {"как все", "as_others"},
        own_document=chosen(parameters, OWN_DOCUMENT_CODE, NO_FIRST) is Choice.YES,
        advance_service=parameters.get(ADVANCE_SERVICE_CODE, "").strip() or "аванс",
    )


def set_off(
    rows: Sequence[SetoffRow],
    rule: SetoffRule,
    *,
    own: Mapping[Hashable, SetoffRule] | None = None,
) -> list[SetoffMove]:
    """Move the credits of one account onto its debts.

    :param own: rules of contracts that have one of their own; the credit's contract is asked
    :returns: moves in the order they were made; no row passes zero, Σ is zero by nature
    """
    principal = [max(0, row.principal_kop) for row in rows]
    penalty = [max(0, row.penalty_kop) for row in rows]
    moves: list[SetoffMove] = []
    lying = list(_credits(rows))
    theirs = own or {}
    ways = [
        (credit, theirs.get(rows[credit.row].contract, rule))
        for credit in lying
        if not rows[credit.row].holds_advance
    ]
    for is_penalty, debts in ((False, principal), (True, penalty)):
        for is_own in (True, False):
            for credit, mine in ways:
                if credit.layers and (mine.pays_penalty or not is_penalty):
                    order = _targets(rows, debts, rows[credit.row], mine, is_own=is_own)
                    moves += _cover(credit, order, debts, to_penalty=is_penalty)
    for credit in lying:
        if rows[credit.row].holds_advance:
            moves += _spread(credit, rows, principal, rule, theirs)
    return moves


def entries_of(moves: Sequence[SetoffMove]) -> list[SetoffEntry]:
    """Give the lines that post the moves; they sum to zero.

    :returns: one line for a row, kind and day; credits positive, debts negative
    """
    sums: dict[tuple[int, EntryKind, date], int] = {}
    for move in moves:
        gives = EntryKind.PENALTY_PAYMENT if move.from_penalty else EntryKind.SETOFF
        takes = EntryKind.PENALTY_PAYMENT if move.to_penalty else EntryKind.SETOFF
        for row, kind, amount in (
            (move.source, gives, move.amount_kop),
            (move.target, takes, -move.amount_kop),
        ):
            key = (row, kind, move.credited_on)
            sums[key] = sums.get(key, 0) + amount
    return [
        SetoffEntry(row, kind, amount, day) for (row, kind, day), amount in sums.items() if amount
    ]


def layers_of(
    credit_kop: int, received: Sequence[tuple[date, int]], *, otherwise: date
) -> list[tuple[date, int]]:
    """Say when the money of a credit came: it is what was received last.

    :param received: day and kopecks; what was given back is negative
    :param otherwise: the day of a credit that no money made: a correction counts from the start
    :returns: day and kopecks, the earliest first; they sum to the credit
    """
    layers: list[tuple[date, int]] = []
    left, given_back = credit_kop, 0
    for day, amount in sorted(received, reverse=True):
        here = amount - given_back
        given_back = max(0, -here)
        part = min(left, max(0, here))
        if part:
            layers.append((day, part))
            left -= part
        if not left:
            break
    if left:
        layers.append((otherwise, left))
    return sorted(layers)


def _credits(rows: Sequence[SetoffRow]) -> Iterator[_Credit]:
    """Credits, the oldest first; money before overpaid penalties."""
    found = sorted(range(len(rows)), key=lambda place: (rows[place].origin, rows[place].position))
    for place in found:
        row = rows[place]
        if row.principal_kop < 0:
            day = row.origin.first_day
            yield _Credit(place, False, layers_of(-row.principal_kop, row.received, otherwise=day))
    for place in found:
        row = rows[place]
        if row.penalty_kop < 0:
            day = row.origin.first_day
            received = row.penalty_received
            yield _Credit(place, True, layers_of(-row.penalty_kop, received, otherwise=day))


def _targets(
    rows: Sequence[SetoffRow],
    debts: Sequence[int],
    source: SetoffRow,
    rule: SetoffRule,
    *,
    is_own: bool,
) -> list[int]:
    """Give the debts a credit may cover, in order."""
    if not is_own and rule.reach is SetoffReach.NONE:
        return []
    fitting = [
        place
        for place, row in enumerate(rows)
        if debts[place]
        and (rule.covers_barred or not row.is_barred)
        and (row.service == source.service and row.contract == source.contract) is is_own
        and (is_own or _is_within_reach(row, source, rule))
    ]

    def rank(place: int) -> tuple[object, ...]:
        row = rows[place]
        is_far = row.contract != source.contract
        if rule.order is SetoffOrder.SERVICES and not is_own:
            return (is_far, row.position, row.origin, place)
        return (is_far, row.origin, row.position, place)

    return sorted(fitting, key=rank)


def _is_within_reach(row: SetoffRow, source: SetoffRow, rule: SetoffRule) -> bool:
    if rule.kr_separate and row.is_capital_repair is not source.is_capital_repair:
        return False
    if rule.reach is SetoffReach.CONTRACT:
        return row.contract == source.contract
    return row.creditor == source.creditor


def _cover(
    credit: _Credit, order: Sequence[int], debts: list[int], *, to_penalty: bool
) -> Iterator[SetoffMove]:
    for target in order:
        yield from _move(credit, target, debts, debts[target], to_penalty=to_penalty)


def _move(
    credit: _Credit, target: int, debts: list[int], wanted_kop: int, *, to_penalty: bool = False
) -> Iterator[SetoffMove]:
    while wanted_kop and credit.layers:
        day, there = credit.layers[0]
        part = min(there, wanted_kop)
        wanted_kop -= part
        debts[target] -= part
        if part == there:
            credit.layers.pop(0)
        else:
            credit.layers[0] = (day, there - part)
        yield SetoffMove(credit.row, target, part, day, credit.from_penalty, to_penalty)


def _spread(
    credit: _Credit,
    rows: Sequence[SetoffRow],
    debts: list[int],
    rule: SetoffRule,
    own: Mapping[Hashable, SetoffRule],
) -> Iterator[SetoffMove]:
    """Spread an advance of the account: whole months while it lasts, the last one pro rata."""
    by_month: dict[Period, list[int]] = {}
    for place, row in enumerate(rows):
        is_open = debts[place] and (rule.covers_barred or not row.is_barred)
        has_own = row.is_capital_repair and own.get(row.contract, rule).own_document
        if is_open and not (rule.kr_separate and has_own):
            by_month.setdefault(row.origin, []).append(place)
    for origin in sorted(by_month):
        places = sorted(by_month[origin], key=lambda place: (rows[place].position, place))
        caps = [debts[place] for place in places]
        left = sum(kop for _, kop in credit.layers)
        weights = [max(0, rows[place].charged_kop) for place in places]
        found = shares(min(left, sum(caps)), weights=weights, caps=caps)
        for place, share in zip(places, found, strict=True):
            yield from _move(credit, place, debts, share.part)
