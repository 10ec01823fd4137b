"""1CClientBankExchange 1.03 as values: what a bank statement or a file of payment orders holds.

    file ── header: who, when, which accounts
         ├─ account sections: opening + credited − debited = closing
         └─ documents: kind, number, day, amount and named fields, unknown ones kept

Reading is client_bank_reading's, writing client_bank_writing's; read(write(file)) == file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

FIRST_LINE = "1CClientBankExchange"
LAST_LINE = "КонецФайла"
SECTION = "СекцияРасчСчет"
SECTION_END = "КонецРасчСчет"
DOCUMENT = "СекцияДокумент"
DOCUMENT_END = "КонецДокумента"
VERSION = "1.03"
PAYMENT_ORDER = "Платежное поручение"

_SIDE = ("", "ИНН", "КПП", "1", "2", "3", "4", "РасчСчет", "Банк1", "Банк2", "БИК", "Корсчет")
# Keys of a document besides number, day and amount, in the order they are written.
DOCUMENT_FIELDS: tuple[str, ...] = (
    "КвитанцияДата", "КвитанцияВремя", "КвитанцияСодержание",
    "ПлательщикСчет", *(f"Плательщик{part}" for part in _SIDE),
    "ПолучательСчет", *(f"Получатель{part}" for part in _SIDE),
    "ВидПлатежа", "ВидОплаты", "Код", "НазначениеПлатежа",
    *(f"НазначениеПлатежа{place}" for place in range(1, 7)),
    "СтатусСоставителя", "ПоказательКБК", "ОКАТО", "ПоказательОснования", "ПоказательПериода",
    "ПоказательНомера", "ПоказательДаты", "ПоказательТипа", "Очередность", "СрокАкцепта",
    "ВидАккредитива", "СрокПлатежа", "УсловиеОплаты1", "УсловиеОплаты2", "УсловиеОплаты3",
    "ПлатежПоПредст", "ДополнУсловия", "НомерСчетаПоставщика", "ДатаОтсылкиДок",
)  # fmt: skip


class Charset(StrEnum):
    """What the bytes of a file are; the value is what the header says of it."""

    WINDOWS = "Windows"
    DOS = "DOS"
    UTF_8 = "UTF-8"

    @property
    def codec(self) -> str:
        return {"Windows": "cp1251", "DOS": "cp866", "UTF-8": "utf-8"}[self.value]


class Direction(StrEnum):
    """Which way money of a document goes for an account."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class AccountSection:
    """The balance of an account for some days; None where the file says nothing."""

    account: str
    since: date | None = None
    until: date | None = None
    opening_kop: int | None = None
    credited_kop: int | None = None
    debited_kop: int | None = None
    closing_kop: int | None = None
    unknown: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BankDocument:
    """A document of a bank.

    :ivar debited_on: the day the payer's account was debited; None: not yet, or not told
    :ivar credited_on: the day the payee's account was credited
    :ivar fields: everything else by its key, not empty; unknown keys too
    """

    kind: str
    number: str
    dated: date | None
    amount_kop: int
    debited_on: date | None = None
    credited_on: date | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def payer_accounts(self) -> frozenset[str]:
        return self._named("ПлательщикРасчСчет", "ПлательщикСчет")

    @property
    def payee_accounts(self) -> frozenset[str]:
        return self._named("ПолучательРасчСчет", "ПолучательСчет")

    @property
    def payer_account(self) -> str:
        return self.fields.get("ПлательщикРасчСчет") or self.fields.get("ПлательщикСчет", "")

    @property
    def payer_name(self) -> str:
        return self.fields.get("Плательщик1") or self.fields.get("Плательщик", "")

    @property
    def purpose(self) -> str:
        """The purpose of payment, put together where it is given in parts."""
        whole = self.fields.get("НазначениеПлатежа", "")
        if whole:
            return whole
        parts = (self.fields.get(f"НазначениеПлатежа{place}", "") for place in range(1, 7))
        return " ".join(part for part in parts if part)

    def direction(self, account: str) -> Direction | None:
        """Say which way the money went for an account; None: the bank has not moved it."""
        if account in self.payee_accounts and self.credited_on is not None:
            return Direction.IN
        if account in self.payer_accounts and self.debited_on is not None:
            return Direction.OUT
        return None

    def key(self, account: str) -> tuple[str, Direction | None, str, date | None, int, str]:
        """What tells a document from another: it comes again in every statement of its days."""
        return (
            account, self.direction(account), self.number, self.dated, self.amount_kop,
            self.payer_account,
        )  # fmt: skip

    def _named(self, *keys: str) -> frozenset[str]:
        return frozenset(filter(None, (self.fields.get(key, "") for key in keys)))


@dataclass(frozen=True, slots=True)
class ClientBankFile:
    """A whole file.

    :ivar accounts: those the header names
    :ivar kinds: of documents that were asked for, as the header names them
    :ivar unknown: other lines of the header, by key
    """

    documents: tuple[BankDocument, ...] = ()
    sections: tuple[AccountSection, ...] = ()
    version: str = VERSION
    charset: Charset = Charset.WINDOWS
    sender: str = ""
    receiver: str = ""
    created_on: date | None = None
    created_at: str = ""
    since: date | None = None
    until: date | None = None
    accounts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    unknown: Mapping[str, str] = field(default_factory=dict)

    @property
    def own_accounts(self) -> tuple[str, ...]:
        """The accounts the file is about, each once."""
        named = [*self.accounts, *(section.account for section in self.sections)]
        return tuple(dict.fromkeys(filter(None, named)))
