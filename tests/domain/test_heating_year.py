"""The yearly correction of heating: fact less billed, in parts, to whom, by distributors."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from app.domain import explanation, replay
from app.domain.bases.rule import StoredLine
from app.domain.basis import Basis
from app.domain.charge_line import ChargeLine
from app.domain.charged_year import Charged, Whose
from app.domain.heating_year import (
    Correction,
    MonthOfHeat,
    Units,
    by_units,
    corrected,
    part_of,
)
from app.domain.ledger import EntryKind
from app.domain.note import Notes
from app.domain.period import Period
from tests.fixtures.calculator import check_steps

ONE = Whose("1", "ОТ", "Д-1")
TWO = Whose("2", "ОТ", "Д-1")


def month(number: int, fact: dict, billed: dict, by_norm: tuple = ()) -> MonthOfHeat:
    return MonthOfHeat(Period(2026, number), fact, billed, frozenset(by_norm))


def line_of(one: Correction) -> ChargeLine:
    notes = Notes()
    due = one.due
    stored = StoredLine(
        period=Period(2026, 12), kind=EntryKind.RECALCULATION, basis=int(one.basis), zone=0,
        component=0, day_from=0, day_to=31,
        volume_mcu=due.volume_mcu if one.basis is Basis.HEAT_YEAR else 0, price_mcr=0,
        amount_kop=due.amount_kop, slots=one.slots(notes), notes=notes.known,
    )  # fmt: skip
    return ChargeLine(
        account=one.whose.account, period=Period(2027, 1), origin_period=Period(2026, 12),
        service="ОТ", service_name="Отопление", unit="Гкал", contract="Д-1", provider="УК",
        supplier=None, stored=stored,
    )  # fmt: skip


def test_the_fact_of_the_year_less_what_was_billed_is_due():
    # Январь 1200 − 400, июль 0 − 440: всего 360 ₽
    months = [
        month(1, {ONE: Charged(120_000, 1_200_000)}, {ONE: Charged(40_000, 400_000)}),
        month(7, {ONE: Charged(0, 0)}, {ONE: Charged(44_000, 400_000)}),
    ]

    year = corrected(months, {}, part=1, parts=1)

    assert [one.due for one in year.corrections] == [Charged(36_000, 400_000)]
    assert year.corrections[0].months == (Period(2026, 1), Period(2026, 7))


def test_months_by_the_norm_and_months_not_charged_here_are_in_neither_sum():
    months = [
        month(1, {}, {ONE: Charged(10_000, 1)}, by_norm=(ONE,)),
        month(2, {ONE: Charged(90_000, 9)}, {}),
        month(3, {ONE: Charged(30_000, 3)}, {ONE: Charged(20_000, 2)}),
    ]

    year = corrected(months, {}, part=1, parts=1)

    assert [one.due for one in year.corrections] == [Charged(10_000, 1)]


def test_a_month_that_cannot_be_counted_leaves_the_account_without_a_correction():
    months = [
        month(1, {ONE: Charged(30_000, 3)}, {ONE: Charged(20_000, 2)}),
        month(2, {}, {ONE: Charged(20_000, 2)}),
    ]

    year = corrected(months, {}, part=1, parts=1)

    assert year.corrections == []
    assert year.unknown == {ONE: (Period(2026, 2),)}


def test_an_extra_charge_goes_in_parts_that_sum_to_it_and_a_credit_at_once():
    months = [
        month(1, {ONE: Charged(20_000, 0), TWO: Charged(0, 0)},
              {ONE: Charged(10_000, 0), TWO: Charged(500, 0)}),
    ]  # fmt: skip
    posted: dict[Whose, Charged] = {}
    amounts = []

    for part in (1, 2, 3):
        for one in corrected(months, posted, part=part, parts=3).corrections:
            amounts.append((part, one.whose.account, one.due.amount_kop))
            posted[one.whose] = posted.get(one.whose, Charged()).plus(one.due)

    assert amounts == [(1, "1", 3333), (1, "2", -500), (2, "1", 3334), (3, "1", 3333)]
    assert corrected(months, posted, part=3, parts=3).corrections == []


def test_the_part_is_the_month_after_the_year():
    assert [part_of(Period(2027, month), year=2026, parts=3) for month in (1, 2, 3, 9)] == [
        1, 2, 3, 3,
    ]  # fmt: skip


def test_the_payer_of_now_takes_the_correction_of_the_account_that_is_closed():
    months = [
        month(1, {ONE: Charged(30_000, 3)}, {ONE: Charged(20_000, 2)}),
        month(2, {TWO: Charged(30_000, 3)}, {TWO: Charged(31_000, 2)}),
    ]

    each = corrected(months, {}, part=1, parts=1)
    current = corrected(months, {}, part=1, parts=1, heirs={"1": "2"})

    assert {one.whose.account: one.due.amount_kop for one in each.corrections} == {
        "1": 10_000,
        "2": -1_000,
    }
    assert {one.whose.account: one.due.amount_kop for one in current.corrections} == {"2": 9_000}


def test_distributors_share_the_fact_of_their_premises_by_units():
    # Тепло двух помещений 3000 ₽, единиц 100 и 200: 1000 и 2000 ₽
    months = [
        month(1, {ONE: Charged(150_000, 0), TWO: Charged(150_000, 0)},
              {ONE: Charged(150_000, 0), TWO: Charged(150_000, 0)}),
    ]  # fmt: skip
    units = Units({"1": "5", "2": "6"}, {"5": 100_000_000, "6": 200_000_000})

    year = by_units(months, {}, units, part=1, parts=1)

    assert {one.whose.account: one.due.amount_kop for one in year.corrections} == {
        "1": -50_000,
        "2": 50_000,
    }


money = st.integers(-10_000_000, 10_000_000)


@given(money, money, money, st.integers(1, 12), st.integers(1, 12))
def test_a_correction_comes_out_of_its_inputs_and_of_its_printed_formula(
    fact, billed, posted, part, parts
):
    one = Correction(
        ONE, Charged(fact, fact * 7), Charged(billed, billed * 5), Charged(posted, posted * 3),
        min(part, parts), parts, (Period(2026, 1),),
    )  # fmt: skip

    line = line_of(one)

    assert replay.amount_kop(line.stored) == line.amount_kop == one.due.amount_kop
    assert replay.volume_mcu(line.stored) == line.stored.volume_mcu
    assert check_steps(explanation.steps(line)) == Fraction(line.amount_kop, 100)
    assert line.method == "HEAT_CORR"
    assert "корректировка по отоплению за 2026 год" in explanation.sentence(line)


@given(
    st.integers(0, 10**8), st.integers(0, 10**9),
    st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)), money, st.integers(1, 3),
)  # fmt: skip
def test_a_correction_by_units_comes_out_of_its_printed_formula(pool, units, facts, billed, part):
    own, more = facts
    share = (pool, units, units + 1, own, own + more)
    one = Correction(
        ONE, Charged(), Charged(billed, 0), Charged(10, 0), part, 3, (Period(2026, 1),), share
    )  # fmt: skip

    line = line_of(one)

    assert replay.amount_kop(line.stored) == line.amount_kop == one.due.amount_kop
    assert check_steps(explanation.steps(line)) == Fraction(line.amount_kop, 100)
    assert line.method == "HEAT_CORR"
