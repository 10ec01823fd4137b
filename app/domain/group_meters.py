"""Group meters of the month: what each counted, who is behind it on which days, what was carried.

    counted     by its readings or the average (house_volumes.py); no reading: nothing is shared
    members     a row of a house or of premises stands for all their accounts
    houses      one meter of several houses: houses with a meter of their own keep what it gave,
                the others are given a meter that read their part, and go by their own formulas

A group meter is no meter of the house it stands in: its volume is never V_D.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from app.domain import days, meter, money
from app.domain.bases.groups import weight_words
from app.domain.charge_inputs import ChargeInputs
from app.domain.days import Month
from app.domain.group_inputs import GroupBase, GroupTotals
from app.domain.group_meter import GroupMembers, GroupMode, GroupShares, allocate
from app.domain.heating_homes import house_areas
from app.domain.house_total import UNKNOWN, month_index, year_of
from app.domain.house_volumes import HouseVolumes, VolumeKind, whole_month
from app.domain.meter import Doubt, Meters
from app.domain.metering import DOUBTS, Metering
from app.domain.money import Flags, Ints
from app.domain.occupancy import Occupancy
from app.domain.period import Period

_NOT_WHOLE = "прибор стоял не во все дни участников."
_ALL = -1


@dataclass(slots=True)
class Group:
    """A group meter in the month.

    :ivar meter: its place among the meters
    :ivar counted_mcu: UNKNOWN without a reading or an average; `why` then says why
    :ivar words: of the meter, for the lines
    :ivar days: shape (accounts,), mask of days each is a member on
    :ivar share_ppm: shape (accounts,), of base SHARE
    """

    meter: int
    code: str
    service: int
    mode: GroupMode
    base: GroupBase
    counted_mcu: int
    why: str
    words: str
    fixed_mcu: int
    carried_mcu: int
    days: Ints
    share_ppm: Ints
    known_mcu: int = UNKNOWN
    shares: GroupShares | None = None

    def share(self, *, known_mcu: int, weight: Ints) -> Ints:
        """Share the rest out by these weights; gives the parts, and keeps what it came to."""
        size = len(weight)
        members = GroupMembers(
            group=np.zeros(size + 1, dtype=np.int64),
            weight=np.append(weight, 0),
            has_meter=np.arange(size + 1) == size,
            own_mcu=np.append(np.zeros(size, dtype=np.int64), known_mcu),
        )
        self.known_mcu = known_mcu
        self.shares = allocate(
            np.array([self.counted_mcu]),
            members,
            mode=np.array([int(self.mode)]),
            fixed_mcu=np.array([self.fixed_mcu]),
            carried_mcu=np.array([self.carried_mcu]),
        )
        return self.shares.part_mcu[:size]


@dataclass(slots=True)
class Groups:
    """All group meters of the month, in order of their codes."""

    every: list[Group] = field(default_factory=list)

    def of_mode(self, mode: GroupMode) -> list[Group]:
        return [one for one in self.every if one.mode is mode]

    def totals(self, period: Period) -> GroupTotals:
        """Give what the group meters came to."""
        if not self.every:
            return GroupTotals()

        def column(name: str) -> Ints:
            values = [
                UNKNOWN if one.shares is None else int(getattr(one.shares, name)[0])
                for one in self.every
            ]
            return np.array(values, dtype=np.int64)

        def own(name: str) -> Ints:
            return np.array([getattr(one, name) for one in self.every], dtype=np.int64)

        carry = column("carry_mcu")
        return GroupTotals(
            meter=tuple(one.code for one in self.every),
            period=np.full(len(self.every), month_index(period), dtype=np.int64),
            counted_mcu=own("counted_mcu"),
            known_mcu=own("known_mcu"),
            fixed_mcu=own("fixed_mcu"),
            carry_before_mcu=own("carried_mcu"),
            net_mcu=column("rest_mcu"),
            unshared_mcu=column("unshared_mcu"),
            # What could not be settled this month is still to be settled.
            carry_mcu=np.where(carry == UNKNOWN, own("carried_mcu"), carry),
        )


def members(inputs: ChargeInputs, at: int) -> Flags:
    """Tell which accounts a row stands for; none for a row of a fixed volume alone."""
    rows, accounts = inputs.groups, inputs.accounts
    if rows.account[at] >= 0:
        mine = np.zeros(len(accounts.number), dtype=np.bool_)
        mine[rows.account[at]] = True
        return mine
    if rows.premises[at] >= 0:
        return np.asarray(accounts.premises == rows.premises[at], dtype=np.bool_)
    if rows.house[at] >= 0:
        house = inputs.premises.house[accounts.premises]
        return np.asarray(house == rows.house[at], dtype=np.bool_)
    return np.zeros(len(accounts.number), dtype=np.bool_)


def groups(
    inputs: ChargeInputs, known: Metering, people: Occupancy, *, month: Month
) -> tuple[ChargeInputs, Metering, Groups]:
    """Find the group meters, and give houses that share one their parts as meters of their own.

    :returns: the inputs in which group meters are nobody's, the metering with the parts, the groups
    """
    rows = inputs.groups
    if not rows.meter.size:
        return inputs, known, Groups()
    masks = days.mask(rows.valid_from, rows.valid_to, month=month)
    meant = set(rows.meter[(masks != 0) & (rows.meter >= 0)].tolist())
    found = [
        _group(inputs, known, which, np.flatnonzero((rows.meter == which) & (masks != 0)), month)
        for which in sorted(meant, key=inputs.meters.code.__getitem__)
    ]
    which = np.array([one.meter for one in found], dtype=np.int64)
    of_house = inputs.meters.of_house.copy()
    of_house[which] = 0
    inputs = replace(inputs, meters=replace(inputs.meters, of_house=of_house))
    result = Groups(found)
    for group in result.of_mode(GroupMode.SPLIT_HOUSES):
        inputs, known = _split(inputs, known, people, group, month=month)
    return inputs, known, result


def _group(inputs: ChargeInputs, known: Metering, which: int, at: Ints, month: Month) -> Group:
    rows, given = inputs.groups, known.house_volumes
    masks = days.mask(rows.valid_from[at], rows.valid_to[at], month=month)
    stood = int(meter.coverage(inputs.meters, month=month)[which])
    is_split = rows.mode[at].max() == GroupMode.SPLIT_HOUSES
    # A meter put in place of another counts for those who are behind it on its own days.
    needed = month.full if is_split else int(np.bitwise_or.reduce(masks))
    is_whole = needed & ~stood == 0
    is_known = is_whole and given.kind[which] != VolumeKind.NONE
    doubt = Doubt(max(int(given.doubt[which]), Doubt.NO_READING))
    every = np.zeros(len(inputs.accounts.number), dtype=np.int64)
    share = np.zeros_like(every)
    fixed = 0
    for row, mask in zip(at.tolist(), masks.tolist(), strict=True):
        mine = members(inputs, row)
        every[mine] |= mask
        share[mine] = max(int(rows.share_ppm[row]), 0)
        part = money.ratio((max(int(rows.fixed_mcu[row]), 0), mask.bit_count()), (month.days,))
        fixed += int(part[0])
    code = inputs.meters.code[which]
    return Group(
        meter=which,
        code=code,
        service=int(inputs.meters.service[which]),
        mode=GroupMode(int(rows.mode[at].max())),
        base=GroupBase(int(rows.base[at].max())),
        counted_mcu=int(given.volume_mcu[which]) if is_known else UNKNOWN,
        why="" if is_known else DOUBTS[doubt][0] if is_whole else _NOT_WHOLE,
        words="; ".join(part for part in (code, given.why.get(which, "")) if part),
        fixed_mcu=fixed,
        carried_mcu=_carried(inputs, which),
        days=every,
        share_ppm=share,
    )


def _carried(inputs: ChargeInputs, which: int) -> int:
    """Give what the latest month before carried on; over the end of a year if it is so set."""
    past, now = inputs.group_carries, month_index(inputs.period)
    at = np.flatnonzero((past.meter == which) & (past.period < now))
    if not at.size:
        return 0
    last = at[np.argmax(past.period[at])]
    over_year = int(year_of(past.period[last : last + 1])[0]) != inputs.period.year
    if over_year and not inputs.rules.is_on("common_carry_over_year"):
        return 0
    return int(past.carry_mcu[last])


def _split(
    inputs: ChargeInputs, known: Metering, people: Occupancy, group: Group, *, month: Month
) -> tuple[ChargeInputs, Metering]:
    """Give houses without a meter of their own their parts of a meter of several houses."""
    rows, meters, given = inputs.groups, inputs.meters, known.house_volumes
    whole = days.mask(rows.valid_from, rows.valid_to, month=month) == month.full
    at = np.flatnonzero((rows.meter == group.meter) & (rows.house >= 0) & whole)
    share = dict(zip(rows.house[at].tolist(), rows.share_ppm[at].tolist(), strict=True))
    house = np.array(sorted(share), dtype=np.int64)
    own = whole_month(meters, month=month, services=len(inputs.services.code))
    own = own[(meters.service[own] == group.service) & np.isin(meters.house[own], house)]
    free = house[~np.isin(house, meters.house[own])]
    weight = _weights(inputs, people, group, free, share, month=month)
    kind, words = VolumeKind.NONE, ""
    part = np.zeros(len(free), dtype=np.int64)
    is_known = not (given.kind[own] == VolumeKind.NONE).any()
    if group.counted_mcu != UNKNOWN and is_known and weight.any():
        part = group.share(known_mcu=int(given.volume_mcu[own].sum()), weight=weight)
        kind = VolumeKind.READING
        words = f"общий прибор нескольких домов {group.words}: {_taken_words(group)}"
    told = {}
    if words:
        total = int(weight.sum())
        told = {
            len(meters.code) + nth: f"{words} × {weight_words(group.base, one)} /"
            f" {weight_words(group.base, total)}"
            for nth, one in enumerate(weight.tolist())
        }
    doubt = np.full(len(free), 0 if words else int(Doubt.NO_READING), dtype=np.int64)
    volumes = _extended(given, kind=kind, volume_mcu=part, doubt=doubt, why=told)
    more = replace(
        known,
        meter_doubt=np.append(known.meter_doubt, doubt),
        norm_days=np.append(known.norm_days, np.zeros(len(free), dtype=np.int64)),
        house_volumes=volumes,
    )
    return replace(inputs, meters=_with_meters(meters, group, free)), more


def _taken_words(group: Group) -> str:
    """Give the rest with its numbers, as a person writes it."""
    numbers = (group.counted_mcu, group.known_mcu, group.fixed_mcu, group.carried_mcu)
    text = " − ".join(money.decimal_of(one).replace(".", ",") for one in numbers[:2])
    text += "".join(f" − {money.decimal_of(one).replace('.', ',')}" for one in numbers[2:] if one)
    return f"({text})"


def _weights(
    inputs: ChargeInputs,
    people: Occupancy,
    group: Group,
    house: Ints,
    share: dict[int, int],
    *,
    month: Month,
) -> Ints:
    """Give the weights of whole houses: their people, S_ob, one each or their shares."""
    if group.base is GroupBase.PERSONS:
        home = inputs.premises.house[inputs.accounts.premises]
        total = np.zeros(len(inputs.houses.code), dtype=np.int64)
        np.add.at(total, home, people.person_days[:, month.days])
        return total[house]
    if group.base is GroupBase.AREA:
        areas = house_areas(inputs, month=month).house_cm2[house]
        return np.asarray(np.maximum(areas, 0) * month.days, dtype=np.int64)
    if group.base is GroupBase.SHARE:
        shares = [max(share[one], 0) * month.days for one in house.tolist()]
        return np.array(shares, dtype=np.int64)
    is_even = group.base is GroupBase.EQUAL
    return np.full(len(house), money.MILLION * month.days if is_even else 0, dtype=np.int64)


def _extended(
    given: HouseVolumes, *, kind: VolumeKind, volume_mcu: Ints, doubt: Ints, why: dict[int, str]
) -> HouseVolumes:
    nothing = np.zeros(len(volume_mcu), dtype=np.int64)
    return HouseVolumes(
        kind=np.append(given.kind, nothing + int(kind)),
        volume_mcu=np.append(given.volume_mcu, volume_mcu),
        base_mcu=np.append(given.base_mcu, nothing),
        base_months=np.append(given.base_months, nothing),
        periods=np.append(given.periods, nothing),
        doubt=np.append(given.doubt, doubt),
        why=given.why | why,
        late_norm=given.late_norm,
    )


def _with_meters(meters: Meters, group: Group, house: Ints) -> Meters:
    """Add a copy of the group meter as the meter of each of these houses."""
    at = np.full(len(house), group.meter, dtype=np.int64)
    columns = {
        name: np.append(column, column[at])
        for name in Meters.__slots__
        if isinstance(column := getattr(meters, name), np.ndarray) and len(column)
    }
    columns["house"][len(meters.code) :] = house
    columns["of_house"][len(meters.code) :] = 1
    columns["last_year_mcu"][len(meters.code) :] = _ALL
    code = [*meters.code, *(f"{group.code}/{one}" for one in house.tolist())]
    return replace(meters, code=code, **columns)
