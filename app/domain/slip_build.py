"""Builds the payment code of ГОСТ Р 56042-2014 that goes into the QR of a payment document."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain import bank_details, slip_fields
from app.domain.period import Period
from app.domain.slip_reading import looks_like_account
from app.domain.slip_text import ENCODINGS, cleaned
from app.errors import Malformed

_WRITTEN = str.maketrans({"₽": "руб.", "\u202f": "\u00a0", "\u2212": "-"})


class NotForCode(Malformed):
    """Details of a payee, an account or a sum that the standard does not let into the code."""


@dataclass(frozen=True, slots=True)
class Payee:
    """Whom the money goes to; correspondent is "0" for an account in the Bank of Russia."""

    name: str
    account: str
    bank: str
    bic: str
    correspondent: str
    inn: str | None = None
    kpp: str | None = None


def build_st(
    payee: Payee,
    *,
    account: str | None = None,
    amount_kop: int | None = None,
    period: Period | None = None,
    purpose: str = "",
    bill: str | None = None,
    penalty_kop: int | None = None,
    extra: Mapping[str, str] | None = None,
    encoding: int = 2,
    separator: str | None = None,
) -> bytes:
    """Give the bytes of the code, to be put into a QR as they are (money.md §4.1).

    Name and bank are cut to the length of the standard, the purpose to 160. A mandatory block
    that does not fit into 300 bytes of UTF-8 is written in Windows-1251, where it always fits.

    :param account: personal account of the payer, PersAcc
    :param bill: number of the payment document, QuittId
    :param penalty_kop: AddAmount
    :param extra: further fields by their standard name, empty ones are left out
    :param encoding: 1 Windows-1251, 2 UTF-8
    :param separator: one of the standard's own choice; by default the first that no value has
    :raises NotForCode: when a detail is missing or wrong
    """
    assert encoding in (1, 2)
    block = _mandatory(payee)
    rest = _additional(
        payee,
        account=account,
        amount_kop=amount_kop,
        period=period,
        purpose=purpose,
        bill=bill,
        penalty_kop=penalty_kop,
    )
    rest |= {name: _plain(value) for name, value in (extra or {}).items() if name not in rest}
    _check_names(rest)
    values = [*block.values(), *rest.values()]
    sign = _separator(values, wanted=separator)
    mandatory = sign.join(f"{name}={value}" for name, value in block.items())
    if encoding == 2 and len(mandatory.encode()) > slip_fields.BLOCK_MAX_BYTES:
        encoding = 1
    parts = [mandatory, *(f"{name}={value}" for name, value in rest.items() if value)]
    text = f"ST0001{encoding}{sign}" + sign.join(parts)
    return text.encode(ENCODINGS[str(encoding)], "replace")


def _mandatory(payee: Payee) -> dict[str, str]:
    block = {
        "Name": _plain(payee.name)[: slip_fields.NAME_MAX].rstrip(),
        "PersonalAcc": payee.account,
        "BankName": _plain(payee.bank)[: slip_fields.BANK_MAX].rstrip(),
        "BIC": payee.bic,
        "CorrespAcc": payee.correspondent,
    }
    for name, value in block.items():
        if not slip_fields.is_valid(name, value):
            raise NotForCode(
                f"QR-код не построен: {slip_fields.shown(name)} «{value[:40]}» "
                "не по ГОСТ Р 56042-2014. Исправьте реквизиты организации."
            )
    if not bank_details.account_key_fits(payee.account, bic=payee.bic):
        raise NotForCode(
            f"QR-код не построен: контрольная цифра счёта {payee.account} не сходится с БИК "
            f"{payee.bic}. Исправьте реквизиты организации или договора."
        )
    return block


def _additional(
    payee: Payee,
    *,
    account: str | None,
    amount_kop: int | None,
    period: Period | None,
    purpose: str,
    bill: str | None,
    penalty_kop: int | None,
) -> dict[str, str]:
    if payee.inn and not bank_details.inn_fits(payee.inn):
        raise NotForCode(
            f"QR-код не построен: ИНН «{payee.inn[:12]}» не проходит проверку контрольных цифр. "
            "Исправьте реквизиты организации."
        )
    if payee.kpp and not re.fullmatch(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}", payee.kpp):
        raise NotForCode(f"QR-код не построен: КПП «{payee.kpp[:20]}» не из 9 знаков.")
    if account is not None and not looks_like_account(account):
        raise NotForCode(f"QR-код не построен: лицевой счёт «{account[:40]}» записан неверно.")
    for amount in (amount_kop, penalty_kop):
        if amount is not None and amount < 0:
            raise NotForCode(f"QR-код не построен: сумма {amount} коп. меньше нуля.")
    return {
        "Sum": _digits(amount_kop),
        "Purpose": _plain(purpose)[: slip_fields.PURPOSE_MAX].rstrip(),
        "PayeeINN": payee.inn or "",
        "KPP": payee.kpp or "",
        "PersAcc": account or "",
        "PaymPeriod": "" if period is None else f"{period.month:02d}{period.year:04d}",
        "Category": "ЖКУ",
        "QuittId": _plain(bill or ""),
        "AddAmount": _digits(penalty_kop),
        "TechCode": "02",
    }


def _digits(amount_kop: int | None) -> str:
    # A zero sum means "no sum" to whoever reads the code, so it is not written.
    return str(amount_kop) if amount_kop else ""


def _plain(value: str) -> str:
    return cleaned(value.translate(_WRITTEN))


def _check_names(rest: Mapping[str, str]) -> None:
    for name, value in rest.items():
        limit = slip_fields.LIMITED.get(name)
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", name) or name in slip_fields.MANDATORY:
            raise NotForCode(f"QR-код не построен: поле «{name[:40]}» нельзя добавить.")
        if limit is not None and len(value) > limit:
            raise NotForCode(
                f"QR-код не построен: поле {name} длиннее {limit} знаков: «{value[:40]}»."
            )


def _separator(values: list[str], *, wanted: str | None) -> str:
    """Choose a sign that no value has: the standard knows no escaping."""
    for sign in (wanted,) if wanted is not None else slip_fields.SEPARATORS:
        if sign in slip_fields.SEPARATORS and not any(sign in value for value in values):
            return sign
    raise NotForCode(
        "QR-код не построен: каждый знак, который годится в разделители, уже стоит в реквизитах. "
        "Уберите лишние знаки из назначения платежа."
    )
