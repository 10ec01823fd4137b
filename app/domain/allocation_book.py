"""The debts of an account while a payment is spread over them, bucket after bucket.

scope      rows money may go to, by period: all but what has a document of its own, or a target's
pool       money still to be given; each step takes its part and gives back what is left
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from app.domain.allocation_line import (
    AllocationKind,
    AllocationLine,
    AllocationReason,
    AllocationRule,
    AllocationStep,
)
from app.domain.allocation_scheme import (
    AllocationScheme,
    PenaltyOrder,
    PeriodOrder,
    Surplus,
    TimeBarred,
    WithinPeriod,
)
from app.domain.allocation_split import Share, by_group, in_order, shares
from app.domain.allocation_target import Target
from app.domain.dues import Dues, Purpose
from app.domain.period import Period
from app.errors import Refusal

Scope = Mapping[Period, Sequence[int]]
Why = tuple[AllocationStep, str]

_RULES = {
    WithinPeriod.CHARGES: AllocationRule.CHARGES,
    WithinPeriod.DEBT: AllocationRule.DEBT,
    WithinPeriod.PRIORITY: AllocationRule.PRIORITY,
    WithinPeriod.SUPPLIER_THEN_SERVICE: AllocationRule.SUPPLIER,
}


class NothingToCredit(Refusal):
    """Money came, and the account has no service to credit it to."""


@dataclass(slots=True)
class AllocationBook:
    """The caps that are left while buckets are paid, and what was paid; kopecks."""

    dues: Dues
    on: date
    document_period: Period | None = None
    _paid: dict[tuple[Period, AllocationKind, int, AllocationReason], int] = field(
        default_factory=dict
    )
    _barred: dict[Period, bool] = field(default_factory=dict)
    _principal: list[int] = field(init=False)
    _penalty: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self._principal = list(self.dues.outstanding.principal_kop)
        self._penalty = list(self.dues.outstanding.penalty_kop)

    def scope(self, scheme: AllocationScheme, target: Target | None = None) -> Scope:
        """Give the rows that money may go to, by period: all, or those a target means."""
        names_purpose = target is not None and target.names_purpose
        apart = self._apart(scheme)
        open_to = [
            (target is None or target.fits(one)) and (names_purpose or not apart[place])
            for place, one in enumerate(self.dues.purposes)
        ]
        rows: dict[Period, list[int]] = {}
        for row, (purpose, origin) in enumerate(
            zip(self.dues.purpose_of, self.dues.origin_periods, strict=True)
        ):
            if open_to[purpose]:
                rows.setdefault(origin, []).append(row)
        return rows

    def pay_target(self, left_kop: int, scheme: AllocationScheme, target: Target) -> int:
        """Pay what the payer named; give what of all the money is left."""
        pool = left_kop if target.amount_kop is None else min(left_kop, target.amount_kop)
        rest = left_kop - pool
        scope = self.scope(scheme, target)
        order = self._target_order(scheme, target, scope)
        why = (AllocationStep.NAMED, target.note)
        for origin in order:
            if target.is_penalty:
                pool = self._pay_penalty(pool, scheme, scope, origin, why=why)
            else:
                pool = self._pay_principal(pool, scheme, scope, origin, why=why)
        if pool and target.contract_ids is not None:
            theirs = replace(target, service_id=None, origin_period=None, is_penalty=False)
            pool = self.pay_owed(pool, scheme, self.scope(scheme, theirs), why=why)
        if pool and (target.is_whole or target.contract_ids is not None):
            self.credit(pool, scheme, target)
            pool = 0
        return rest + pool

    def pay_groups(self, left_kop: int, scheme: AllocationScheme) -> None:
        """Divide by the rule of the centre, then let each group spread its part by its own."""
        trial = AllocationBook(self.dues, on=self.on, document_period=self.document_period)
        trial._principal, trial._penalty = list(self._principal), list(self._penalty)
        plain = replace(scheme, surplus=Surplus.ADVANCE_LINES)
        trial.credit(trial.pay_owed(left_kop, plain, trial.scope(scheme)), plain)
        contracts = [one.contract_id for one in self.dues.purposes]
        parts: dict[AllocationScheme, int] = {}
        for (_, _, purpose, _), paid in trial._paid.items():
            theirs = scheme.of_contract(contracts[purpose])
            parts[theirs] = parts.get(theirs, 0) + paid
        for theirs, part in parts.items():
            mine = Target(
                contract_ids=frozenset(c for c in contracts if scheme.of_contract(c) == theirs)
            )
            within = trial.scope(scheme)
            scope = {
                origin: kept
                for origin, rows in self.scope(scheme, mine).items()
                if (kept := [row for row in rows if row in within.get(origin, ())])
            }
            self.credit(self.pay_owed(part, theirs, scope), theirs, mine)

    def pay_owed(
        self,
        pool: int,
        scheme: AllocationScheme,
        scope: Scope,
        *,
        why: Why | None = None,
    ) -> int:
        """Pay debts in the order of the scheme; give what is left of the pool."""
        order = self._ordered(scheme, scope)
        match scheme.penalty:
            case PenaltyOrder.LAST | PenaltyOrder.FIRST:
                principal_first = scheme.penalty is PenaltyOrder.LAST
                for is_principal in (principal_first, not principal_first):
                    for origin in order:
                        pool = (
                            self._pay_principal(pool, scheme, scope, origin, why=why)
                            if is_principal
                            else self._pay_penalty(pool, scheme, scope, origin, why=why)
                        )
            case PenaltyOrder.AFTER_PERIOD:
                for origin in order:
                    pool = self._pay_principal(pool, scheme, scope, origin, why=why)
                    pool = self._pay_penalty(pool, scheme, scope, origin, why=why)
            case PenaltyOrder.OWN_LINE | PenaltyOrder.NEVER:
                for origin in order:
                    pool = self._pay_principal(pool, scheme, scope, origin, why=why)
        return pool

    def credit(self, pool: int, scheme: AllocationScheme, target: Target | None = None) -> None:
        """Leave what is over as an advance, spread by the charges of the last bill."""
        if not pool:
            return
        purposes = self.dues.purposes
        is_named = target is not None and bool(target.note)
        if not is_named and scheme.surplus is Surplus.ADVANCE_ACCOUNT:
            for place, one in enumerate(purposes):
                if one.service_code == scheme.advance_service:
                    why = AllocationReason(AllocationStep.ADVANCE_ACCOUNT, AllocationRule.WHOLE)
                    self._put(self.dues.posting_period, AllocationKind.ADVANCE, place, why, pool)
                    return
        weights = self._advance_weights(scheme, target)
        if not any(weights):
            raise NothingToCredit(
                f"На счёте {self.dues.account.number} нет ни долга, ни услуг, на которые можно "
                "отнести платёж. Проверьте номер счёта и назначьте услуги дому или счёту."
            )
        caps = [pool if weight else 0 for weight in weights]
        found = shares(pool, weights=weights, caps=caps, least_kop=scheme.min_line_kop)
        for place, share in enumerate(found):
            if share.part:
                why = AllocationReason(
                    AllocationStep.NAMED if is_named else AllocationStep.ADVANCE,
                    AllocationRule.CHARGES,
                    share.pool, share.weight, share.whole, share.extra,
                    note=target.note if target is not None else "",
                )  # fmt: skip
                kind = AllocationKind.ADVANCE
                self._put(self.dues.posting_period, kind, place, why, share.part)

    def lines(self) -> list[AllocationLine]:
        """Give what was paid: principal by period, then penalties, then the advance."""
        kinds = {kind: place for place, kind in enumerate(AllocationKind)}
        ordered = sorted(self._paid, key=lambda key: (kinds[key[1]], key[0], key[2]))
        return [
            AllocationLine(
                service_id=self.dues.purposes[purpose].service_id,
                contract_id=self.dues.purposes[purpose].contract_id,
                origin_period=origin,
                kind=kind,
                amount_kop=self._paid[origin, kind, purpose, why],
                reason=why,
            )
            for origin, kind, purpose, why in ordered
        ]

    def _advance_weights(self, scheme: AllocationScheme, target: Target | None) -> list[int]:
        """What the last bill charged; before any bill alike; the holder of advances comes last."""
        purposes = self.dues.purposes
        apart = self._apart(scheme)
        may = [
            not apart[place] if target is None else target.fits(one)
            for place, one in enumerate(purposes)
        ]
        spreads = [one.service_code != scheme.advance_service for one in purposes]
        for weights in (self.dues.advance_weights, [1] * len(purposes)):
            found = [
                weight if fits and is_plain else 0
                for weight, fits, is_plain in zip(weights, may, spreads, strict=True)
            ]
            if any(found):
                return found
        return [int(fits) for fits in may]

    def _apart(self, scheme: AllocationScheme) -> list[bool]:
        """Say of each purpose whether it has a document of its own, beside the common one."""
        apart = [_is_separate(one, scheme) for one in self.dues.purposes]
        return [False] * len(apart) if all(apart) else apart

    def _target_order(self, scheme: AllocationScheme, target: Target, scope: Scope) -> list[Period]:
        if target.origin_period is not None:
            return [target.origin_period]
        # Who names a service means all that is owed for it, whatever document lies before us.
        if scheme.period_order is PeriodOrder.DOCUMENT_ONLY:
            scheme = replace(scheme, period_order=PeriodOrder.DOCUMENT_FIRST)
        order = self._ordered(scheme, scope)
        return [origin for origin in order if origin in scope]

    def _pay_principal(
        self,
        pool: int,
        scheme: AllocationScheme,
        scope: Scope,
        origin: Period,
        *,
        why: Why | None,
    ) -> int:
        """Pay the principal of a period; with own_line its penalties share with it."""
        rows = scope.get(origin, ())
        if not pool or not rows:
            return pool
        caps = [self._principal[row] for row in rows]
        weights = [max(0, self.dues.charged_kop[row]) for row in rows]
        step = why or (self._step(scheme, origin), "")
        if scheme.penalty is not PenaltyOrder.OWN_LINE:
            rule = _RULES[scheme.within_period]
            found = self._shared(pool, scheme, caps, weights, rows)
            return pool - self._note(origin, rows, found, weights, rule=rule, step=step)
        owed = [self._penalty[row] for row in rows]
        found = self._shared(pool, scheme, caps + owed, weights + owed, (*rows, *rows))
        rule = AllocationRule.OWN_LINE
        size = len(rows)
        pool -= self._note(origin, rows, found[:size], weights, rule=rule, step=step)
        return pool - self._note(
            origin, rows, found[size:], owed, rule=rule, step=step,
            kind=AllocationKind.PENALTY_PAYMENT,
        )  # fmt: skip

    def _pay_penalty(
        self,
        pool: int,
        scheme: AllocationScheme,
        scope: Scope,
        origin: Period,
        *,
        why: Why | None,
    ) -> int:
        """Pay the penalties of a period, pro rata to themselves."""
        rows = scope.get(origin, ())
        if not pool or not rows:
            return pool
        caps = [self._penalty[row] for row in rows]
        amount = min(pool, sum(caps))
        if not amount:
            return pool
        found = shares(amount, weights=caps, caps=caps, least_kop=scheme.min_line_kop)
        return pool - self._note(
            origin, rows, found, caps, rule=AllocationRule.PENALTIES,
            step=why or (self._step(scheme, origin), ""), kind=AllocationKind.PENALTY_PAYMENT,
        )  # fmt: skip

    def _shared(
        self,
        pool: int,
        scheme: AllocationScheme,
        caps: list[int],
        weights: list[int],
        rows: Sequence[int],
    ) -> list[Share]:
        amount = min(pool, sum(caps))
        least = scheme.min_line_kop
        match scheme.within_period:
            case WithinPeriod.CHARGES:
                return shares(amount, weights=weights, caps=caps, least_kop=least)
            case WithinPeriod.DEBT:
                return shares(amount, weights=caps, caps=caps, least_kop=least)
            case WithinPeriod.PRIORITY:
                return in_order(amount, caps)
            case WithinPeriod.SUPPLIER_THEN_SERVICE:
                payees = [self.dues.purposes[self.dues.purpose_of[row]].payee_id for row in rows]
                return by_group(amount, weights=weights, caps=caps, groups=payees, least_kop=least)

    def _note(
        self,
        origin: Period,
        rows: Sequence[int],
        found: Sequence[Share],
        weights: Sequence[int],
        *,
        rule: AllocationRule,
        step: Why,
        kind: AllocationKind = AllocationKind.PAYMENT,
    ) -> int:
        """Take what was shared off the debts; give how much it was."""
        debts = self._penalty if kind is AllocationKind.PENALTY_PAYMENT else self._principal
        paid = 0
        for row, share, weight in zip(rows, found, weights, strict=True):
            if not share.part:
                continue
            debts[row] -= share.part
            assert debts[row] >= 0
            paid += share.part
            # Lines without weight share by what is outstanding.
            by = AllocationRule.DEBT if rule is AllocationRule.CHARGES and weight <= 0 else rule
            why = AllocationReason(
                step[0], by, share.pool, share.weight, share.whole, share.extra, step[1]
            )
            self._put(origin, kind, self.dues.purpose_of[row], why, share.part)
        return paid

    def _put(
        self, origin: Period, kind: AllocationKind, place: int, why: AllocationReason, part: int
    ) -> None:
        key = (origin, kind, place, why)
        self._paid[key] = self._paid.get(key, 0) + part

    def _step(self, scheme: AllocationScheme, origin: Period) -> AllocationStep:
        if scheme.period_order is PeriodOrder.CURRENT_FIRST and origin == max(
            self.dues.origin_periods
        ):
            return AllocationStep.CURRENT
        if scheme.period_order is not PeriodOrder.FIFO and origin == self.document_period:
            return AllocationStep.DOCUMENT
        if scheme.time_barred is TimeBarred.LAST and self._is_barred(origin):
            return AllocationStep.TIME_BARRED
        return AllocationStep.OLDEST

    def _is_barred(self, origin: Period) -> bool:
        known = self._barred.get(origin)
        if known is None:
            known = self.dues.terms.is_time_barred(origin, on=self.on)
            self._barred[origin] = known
        return known

    def _ordered(self, scheme: AllocationScheme, scope: Scope) -> list[Period]:
        order = sorted(scope)
        if scheme.time_barred is TimeBarred.LAST:
            order.sort(key=self._is_barred)
        first = {
            PeriodOrder.FIFO: None,
            PeriodOrder.DOCUMENT_FIRST: self.document_period,
            PeriodOrder.CURRENT_FIRST: max(order, default=None),
            PeriodOrder.DOCUMENT_ONLY: self.document_period,
        }[scheme.period_order]
        if scheme.time_barred is TimeBarred.NEVER:
            order = [origin for origin in order if not self._is_barred(origin)]
        if first is None:
            return order
        if scheme.period_order is PeriodOrder.DOCUMENT_ONLY:
            return [first]
        return [first, *(origin for origin in order if origin != first)]


def _is_separate(purpose: Purpose, scheme: AllocationScheme) -> bool:
    """Whether it is capital repair with a document of its own (money.md §2.1, A3)."""
    return (
        purpose.is_capital_repair
        and scheme.kr_separate
        and scheme.of_contract(purpose.contract_id).own_document
    )
