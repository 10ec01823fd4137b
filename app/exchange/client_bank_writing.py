"""Writes 1CClientBankExchange 1.03: payment orders for the bank's program, statements for tests.

Lines end with CRLF; a letter the charset does not have is refused, not replaced: a name in an
order must be the name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.domain import money
from app.errors import Malformed, Refusal
from app.exchange.client_bank import (
    DOCUMENT,
    DOCUMENT_END,
    DOCUMENT_FIELDS,
    FIRST_LINE,
    LAST_LINE,
    PAYMENT_ORDER,
    SECTION,
    SECTION_END,
    AccountSection,
    BankDocument,
    ClientBankFile,
)

NUMBER_MAX = 999_999
PURPOSE_MAX = 210
NAME_MAX = 160
PRIORITY = "5"  # очередность: прочие платежи, ГК РФ, ст. 855
PAYMENT_KIND = "01"  # вид операции: платёжное поручение
_ACCOUNT = re.compile(r"\d{5}[\dABCEHKMPTX]\d{14}")
_BIC = re.compile(r"\d{9}")
_SPACE = re.compile(r"[\s\u00a0\u202f]+")
_PLACES = {key: place for place, key in enumerate(DOCUMENT_FIELDS)}


class NotWritable(Malformed):
    """A value that a file of this format cannot hold."""


class NoBankDetails(Refusal):
    """A side of a payment order has no account, bank or name."""


@dataclass(frozen=True, slots=True)
class OrderSide:
    """The payer or the payee of a payment order."""

    name: str
    inn: str
    kpp: str
    account: str
    bank: str
    bic: str
    correspondent: str

    def require_complete(self, what: str) -> None:
        """Check what a bank asks of a side.

        :param what: whom the sentence names: "плательщика", "получателя «Водоканал»"
        :raises NoBankDetails: naming what is missing or wrong
        """
        wrong = [
            word
            for word, is_right in (
                ("наименования", bool(self.name.strip())),
                ("расчётного счёта из 20 знаков", bool(_ACCOUNT.fullmatch(self.account))),
                ("БИК из 9 цифр", bool(_BIC.fullmatch(self.bic))),
            )
            if not is_right
        ]
        if wrong:
            raise NoBankDetails(
                f"У {what} нет {', '.join(wrong)}: платёжное поручение не составить. "
                "Заполните реквизиты на листе «Организации» или «Договоры»."
            )


def payment_order(
    number: int,
    dated: date,
    *,
    amount_kop: int,
    payer: OrderSide,
    payee: OrderSide,
    purpose: str,
) -> BankDocument:
    """Make a payment order.

    :raises NoBankDetails: when a side is not complete
    :raises NotWritable: when the number has more than six digits, or the purpose is too long
    """
    payer.require_complete("плательщика (центра)")
    payee.require_complete(f"получателя «{payee.name}»")
    if not 1 <= number <= NUMBER_MAX:
        raise NotWritable(
            f"Номер поручения {number}: банк принимает не больше шести цифр. "
            "Начните нумерацию года."
        )
    told = _SPACE.sub(" ", purpose).strip()
    if not told or len(told) > PURPOSE_MAX:
        raise NotWritable(
            f"Назначение платежа – {len(told)} знаков, допустимо от 1 до {PURPOSE_MAX}: сократите."
        )
    assert amount_kop > 0
    fields = {
        **_side("Плательщик", payer),
        **_side("Получатель", payee),
        "ВидОплаты": PAYMENT_KIND,
        "Очередность": PRIORITY,
        "НазначениеПлатежа": told,
    }
    kept = {key: value for key, value in fields.items() if value}
    return BankDocument(PAYMENT_ORDER, str(number), dated, amount_kop, fields=kept)


def write(file: ClientBankFile) -> bytes:
    """Write a file in its charset.

    :raises NotWritable: when a value has a letter the charset lacks
    """
    lines = list(_lines(file))
    for line in lines:
        if "\n" in line or "\r" in line:
            raise NotWritable(f"В значении перевод строки: «{line[:60]!r}». Уберите его.")
    text = "".join(f"{line}\r\n" for line in lines)
    try:
        return text.encode(file.charset.codec)
    except UnicodeEncodeError as error:
        place = text.count("\n", 0, error.start)
        raise NotWritable(
            f"Знака «{text[error.start]}» нет в кодировке {file.charset.value}: "
            f"«{lines[place][:80]}». Замените его в наименовании или назначении."
        ) from error


def _side(prefix: str, side: OrderSide) -> dict[str, str]:
    name = _SPACE.sub(" ", side.name).strip()[:NAME_MAX]
    return {
        f"{prefix}Счет": side.account,
        prefix: f"ИНН {side.inn} {name}" if side.inn else name,
        f"{prefix}ИНН": side.inn,
        f"{prefix}КПП": side.kpp,
        f"{prefix}1": name,
        f"{prefix}РасчСчет": side.account,
        f"{prefix}Банк1": _SPACE.sub(" ", side.bank).strip(),
        f"{prefix}БИК": side.bic,
        f"{prefix}Корсчет": side.correspondent,
    }


def _lines(file: ClientBankFile) -> Iterator[str]:
    yield FIRST_LINE
    yield f"ВерсияФормата={file.version}"
    yield f"Кодировка={file.charset.value}"
    yield f"Отправитель={file.sender}"
    yield f"Получатель={file.receiver}"
    yield f"ДатаСоздания={_day(file.created_on)}"
    yield f"ВремяСоздания={file.created_at}"
    yield f"ДатаНачала={_day(file.since)}"
    yield f"ДатаКонца={_day(file.until)}"
    yield from (f"РасчСчет={account}" for account in file.accounts)
    yield from (f"Документ={kind}" for kind in file.kinds)
    yield from (f"{key}={value}" for key, value in file.unknown.items())
    for section in file.sections:
        yield from _section(section)
    for document in file.documents:
        yield from _document(document)
    yield LAST_LINE


def _section(section: AccountSection) -> Iterator[str]:
    yield SECTION
    yield f"ДатаНачала={_day(section.since)}"
    yield f"ДатаКонца={_day(section.until)}"
    yield f"РасчСчет={section.account}"
    for key, size_kop in (
        ("НачальныйОстаток", section.opening_kop),
        ("ВсегоПоступило", section.credited_kop),
        ("ВсегоСписано", section.debited_kop),
        ("КонечныйОстаток", section.closing_kop),
    ):
        if size_kop is not None:
            yield f"{key}={money.rubles(size_kop)}"
    yield from (f"{key}={value}" for key, value in section.unknown.items())
    yield SECTION_END


def _document(document: BankDocument) -> Iterator[str]:
    yield f"{DOCUMENT}={document.kind}"
    yield f"Номер={document.number}"
    yield f"Дата={_day(document.dated)}"
    yield f"Сумма={money.rubles(document.amount_kop)}"
    fields = sorted(document.fields.items(), key=lambda one: _PLACES.get(one[0], len(_PLACES)))
    is_debit_told = document.debited_on is None
    for key, value in fields:
        if not is_debit_told and _PLACES.get(key, 0) > _PLACES["ПлательщикСчет"]:
            yield f"ДатаСписано={_day(document.debited_on)}"
            is_debit_told = True
        yield f"{key}={value}"
    if not is_debit_told:
        yield f"ДатаСписано={_day(document.debited_on)}"
    if document.credited_on is not None:
        yield f"ДатаПоступило={_day(document.credited_on)}"
    yield DOCUMENT_END


def _day(day: date | None) -> str:
    return "" if day is None else f"{day:%d.%m.%Y}"
