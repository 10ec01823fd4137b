"""Reads 1CClientBankExchange: bytes of a bank statement become values and a list of remarks.

charset   by the bytes themselves: the word the file ends with; the header may lie
sums      1234.56 · 1234-56 · 1234,56 · 1 234.56 · 1'234.56
remarks   unknown keys, repeated ones, sums and days that cannot be read, balances and totals
          that do not add up, documents that come twice; a document whose sum cannot be read
          is left out, all the rest is kept
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.domain import money
from app.domain.problem import Problem
from app.errors import Malformed
from app.exchange.client_bank import (
    DOCUMENT,
    DOCUMENT_END,
    DOCUMENT_FIELDS,
    FIRST_LINE,
    LAST_LINE,
    SECTION,
    SECTION_END,
    AccountSection,
    BankDocument,
    Charset,
    ClientBankFile,
    Direction,
)

BYTES_MAX = 200_000_000
PROBLEMS_MAX = 200
_LINE_MAX = 4_000
_ENDS = re.compile(r"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"
_SPACES = re.compile(r"[\s\u00a0\u202f']")
_PLAIN = re.compile(r"(\d{1,13})(?:[.,-](\d{1,2}))?")
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})+([.,])\d{2}")
_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_HEADER_TEXTS = {
    "ВерсияФормата": "version",
    "Отправитель": "sender",
    "Получатель": "receiver",
    "ВремяСоздания": "created_at",
}
_HEADER_DAYS = {"ДатаСоздания": "created_on", "ДатаНачала": "since", "ДатаКонца": "until"}
_SECTION_DAYS = {"ДатаНачала": "since", "ДатаКонца": "until"}
_SECTION_SUMS = {
    "НачальныйОстаток": "opening_kop",
    "ВсегоПоступило": "credited_kop",
    "ВсегоСписано": "debited_kop",
    "КонечныйОстаток": "closing_kop",
}
_DOCUMENT_DAYS = {"Дата": "dated", "ДатаСписано": "debited_on", "ДатаПоступило": "credited_on"}
_KNOWN = frozenset(DOCUMENT_FIELDS)


class NotAStatement(Malformed):
    """The bytes are no file of 1CClientBankExchange."""


class NotASum(Malformed):
    """A text that no bank would write for a sum."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A file and what is to be said of it; `is_whole`: it ends where a file ends."""

    file: ClientBankFile
    problems: tuple[Problem, ...] = ()
    is_whole: bool = True


def read(content: bytes) -> Statement:
    """Read a file.

    :raises NotAStatement: when it is none, or is too large
    """
    charset, text = _decoded(content)
    lines = _ENDS.split(text)
    if lines[0].strip() != FIRST_LINE:
        raise NotAStatement(
            f"Это не выписка 1С: первая строка файла должна быть «{FIRST_LINE}». "
            "Выгрузите выписку в формате «1С» и повторите."
        )
    reader = _Reader(charset)
    for number, line in enumerate(lines[1:], start=2):
        reader.take(number, line)
    return reader.finish()


def amount_kop(text: str) -> int:
    """Read a sum in any of the spellings banks use.

    :raises NotASum: when it is none
    """
    bare = _SPACES.sub("", text)
    grouped = _GROUPED.fullmatch(bare)
    if grouped and grouped[1] != grouped[2]:
        bare = bare[:-3].replace(grouped[1], "") + "." + bare[-2:]
    plain = _PLAIN.fullmatch(bare)
    if not plain or not bare.isascii():
        raise NotASum(f"«{text[:20]}» не сумма.")
    return int(plain[1]) * money.KOP_PER_RUB + int((plain[2] or "").ljust(2, "0"))


def _decoded(content: bytes) -> tuple[Charset, str]:
    if len(content) > BYTES_MAX:
        raise NotAStatement(
            f"Файл больше {BYTES_MAX // 1_000_000} МБ: таких выписок не бывает. Проверьте файл."
        )
    if content.startswith(_BOM):
        return Charset.UTF_8, content[len(_BOM) :].decode("utf-8", errors="replace")
    for charset in Charset:
        if LAST_LINE.encode(charset.codec) in content:
            return charset, content.decode(charset.codec, errors="replace")
    # Cut off before its last word: any other word of ours tells.
    for charset in Charset:
        if any(word.encode(charset.codec) in content for word in ("Секция", "Версия")):
            return charset, content.decode(charset.codec, errors="replace")
    return Charset.WINDOWS, content.decode("cp1251", errors="replace")


@dataclass
class _Reader:
    """Takes one line after another; a part is open until its end line comes."""

    charset: Charset
    part: str = ""
    header: dict[str, str] = field(default_factory=dict)
    accounts: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    sections: list[AccountSection] = field(default_factory=list)
    documents: list[BankDocument] = field(default_factory=list)
    lines: dict[str, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    kind: str = ""
    began: int = 0
    is_whole: bool = False

    def take(self, number: int, raw: str) -> None:
        line = raw.strip()
        if not line or self.is_whole:
            return
        if len(line) > _LINE_MAX:
            self.tell(f"строка длиннее {_LINE_MAX} знаков, взято начало", number)
            line = line[:_LINE_MAX]
        key, mark, value = line.partition("=")
        key, value = key.strip(), value.strip()
        if key == LAST_LINE:
            self.close(number)
            self.is_whole = True
        elif key in (SECTION, DOCUMENT):
            self.close(number)
            self.part, self.kind, self.began = key, value, number
        elif key in (SECTION_END, DOCUMENT_END):
            if self.part != (SECTION if key == SECTION_END else DOCUMENT):
                self.tell(f"«{key}» без начала", number)
            self.end(number)
        elif not mark:
            self.tell(f"в строке нет знака «=»: «{line[:40]}»", number)
        else:
            self.put(key, value, number)

    def put(self, key: str, value: str, number: int) -> None:
        if self.part:
            if key in self.lines:
                self.tell(f"поле «{key[:40]}» повторяется, взято первое", number)
                return
            self.lines[key], self.places[key] = value, number
        elif key == "РасчСчет":
            self.accounts.append(value)
        elif key == "Документ":
            self.kinds.append(value)
        elif key != "Кодировка":
            self.header[key] = value
            self.places[key] = number

    def close(self, number: int) -> None:
        if self.part:
            self.tell(f"раздел, начатый строкой {self.began}, не закрыт", number)
            self.end(number)

    def end(self, number: int) -> None:
        if self.part == SECTION:
            self.sections.append(self.section())
        elif self.part == DOCUMENT:
            self.document(number)
        self.part, self.lines, self.places = "", {}, {}

    def section(self) -> AccountSection:
        lines = self.lines
        given: dict[str, Any] = {name: self.day(key) for key, name in _SECTION_DAYS.items()}
        given |= {name: self.sum(key) for key, name in _SECTION_SUMS.items()}
        known = {"РасчСчет", *_SECTION_DAYS, *_SECTION_SUMS}
        unknown = {key: value for key, value in lines.items() if key not in known and value}
        self.unknown.update(unknown.keys())
        return AccountSection(lines.get("РасчСчет", ""), **given, unknown=unknown)

    def document(self, number: int) -> None:
        lines = self.lines
        size = self.sum("Сумма")
        if size is None:
            if not lines.get("Сумма"):
                self.tell("у документа нет суммы, он пропущен", number, is_warning=False)
            return
        days = {name: self.day(key) for key, name in _DOCUMENT_DAYS.items()}
        kept = {
            key: value
            for key, value in lines.items()
            if value and key not in _DOCUMENT_DAYS and key not in ("Номер", "Сумма")
        }
        self.unknown.update(key for key in kept if key not in _KNOWN)
        self.documents.append(
            BankDocument(self.kind, lines.get("Номер", ""), amount_kop=size, **days, fields=kept)
        )

    def day(self, key: str) -> date | None:
        value = (self.lines if self.part else self.header).get(key, "")
        if not value:
            return None
        found = _DATE.fullmatch(value)
        try:
            if found:
                return date(int(found[3]), int(found[2]), int(found[1]))
        except ValueError:
            found = None
        self.tell(f"«{key}» – не дата: «{value[:20]}»", self.places.get(key, 0))
        return None

    def sum(self, key: str) -> int | None:
        value = self.lines.get(key, "")
        if not value:
            return None
        try:
            return amount_kop(value)
        except NotASum:
            self.tell(
                f"«{key}» – не сумма: «{value[:20]}»", self.places[key], is_warning=key != "Сумма"
            )
            return None

    def tell(self, message: str, number: int, *, is_warning: bool = True) -> None:
        if len(self.problems) < PROBLEMS_MAX:
            self.problems.append(Problem(message, row=number or None, is_warning=is_warning))

    def finish(self) -> Statement:
        if not self.is_whole:
            self.close(0)
            self.tell(
                f"файл обрезан: нет строки «{LAST_LINE}». Выгрузите его заново", 0, is_warning=False
            )
        known = {*_HEADER_TEXTS, *_HEADER_DAYS}
        unknown = {key: text for key, text in self.header.items() if key not in known and text}
        named: dict[str, Any] = {
            **{name: self.header.get(key, "") for key, name in _HEADER_TEXTS.items()},
            **{name: self.day(key) for key, name in _HEADER_DAYS.items()},
        }
        file = ClientBankFile(
            documents=tuple(self.documents),
            sections=tuple(self.sections),
            charset=self.charset,
            accounts=tuple(self.accounts),
            kinds=tuple(self.kinds),
            unknown=unknown,
            **named,
        )
        self.unknown.update(unknown.keys())
        if self.unknown:
            names = ", ".join(f"«{key[:40]}»" for key in sorted(self.unknown)[:20])
            self.tell(f"неизвестные поля сохранены как есть: {names}", 0)
        self.problems += [*_balance_remarks(file), *_total_remarks(file), *_double_remarks(file)]
        return Statement(file, tuple(self.problems[: PROBLEMS_MAX + 50]), self.is_whole)


def _balance_remarks(file: ClientBankFile) -> Iterator[Problem]:
    for one in file.sections:
        sums = (one.opening_kop, one.credited_kop, one.debited_kop, one.closing_kop)
        if None in sums:
            continue
        opening, credited, debited, closing = (int(size or 0) for size in sums)
        if opening + credited - debited != closing:
            yield _remark(
                f"остатки по счёту {one.account} не сходятся: {_rub(opening)} + {_rub(credited)} "
                f"− {_rub(debited)} ≠ {_rub(closing)}"
            )


def _total_remarks(file: ClientBankFile) -> Iterator[Problem]:
    moved: Counter[tuple[str, Direction]] = Counter()
    own = {section.account for section in file.sections}
    for document in file.documents:
        for account in (document.payee_accounts | document.payer_accounts) & own:
            way = document.direction(account)
            if way is not None:
                moved[account, way] += document.amount_kop
    for account in dict.fromkeys(section.account for section in file.sections):
        of_it = [section for section in file.sections if section.account == account]
        for way, name, word in (
            (Direction.IN, "credited_kop", "поступило"),
            (Direction.OUT, "debited_kop", "списано"),
        ):
            told = [getattr(section, name) for section in of_it]
            if None in told:
                continue
            if sum(told) != moved[account, way]:
                yield _remark(
                    f"по счёту {account} {word} {_rub(sum(told))}, а документов на "
                    f"{_rub(moved[account, way])}"
                )


def _double_remarks(file: ClientBankFile) -> Iterator[Problem]:
    own = set(file.own_accounts)
    seen: set[object] = set()
    for document in file.documents:
        accounts = sorted((document.payee_accounts | document.payer_accounts) & own)
        keys = {document.key(account) for account in accounts or [""]}
        if keys & seen:
            day = f" от {document.dated:%d.%m.%Y}" if document.dated else ""
            yield _remark(
                f"документ № {document.number}{day} на {_rub(document.amount_kop)} повторяется"
            )
        seen |= keys


def _remark(message: str) -> Problem:
    return Problem(message, is_warning=True)


def _rub(size_kop: int) -> str:
    return f"{money.shown(size_kop)} ₽"
