"""A formula tried on one account before it is kept: the values put in, and what it comes to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from app.domain import explanation, formula, formula_names
from app.domain.bases.formulas import values_of
from app.domain.bases.rule import StoredLine
from app.domain.charge_inputs import Assignments, ChargeInputs, Services
from app.domain.charge_line import ChargeLine
from app.domain.charging import Charges, charge
from app.domain.days import ALWAYS, FAR, month_of
from app.domain.period import Period
from app.domain.problem import Problem
from app.domain.service import Method
from app.domain.tariff import NO_LIMIT, Tariffs
from app.errors import Refusal
from app.store import charging_catalogue, charging_characteristics, charging_inputs
from app.store.charging_catalogue import Catalogue
from app.store.engine import Engine
from app.store.reading import reading

_HOUSE = """
select premises.house_id from app.account
join app.premises on premises.id = account.premises_id where account.number = %(number)s
"""
_TRIAL = "проба"


class WrongFormula(Refusal):
    """The formula cannot be kept: it says what is wrong and what would be right."""


class NobodyToTry(Refusal):
    """There is no such account, service, or the account is not open in the month."""


@dataclass(frozen=True, slots=True)
class TriedLine:
    """One line the formula gives.

    :ivar values: of its names, in order
    :ivar steps: the calculation in words
    """

    line: ChargeLine
    values: dict[str, Fraction]
    steps: tuple[str, ...]

    @property
    def has_amount(self) -> bool:
        """Tell whether a service with its price was named."""
        return self.line.service != _TRIAL


@dataclass(frozen=True, slots=True)
class TriedFormula:
    """What came of a trial.

    :ivar text: the formula as it would be kept
    """

    text: str
    lines: tuple[TriedLine, ...]
    problems: tuple[Problem, ...]


def try_formula(
    engine: Engine, text: str, *, account: str, period: Period, service: str | None = None
) -> TriedFormula:
    """Calculate a formula for an account as if a service went by it; nothing is kept.

    :param service: whose unit, price, norm, meters and quantity are taken
    :raises NotAFormula: when it cannot be read
    :raises WrongFormula: when it makes no sense
    :raises NobodyToTry: when there is no such account or service
    """
    read = formula.read(text)
    with reading(engine) as snapshot:
        house = snapshot.value(_HOUSE, number=account)
        if house is None:
            raise NobodyToTry(
                f"Лицевого счёта {account} нет. Проверьте номер или найдите счёт по адресу."
            )
        catalogue, at = _with_formula(charging_catalogue.load(snapshot, period), read, service)
        fault = formula_names.check(
            read,
            unit=catalogue.services.unit[at],
            characteristics=charging_characteristics.names(snapshot),
        )
        if fault is not None:
            raise WrongFormula(f"{fault.message[0].upper()}{fault.message[1:]}. {fault.hint}")
        inputs = charging_inputs.load(snapshot, catalogue, [house]).inputs
    if account not in inputs.accounts.number:
        raise NobodyToTry(f"Счёт {account} в {period.shown} закрыт: выберите другой месяц.")
    place = list(inputs.accounts.number).index(account)
    tariffs = inputs.tariffs if service else _free(inputs.tariffs, at)
    charges = charge(replace(inputs, assignments=_alone(inputs, at, place), tariffs=tariffs))
    found = np.flatnonzero((charges.account == place) & (charges.service == at))
    return TriedFormula(
        text=read.text,
        lines=tuple(_tried(inputs, charges, int(row)) for row in found),
        problems=tuple(one for one in charges.problems if one.account == account),
    )


def _with_formula(
    catalogue: Catalogue, read: formula.Formula, service: str | None
) -> tuple[Catalogue, int]:
    """Let a service, or one that is not there, go by the formula; give its place."""
    known = catalogue.services
    if service is None:
        if formula_names.gives_amount(read):
            raise WrongFormula(
                "В формуле есть «тариф», а услуга не названа. Добавьте --service КОД: её цена"
                " и подставится."
            )
        return replace(catalogue, services=_extended(known, read.text)), len(known.code)
    codes = list(known.code)
    if service not in codes:
        raise NobodyToTry(f"Услуги «{service}» нет. Есть: {', '.join(codes)}.")
    at = codes.index(service)
    methods, formulas = list(known.method), list(known.formula)
    methods[at], formulas[at] = Method.FORMULA, read.text
    return replace(catalogue, services=replace(known, method=methods, formula=formulas)), at


def _extended(known: Services, text: str) -> Services:
    return replace(
        known,
        code=[*known.code, _TRIAL],
        name=[*known.name, _TRIAL],
        unit=[*known.unit, "ед."],
        resource=[*known.resource, ""],
        method=[*known.method, Method.FORMULA],
        formula=[*known.formula, text],
    )


def _alone(inputs: ChargeInputs, service: int, account: int) -> Assignments:
    """Give the account this service for the whole month, as it has it now where it does."""
    given, month = inputs.assignments, month_of(inputs.period)
    house = inputs.premises.house[inputs.accounts.premises[account]]
    own = (given.account == account) | ((given.account < 0) & (given.house == house))
    in_month = (given.valid_from < month.end) & (given.valid_to > month.first)
    at = np.flatnonzero((given.service == service) & own & in_month)
    at = at[np.argsort(given.account[at], kind="stable")][-1:]

    def one(value: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array([value], dtype=np.int64)

    return Assignments(
        service=one(service),
        contract=given.contract[at] if at.size else one(0),
        house=one(-1),
        account=one(account),
        quantity_mcu=given.quantity_mcu[at] if at.size else one(-1),
        valid_from=one(month.first),
        valid_to=one(month.end),
    )


def _free(tariffs: Tariffs, service: int) -> Tariffs:
    """Give the service that is not there a price of nothing: its formula gives a volume."""
    anywhere = ("contract", "house", "account")
    row = dict.fromkeys(Tariffs.__slots__, 0) | dict.fromkeys(anywhere, -1)
    row |= {"service": service, "volume_to_mcu": NO_LIMIT, "valid_from": ALWAYS, "valid_to": FAR}
    return Tariffs(
        *(np.append(getattr(tariffs, name), np.int64(row[name])) for name in Tariffs.__slots__)
    )


def _tried(inputs: ChargeInputs, charges: Charges, at: int) -> TriedLine:
    service = int(charges.service[at])
    contracts: Sequence[str] = inputs.contracts or ("",)
    names = ("kind", "basis", "zone", "component", "day_from", "day_to", "volume_mcu",
             "price_mcr", "amount_kop")  # fmt: skip
    stored = StoredLine(
        period=inputs.period,
        slots=charges.slots[at].tolist(),
        notes=charges.notes,
        **{name: int(getattr(charges, name)[at]) for name in names},
    )
    line = ChargeLine(
        account=inputs.accounts.number[int(charges.account[at])],
        period=inputs.period,
        origin_period=inputs.period,
        service=inputs.services.code[service],
        service_name=inputs.services.name[service],
        unit=inputs.services.unit[service],
        contract=contracts[int(charges.contract[at])],
        provider=None,
        supplier=None,
        stored=stored,
    )
    steps = explanation.steps(line)
    if line.service == _TRIAL:
        steps = [step for step in steps if not step.startswith("Сумма")]
    return TriedLine(line, values_of(stored), tuple(steps))
