"""What worked examples cannot show: choices between benefits, ОДН in a payment, words told."""

from datetime import date, datetime, time, timedelta

from app.domain import explanation
from app.domain.charging import Charges, charge
from app.domain.ledger import EntryKind
from app.domain.period import Period
from app.domain.service import Method
from tests.cases.test_cases import cases, line_of, world_of
from tests.fixtures import house_cases
from tests.fixtures.charge_world import (
    Account,
    Assignment,
    Flat,
    House,
    Resident,
    Service,
    Tariff,
    World,
    inputs_of,
)
from tests.fixtures.reduction_world import Absence, Act, Benefit

HOUSING = Service("СОД", Method.AREA, unit="м2")


def house(**changes: object) -> World:
    """One flat of 50 m2 and two persons; housing for 30 roubles a m2."""
    world = World(
        period=Period(2026, 10),
        services=(HOUSING,),
        tariffs=(Tariff("СОД", "30"),),
        houses=(House("1"),),
        flats=(Flat("1", "1", "50"),),
        accounts=(Account("1", "1", "1"),),
        residents=(Resident("1", name="А", benefit="Л1"), Resident("1", name="Б")),
        assignments=(Assignment("СОД", house="1"),),
    )
    return world.but(**changes)


def act(service: str, breach: str, indicator: str, *, month: int = 10) -> Act:
    """An act of a day of the house."""
    start = datetime.combine(date(2026, month, 5), time())
    return Act(service, breach, start, start + timedelta(days=1), indicator, house="1")


def paid_back(charges: Charges) -> list[int]:
    """What each line of benefit comes to, in kopecks: its volume."""
    return [kop // 10_000 for kop in charges.volume_mcu[charges.kind == EntryKind.BENEFIT].tolist()]


def test_a_person_with_two_kinds_has_the_better_one():
    world = house(
        residents=(
            Resident("1", name="А", benefit="Л1"),
            Resident("1", "temporary", name="А", benefit="Л2"),
        ),
        benefits=(Benefit("Л1", "30", ("СОД",)), Benefit("Л2", "50", ("СОД",))),
    )

    # Two rows of one person count as two living, and one has the right: a half of 1500.
    assert paid_back(charge(inputs_of(world))) == [37_500]


def test_versions_of_a_kind_follow_one_another():
    world = house(
        benefits=(
            Benefit("Л1", "30", ("СОД",), until=date(2026, 10, 11)),
            Benefit("Л1", "50", ("СОД",), since=date(2026, 10, 11)),
        )
    )

    # 750 × 10/31 × 30 % and 750 × 21/31 × 50 %.
    assert paid_back(charge(inputs_of(world))) == [7_258, 25_403]


def test_a_family_has_its_benefit_where_it_gives_more_than_their_own():
    world = house(
        residents=(
            Resident("1", name="А", benefit="Л1"),
            Resident("1", name="Б", benefit="Л2"),
        ),
        benefits=(
            Benefit("Л1", "50", ("СОД",)),
            Benefit("Л2", "40", ("СОД",), for_family=True),
        ),
    )

    assert paid_back(charge(inputs_of(world))) == [60_000]  # 40 % of 1500 before 50 % of 750


def test_the_payment_of_an_act_has_the_common_needs_of_its_resource_in_it():
    case = next(one.values[0] for one in cases() if "ОДН в пределах норматива" in one.id)
    world = world_of(case).but(acts=(act(house_cases.TAKEN, "pressure", "20"),))

    charges = charge(inputs_of(world))

    first = charges.account == 0
    payment = charges.amount_kop[first & (charges.kind == EntryKind.CHARGE)]
    quality = charges.amount_kop[first & (charges.kind == EntryKind.QUALITY)]
    assert len(payment) == 2  # of the flat, and of common needs: one line lowers both
    assert quality.tolist() == [-round(int(payment.sum()) * 0.024)]


def test_an_act_without_anything_to_take_off_leaves_no_line():
    world = house(acts=(act("СОД", "maintenance", "2", month=9),))

    charges = charge(inputs_of(world))

    assert charges.kind.tolist() == [int(EntryKind.CHARGE)]


def test_a_stranger_away_is_told_by_account_without_a_service():
    world = house(absences=(Absence("1", "В", date(2026, 10, 1), date(2026, 10, 20)),))

    (problem,) = charge(inputs_of(world)).problems

    assert (problem.account, problem.service) == ("1", None)
    assert "такого проживающего в эти дни нет: В" in problem.message


def test_a_benefit_names_its_kind_in_the_words_of_the_line():
    world = house(benefits=(Benefit("Л1", "50", ("СОД",), area_norm="18", name="Ветеран труда"),))
    charges = charge(inputs_of(world))
    at = next(at for at in range(len(charges)) if charges.kind[at] == EntryKind.BENEFIT)

    line = line_of(world, charges, at)

    assert explanation.formula(line) == (
        "0 × 50/100 × 30 ₽ × min(50 м2 × 31/62 дн.; 18 м2 × 31/31 дн.)"
    )
    assert line.as_json(basis="")["compensation"] == "270.00"
