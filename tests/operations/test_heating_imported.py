"""Heating, plots and in-house production of a workbook arrive in charge(); the year before does."""

from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from uuid_utils.compat import uuid7

from app.domain.norm import NormKind
from app.domain.period import Period
from app.domain.service import Method
from app.domain.voucher import Voucher, VoucherKind
from app.operations.import_workbook import import_workbook
from app.store import charging_catalogue, charging_inputs
from app.store.engine import Engine
from app.store.reading import reading
from tests.fixtures.charge_stock import Stock, key
from tests.fixtures.charge_world import (
    Account,
    Assignment,
    Flat,
    House,
    Meter,
    Reading,
    Service,
    World,
    inputs_of,
)
from tests.fixtures.heat_world import HeatYear
from tests.fixtures.workbooks import full, written

AT = datetime(2026, 8, 1, 9, 0, tzinfo=UTC)
SINCE = date(2025, 1, 1)


def test_methods_norms_and_settings_of_heat_are_imported(engine: Engine, tmp_path: Path):
    sheets = deepcopy(full())
    sheets["Услуги"][1].extend(
        [
            ["КОТ", "Отопление: газ", "коммунальная", "газ", "м3", "отопление собственное", 11,
             None, None, None],
            ["ГВГ", "Горячая вода: газ", "коммунальная", "газ", "м3", "ГВС собственная", 12, None,
             None, None],
            ["ПОЛ", "Полив участка", "коммунальная", "ХВС", "м3", "участок", 13, None, None, None],
        ]
    )  # fmt: skip
    sheets["Нормативы"][1].extend(
        [
            ["ПОЛ", "на единицу в сезон", 0.05, SINCE, None, None, None, None, None],
            ["ПОЛ", "на единицу", 1.8, SINCE, None, "Р12", None, None, None],
            ["ГВГ", "Гкал на м3", 8.5, SINCE, None, "Р12", None, None, None],
        ]
    )
    sheets["Параметры"][1].extend(
        [
            ["отопление.норматив", "двенадцатая", None, None],
            ["отопление.нет_данных_года", "норматив", None, None],
            ["участок.месяцы", "4-9", None, None],
        ]
    )
    voucher = Voucher(uuid7(), VoucherKind.IMPORT, "Оператор", made_at=AT)

    imported = import_workbook(engine, voucher, path=written(tmp_path, sheets))

    assert imported.problems == ()
    with reading(engine) as snapshot:
        catalogue = charging_catalogue.load(snapshot, Period(2026, 10))
    services = catalogue.services
    methods = dict(zip(services.code, services.method, strict=True))
    assert methods["КОТ"] is Method.HEATING_OWN
    assert methods["ГВГ"] is Method.HOT_WATER_OWN
    assert methods["ПОЛ"] is Method.PLOT
    place = list(services.code).index("ПОЛ")
    kinds = set(catalogue.norms.kind[catalogue.norms.service == place].tolist())
    assert kinds == {NormKind.UNIT, NormKind.UNIT_SEASON}
    assert catalogue.rules.word("heating_norm_kind") == "twelfth"
    assert catalogue.rules.word("heating_no_year") == "norm"
    assert catalogue.rules.word("plot_months") == "4-9"


def _world() -> World:
    """Paid evenly: the house by volumes, a flat by its dial, another whose meter came in March."""
    return World(
        period=Period(2026, 1),
        services=(Service("ОТ", Method.HEATING, "heat", "Гкал"),),
        houses=(House("1", even=True), House("2")),
        flats=(Flat("1", "1", "40"), Flat("1", "2", "60"), Flat("2", "1", "50")),
        accounts=(Account("11", "1", "1"), Account("12", "1", "2"), Account("21", "2", "1")),
        assignments=(Assignment("ОТ", house="1"),),
        meters=(
            Meter("ДОМ", "ОТ", "1", of_house=True),
            Meter("КВ1", "ОТ", "1", "1"),
            Meter("КВ2", "ОТ", "1", "2", installed=date(2025, 3, 1)),
            Meter("ЧУЖ", "ОТ", "2", "1"),
        ),
        readings=(
            *(
                Reading("ДОМ", date(2025, month, 28), volume="1.5")
                for month in (1, 2, 3, 4, 10, 11, 12)
            ),
            Reading("КВ1", date(2024, 12, 31), value="7"),
            Reading("КВ1", date(2025, 6, 30), value="9"),
            Reading("КВ1", date(2025, 12, 31), value="12.25"),
            Reading("КВ2", date(2025, 3, 1), value="0", source="initial"),
            Reading("КВ2", date(2025, 12, 31), value="4"),
            Reading("ЧУЖ", date(2025, 12, 31), volume="4"),
        ),
        heat_years=(
            HeatYear("ОТ", "1", "", "10.5"),
            HeatYear("ОТ", "1", "1", "5.25"),
            HeatYear("ОТ", "1", "2", ""),
        ),
    )


def test_the_year_before_of_houses_paid_evenly_is_read(engine: Engine):
    world = _world()
    Stock(engine, world).write()

    with reading(engine) as snapshot:
        catalogue = charging_catalogue.load(snapshot, world.period)
        batch = charging_inputs.load(snapshot, catalogue, [key("house", "1"), key("house", "2")])

    def rows(inputs, premises_of) -> set[tuple[str, str, int]]:
        years = inputs.heat_years
        return {
            (inputs.houses.code[house], premises_of(premises), volume)
            for house, premises, volume in zip(
                years.house.tolist(), years.premises.tolist(), years.volume_mcu.tolist(),
                strict=True,
            )
        }  # fmt: skip

    def owner(inputs):
        numbers = {
            int(home): inputs.accounts.number[at]
            for at, home in enumerate(inputs.accounts.premises)
        }
        return lambda premises: numbers.get(premises, "")

    expected = inputs_of(world)
    assert rows(batch.inputs, owner(batch.inputs)) == rows(expected, owner(expected))
    assert np.array_equal(np.sort(batch.inputs.heat_years.volume_mcu), [-1, 5_250_000, 10_500_000])
