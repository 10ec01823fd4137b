"""From the facts of a month to a payment document: rows of section 3, payees, totals, codes.

    entries of the month ── lines, each under its contract ─┐
    turnovers by contract ──────────────────────────────────┼─► PaymentDocument
    readings ── section 2                                   ┘     with its QR and Code 128

A payee is a contract: what is overpaid to one never pays the debt to another (money.md §6.1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.domain import slip_build, slip_layout
from app.domain.basis import Basis
from app.domain.ledger import ADJUSTED, PENALTIES, EntryKind
from app.domain.paper_methods import METHOD_ON_PAPER
from app.domain.payment_document import (
    InstalmentRow,
    Line,
    LineGroup,
    MeterRow,
    Payee,
    PaymentDocument,
    PenaltyNote,
    Provider,
    Turnover,
    turnover_of,
)
from app.domain.period import Period
from app.domain.service import Component, Zone, unit_of_component

_GROUPS = {
    "housing": LineGroup.HOUSING,
    "common-needs": LineGroup.HOUSING,
    "capital-repair": LineGroup.CAPITAL_REPAIR,
    "utility": LineGroup.UTILITIES,
    "other": LineGroup.OTHER,
}
_COMPONENTS = {
    Component.WATER: "вода",
    Component.HEAT: "тепло",
    Component.CAPACITY: "мощность",
}
_ZONES = {
    Zone.DAY: "день",
    Zone.NIGHT: "ночь",
    Zone.PEAK: "пик",
    Zone.HALF_PEAK: "полупик",
}
_Key = tuple[str, int, Component, Zone]


@dataclass(frozen=True, slots=True)
class ChargedFact:
    """One entry of the month, as the books have it; method is how it was calculated."""

    service: str
    section: str
    unit: str
    contract: int
    kind: EntryKind
    component: Component
    zone: Zone
    amount_kop: int
    volume_mcu: int = 0
    price_mcr: int = 0
    factor_ppm: int = 0
    method: Basis = Basis.NONE


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the document of one account says, before it is laid out.

    :ivar entries: in the order they are printed; `contract` is a place in creditors
    :ivar creditors: who receives the money of each contract, without turnover
    :ivar opening_kop: for each contract, debt positive
    :ivar paid_kop: for each contract, payments of the month, positive
    """

    account_number: str
    payer: str
    address: str
    provider: Provider
    entries: tuple[ChargedFact, ...]
    creditors: tuple[Payee, ...]
    opening_kop: tuple[int, ...]
    paid_kop: tuple[int, ...]
    meters: tuple[MeterRow, ...] = ()
    unified_number: str = ""
    gis_number: str = ""
    area_cm2: int = 0
    living: int | None = None
    registered: int | None = None
    paid_until: date | None = None
    last_payment_on: date | None = None
    due_on: date | None = None
    penalties: tuple[PenaltyNote, ...] = ()
    penalties_to: date | None = None
    instalment: tuple[InstalmentRow, ...] = ()

    def __post_init__(self) -> None:
        assert len(self.creditors) == len(self.opening_kop) == len(self.paid_kop)


def assemble(
    facts: Facts, *, period: Period, receiving: slip_build.Payee | None
) -> PaymentDocument:
    """Lay the facts of one account out as its document.

    :param receiving: whose account the payment code names, the settlement centre's; None: each
        payee is paid apart and has a code of its own
    """
    lines = _lines(facts.entries)
    payees = tuple(
        replace(creditor, turnover=_turnover(lines, place, facts))
        for place, creditor in enumerate(facts.creditors)
    )
    due_kop = sum(payee.due_kop for payee in payees)
    number = f"{facts.account_number}-{period.month:02d}{period.year % 100:02d}"
    if receiving is None:
        payees = tuple(_with_code(payee, facts, period=period, number=number) for payee in payees)
    return PaymentDocument(
        period=period,
        account_number=facts.account_number,
        payer=facts.payer,
        address=facts.address,
        provider=facts.provider,
        payees=payees,
        lines=lines,
        meters=facts.meters,
        number=number,
        unified_number=facts.unified_number,
        housing_id=facts.gis_number,
        area_cm2=facts.area_cm2,
        living=facts.living,
        registered=facts.registered,
        paid_until=facts.paid_until,
        last_payment_on=facts.last_payment_on,
        due_on=facts.due_on,
        penalties=facts.penalties,
        penalties_to=facts.penalties_to,
        instalment=facts.instalment,
        qr=_qr(receiving, due_kop, facts, period=period, number=number),
        code128=_code128(facts.account_number, period, due_kop),
    )


def _turnover(lines: Sequence[Line], place: int, facts: Facts) -> Turnover:
    return turnover_of(
        (line for line in lines if line.payee == place),
        opening_kop=facts.opening_kop[place],
        paid_kop=facts.paid_kop[place],
    )


def _lines(entries: Sequence[ChargedFact]) -> tuple[Line, ...]:
    """Make a row of every charge; what belongs to it (excess, corrections) joins its row.

    What is of a service as a whole joins the first row of its components or zones.
    """
    rows: list[Line] = []
    place_of: dict[_Key, int] = {}
    of_service: dict[tuple[str, int], int] = {}
    position = {(fact.service, fact.contract): nth for nth, fact in reversed([*enumerate(entries)])}
    places: list[int] = []

    def add(fact: ChargedFact) -> int:
        service = (fact.service, fact.contract)
        rows.append(_row(fact))
        places.append(position[service])
        of_service.setdefault(service, len(rows) - 1)
        return place_of.setdefault(_key(fact), len(rows) - 1)

    for fact in entries:
        if fact.kind is EntryKind.CHARGE:
            add(fact)
    for fact in entries:
        if fact.kind is EntryKind.CHARGE:
            continue
        place = place_of.get(_key(fact))
        if place is None and (fact.component, fact.zone) == (Component.NONE, Zone.NONE):
            place = of_service.get((fact.service, fact.contract))
        if place is None:
            place = add(replace(fact, amount_kop=0, volume_mcu=0, price_mcr=0, method=Basis.NONE))
        rows[place] = _joined(rows[place], fact)
    groups = list(LineGroup)
    order = sorted(range(len(rows)), key=lambda at: (groups.index(rows[at].group), places[at]))
    return tuple(rows[at] for at in order)


def _key(fact: ChargedFact) -> _Key:
    return fact.service, fact.contract, fact.component, fact.zone


def _row(fact: ChargedFact) -> Line:
    parts = (_COMPONENTS.get(fact.component), _ZONES.get(fact.zone))
    is_common = fact.section == "common-needs"
    has_price = bool(fact.price_mcr)
    # A formula that gives roubles has a price in it, and no volume.
    has_volume = has_price and fact.method is not Basis.FORMULA_AMOUNT
    return Line(
        group=_GROUPS[fact.section],
        name=", ".join([fact.service, *filter(None, parts)]),
        unit=unit_of_component(fact.component, fact.unit),
        price_mcr=fact.price_mcr if has_price else None,
        volume_mcu=fact.volume_mcu if has_volume and not is_common else None,
        common_volume_mcu=fact.volume_mcu if has_volume and is_common else None,
        individual_kop=0 if is_common else fact.amount_kop,
        common_kop=fact.amount_kop if is_common else 0,
        method=METHOD_ON_PAPER.get(fact.method, ""),
        payee=fact.contract,
    )


def _joined(row: Line, fact: ChargedFact) -> Line:
    if fact.kind is EntryKind.RAISING:
        return replace(
            row,
            excess_kop=row.excess_kop + fact.amount_kop,
            raising_ppm=fact.factor_ppm or row.raising_ppm,
        )
    if fact.kind is EntryKind.BENEFIT:
        return replace(row, benefits_kop=row.benefits_kop - fact.amount_kop)
    if fact.kind in PENALTIES:
        return replace(row, penalty_kop=row.penalty_kop + fact.amount_kop)
    assert fact.kind in ADJUSTED
    return replace(row, recalculated_kop=row.recalculated_kop + fact.amount_kop)


def _with_code(payee: Payee, facts: Facts, *, period: Period, number: str) -> Payee:
    details = slip_build.Payee(
        name=payee.name,
        account=payee.bank_account,
        bank=payee.bank,
        bic=payee.bic,
        correspondent=payee.correspondent_account,
        inn=payee.inn or None,
        kpp=payee.kpp or None,
    )
    code = _qr(details, payee.due_kop, facts, period=period, number=number)
    return replace(payee, qr=code)


def _qr(
    receiving: slip_build.Payee | None,
    due_kop: int,
    facts: Facts,
    *,
    period: Period,
    number: str,
) -> bytes:
    if receiving is None or due_kop <= 0:
        return b""
    extra: Mapping[str, str] = {"Category": "ЖКУ", "TechCode": "02"}
    try:
        return slip_build.build_st(
            receiving,
            account=facts.account_number,
            amount_kop=due_kop,
            period=period,
            purpose=f"ЖКУ за {period.shown}, л/с {facts.account_number}",
            bill=number,
            extra=extra,
        )
    except slip_build.NotForCode:
        # Details of a payee that the standard does not let in: the page says that it has no code.
        return b""


def _code128(account_number: str, period: Period, due_kop: int) -> str:
    if due_kop <= 0:
        return ""
    try:
        return slip_layout.build_native(account_number, period=period, amount_kop=due_kop)
    except slip_layout.NotForBarcode:
        return ""
