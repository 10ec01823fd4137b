"""What earlier months of a replay came to, for the months after them to go by.

volumes   a late reading takes off what was charged without it (charged_before.py)
totals    what a house carries on into its next month (house_total.py)
groups    what a group meter carries on likewise (group_inputs.py)
"""

from dataclasses import dataclass, field, replace

import numpy as np

from app.domain.charge_inputs import ChargeInputs
from app.domain.charged_before import ChargedBefore
from app.domain.group_inputs import GroupCarries, GroupTotals
from app.domain.house_total import HouseTotals, month_index
from app.domain.money import Ints
from app.domain.period import Period
from app.domain.recalculation import Recalculated, VolumeChanges
from app.domain.service import Component


@dataclass(slots=True)
class Replayed:
    """The months of some houses replayed so far; their houses have the same places in all."""

    volumes: list[tuple[Period, VolumeChanges]] = field(default_factory=list)
    totals: list[HouseTotals] = field(default_factory=list)
    groups: list[GroupTotals] = field(default_factory=list)

    def keep(
        self, lines: Recalculated, totals: HouseTotals, groups: GroupTotals | None = None
    ) -> None:
        """Remember what a month came to."""
        if len(lines.volumes.account):
            self.volumes.append((lines.period, lines.volumes))
        if len(totals):
            self.totals.append(totals)
        if groups is not None and len(groups):
            self.groups.append(groups)

    def into(self, inputs: ChargeInputs, place: Ints) -> ChargeInputs:
        """Put what earlier months came to over what the books have of them.

        :param place: shape (accounts of the inputs,), place of each in the replay, -1 none
        """
        if self.volumes:
            inputs = replace(inputs, charged_before=self._charged_before(inputs, place))
        if self.totals:
            inputs = replace(inputs, past_totals=self._past_totals(inputs.past_totals))
        if self.groups:
            inputs = replace(inputs, group_carries=self._carries(inputs))
        return inputs

    def _charged_before(self, inputs: ChargeInputs, place: Ints) -> ChargedBefore:
        """Add the changes of volumes: rows of one month add up."""
        at = np.full(int(place.max(initial=-1)) + 2, -1, dtype=np.int64)
        at[place] = np.arange(len(place))
        at[-1] = -1
        before = inputs.charged_before
        parts = [tuple(getattr(before, name) for name in ChargedBefore.__slots__)]
        for period, changed in self.volumes:
            known = changed.account < len(at) - 1
            account = at[np.where(known, changed.account, -1)]
            kept = np.flatnonzero((account >= 0) & (changed.component != Component.HEAT))
            month = np.full(len(kept), month_index(period), dtype=np.int64)
            parts.append(
                (account[kept], changed.service[kept], changed.zone[kept], month,
                 changed.volume_mcu[kept], inputs.accounts.premises[account[kept]])
            )  # fmt: skip
        return ChargedBefore(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))

    def _past_totals(self, past: HouseTotals) -> HouseTotals:
        """Put the totals of replayed months in the place of those the books have."""
        parts = [past, *self.totals]
        whole = HouseTotals(
            *(np.concatenate([getattr(part, name) for part in parts])
              for name in HouseTotals.__slots__)
        )  # fmt: skip
        # The last of a house, service and month is what counts.
        keys = np.stack([whole.period, whole.house, whole.service], axis=1)[::-1]
        _, first = np.unique(keys, axis=0, return_index=True)
        return whole.taken(np.sort(len(whole) - 1 - first))

    def _carries(self, inputs: ChargeInputs) -> GroupCarries:
        """Put what group meters carried out of replayed months over what the books have of it."""
        before, now = inputs.group_carries, month_index(inputs.period)
        columns = (before.meter.tolist(), before.period.tolist(), before.carry_mcu.tolist())
        known = {meter: (period, carry) for meter, period, carry in zip(*columns, strict=True)}
        place = {code: at for at, code in enumerate(inputs.meters.code)}
        for totals in self.groups:
            periods, carries = totals.period.tolist(), totals.carry_mcu.tolist()
            for code, period, carry in zip(totals.meter, periods, carries, strict=True):
                at = place.get(code, -1)
                if at >= 0 and known.get(at, (period, 0))[0] <= period < now:
                    known[at] = (period, carry)
        return GroupCarries(
            meter=np.array(list(known), dtype=np.int64),
            period=np.array([period for period, _ in known.values()], dtype=np.int64),
            carry_mcu=np.array([carry for _, carry in known.values()], dtype=np.int64),
        )
