"""What is read for a run is what is stored; its rows go in whole; the catalogue of a period."""

from collections import Counter
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from uuid_utils.compat import uuid7

from app.domain.charging import charge
from app.domain.fingerprint import house_digests
from app.domain.period import Period
from app.errors import Refusal
from app.store import charges, charging, charging_catalogue, charging_inputs
from app.store.charging import Scope
from app.store.copying import uuid_list
from app.store.reading import Snapshot, reading
from app.store.writing import writing
from tests.domain.test_charging_oracle import difference, spoken
from tests.fixtures.charge_stock import Stock, key
from tests.fixtures.charge_towns import OCTOBER, town
from tests.fixtures.charge_world import Norm, Tariff, inputs_of
from tests.fixtures.random_worlds import worlds
from tests.fixtures.soak import examples

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


def loaded(snapshot: Snapshot, world):
    catalogue = charging_catalogue.load(snapshot, world.period)
    houses = [key("house", one.code) for one in world.houses]
    return catalogue, charging_inputs.load(snapshot, catalogue, houses)


def by_names(world, charges_made, inputs):
    """Lines with the names of the inputs: the database sorts services its own way."""
    ordered = world.but(
        services=tuple(
            next(one for one in world.services if one.code == code) for code in inputs.services.code
        ),
        accounts=tuple(
            next(one for one in world.accounts if one.number == number)
            for number in inputs.accounts.number
        ),
        contracts=tuple(inputs.contracts),
    )
    return spoken(ordered, charges_made)


@settings(
    max_examples=examples(12, full=200), deadline=None, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck), database=None,
)  # fmt: skip
@given(world=worlds())
def test_what_is_read_back_is_charged_like_what_was_written(engine, world):
    expected = spoken(world, charge(inputs_of(world)))

    with engine.connection() as connection, connection.transaction(force_rollback=True):
        Stock(engine, world).fill(connection.cursor())
        _, batch = loaded(Snapshot(connection), world)
    lines = by_names(world, charge(batch.inputs), batch.inputs)

    assert difference(lines, expected) == []


def test_tariffs_and_norms_of_other_houses_and_months_are_left_out(engine):
    world = town(houses=2, flats=1)
    more = world.but(
        tariffs=(*world.tariffs, Tariff("СОД", "1", house="Д02"),
                 Tariff("СОД", "2", until=date(2026, 1, 1), contract="Д-1")),
        norms=(*world.norms, Norm("ХВС", "person", "1", house="Д02")),
    )  # fmt: skip
    Stock(engine, more).write()

    with reading(engine) as snapshot:
        catalogue = charging_catalogue.load(snapshot, OCTOBER)
        one = charging_inputs.load(snapshot, catalogue, [key("house", "Д01")])
        both = loaded(snapshot, more)[1]

    assert len(one.inputs.tariffs.service) == len(world.tariffs)
    assert len(both.inputs.tariffs.service) == len(world.tariffs) + 1
    assert len(one.inputs.norms.service) == len(world.norms)
    assert len(both.inputs.norms.service) == len(world.norms) + 1


def test_the_centres_parameter_goes_before_the_law(engine):
    stock = Stock(engine, town(houses=1, flats=1)).write()
    stock.run("insert into app.parameter (code, value) values ('кпов.хвс', '2,5')")

    with reading(engine) as snapshot:
        catalogue = charging_catalogue.load(snapshot, OCTOBER)

    assert catalogue.rules.raising_cold_ppm == 2_500_000
    assert catalogue.rules.raising_hot_ppm == 1_500_000


def test_accounts_not_open_in_the_period_are_not_read(engine):
    world = town(houses=1, flats=3)
    stock = Stock(engine, world).write()
    stock.run("update app.account set closed_on = %s where number = '010021'", date(2026, 10, 1))
    stock.run("update app.account set opened_on = %s where number = '010031'", date(2026, 11, 1))

    with reading(engine) as snapshot:
        _, batch = loaded(snapshot, world)

    assert batch.inputs.accounts.number == ["010011", "010012"]
    assert len(batch.inputs.premises.house) == 3


@pytest.fixture
def begun(engine):
    """A run that was started, with its one batch calculated and not written."""
    world = town(houses=2, flats=2)
    stock = Stock(engine, world).write()
    with writing(engine) as draft:
        run = charging.start(draft, uuid7(), period=OCTOBER, scope=Scope(), actor="тест", at=AT,
                             branch_id=0)  # fmt: skip
    with reading(engine) as snapshot:
        catalogue, batch = loaded(snapshot, world)
    return stock, run, catalogue, batch, charge(batch.inputs)


def write(engine, begun) -> None:
    _, run, catalogue, batch, made = begun
    with writing(engine) as draft:
        charging.append(
            draft, run, batch, made, house_digests=house_digests(made, batch.inputs),
            service_ids=catalogue.service_ids, contract_ids=catalogue.contract_ids, first_line=0,
        )  # fmt: skip


def test_rows_and_the_mark_that_houses_are_done_are_one(engine, begun):
    stock, run, _, batch, made = begun
    write(engine, begun)

    with reading(engine) as snapshot:
        left = charging.left(snapshot, run, Scope())
        done = charging.done(snapshot, run.key)

    assert left == []
    assert (done.houses, done.lines) == (2, len(made))
    assert done.amount_kop == made.amount_kop.sum()
    rows = stock.run(
        "select line_no, account_id, amount_kop, inputs"
        f" from staging.entry_run_{run.stamp} order by line_no"
    )
    assert [row[0] for row in rows] == list(range(1, len(made) + 1))
    assert [row[1] for row in rows] == uuid_list(batch.account_ids[made.account])
    assert [row[2] for row in rows] == made.amount_kop.tolist()
    assert np.array([row[3] for row in rows]).tolist() == made.slots.tolist()


def test_rows_that_do_not_agree_with_their_houses_are_refused(engine, begun):
    stock, run, *_ = begun
    write(engine, begun)
    stock.run(f"delete from staging.entry_run_{run.stamp} where line_no = 1")

    with writing(engine) as draft:
        draft.call("seal_run", key=run.key)

    with pytest.raises(Refusal, match="не сходятся"), writing(engine) as draft:
        draft.call("check_run", key=run.key)


def test_a_run_that_was_not_checked_is_not_posted(engine, begun):
    _, run, *_ = begun
    write(engine, begun)

    with writing(engine) as draft:
        draft.call("seal_run", key=run.key)

    with pytest.raises(Refusal, match="не сверено"), writing(engine) as draft:
        draft.call("post_run", key=run.key, fingerprint=b"x" * 32)


def test_a_dropped_run_takes_no_more_rows(engine, begun):
    _, run, *_ = begun
    with writing(engine) as draft:
        draft.call("drop_run", key=run.key)

    with pytest.raises(Refusal, match="снято"), writing(engine) as draft:
        draft.call("seal_run", key=run.key)


def test_a_person_may_not_write_the_tables_themselves(engine, begun):
    _, run, *_ = begun
    with engine.connection() as connection:
        connection.execute("set role kvitok_run")
        try:
            for forbidden in ("insert into app.voucher default values",
                              f"delete from staging.entry_run_{run.stamp}",
                              f"drop table staging.entry_run_{run.stamp}"):  # fmt: skip
                with pytest.raises(Exception, match=r"(?i)permission denied|must be owner"):
                    connection.execute(forbidden)
        finally:
            connection.execute("reset role")


def test_an_account_that_is_not_there_is_refused(engine):
    with reading(engine) as snapshot, pytest.raises(charges.NoSuchAccount, match="777"):
        charges.lines(snapshot, "777", Period(2026, 10))


def test_a_correction_is_shown_beside_the_charges(engine):
    stock = Stock(engine, town(houses=1, flats=1)).write()
    voucher = uuid7()
    stock.run("select app.ensure_period(%s)", OCTOBER.first_day)
    stock.run(
        "select app.open_voucher(%s, 'adjustment', 'posted', %s, 'тест', %s, 'ошибка в площади',"
        " null, '{}', 0::smallint)",
        voucher, OCTOBER.first_day, AT,
    )  # fmt: skip
    stock.run(
        "select app.post_lines(%s, %s, %s, 0::smallint,"
        " array[row(%s, %s, %s, 6, -1500)::app.posting_line,"
        " row(%s, %s, %s, 20, -500)::app.posting_line])",
        voucher, OCTOBER.first_day, key("account", "010011"),
        *(key("service", "СОД"), key("contract", "Д-1"), OCTOBER.previous.first_day) * 2,
    )  # fmt: skip

    with reading(engine) as snapshot:
        lines = charges.lines(snapshot, "010011", OCTOBER)

    document = [line.as_json(basis="") for line in lines]
    assert Counter((one["kind"], one["amount"], one["origin_period"]) for one in document) == {
        ("correction", "-15.00", "2026-09"): 1
    }
    assert document[0]["volume"] is None
