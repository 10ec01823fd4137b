"""A receipt for the tests of paper."""

from datetime import UTC, datetime

from app.domain.receipt import Organisation, Receipt, ReceiptLine
from app.domain.tender import Tender

RECEIPT = Receipt(
    organisation=Organisation(
        "ООО «Единый расчётный центр»", "6658123457", "г. Екатеринбург — ул. Викулова, д. 61"
    ),
    number="03-02-0145-0057",
    cashier="Иванова А. А.",
    at=datetime(2026, 11, 10, 14, 5, tzinfo=UTC),
    account="0012345678",
    address="г. Екатеринбург, ул. Викулова, д. 33, корп. 2, кв. 118",
    lines=(
        ReceiptLine("Содержание жилого помещения", 125_360),
        ReceiptLine("Отопление и горячее водоснабжение (тепловая энергия)", 254_112),
        ReceiptLine("Пени", 16_450),
    ),
    total_kop=395_922,
    tender=Tender.CASH,
    tendered_kop=400_000,
    change_kop=4_078,
    payer="Константинопольская Ё. Ю.",
    period="октябрь 2026",
)
