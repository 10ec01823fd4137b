"""Words of the workbook beside the stored codes, for everything that is not a service.

Services, zones, components and norms have theirs in app/domain/service.py.
"""

ORGANISATION_ROLES = {
    "центр": "centre",
    "исполнитель": "provider",
    "поставщик": "supplier",
    "агент": "agent",
    "банк": "bank",
}
CONTRACT_KINDS = {"двусторонний": "two-sided", "трёхсторонний": "three-sided"}
PENALTY_SCHEMES = {
    "жилищная": "housing",
    "капремонт": "capital-repair",
    "нет": "none",
    "УО поставщику": "company-to-supplier",
    "ТСЖ поставщику": "association-to-supplier",
    "юридическое лицо": "legal-entity",
}
HEATING_MODES = {"в отопительный период": "season", "равномерно": "even"}
MANAGEMENT = {"УО": "company", "ТСЖ": "association", "непосредственное": "direct"}
PREMISES_KINDS = {"квартира": "flat", "комната": "room", "нежилое": "non-residential"}
RESIDENT_KINDS = {"постоянно": "permanent", "временно": "temporary", "собственник": "owner"}
METER_KINDS = {
    "индивидуальный": "individual",
    "квартирный": "flat",
    "комнатный": "room",
    "общедомовой": "house",
}
GROUP_BASES = {
    "люди": "persons",
    "площадь": "area",
    "норматив": "norm",
    "поровну": "equal",
    "доля": "share",
}
GROUP_MODES = {"без приборов": "cover", "сверх своего": "common", "по домам": "houses"}
READING_SOURCES = {"абонент": "payer", "контролёр": "inspector", "автомат": "automatic"}
METER_EVENTS = {
    "неисправность": "failure",
    "истекла поверка": "verification-expired",
    "отказ в допуске": "no-access",
    "вмешательство": "interference",
}
BREACHES = {
    "перерыв": "interruption",
    "температура воздуха": "air-temperature",
    "температура воды": "water-temperature",
    "состав": "composition",
    "давление": "pressure",
    "содержание": "maintenance",
}
CHANNELS = {"касса": "desk", "банк": "bank", "агент": "agent", "кабинет": "cabinet"}
YES_NO = {"да": "t", "нет": "f"}
PENALTY_STOPS = {"кредитор": "creditor", "дом": "house", "счёт": "account", "документ": "document"}
COMMISSION_KINDS = {
    "процент": "percent",
    "ступени": "slab",
    "ступени по обороту": "turnover",
    "прогрессивная": "progressive",
    "фиксированная": "fixed",
}
COMMISSION_PAYERS = {"плательщик": "payer", "поставщик": "supplier", "центр": "centre"}
COMMISSION_BASES = {"платёж": "payment", "реестр": "registry"}
AGENTS_PAID_BY = {"центр": "centre", "поставщик": "supplier"}

# Zones of a meter in the order their readings are written, apart by a semicolon.
ZONES_OF_METER: dict[str, tuple[str, ...]] = {
    "1": ("",),
    "2": ("day", "night"),
    "3": ("peak", "half-peak", "night"),
}
