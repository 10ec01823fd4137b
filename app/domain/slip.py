"""The code of a payment document as the desk understands it: parse, and refuse what is not ours.

scan ─▶ slip_text ─▶ ST…            slip_st      kind "st"
                   ├ https://qr.nspk.ru          kind "sbp"      a payment link, reject
                   ├ t=…&s=…&fn=…&i=…&fp=…       kind "fiscal"   a receipt, reject
                   ├ digits       slip_layout    kind "barcode"
                   ├ an account typed by hand    kind "account"
                   └ anything else               kind "unknown"  reject

level   payable   all that is mandatory is right and the payee is one of our creditors
        lookup    the account is known, which is enough for our desk
        reject    neither

Errors are what is wrong with the code; a right code of a stranger is rejected without one.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from app.domain import money, slip_layout, slip_st, slip_text
from app.domain.period import Period
from app.domain.slip_layout import Layout
from app.domain.slip_reading import Reading, Remark, looks_like_account
from app.errors import Malformed

Level = Literal["payable", "lookup", "reject"]

MAX_SCAN = 4096  # characters or bytes; a QR code of the largest size holds 2953 bytes

_FISCAL = re.compile(r"(?:[a-z]+=[^&=]{0,64}&){3,11}[a-z]+=[^&=]{0,64}", re.IGNORECASE)
_FISCAL_KEYS = {"t", "s", "fn", "i", "fp"}
_SBP = re.compile(r"https://(?:qr\.nspk\.ru|sub\.nspk\.ru)/", re.IGNORECASE)
_TYPED_MAX = 20


class NotOurSlip(Malformed):
    """A scan that the desk cannot take money by."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What a scan says; warnings and errors are coded, with a Russian sentence each."""

    level: Level
    kind: str
    account: str | None
    amount_kop: int | None
    period: Period | None
    fields: dict[str, str]
    warnings: tuple[Remark, ...]
    errors: tuple[Remark, ...]
    raw: str

    @property
    def spellings(self) -> tuple[str, ...]:
        """The account as written, then without the zeros a code pads it with."""
        if self.account is None:
            return ()
        bare = self.account.lstrip("0") or self.account
        return (self.account,) if bare == self.account else (self.account, bare)

    def as_json(self) -> dict[str, object]:
        """Give the document of `kvitok scan` (interface.md §2)."""
        return {
            "level": self.level,
            "kind": self.kind,
            "account": self.account,
            "amount": None if self.amount_kop is None else money.rubles(self.amount_kop),
            "period": None if self.period is None else str(self.period),
            "fields": dict(self.fields),
            "warnings": [str(remark) for remark in self.warnings],
            "errors": [str(remark) for remark in self.errors],
        }


def parse(
    scan: str | bytes,
    *,
    layouts: tuple[Layout, ...] = slip_layout.DEFAULT,
    creditors: Collection[tuple[str, str]] = frozenset(),
    account_keys: tuple[str, ...] = ("PersAcc",),
) -> Slip:
    """Read any scan; never raises, whatever was scanned (money.md §4.1, §4.2).

    :param layouts: one-dimensional codes in use
    :param creditors: (БИК, settlement account) of those we take money for
    :param account_keys: fields of a payment code that may hold the personal account
    """
    reading = Reading(kind="unknown")
    if len(scan) > MAX_SCAN:
        reading.fail(
            "TOO_LONG",
            f"Считано {len(scan)} знаков, а в коде квитанции их не больше {MAX_SCAN}. "
            "Отсканируйте одну квитанцию.",
        )
        return _slip(reading, raw=_shown(scan[:MAX_SCAN]), creditors=creditors)

    text = slip_text.of_scan(scan, into=reading)
    if not text:
        reading.fail("EMPTY", "Код пуст. Отсканируйте квитанцию ещё раз.")
    elif slip_st.looks_like_st(text):
        reading.kind = "st"
        slip_st.read(text, into=reading, account_keys=account_keys)
    elif _SBP.match(text):
        _read_sbp(text, into=reading)
    elif _is_fiscal(text):
        _read_fiscal(text, into=reading)
    else:
        _read_line(text, layouts=layouts, into=reading)
    return _slip(reading, raw=_shown(scan), creditors=creditors)


def require_ours(slip: Slip) -> Slip:
    """Give the slip back when the desk can take money by it.

    :raises NotOurSlip: when its level is reject; the sentence says why and what to do
    """
    if slip.level != "reject":
        return slip
    if slip.errors:
        raise NotOurSlip(slip.errors[0].message if slip.kind != "st" else _st_reason(slip))
    raise NotOurSlip(
        "В коде квитанции нет лицевого счёта, а получатель не из наших договоров: "
        f"«{slip.fields.get('Name', 'не назван')[:80]}». Найдите счёт по адресу или фамилии (F2)."
    )


def _st_reason(slip: Slip) -> str:
    for remark in slip.errors:
        if not remark.code.startswith("REQ_"):
            return remark.message
    return (
        f"{slip.errors[0].message} Лицевого счёта в коде тоже нет. "
        "Найдите счёт по адресу или фамилии (F2)."
    )


def _read_line(text: str, *, layouts: tuple[Layout, ...], into: Reading) -> None:
    found = slip_layout.matching(text, layouts, symbology=into.symbology)
    if len(found) == 1:
        into.kind = "barcode"
        slip_layout.read(text, found[0], into=into)
        if not found[0].own and len(text) <= _TYPED_MAX:
            into.warn("MAYBE_ACCOUNT", f"Если {text} набран руками, это может быть номер счёта.")
    elif found:
        into.kind = "barcode"
        names = ", ".join(layout.code for layout in found)
        into.fail(
            "AMBIGUOUS",
            f"Штрихкод подходит под несколько раскладок: {names}. Введите лицевой счёт руками.",
        )
    elif slip_layout.glued(text, layouts):
        into.kind = "barcode"
        into.fail("GLUED", "Считались два кода подряд. Отсканируйте квитанцию ещё раз.")
    elif len(text) <= _TYPED_MAX and looks_like_account(_unspaced(text)):
        into.kind = "account"
        into.account = _unspaced(text)
    elif slip_layout.shaped(text, layouts):
        into.kind = "barcode"
        into.fail(
            "CHECK_DIGIT",
            "Контрольная цифра штрихкода не сошлась: код считан с ошибкой. "
            "Отсканируйте ещё раз или введите лицевой счёт руками.",
        )
    else:
        seen = slip_text.cleaned(text)[:40]
        into.fail(
            "UNKNOWN",
            f"«{seen}» не похоже на код квитанции и не номер лицевого счёта. "
            "Отсканируйте QR-код или штрихкод квитанции либо найдите счёт (F2).",
        )


def _unspaced(text: str) -> str:
    """Give digits typed in groups without the spaces between; other texts as they are."""
    return text.replace(" ", "") if re.fullmatch(r"[0-9]+(?: [0-9]+)*", text) else text


def _read_sbp(text: str, *, into: Reading) -> None:
    into.kind = "sbp"
    into.fields = {"Link": slip_text.cleaned(text)[:200]}
    into.fail(
        "SBP",
        "Это ссылка СБП для оплаты с телефона, лицевого счёта в ней нет. "
        "Отсканируйте код квитанции или найдите счёт (F2).",
    )


def _is_fiscal(text: str) -> bool:
    query = urlsplit(text).query if _link(text) else text
    if not _FISCAL.fullmatch(query):
        return False
    return {part.partition("=")[0].casefold() for part in query.split("&")} >= _FISCAL_KEYS


def _link(text: str) -> bool:
    # urlsplit raises on brackets in the host; such a text is no receipt link anyway.
    return bool(re.match(r"https?://[A-Za-z0-9.-]+/", text))


def _read_fiscal(text: str, *, into: Reading) -> None:
    into.kind = "fiscal"
    query = urlsplit(text).query if _link(text) else text
    into.fields = {key.casefold(): slip_text.cleaned(value) for key, value in parse_qsl(query)}
    into.fail(
        "FISCAL",
        "Это чек, а не квитанция: по нему уже заплатили. Отсканируйте код платёжного документа.",
    )


def _slip(reading: Reading, *, raw: str, creditors: Collection[tuple[str, str]]) -> Slip:
    broken = {remark.code for remark in reading.errors} & {"PERIOD", "AMBIGUOUS", "GLUED"}
    ours = reading.own or (reading.payee is not None and reading.payee in creditors)
    level: Level = "reject"
    if not broken and reading.complete and ours:
        level = "payable"
    elif not broken and reading.account is not None:
        level = "lookup"
    if creditors and reading.payee is not None and not ours:
        reading.warn("FOREIGN_PAYEE", "Получатель из кода не значится в наших договорах.")
    if reading.kind == "st" and reading.account is None and not reading.errors:
        reading.warn("NO_ACCOUNT", "В коде нет лицевого счёта плательщика.")
    return Slip(
        level=level,
        kind=reading.kind,
        account=reading.account if level != "reject" else None,
        amount_kop=reading.amount_kop,
        period=reading.period,
        fields=reading.fields,
        warnings=tuple(reading.warnings),
        errors=tuple(reading.errors),
        raw=raw,
    )


def _shown(scan: str | bytes) -> str:
    """Give the scan as a person can copy it: no lone surrogates, bytes by their likely letters."""
    if isinstance(scan, bytes):
        return scan.decode("utf-8", "backslashreplace")
    return scan.encode("utf-8", "backslashreplace").decode("utf-8")
