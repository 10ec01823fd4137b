"""Simple changes of prices and norms, tried on a catalogue that was read: nothing is written."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from app.domain import money
from app.domain.money import MILLION, Ints
from app.errors import Malformed, Refusal
from app.store.charging_catalogue import Catalogue

_NUMBER = r"[0-9]{1,9}(?:[.,][0-9]{1,6})?"
_CHANGE = re.compile(rf"(?P<sign>[+−-]?)(?P<number>{_NUMBER})\s*(?P<percent>%?)")
_GREATEST_PERCENT = 10_000


class NotAChange(Malformed):
    """A text that is no change: it must be УСЛУГА=ЗНАЧЕНИЕ or УСЛУГА=+10%."""


class NoSuchChange(Refusal):
    """The service has nothing that could be changed so."""


@dataclass(frozen=True, slots=True)
class Change:
    """A new value of a service's price or norm, or a change of it.

    :ivar value_mcu: the new value in millionths, None when it is changed by percent
    :ivar factor_ppm: then what it is multiplied by, in millionths
    """

    service: str
    value_mcu: int | None
    factor_ppm: int = MILLION


def parse(text: str) -> Change:
    """Read «ХВС=45,30», «ХВС=+10%» or «ХВС=-5%».

    :raises NotAChange: when it is none of these
    """
    service, _, value = text.partition("=")
    found = _CHANGE.fullmatch(value.strip())
    by_percent = found is not None and bool(found["percent"])
    if found is None or not service.strip() or bool(found["sign"]) != by_percent:
        raise NotAChange(
            f"«{text[:60]}» не изменение. Напишите УСЛУГА=ЗНАЧЕНИЕ, например ХВС=45,30,"
            " или УСЛУГА=+10%."
        )
    number = money.millionths(Decimal(found["number"].replace(",", ".")))
    if not by_percent:
        return Change(service.strip(), number)
    part = number // 100 * (1 if found["sign"] == "+" else -1)
    if not -MILLION <= part <= _GREATEST_PERCENT * MILLION // 100:
        raise NotAChange(
            f"«{text[:60]}»: изменение бывает от −100 % до +{_GREATEST_PERCENT} %."
        )  # fmt: skip
    return Change(service.strip(), None, MILLION + part)


def changed(
    catalogue: Catalogue, *, prices: Sequence[Change], norms: Sequence[Change]
) -> Catalogue:
    """Give the catalogue with these prices and norms.

    :raises NoSuchChange: when there is no such service, or no one price or norm to change
    """
    price, norm = catalogue.tariffs.price_mcr.copy(), catalogue.norms.value_mcu.copy()
    for one in prices:
        _change(catalogue, one, _PRICES, of=catalogue.tariffs.service, values=price)
    for one in norms:
        _change(catalogue, one, _NORMS, of=catalogue.norms.service, values=norm)
    return replace(
        catalogue,
        tariffs=replace(catalogue.tariffs, price_mcr=price),
        norms=replace(catalogue.norms, value_mcu=norm),
    )


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is changed, as sentences call it: of which there is none, of which there are several."""

    none: str
    several: str
    sheet: str


_PRICES = _Kind("цены", "разных цен", "Тарифы")
_NORMS = _Kind("норматива", "разных нормативов", "Нормативы")


def _change(catalogue: Catalogue, one: Change, kind: _Kind, *, of: Ints, values: Ints) -> None:
    codes = list(catalogue.services.code)
    if one.service not in codes:
        near = difflib.get_close_matches(one.service, codes, n=1, cutoff=0.5)
        hint = f"Вы имели в виду «{near[0]}»?" if near else f"Есть: {', '.join(codes)}."
        raise NoSuchChange(f"Услуги «{one.service}» нет. {hint}")
    at = np.flatnonzero(of == codes.index(one.service))
    if not at.size:
        raise NoSuchChange(
            f"У услуги «{one.service}» за {catalogue.period.shown} нет {kind.none}: менять нечего."
            f" Добавьте строку листа «{kind.sheet}» в книгу изменений."
        )
    if one.value_mcu is None:
        values[at] = money.scale(values[at], one.factor_ppm, MILLION)
        return
    different = len(np.unique(values[at]))
    if different > 1:
        raise NoSuchChange(
            f"У услуги «{one.service}» за {catalogue.period.shown} {kind.several}: {different}."
            " Задайте изменение в процентах (например +10%) или книгой."
        )
    values[at] = one.value_mcu
