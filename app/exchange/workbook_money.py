"""Sheets of opening balances and payments of the past."""

from app.domain import workbook_words as words
from app.exchange.workbook_sheet import Column, Kind, Sheet
from app.exchange.workbook_stock import code, day, word

_KOP_MAX = 100_000_000_000  # a thousand million roubles

BALANCES = Sheet(
    "Сальдо",
    "opening",
    (
        code("Лицевой счёт", "account", refers="Лицевые счета", required=True),
        code("Услуга", "service", refers="Услуги", required=True),
        code("Договор", "contract", refers="Договоры", required=True),
        Column(
            "Период", "origin_period", Kind.PERIOD, required=True,
            comment="ММ.ГГГГ, за который долг или аванс",
        ),
        Column(
            "Основной долг", "principal_kop", Kind.MONEY, low=-_KOP_MAX, high=_KOP_MAX,
            comment="Рубли; минус – аванс",
        ),
        Column("Пени", "penalty_kop", Kind.MONEY, low=-_KOP_MAX, high=_KOP_MAX, comment="Рубли"),
    ),
    key=("account", "service", "contract", "origin_period"),
    about="Долги и авансы на день перехода, по месяцам, за которые они возникли",
)  # fmt: skip

EXTERNAL_CHARGES = Sheet(
    "Внешние начисления",
    "external_charge",
    (
        code("Лицевой счёт", "account", refers="Лицевые счета", required=True),
        code("Услуга", "service", refers="Услуги", required=True),
        code("Договор", "contract", refers="Договоры", required=True),
        Column("Период", "period", Kind.PERIOD, required=True, comment="ММ.ГГГГ"),
        Column("Объём", "volume_mcu", Kind.VOLUME, low=0, comment="Если его дал поставщик"),
        Column(
            "Сумма", "amount_kop", Kind.MONEY, required=True, low=-_KOP_MAX, high=_KOP_MAX,
            comment="Рубли",
        ),
        Column("Основание", "document", comment="Реестр поставщика, его номер и дата"),
    ),
    key=("account", "service", "contract", "period"),
    about="Суммы услуг со способом «внешнее»: их рассчитал поставщик",
)  # fmt: skip

PAYMENTS = Sheet(
    "Оплаты",
    "payment",
    (
        code("Лицевой счёт", "account", refers="Лицевые счета", required=True),
        day("Дата", "paid_on", required=True, comment="День, когда плательщик отдал деньги"),
        Column(
            "Сумма", "amount_kop", Kind.MONEY, required=True, low=1, high=_KOP_MAX, comment="Рубли"
        ),
        Column("Период", "for_period", Kind.PERIOD, comment="ММ.ГГГГ, если назван плательщиком"),
        word("Канал", "channel", words.CHANNELS, comment="По умолчанию касса"),
        code("Внешний номер", "external_id", comment="Номер платежа у банка или агента"),
        code("Агент", "agent", refers="Организации"),
    ),
    key=(),
    about="Оплаты прошлых месяцев",
)
