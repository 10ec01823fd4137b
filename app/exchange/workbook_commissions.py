"""Sheets of what agents take and of how money goes to suppliers."""

from app.domain import service
from app.domain import workbook_words as words
from app.domain.commission_rules import CHANNEL_WORDS
from app.exchange.workbook_sheet import Column, Kind, Sheet
from app.exchange.workbook_stock import FROM, TO, code, word

_KOP_MAX = 100_000_000_000  # a thousand million roubles


def _money(header: str, field: str, comment: str = "") -> Column:
    return Column(header, field, Kind.MONEY, low=0, high=_KOP_MAX, comment=comment)


COMMISSIONS = Sheet(
    "Комиссии",
    "commission_rule",
    (
        code("Агент", "agent", refers="Организации", required=True),
        word("Канал", "channel", CHANNEL_WORDS, comment="Пусто – любой"),
        word("Группа услуг", "section", service.SECTION_WORDS, comment="Пусто – любая"),
        FROM,
        TO,
        word("Вид", "kind", words.COMMISSION_KINDS, required=True),
        Column(
            "Ставка", "rate_ppm", Kind.PERCENT, low=0, high=1_000_000,
            comment="Число процентов, например 1,5",
        ),
        _money("От", "from_kop", "Ступень: с этой суммы, рубли; каждая ступень – своя строка"),
        _money("До суммы", "to_kop", "Ступень: меньше этой суммы, рубли"),
        _money("Минимум", "min_kop", "Рубли"),
        _money("Максимум", "max_kop", "Рубли"),
        _money("Фиксированная", "fixed_kop", "Рубли, сверх процента"),
        word("Кто платит", "payer", words.COMMISSION_PAYERS, required=True),
        word("База", "basis", words.COMMISSION_BASES, comment="Пусто – платёж"),
        word("НДС", "with_vat", words.YES_NO, comment="Комиссия включает НДС"),
    ),
    key=("agent", "channel", "section", "valid_from", "from_kop"),
    group=("agent", "channel", "section", "from_kop"),
    dates=("valid_from", "valid_to"),
    about="Комиссии агентов и банков",
)  # fmt: skip

TRANSFER_TERMS = Sheet(
    "Условия перечислений",
    "transfer_terms",
    (
        code("Договор", "contract", refers="Договоры", required=True),
        FROM,
        TO,
        word(
            "Комиссия агентов", "agents_paid_by", words.AGENTS_PAID_BY, required=True,
            comment="За чей счёт то, что удержал агент",
        ),
        word(
            "Удерживать вознаграждение", "withholds_fee", words.YES_NO,
            comment="«Комиссия, %» договора остаётся у центра при перечислении; пусто – нет",
        ),
    ),
    key=("contract", "valid_from"),
    group=("contract",),
    dates=("valid_from", "valid_to"),
    about="Перечисления поставщикам: за чей счёт комиссия агентов",
)  # fmt: skip
