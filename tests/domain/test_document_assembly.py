from dataclasses import replace
from datetime import date

from app.domain import slip, slip_build
from app.domain.basis import Basis
from app.domain.document_assembly import ChargedFact, Facts, assemble
from app.domain.ledger import EntryKind
from app.domain.paper_methods import METHOD_ON_PAPER
from app.domain.payment_document import LineGroup, Payee, Provider, Turnover
from app.domain.period import Period
from app.domain.service import Component, Zone

OCTOBER = Period(2026, 10)
CENTRE = slip_build.Payee(
    name="ООО «Расчётный центр»",
    account="40702810100000000017",
    bank="Банк",
    bic="044525225",
    correspondent="30101810400000000225",
)
WATER = ChargedFact(
    service="Холодное водоснабжение",
    section="utility",
    unit="м3",
    contract=0,
    kind=EntryKind.CHARGE,
    component=Component.NONE,
    zone=Zone.NONE,
    amount_kop=30_758,
    volume_mcu=5_100_000,
    price_mcr=60_310_000,
    method=Basis.NORM,
)


def facts(*entries: ChargedFact, opening: tuple[int, ...] = (0, 0)) -> Facts:
    return Facts(
        account_number="6638500010",
        payer="Фролова Наталья",
        address="ул. Мира, 5, кв. 12",
        provider=Provider("УК"),
        entries=entries,
        creditors=(Payee("Водоканал", Turnover()), Payee("Теплосеть", Turnover())),
        opening_kop=opening,
        paid_kop=(0, 0),
        due_on=date(2026, 11, 16),
    )


def test_a_charge_is_a_row_with_its_volume_price_and_method() -> None:
    document = assemble(facts(WATER), period=OCTOBER, receiving=CENTRE)

    (line,) = document.lines
    assert line.group is LineGroup.UTILITIES
    assert (line.volume_mcu, line.price_mcr, line.individual_kop) == (5_100_000, 60_310_000, 30_758)
    assert line.method == "норматив"


def test_a_formula_that_gives_roubles_prints_no_volume() -> None:
    guard = replace(WATER, volume_mcu=0, method=Basis.FORMULA_AMOUNT)

    (line,) = assemble(facts(guard), period=OCTOBER, receiving=CENTRE).lines

    assert (line.volume_mcu, line.price_mcr, line.individual_kop) == (None, 60_310_000, 30_758)


def test_the_excess_of_the_raising_factor_joins_its_row() -> None:
    excess = replace(WATER, kind=EntryKind.RAISING, amount_kop=61_516, factor_ppm=3_000_000)

    document = assemble(facts(WATER, excess), period=OCTOBER, receiving=CENTRE)

    (line,) = document.lines
    assert (line.excess_kop, line.raising_ppm) == (61_516, 3_000_000)
    assert document.due_kop == 30_758 + 61_516


def test_a_correction_without_a_charge_has_a_row_of_its_own() -> None:
    correction = replace(WATER, kind=EntryKind.CORRECTION, amount_kop=-500)

    document = assemble(facts(correction, opening=(2_000, 0)), period=OCTOBER, receiving=CENTRE)

    (line,) = document.lines
    assert (line.recalculated_kop, line.individual_kop, line.price_mcr) == (-500, 0, None)
    assert document.due_kop == 1_500


def test_what_is_of_hot_water_as_a_whole_joins_its_first_component() -> None:
    water = replace(WATER, service="Горячая вода", component=Component.WATER)
    heat = replace(water, component=Component.HEAT, amount_kop=50_000)
    quality = replace(water, component=Component.NONE, kind=EntryKind.QUALITY, amount_kop=-700)
    discount = replace(quality, kind=EntryKind.BENEFIT, amount_kop=-900)

    document = assemble(facts(quality, discount, water, heat), period=OCTOBER, receiving=CENTRE)

    assert [line.name for line in document.lines] == ["Горячая вода, вода", "Горячая вода, тепло"]
    first, second = document.lines
    assert (first.recalculated_kop, first.benefits_kop) == (-700, 900)
    assert (second.recalculated_kop, second.benefits_kop) == (0, 0)
    assert document.due_kop == 30_758 + 50_000 - 700 - 900


def test_what_is_of_power_as_a_whole_joins_its_first_zone() -> None:
    day = replace(WATER, service="Электроэнергия", zone=Zone.DAY)
    night = replace(day, zone=Zone.NIGHT)
    quality = replace(day, zone=Zone.NONE, kind=EntryKind.QUALITY, amount_kop=-700)

    document = assemble(facts(day, night, quality), period=OCTOBER, receiving=CENTRE)

    assert [line.recalculated_kop for line in document.lines] == [-700, 0]


def test_a_late_reading_below_what_was_charged_is_in_the_column_of_recalculations() -> None:
    below = replace(
        WATER, kind=EntryKind.RECALCULATION, amount_kop=-4_000, volume_mcu=-1_000_000,
        method=Basis.TRUE_UP,
    )  # fmt: skip
    other = replace(WATER, service="Содержание", section="utility")

    document = assemble(facts(below, other), period=OCTOBER, receiving=CENTRE)

    assert [line.name for line in document.lines] == [WATER.service, "Содержание"]
    first = document.lines[0]
    assert (first.recalculated_kop, first.individual_kop, first.volume_mcu) == (-4_000, 0, None)


def test_components_and_zones_are_named() -> None:
    heat = replace(WATER, component=Component.HEAT)
    night = replace(WATER, service="Электроэнергия", unit="кВт·ч", zone=Zone.NIGHT)
    load = replace(WATER, service="Отопление", unit="Гкал", component=Component.CAPACITY)

    document = assemble(facts(heat, night, load), period=OCTOBER, receiving=CENTRE)

    assert [(line.name, line.unit) for line in document.lines] == [
        ("Холодное водоснабжение, тепло", "Гкал"),
        ("Электроэнергия, ночь", "кВт·ч"),
        ("Отопление, мощность", "Гкал/ч"),
    ]


def test_what_is_overpaid_to_one_payee_does_not_pay_another() -> None:
    document = assemble(facts(WATER, opening=(0, -90_000)), period=OCTOBER, receiving=CENTRE)

    assert document.due_kop == 30_758
    assert document.closing_advance_kop == 90_000


def test_both_codes_say_the_account_the_month_and_the_sum() -> None:
    document = assemble(facts(WATER), period=OCTOBER, receiving=CENTRE)

    creditors = frozenset({(CENTRE.bic, CENTRE.account)})
    by_qr = slip.parse(document.qr, creditors=creditors)
    by_bars = slip.parse(document.code128)

    for read in (by_qr, by_bars):
        assert read.level == "payable"
        assert (read.account, read.period, read.amount_kop) == ("6638500010", OCTOBER, 30_758)


def test_nothing_to_pay_has_no_code() -> None:
    document = assemble(facts(WATER, opening=(-90_000, 0)), period=OCTOBER, receiving=CENTRE)

    assert document.due_kop == 0
    assert (document.qr, document.code128) == (b"", "")


def test_details_the_standard_refuses_leave_the_page_without_a_code() -> None:
    broken = replace(CENTRE, bic="12")

    document = assemble(facts(WATER), period=OCTOBER, receiving=broken)

    assert document.qr == b""
    assert document.code128


def test_without_a_centre_each_payee_has_a_code_of_its_own() -> None:
    paid_apart = replace(
        facts(WATER),
        creditors=(
            Payee(
                "Водоканал",
                Turnover(),
                bank="Банк",
                bic=CENTRE.bic,
                bank_account=CENTRE.account,
                correspondent_account=CENTRE.correspondent,
            ),
            Payee("Теплосеть", Turnover()),
        ),
    )

    document = assemble(paid_apart, period=OCTOBER, receiving=None)

    assert document.qr == b""
    assert slip.parse(document.payees[0].qr).amount_kop == 30_758
    assert document.payees[1].qr == b""


# Corrections of other lines: the document shows them in the column of recalculations.
CORRECTIONS = {
    Basis.NONE, Basis.ABSENCE, Basis.ABSENCE_PART, Basis.ABSENCE_RANGE, Basis.ABSENCE_HEAT,
    Basis.ABSENCE_WASTE, Basis.ABSENCE_RAISED, Basis.ABSENCE_VOLUME, Basis.ABSENCE_SOLID_WASTE,
    Basis.ABSENCE_CONTAINERS, Basis.QUALITY,
    Basis.UNSUPPLIED,
    Basis.QUALITY_COLD, Basis.MAINTENANCE, Basis.BENEFIT_VOLUME, Basis.BENEFIT_SHARE,
    Basis.DISCOUNT_VOLUME, Basis.DISCOUNT_SHARE, Basis.RECALCULATION,
}  # fmt: skip


def test_every_basis_has_its_word_on_paper() -> None:
    assert set(Basis) - set(METHOD_ON_PAPER) == CORRECTIONS
