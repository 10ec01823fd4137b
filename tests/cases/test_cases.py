"""Worked examples an accountant can read: *.toml of this folder, one case one test."""

import tomllib
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from app.domain import explanation, law, money, period, replay
from app.domain.charge_line import ChargeLine
from app.domain.charging import Charges, charge
from app.domain.service import (
    COMPONENT_WORDS,
    METHOD_WORDS,
    NORM_WORDS,
    RESOURCE_WORDS,
    ZONE_WORDS,
    Method,
)
from app.domain.workbook_words import METER_EVENTS
from app.store.charging_catalogue import charging_law
from tests.domain.test_charging_oracle import stored
from tests.fixtures import group_world, heat_cases, house_cases, reduction_cases
from tests.fixtures.calculator import check_steps
from tests.fixtures.charge_world import (
    LONG_AGO,
    Account,
    Assignment,
    Characteristic,
    Charged,
    External,
    Flat,
    House,
    Meter,
    Norm,
    Reading,
    Resident,
    Service,
    Tariff,
    World,
    inputs_of,
)
from tests.fixtures.check_world import Connection, HeatFailure, Interference

HERE = Path(__file__).parent
MAIN = "У"
KEYS = {
    "name", "law", "period", "method", "resource", "unit", "price", "tariffs", "norms", "area",
    "heated", "rooms", "flats", "accounts", "residents", "quantity", "meters", "waters", "house",
    "house_meter", "assignments", "impossible", "parameters", "lines", "problem",
    "formula", "characteristics", "external", "section", "connections", "heat_failure",
    "charged", "digits",
} | house_cases.KEYS | heat_cases.KEYS | reduction_cases.KEYS | group_world.KEYS  # fmt: skip


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['name']}")
        for path in sorted(HERE.glob("*.toml"))
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    ]


def world_of(case: dict[str, Any]) -> World:
    assert set(case) <= KEYS, set(case) - KEYS
    month = period.parse(case.get("period", "2026-10"))
    rules = law.rules(charging_law(), case.get("parameters", {}), on=month.last_day)
    waters = case.get("waters", [])
    accounts = [_account(one) for one in case.get("accounts", [{"number": "1"}])]
    meters, readings = _meters(case, waters)
    main = Service(
        MAIN, METHOD_WORDS[case["method"]], RESOURCE_WORDS.get(case.get("resource", ""), ""),
        case.get("unit", "м3"), case.get("formula", ""), case.get("section", ""),
        case.get("digits", 0),
    )  # fmt: skip
    impossible = case.get("impossible")
    world = World(
        period=month,
        rules=rules,
        services=(main, *(Service(f"У{one['resource']}", Method.METER_OR_NORM,
                                  RESOURCE_WORDS[one["resource"]]) for one in waters)),
        tariffs=(*_tariffs(case), *(Tariff(f"У{one['resource']}", "1") for one in waters)),
        norms=(
            *(_norm(one) for one in case.get("norms", [])),
            *(
                Norm(f"У{one['resource']}", "person", one["norm"])
                for one in waters
                if "norm" in one
            ),
        ),
        houses=(_house(case.get("house", {})),),
        flats=tuple(_flat(case, one) for one in case.get("flats", [{"number": "1"}])),
        accounts=tuple(accounts),
        residents=tuple(
            Resident(one.get("account", accounts[0].number), one.get("kind", "permanent"),
                     one.get("since", LONG_AGO), one.get("until"))
            for one in case.get("residents", [])
        ),
        assignments=(
            *(
                Assignment(MAIN, "" if "account" in one else "1", one.get("account", ""),
                           one.get("contract", "Д-1"), one.get("since", LONG_AGO),
                           one.get("until"), one.get("quantity", case.get("quantity", "")),
                           one.get("meter_share", ""))
                for one in case.get("assignments", [{}])
            ),
            *(Assignment(f"У{one['resource']}", house="1") for one in waters),
        ),
        impossible=(("1", "1", MAIN, impossible["since"], None),) if impossible else (),
        meters=tuple(meters),
        readings=tuple(readings),
        charged=tuple(
            Charged(of[0] if of else accounts[0].number, MAIN, period.parse(on), volume)
            for on, volume, *of in case.get("charged", [])
        ),
        interferences=tuple(_interferences(case)),
        connections=tuple(
            Connection(**{"account": accounts[0].number, "service": MAIN} | one)
            for one in case.get("connections", [])
        ),
        heat_failures=tuple(
            HeatFailure("ОДПУ", **one) for one in [case.get("heat_failure")] if one
        ),
        characteristics=tuple(map(_characteristic, case.get("characteristics", []))),
        external=tuple(
            External(one.get("account", accounts[0].number), MAIN, one["amount"],
                     one.get("volume", ""), document=one.get("document", ""))
            for one in case.get("external", [])
        ),
    )  # fmt: skip
    world = heat_cases.with_heat(case, world, MAIN)
    world = house_cases.with_house(case, world, MAIN)
    world = group_world.with_group(case, world, MAIN, meter=Meter, reading=Reading)
    return reduction_cases.with_reductions(case, world, MAIN)


def _interferences(case: dict[str, Any]) -> list[Interference]:
    """Events «вмешательство» of the meters; `found` where the day it began is not known."""
    return [
        Interference(f"П{nth}", event["since"], event.get("until"), event.get("found"))
        for nth, one in enumerate(
            [*case.get("meters", []), *(w for w in case.get("waters", []) if "readings" in w)]
        )
        for event in one.get("events", [])
        if event["kind"] == "вмешательство"
    ]


def _characteristic(one: dict[str, Any]) -> Characteristic:
    """Of the account it names; of the flat; else of the house."""
    account, flat = one.get("account", ""), one.get("flat", "")
    return Characteristic(one["name"], one["value"], "" if account else "1", flat, account)


def _account(one: dict[str, Any]) -> Account:
    over, _, under = one.get("share", "1/1").partition("/")
    return Account(
        one["number"], "1", one.get("flat", "1"), one.get("opened", LONG_AGO), one.get("closed"),
        ((LONG_AGO, int(over), int(under)),),
    )  # fmt: skip


def _flat(case: dict[str, Any], one: dict[str, Any]) -> Flat:
    return Flat(
        "1", one["number"], one.get("area", case.get("area", "50")), one.get("since", LONG_AGO),
        one.get("until"), one.get("heated", case.get("heated", "")), case.get("rooms", -1),
        one.get("own_heat", False), one.get("living", ""), one.get("kind", "flat"),
        one.get("of_flat", ""),
    )  # fmt: skip


def _house(one: dict[str, Any]) -> House:
    common = tuple(
        ("" if name == "any" else name, area) for name, area in one.get("common", {}).items()
    )
    return House(
        "1", one.get("area", ""), common, one.get("even", False),
        over_norm=one.get("over_norm", False), direct=one.get("direct", False),
    )  # fmt: skip


def _tariffs(case: dict[str, Any]) -> list[Tariff]:
    if "price" in case:
        return [Tariff(MAIN, case["price"])]
    return [
        Tariff(
            MAIN, one["price"], one.get("since", LONG_AGO), one.get("until"),
            one.get("contract", ""), one.get("house", ""), one.get("account", ""),
            ZONE_WORDS.get(one.get("zone", ""), ""),
            "capacity" if one.get("rate") == "мощность"
            else COMPONENT_WORDS.get(one.get("component", ""), ""), one.get("from", "0"),
            one.get("to", ""),
        )
        for one in case["tariffs"]
    ]  # fmt: skip


def _norm(one: dict[str, Any]) -> Norm:
    return Norm(
        MAIN, NORM_WORDS[one["kind"]], one["value"], rooms=one.get("rooms", -1),
        persons=one.get("persons", -1),
    )  # fmt: skip


def _meters(
    case: dict[str, Any], waters: list[dict[str, Any]]
) -> tuple[list[Meter], list[Reading]]:
    known = [(MAIN, one) for one in case.get("meters", [])]
    known += [(f"У{one['resource']}", one) for one in waters if "readings" in one]
    meters, readings = [], []
    for nth, (service, one) in enumerate(known):
        code = f"П{nth}"
        about = {name: one[name] for name in
                 ("digits", "ratio", "zones", "installed", "removed", "verified_to")
                 if name in one}  # fmt: skip
        about["events"] = tuple(
            (METER_EVENTS[event["kind"]], event["since"], event.get("until"))
            for event in one.get("events", [])
        )
        about["of_flat"] = one.get("kind") == "квартирный"
        meters.append(
            Meter(code, service, "1", one.get("flat", "1"), one.get("account", ""), **about)
        )
        for zone, name in (("", "readings"), ("day", "day"), ("night", "night")):
            for on, value, *source in one.get(name, []):
                readings.append(
                    Reading(code, date.fromisoformat(on), value, zone=zone,
                            source=source[0] if source else "payer")
                )  # fmt: skip
        readings += _monthly(code, one.get("monthly", {}))
        for on, value in one.get("volumes", []):
            readings.append(Reading(code, date.fromisoformat(on), volume=value))
    if (house := case.get("house_meter")) is not None:
        meters.append(Meter("ОДПУ", MAIN, "1", of_house=True, last_year=house.get("last_year", "")))
        if "volume" in house:
            on = period.parse(case.get("period", "2026-10")).last_day
            readings.append(Reading("ОДПУ", on, volume=house["volume"]))
    return meters, readings


def _monthly(code: str, given: dict[str, Any]) -> list[Reading]:
    """Readings on the 20th of one month after another."""
    since = period.parse(given["since"]) if given else None
    return [
        Reading(code, since.plus(nth).first_day.replace(day=20), value, zone=zone)
        for zone, name in (("", "dials"), ("day", "day"), ("night", "night"))
        for nth, value in enumerate(given.get(name, []))
    ]


def line_of(world: World, charges: Charges, at: int) -> ChargeLine:
    service = world.services[int(charges.service[at])]
    return ChargeLine(
        account=world.accounts[int(charges.account[at])].number,
        period=world.period,
        origin_period=world.period,
        service=service.code,
        service_name=service.code,
        unit=service.unit,
        contract=world.contracts[int(charges.contract[at])],
        provider="УК",
        supplier=None,
        stored=stored(charges, at),
    )


def shown(line: ChargeLine, expected: dict[str, Any]) -> dict[str, Any]:
    """What the case says about the line, as the line has it."""
    known = line.as_json(basis="") | {
        "from": line.stored.day_from,
        "to": line.stored.day_to,
        "why": explanation.why(line),
    }
    return {name: known[name] for name in expected}


@pytest.mark.parametrize("case", cases())
def test_case(case: dict[str, Any]):
    world = world_of(case)

    charges = charge(inputs_of(world))

    lines = [
        line_of(world, charges, at)
        for at in range(len(charges))
        if world.services[int(charges.service[at])].code == MAIN
    ]
    expected = case.get("lines", [])
    plain = [{"kind": "charge"} | one for one in expected]
    assert [shown(line, one) for line, one in zip(lines, plain, strict=False)] == plain
    assert len(lines) == len(expected)
    messages = [str(one) for one in charges.problems if one.service == MAIN]
    if "problem" in case:
        assert any(case["problem"] in message for message in messages), messages
        assert all("счёт" in message and "услуга" in message for message in messages)
    else:
        assert messages == []


@pytest.mark.parametrize("case", [one for one in cases() if "lines" in one.values[0]])
def test_case_is_explained_with_its_law_formula_and_amount(case: dict[str, Any]):
    world = world_of(case)

    charges = charge(inputs_of(world))

    for at in range(len(charges)):
        line = line_of(world, charges, at)
        said = explanation.sentence(line)
        assert line.law in said
        assert f"= {money.shown(line.amount_kop)} ₽; " in said
        assert explanation.steps(line)[-1] == f"Почему так: {explanation.why(line)}"
        # What is printed can be put into a calculator and gives the amount.
        assert check_steps(explanation.steps(line)) == Fraction(line.amount_kop, 100)
        assert replay.amount_kop(line.stored) == line.amount_kop


@pytest.mark.parametrize("case", [one for one in cases() if "totals" in one.values[0]])
def test_case_leaves_its_totals_of_the_house(case: dict[str, Any]):
    world = world_of(case)

    charges = charge(inputs_of(world))

    known = house_cases.shown(charges, world, MAIN)
    assert {name: known[name] for name in case["totals"]} == case["totals"]


@pytest.mark.parametrize("case", [one for one in cases() if "group_totals" in one.values[0]])
def test_case_leaves_its_totals_of_the_group_meter(case: dict[str, Any]):
    charges = charge(inputs_of(world_of(case)))

    known = group_world.shown(charges)
    assert {name: known[name] for name in case["group_totals"]} == case["group_totals"]
