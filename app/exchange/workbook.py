"""The workbook: all its sheets, in the order of the contract and in the order of references.

Организации ◀─ Договоры ◀─┐
Дома ◀─ Помещения ◀─ Лицевые счета ◀─ Проживающие, Отсутствие, Сальдо, Оплаты
Услуги ◀─ Тарифы, Нормативы, Назначения, Льготы, Приборы ◀─ Показания, События приборов
"""

from app.exchange.workbook_catalogue import (
    ASSIGNMENTS,
    BENEFITS,
    NORMS,
    PARAMETERS,
    SERVICES,
    TARIFFS,
)
from app.exchange.workbook_commissions import COMMISSIONS, TRANSFER_TERMS
from app.exchange.workbook_findings import CONNECTIONS, TEMPERATURES
from app.exchange.workbook_groups import GROUP_METERS
from app.exchange.workbook_houses import HOUSE_TOTALS
from app.exchange.workbook_law import CALENDAR, DUE_RULES, KEY_RATES, PENALTY_CAPS
from app.exchange.workbook_metering import ACTS, METER_EVENTS, METERS, READINGS
from app.exchange.workbook_money import BALANCES, EXTERNAL_CHARGES, PAYMENTS
from app.exchange.workbook_penalties import BILLS_HANDED_OVER, PENALTY_STOPS
from app.exchange.workbook_sheet import Sheet, normal
from app.exchange.workbook_stock import (
    ABSENCES,
    ACCOUNTS,
    CONTRACTS,
    HOUSES,
    ORGANISATIONS,
    PREMISES,
    RESIDENTS,
)

HOW_TO_FILL = "Как заполнять"  # a sheet of the template that is not read

SHEETS: tuple[Sheet, ...] = (
    ORGANISATIONS,
    CONTRACTS,
    HOUSES,
    PREMISES,
    ACCOUNTS,
    RESIDENTS,
    ABSENCES,
    SERVICES,
    TARIFFS,
    NORMS,
    ASSIGNMENTS,
    METERS,
    READINGS,
    METER_EVENTS,
    ACTS,
    BENEFITS,
    EXTERNAL_CHARGES,
    BALANCES,
    PAYMENTS,
    PARAMETERS,
    CONNECTIONS,
    TEMPERATURES,
    HOUSE_TOTALS,
    GROUP_METERS,
    COMMISSIONS,
    TRANSFER_TERMS,
    CALENDAR,
    KEY_RATES,
    PENALTY_CAPS,
    DUE_RULES,
    PENALTY_STOPS,
    BILLS_HANDED_OVER,
)

# Each sheet after those it refers to.
BY_REFERENCE: tuple[Sheet, ...] = (
    ORGANISATIONS,
    SERVICES,
    CONTRACTS,
    BENEFITS,
    PARAMETERS,
    HOUSES,
    PREMISES,
    ACCOUNTS,
    RESIDENTS,
    ABSENCES,
    TARIFFS,
    NORMS,
    ASSIGNMENTS,
    METERS,
    READINGS,
    METER_EVENTS,
    ACTS,
    EXTERNAL_CHARGES,
    BALANCES,
    PAYMENTS,
    CONNECTIONS,
    TEMPERATURES,
    HOUSE_TOTALS,
    GROUP_METERS,
    COMMISSIONS,
    TRANSFER_TERMS,
    CALENDAR,
    KEY_RATES,
    PENALTY_CAPS,
    DUE_RULES,
    PENALTY_STOPS,
    BILLS_HANDED_OVER,
)

_BY_NAME = {normal(sheet.name): sheet for sheet in SHEETS}


def sheet_named(name: str) -> Sheet | None:
    """Give the sheet of that name, or None when the workbook has no such sheet."""
    return _BY_NAME.get(normal(name))
