"""What was charged for the months of a gap to those who share a meter, gone ones among them.

own      what an account was charged comes off its own late reading
gone     who was charged at the premises and is not there on these days: off those who came instead,
         else off all who are there, by their shares
rooms    the meter of a communal flat: what all its rooms were charged
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias

import numpy as np

from app.domain.charge_inputs import ChargeInputs
from app.domain.money import Flags, Ints

Present: TypeAlias = Mapping[int, Fraction]
"""Accounts that are there on the same days, with their shares."""
_Charged: TypeAlias = dict[tuple[int, int, int, int], dict[int, int]]


class ChargedGone:
    """The volumes of earlier months by the places whose meters counted them."""

    def __init__(self, inputs: ChargeInputs) -> None:
        self.inputs = inputs

    def of_rooms(self, meter: Ints) -> Flags:
        """Tell which meters are of a whole communal flat: they have no place here (communal.py)."""
        meters = self.inputs.meters
        if not meters.of_flat.size:
            return np.zeros(len(meter), dtype=np.bool_)
        nowhere = (meters.premises[meter] < 0) & (meters.account[meter] < 0)
        return np.asarray(nowhere & (meters.of_flat[meter] > 0), dtype=np.bool_)

    @cached_property
    def _by_premises(self) -> _Charged:
        return self._by(self.inputs.charged_before.premises)

    @cached_property
    def _by_flat(self) -> _Charged:
        return self._by(self.inputs.premises.flat[self.inputs.charged_before.premises])

    def _by(self, place: Ints) -> _Charged:
        """Sum what was charged by place, service, zone and month, and in them by account."""
        before = self.inputs.charged_before
        columns = (place, before.service, before.zone, before.month)
        found: _Charged = {}
        for *key, account, volume in zip(
            *(column.tolist() for column in (*columns, before.account, before.volume_mcu)),
            strict=True,
        ):
            its = found.setdefault((key[0], key[1], key[2], key[3]), {})
            its[account] = its.get(account, 0) + volume
        return found

    def off_mcu(self, account: int, meter: int, at: tuple[int, int], present: Present) -> Fraction:
        """Give what comes off the account's part of a meter for one month.

        :param at: zone and month
        """
        meters, premises = self.inputs.meters, self.inputs.premises
        home, service = int(self.inputs.accounts.premises[account]), int(meters.service[meter])
        if self.of_rooms(np.array([meter]))[0]:
            charged = self._by_flat.get((int(premises.flat[home]), service, *at), {})
        else:
            charged = self._by_premises.get((home, service, *at), {})
        own = Fraction(charged.get(account, 0))
        if meters.account[meter] >= 0:
            return own
        gone = sum(volume for one, volume in charged.items() if one not in present)
        came = [one for one in present if one not in charged] or list(present)
        if not gone or account not in came:
            return own
        whole = sum((present[one] for one in came), Fraction(0))
        return own + gone * present[account] / whole
