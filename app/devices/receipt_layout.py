"""Lays a receipt out in lines of 32, 42 or 48 characters; knows no printer."""

import textwrap
import unicodedata
from dataclasses import dataclass, replace
from typing import Literal

from app.domain import money
from app.domain.receipt import Receipt
from app.domain.tender import Tender

Align = Literal["left", "center"]

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("«»„“”″", '"'),
        **dict.fromkeys("‘’‚′`", "'"),
        **dict.fromkeys("—–‒―−‐‑", "-"),
        **dict.fromkeys("\u00a0\u202f\u2009\u2007", " "),
        "₽": "руб.",
        "…": "...",
        "×": "x",
        "²": "2",
        "³": "3",
        "\u00ad": "",
    }
)


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A line of paper; a tall line is twice as high and as wide as any, so columns stay."""

    text: str
    align: Align = "left"
    bold: bool = False
    tall: bool = False


def laid_out(receipt: Receipt, *, width: int) -> list[PaperLine]:
    """Give the lines of a receipt, none longer than the paper.

    :param width: characters of a line in the plain font, at least 24
    """
    assert width >= 24
    rule = PaperLine("-" * width)
    lines = _head(receipt, width=width)
    lines += [rule, *_facts(receipt, width=width), rule]
    for line in receipt.lines:
        lines += _columns(line.name, _amount(line.amount_kop), width=width)
    lines += [rule, *_totals(receipt, width=width), rule]
    footer = receipt.footer or ("Спасибо! Сохраните чек до сверки платежа.",)
    lines += [PaperLine(part, "center") for text in footer for part in _wrapped(text, width)]
    assert all(len(line.text) <= width for line in lines)
    return lines


def plain(text: str) -> str:
    """Give the text in signs that code page 866 has wherever they have a plain twin."""
    composed = unicodedata.normalize("NFC", text).translate(_PLAIN)
    return "".join(letter if letter.isprintable() else " " for letter in composed)


def _head(receipt: Receipt, *, width: int) -> list[PaperLine]:
    own = receipt.organisation
    lines = [PaperLine(part, "center", bold=True) for part in _wrapped(own.name, width)]
    facts = [f"ИНН {own.inn}", own.address, f"тел. {own.phone}" if own.phone else ""]
    lines += [PaperLine(part, "center") for text in facts for part in _wrapped(text, width)]
    lines.append(PaperLine(""))
    if receipt.copy:
        lines.append(PaperLine("КОПИЯ", "center", bold=True, tall=True))
    lines += [PaperLine(part, "center", bold=True) for part in _wrapped(receipt.title, width)]
    return lines


def _facts(receipt: Receipt, *, width: int) -> list[PaperLine]:
    facts = [
        (f"Чек {receipt.number}", f"{receipt.at:%d.%m.%Y %H:%M}"),
        ("Кассир", receipt.cashier),
        ("Лицевой счёт", receipt.account),
        ("Плательщик", receipt.payer),
        ("Период", receipt.period),
    ]
    lines = [line for left, right in facts if right for line in _columns(left, right, width=width)]
    return lines + [PaperLine(part) for part in _wrapped(receipt.address, width)]


def _totals(receipt: Receipt, *, width: int) -> list[PaperLine]:
    total = _amount(receipt.total_kop)
    word = "ВОЗВРАТ" if receipt.refund else "ИТОГО"
    lines = [replace(line, bold=True, tall=True) for line in _columns(word, total, width=width)]
    lines += _columns(receipt.tender.printed, _amount(receipt.tendered_kop), width=width)
    if receipt.tender is Tender.CASH:
        lines += _columns("Сдача", _amount(receipt.change_kop), width=width)
    return lines


def _columns(left: str, right: str, *, width: int) -> list[PaperLine]:
    """Put the right text at the right edge of the last line of the left one."""
    right = plain(right)
    if len(right) > width - 8:
        texts = [*_wrapped(left, width), *(part.rjust(width) for part in _wrapped(right, width))]
        return [PaperLine(text) for text in texts]
    *above, last = _wrapped(left, width - len(right) - 1) or [""]
    texts = [*above, last + right.rjust(width - len(last))]
    return [PaperLine(text) for text in texts]


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(plain(text), width, break_on_hyphens=False)


def _amount(amount_kop: int) -> str:
    return plain(money.shown(amount_kop))
