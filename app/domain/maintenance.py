"""Maintenance of bad quality: the cost of the work, by full calendar days (491, п. 10).

    dP = round(P_s / n_z × n_d)      P_s = price of the work in the payment, roubles a m2, × area

The price of the work is the indicator of its act.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from app.domain.added_lines import AddedLines
from app.domain.bases.reductions import maintenance_kop
from app.domain.basis import Basis
from app.domain.ledger import EntryKind
from app.domain.pricing import Lines
from app.domain.quality import Judge, NoIndicator
from app.domain.quality_lines import Payments, accounts_of_acts
from app.domain.quality_spans import full_days
from app.domain.reduction_inputs import Breach
from app.domain.situation import Situation
from app.domain.volume import Scene

_NO_PRICE = "Впишите цену работы за 1 м2 в месяц в столбец «Показатель» листа «Акты»."
_NOT_BY_AREA = (
    "акт о содержании не учтён: плата за услугу считается не по площади.",
    "Укажите в акте услугу содержания жилья.",
)


@dataclass(slots=True)
class MaintenanceLines:
    """Puts acts of maintenance on lines by area."""

    scene: Scene
    of: Situation
    lines: Lines
    payments: Payments
    made: AddedLines

    def add_all(self) -> None:
        """Go over the acts: each is of a work of its own, told of a house and an account once."""
        acts = self.scene.inputs.acts
        told: set[tuple[int, str, int, int, str]] = set()
        base = np.flatnonzero(self.lines.kind == EntryKind.CHARGE)
        service_of = self.of.service[self.lines.place[base]]
        for act in np.flatnonzero(acts.breach == Breach.MAINTENANCE).tolist():
            judge = Judge(self.scene.inputs.rules, self.scene.inputs.period, "", acts)
            some = base[service_of == acts.service[act]]
            chosen = np.array([act], dtype=np.int64)
            for accounts in accounts_of_acts(self.scene, chosen).values():
                at = some[np.isin(self.of.account[self.lines.place[some]], accounts)]
                for line in at.tolist():
                    same = (
                        line, acts.name[act], int(acts.starts[act]), int(acts.ends[act]),
                        acts.indicator[act],
                    )  # fmt: skip
                    if same not in told:
                        self._add(judge, act, line)
                    told.add(same)

    def _add(self, judge: Judge, act: int, line: int) -> None:
        place = int(self.lines.place[line])
        account, service = int(self.of.account[place]), int(self.of.service[place])
        found = self._area(line)
        if found is None:
            self.scene.findings.warn(account, *_NOT_BY_AREA, service=service)
            return
        try:
            rate = judge.measured(act, "цена работы, ₽/м2")
        except NoIndicator as lack:
            self.scene.findings.warn(
                account, judge.not_counted(act, str(lack)), _NO_PRICE, service=service
            )
            return
        low, high = full_days(judge.span(act))
        low, high = max(low, int(self.of.day_from[place])), min(high, int(self.of.day_to[place]))
        row = int(self.of.row[place])
        left = self.payments.left_kop(row)
        if low >= high or left <= 0 or rate <= 0:
            return
        area, over, under = found
        note = self.scene.notes.add(judge.said(act, f"полных суток: {high - low}"))
        slots = (rate, area, over, under, high - low, left, note)
        names = ("rate_mcr", "area_cm2", "share_numerator", "share_denominator", "days", "left_kop")
        amount = maintenance_kop(
            dict(zip(names, slots, strict=False)), month_days=self.scene.month.days
        )
        if not amount:
            return
        self.made.add(
            place, EntryKind.QUALITY, basis=Basis.MAINTENANCE, slots=slots, amount_kop=-amount
        )
        self.payments.taken_kop[row] += amount

    def _area(self, line: int) -> tuple[int, int, int] | None:
        """Give the area a line is of and the part of it: over, under; None for other lines."""
        known = [int(one) for one in self.lines.slots[line]]
        match int(self.lines.basis[line]):
            case Basis.AREA:
                return known[0], known[1], known[2]
            case Basis.COMMUNAL_AREA:
                # A room has its part of the whole flat (ЖК, ст. 42).
                flat, room, rooms, over, under = known[:5]
                part = Fraction(room * over, rooms * under)
                return flat, part.numerator, part.denominator
            case _:
                return None
