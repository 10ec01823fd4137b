"""Sheets of penalties: days without them, and days bills were handed over late."""

from app.domain import workbook_words as words
from app.exchange.workbook_sheet import Column, Kind, Sheet
from app.exchange.workbook_stock import FROM, TO, code, day, word

PENALTY_STOPS = Sheet(
    "Приостановка пени",
    "penalty_stop",
    (
        word("Вид", "scope", words.PENALTY_STOPS, required=True),
        code("Код", "code", required=True, comment="Организации или дома; номер лицевого счёта"),
        Column("Период", "origin_period", Kind.PERIOD, comment="ММ.ГГГГ документа"),
        FROM,
        TO,
        Column("Причина", "reason", required=True, comment="Суд, банкротство, реконструкция"),
        Column("Документ", "document", comment="Номер и дата"),
    ),
    key=("scope", "code", "origin_period", "valid_from"),
    dates=("valid_from", "valid_to"),
    about="Дни, за которые пени не начисляются кредитору, дому, счёту или за один документ",
)

BILLS_HANDED_OVER = Sheet(
    "Вручение документов",
    "bill_handed_over",
    (
        code("Дом", "house", refers="Дома", comment="Или лицевой счёт"),
        code("Лицевой счёт", "account", refers="Лицевые счета"),
        Column("Период", "period", Kind.PERIOD, required=True, comment="ММ.ГГГГ документа"),
        day("Вручён", "handed_on", required=True),
    ),
    key=("house", "account", "period"),
    about="Дни вручения опоздавших документов: действуют с параметром пени.поздний_документ_дней",
)
