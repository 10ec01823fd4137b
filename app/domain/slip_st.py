"""Reads the payment code of ГОСТ Р 56042-2014: ST00012|Name=…|PersonalAcc=…

ST 0001 2 | Name=… | PersonalAcc=… | BankName=… | BIC=… | CorrespAcc=… | PersAcc=… | Sum=…
│  │    │ │ └───────────────── mandatory, in this order ─────────────┘ └─ any order ─┘
│  │    │ └ separator, any sign that no value has: there is no escaping
│  │    └ encoding: 1 Windows-1251, 2 UTF-8, 3 KOI8-R
└──┴ format and version

Values may hold "=": a field is split at its first one (money.md §4.1).
"""

import re

from app.domain import bank_details, slip_fields
from app.domain.slip_reading import Reading, looks_like_account, period_of, read_amount
from app.domain.slip_text import cleaned

HEADER = re.compile(r"ST([0-9]{4})([0-9])(.)", re.IGNORECASE | re.DOTALL)
_GLUE = re.compile(r"ST0001[0-9][^0-9A-Za-z]Name=", re.IGNORECASE)


def looks_like_st(text: str) -> bool:
    """Say whether a text claims to be a payment code, whole or not."""
    return bool(re.match(r"ST[0-9]{2}", text, re.IGNORECASE))


def read(text: str, *, into: Reading, account_keys: tuple[str, ...]) -> None:
    """Fill the reading from the text of a payment code.

    :param account_keys: fields that may hold the personal account, the first present wins
    """
    separator = _header(text, into=into)
    if separator is None:
        return
    if _GLUE.search(text, 1):
        into.fail("GLUED", "Считались два кода подряд. Отсканируйте квитанцию ещё раз.")
        return
    into.fields = _fields(text[8:], separator=separator, into=into)
    _mandatory(into)
    _keys(into)
    _account(into, account_keys=account_keys)
    if "Sum" in into.fields:
        read_amount(into.fields["Sum"], into=into)
    if written := into.fields.get("PaymPeriod"):
        into.period = period_of(written)
        if into.period is None:
            into.warn("PERIOD", f"Период «{written[:20]}» не разобран: платёж ляжет по долгу.")


def _header(text: str, *, into: Reading) -> str | None:
    found = HEADER.match(text)
    if found is None:
        into.fail("HEADER", "Код обрывается в самом начале. Отсканируйте квитанцию ещё раз.")
        return None
    version, digit, separator = found[1], found[2], found[3]
    if version != "0001":
        into.fail("VERSION", f"Версия кода {version}, а читается 0001. {_BY_HAND}")
    if digit not in "123":
        into.fail(
            "ENCODING", f"Кодировка {digit} стандарту неизвестна: бывает 1, 2 и 3. {_BY_HAND}"
        )
    if separator.isalnum() or separator == "=" or not separator.isascii():
        into.fail("SEPARATOR", f"После заголовка нет разделителя полей. {_BY_HAND}")
    return None if into.errors else separator


def _fields(body: str, *, separator: str, into: Reading) -> dict[str, str]:
    fields: dict[str, str] = {}
    spoilt = False
    for piece in body.split(separator):
        if not piece.strip():
            continue
        name, equals, value = piece.partition("=")
        plain = cleaned(value)
        spoilt = spoilt or plain != value.strip()
        if not equals or not name.strip():
            into.warn("FIELD", f"Кусок «{cleaned(piece)[:24]}» без имени поля пропущен.")
            continue
        key = cleaned(name)
        key = slip_fields.CANONICAL.get(key.casefold(), key)
        if key in fields:
            into.warn("DUP", f"Поле {key[:24]} повторено: взято первое значение.")
        elif plain:
            fields[key] = plain
    if spoilt:
        into.warn("CONTROL", "В коде невидимые знаки, они убраны.")
    return fields


def _mandatory(into: Reading) -> None:
    complete = True
    for name in slip_fields.MANDATORY:
        value = into.fields.get(name)
        if value is None:
            complete = False
            into.fail(f"REQ_{name}", f"В коде нет поля {name} ({slip_fields.shown(name)}).")
        elif not slip_fields.is_valid(name, value):
            complete = False
            into.fail(
                f"REQ_{name}",
                f"Поле {name} ({slip_fields.shown(name)}) записано неверно: «{value[:40]}».",
            )
    into.complete = complete
    if not complete:
        return
    into.payee = (into.fields["BIC"], into.fields["PersonalAcc"])
    if tuple(into.fields)[: len(slip_fields.MANDATORY)] != slip_fields.MANDATORY:
        into.warn("ORDER", "Обязательные поля идут не в том порядке, что велит стандарт.")


def _keys(into: Reading) -> None:
    if into.complete:
        bic = into.fields["BIC"]
        if not bank_details.account_key_fits(into.fields["PersonalAcc"], bic=bic):
            into.warn("ACC_KEY", "Ключ расчётного счёта получателя не сходится с БИК.")
        if not bank_details.correspondent_key_fits(into.fields["CorrespAcc"], bic=bic):
            into.warn("CORR_KEY", "Ключ корреспондентского счёта не сходится с БИК.")
    inn = into.fields.get("PayeeINN")
    if inn is not None and not bank_details.inn_fits(inn):
        into.warn("INN", f"ИНН получателя «{inn[:12]}» не проходит проверку контрольных цифр.")


def _account(into: Reading, *, account_keys: tuple[str, ...]) -> None:
    for key in account_keys:
        written = into.fields.get(slip_fields.CANONICAL.get(key.casefold(), key))
        if written is None:
            continue
        if looks_like_account(written):
            into.account = written
            return
        into.fail(
            "ACCOUNT_FORMAT",
            f"Лицевой счёт «{written[:40]}» записан неверно. Введите его с квитанции руками.",
        )


_BY_HAND = "Введите лицевой счёт с квитанции руками."
