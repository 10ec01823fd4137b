"""What is said of a line: service, method, law, the formula with its numbers, why."""

import pytest

from app.domain import explanation
from app.domain.bases.rule import StoredLine
from app.domain.basis import SLOTS, Basis
from app.domain.charge_line import ChargeLine
from app.domain.period import Period

MONTH = Period(2026, 10)
NBSP = "\u202f"


def line(basis: Basis, *slots: int, **about: int) -> ChargeLine:
    """A line of these slots; its volume and amount are what the case says."""
    kept = [*slots, *[0] * (SLOTS - len(slots))]
    kept[9] = about.pop("factor_ppm", kept[9])
    kept[11] = about.pop("rest_kop", 0)
    given = {"kind": 1, "zone": 0, "component": 0, "day_from": 0, "day_to": 31,
             "volume_mcu": 0, "price_mcr": 40_000_000, "amount_kop": 0} | about  # fmt: skip
    return ChargeLine(
        account="1", period=MONTH, origin_period=MONTH, service="У", service_name="Услуга",
        unit="м3", contract="Д-1", provider="УК", supplier=None,
        stored=StoredLine(period=MONTH, basis=int(basis), slots=kept, **given),
    )  # fmt: skip


FORMULAS = [
    (line(Basis.AREA, 543_000, 1, 3, day_from=10),
     "54,3 м2 × 1/3 × 21/31 дн. × 40,00 ₽"),
    (line(Basis.AREA, 543_000, 1, 3, rest_kop=-2),
     "54,3 м2 × 1/3 × 40,00 ₽ − 0,02 ₽ (остаток деления суммы помещения)"),
    (line(Basis.PERSON, 62, 0), "2 чел. × 40,00 ₽"),
    (line(Basis.PERSON, 41, 0), "41/31 чел. × 40,00 ₽"),
    (line(Basis.PERSON, 31, 31), "1 собств. × 40,00 ₽"),
    (line(Basis.QUANTITY, 2_000_000), "2 м3 × 40,00 ₽"),
    (line(Basis.METER, 100_500_000, 104_312_000, 1_000_000, 0, 9759, 9789, 1, 1, 0, 31),
     "(104,312 − 100,5) м3 × 40,00 ₽"),
    (line(Basis.METER, 99_995_000_000, 3_000_000, 20_000_000, 100_000_000_000, 1, 2, 1, 2, 0, 31),
     "(100000 − 99995 + 3) м3 × 20 × 1/2 × 40,00 ₽"),
    (line(Basis.METER, 0, 6_200_000, 1_000_000, 0, 1, 2, 1, 1, 0, 31, day_to=10),
     "(6,2 − 0) м3 × 10/31 дн. × 40,00 ₽"),
    (line(Basis.METERS, 2, 1_000_000, 2_500_000), "(1 + 2,5) м3 × 40,00 ₽"),
    (line(Basis.NORM, 5_100_000, 62, 0), "2 чел. × 5,1 м3 × 40,00 ₽"),
    (line(Basis.NORM, 5_100_000, 62, 0, kind=2, factor_ppm=3_000_000),
     "2 чел. × 5,1 м3 × 40,00 ₽ × 3 − 2 чел. × 5,1 м3 × 40,00 ₽"),
    (line(Basis.GAS_NORM, 10_000_000, 62, 0, 7_500_000, 400_000, 1, 1),
     "(2 чел. × 10 м3 + 40 м2 × 7,5 м3) × 40,00 ₽"),
    (line(Basis.HOT_HEAT, 3_500_000, 60_500, 1), "3,5 м3 × 0,0605 Гкал/м3 × 40,00 ₽"),
    (line(Basis.WASTE_BY_WATER, 4_000_000, 2_500_000, 1, 1), "(4 + 2,5) м3 × 40,00 ₽"),
    (line(Basis.SOLID_WASTE_PERSON, 2_400_000, 31, 0, 12), "1 чел. × 2,4 м3 / 12 × 40,00 ₽"),
    (line(Basis.HEAT_NORM, 20_000, 500_000, 1, 1, 0),
     "50 м2 × 0,02 м3 × 0 (месяц без отопления) × 40,00 ₽"),
    (line(Basis.HEAT_NORM_EVEN, 20_000, 500_000, 1, 1, 9, 12),
     "50 м2 × 0,02 м3 × 9/12 × 40,00 ₽"),
    (line(Basis.HEAT_METER, 10_000_000, 1, 300_000, 1_000_000, 0, 250_000, 0, 1, 1),
     "30 м2 / 100 м2 × 10 м3 × 40,00 ₽"),
    (line(Basis.HEAT_METER_EVEN, 10_000_000, 12, 300_000, 1_000_000, 400_000, 250_000, 0, 1, 1),
     "30 м2 × 10 м3 / 12 × (100 м2 + 25 м2) / ((100 м2 − 40 м2 + 25 м2) × 100 м2) × 40,00 ₽"),
    (line(Basis.COMMON_NORM, 30_000, 3_000_000, 400_000, 2_000_000, 1, 1),
     "0,03 м3 × 300 м2 × 40 м2 / 200 м2 × 40,00 ₽"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "expected"), FORMULAS, ids=lambda one: getattr(one, "method", "")
)
def test_the_formula_has_the_numbers_put_in(given, expected):
    assert explanation.formula(given) == expected


def test_a_sentence_says_service_method_law_formula_amount_and_reason():
    said = explanation.sentence(
        line(Basis.NORM, 5_100_000, 62, 0, kind=2, factor_ppm=3_000_000, amount_kop=81_600,
             volume_mcu=20_400_000)
    )  # fmt: skip

    assert said == (
        "Услуга: превышение из-за повышающего коэффициента, по нормативу на человека "
        "(ПП РФ № 354, п. 42, приложение № 2, формула 4(1)): "
        "2 чел. × 5,1 м3 × 40,00 ₽ × 3 − 2 чел. × 5,1 м3 × 40,00 ₽ = 816,00 ₽; "
        "прибора нет, а установить его можно."
    )


def test_steps_go_from_the_volume_to_the_excess():
    steps = explanation.steps(
        line(Basis.NORM, 5_100_000, 62, 0, kind=2, factor_ppm=3_000_000, amount_kop=81_600)
    )

    assert steps == [
        "Объём: 2 чел. × 5,1 м3 = 10,2 м3",
        "Сумма: 10,2 м3 × 40,00 ₽ = 408,00 ₽",
        f"С коэффициентом: 10,2 × 3 × 40,00 ₽ = 1{NBSP}224,00 ₽",
        f"Превышение: 1{NBSP}224,00 − 408,00 = 816,00 ₽",
        "Почему так: прибора нет, а установить его можно",
    ]


def test_the_title_names_zone_component_and_days():
    assert explanation.title(line(Basis.HOT_HEAT, component=2)) == "Услуга, компонент «тепло»"
    assert explanation.title(line(Basis.METER, zone=2, day_to=10)) == (
        "Услуга, зона «ночь», с 01 по 10.10.2026"
    )


def test_a_correction_is_told_without_a_formula():
    said = explanation.sentence(line(Basis.NONE, kind=6, amount_kop=-1_500))

    assert said == "Услуга: исправление = −15,00 ₽."
