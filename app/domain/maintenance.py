"""Maintenance of bad quality: the cost of the work, by full calendar days (491, п. 10).

    dP = round(P_s / n_z × n_d)      P_s = price of the work in the payment, roubles a m2, × area

The price of the work is the indicator of its act.
"""

from dataclasses import dataclass

import numpy as np

from app.domain.added_lines import AddedLines
from app.domain.bases.reductions import maintenance_kop
from app.domain.basis import Basis
from app.domain.ledger import EntryKind
from app.domain.pricing import Lines
from app.domain.quality import Judge, NoIndicator, full_days
from app.domain.quality_lines import Payments, accounts_of_acts
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
        """Go over the acts: each is of a work of its own."""
        acts = self.scene.inputs.acts
        base = np.flatnonzero(self.lines.kind == EntryKind.CHARGE)
        service_of = self.of.service[self.lines.place[base]]
        for act in np.flatnonzero(acts.breach == Breach.MAINTENANCE).tolist():
            judge = Judge(self.scene.inputs.rules, self.scene.inputs.period, "", acts)
            some = base[service_of == acts.service[act]]
            chosen = np.array([act], dtype=np.int64)
            for accounts in accounts_of_acts(self.scene, chosen).values():
                at = some[np.isin(self.of.account[self.lines.place[some]], accounts)]
                for line in at.tolist():
                    self._add(judge, act, line)

    def _add(self, judge: Judge, act: int, line: int) -> None:
        place = int(self.lines.place[line])
        account, service = int(self.of.account[place]), int(self.of.service[place])
        if int(self.lines.basis[line]) != Basis.AREA:
            self.scene.findings.warn(account, *_NOT_BY_AREA, service=service)
            return
        name = self.scene.inputs.acts.name[act]
        try:
            rate = judge.measured(act, "цена работы, ₽/м2")
        except NoIndicator as lack:
            self.scene.findings.warn(
                account, f"{name} не учтён: {lack}", _NO_PRICE, service=service
            )
            return
        low, high = full_days(judge.span(act))
        low, high = max(low, int(self.of.day_from[place])), min(high, int(self.of.day_to[place]))
        row = int(self.of.row[place])
        left = self.payments.left_kop(row)
        if low >= high or left <= 0 or rate <= 0:
            return
        area, over, under = (int(one) for one in self.lines.slots[line, :3])
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
