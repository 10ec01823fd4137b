"""One charge line in words: service, method, law, the formula with its numbers, why this method.

Everything said comes from the line itself (charges.md §13.1); nothing is looked up. What is
special to a basis is its Rule's (app/domain/bases/).
"""

from app.domain import money
from app.domain.bases.every import RULES, named
from app.domain.bases.rule import half_up, money_of
from app.domain.bases.words import comma, number
from app.domain.basis import AMOUNT_REST_SLOT, VOLUME_REST_SLOT, Basis
from app.domain.charge_line import ChargeLine, price_text
from app.domain.ledger import EntryKind
from app.domain.replay import base_volume_mcu
from app.domain.service import COMPONENT_CODES, COMPONENT_WORDS, ZONE_CODES, ZONE_WORDS, Component

_ZONES = {int(ZONE_CODES[code]): words for words, code in ZONE_WORDS.items()}
_COMPONENTS = {int(COMPONENT_CODES[code]): words for words, code in COMPONENT_WORDS.items()} | {
    int(Component.CAPACITY): "мощность"
}
_KIND_WORDS = {
    EntryKind.RECALCULATION: "перерасчёт",
    EntryKind.ABSENCE: "перерасчёт за временное отсутствие",
    EntryKind.QUALITY: "снижение за качество",
    EntryKind.CORRECTION: "исправление",
    EntryKind.BENEFIT: "льгота",
    EntryKind.TRANSFER: "перенос сальдо",
}


def sentence(line: ChargeLine) -> str:
    """Give the whole justification as one sentence (charges.md §13.1)."""
    name = title(line)
    if line.basis is Basis.NONE:
        words = _KIND_WORDS.get(line.kind, "без расчёта")
        reason = f"; {line.reason}" if line.reason else ""
        return _stopped(f"{name}: {words} = {money.shown(line.amount_kop)} ₽{reason}")
    return _stopped(
        f"{name}: {method(line)}: {formula(line)} = {money.shown(line.amount_kop)} ₽; {why(line)}"
    )


def _stopped(words: str) -> str:
    """End a sentence with its full stop; an abbreviation at the end («мес.») has it already."""
    return words if words.endswith(".") else f"{words}."


def method(line: ChargeLine) -> str:
    """Give the method in words with its law in brackets."""
    words = RULES[line.basis].words
    if line.basis is Basis.NONE:
        words = _KIND_WORDS.get(line.kind, words)
    if line.stored.is_raised:
        words = f"превышение из-за повышающего коэффициента, {words}"
    return f"{words} ({line.law})" if line.law else words


def title(line: ChargeLine) -> str:
    """Give the service with its component, zone and days when they are not the whole month."""
    stored = line.stored
    parts = [line.service_name]
    if stored.component:
        parts.append(f"компонент «{_COMPONENTS[stored.component]}»")
    if stored.zone:
        parts.append(f"зона «{_ZONES[stored.zone]}»")
    if line.basis is not Basis.NONE and stored.days != stored.period.days:
        month = stored.period.first_day
        parts.append(f"с {stored.day_from + 1:02d} по {stored.day_to:02d}.{month:%m.%Y}")
    return ", ".join(parts)


def formula(line: ChargeLine) -> str:
    """Give the formula with the numbers put in, without its result."""
    stored = line.stored
    rule = RULES[line.basis]
    if rule.amount_text is not None:
        return rule.amount_text(stored, named(stored), line.line_unit)
    volume = rule.text(stored, named(stored), line.line_unit)
    if int(stored.slots[VOLUME_REST_SLOT]):
        # Rounded further, or with what is left of a shared whole: the price is of this volume.
        volume = f"({volume} ≈ {number(base_volume_mcu(stored))} {line.line_unit})"
    price = f"{comma(price_text(stored.price_mcr))} ₽"
    base = f"{volume} × {price}"
    if stored.is_raised:
        factor = number(stored.factor_ppm)
        return f"{base} × {factor} − {base}"
    rest = int(stored.slots[AMOUNT_REST_SLOT])
    if rest:
        sign = "+" if rest > 0 else "−"
        return f"{base} {sign} {money.shown(abs(rest))} ₽ (остаток деления суммы помещения)"
    return base


def steps(line: ChargeLine) -> list[str]:
    """Give the calculation step by step: the volume, the amount, what was added."""
    stored = line.stored
    if line.basis is Basis.NONE:
        return [sentence(line)]
    rule = RULES[line.basis]
    if rule.amount_text is not None:
        amount = money.shown(stored.amount_kop)
        first = f"Сумма: {formula(line)} = {amount} ₽"
        return [first, *_vat(line), f"Почему так: {why(line)}"]
    base = base_volume_mcu(stored)
    rest = int(stored.slots[VOLUME_REST_SLOT])
    volume = rule.text(stored, named(stored), line.line_unit)
    if rest:
        sign = "+" if rest > 0 else "−"
        volume = f"{volume} {sign} {number(abs(rest))} (округление, остаток деления)"
    plain = half_up(money_of(base, stored.price_mcr))
    price = comma(price_text(stored.price_mcr))
    result = [
        f"Объём: {volume} = {number(base)} {line.line_unit}",
        f"Сумма: {number(base)} {line.line_unit} × {price} ₽ = {money.shown(plain)} ₽",
    ]
    if stored.is_raised:
        factor = number(stored.factor_ppm)
        more = stored.amount_kop
        full = plain + more
        result += [
            f"С коэффициентом: {number(base)} × {factor} × {price} ₽ = {money.shown(full)} ₽",
            f"Превышение: {money.shown(full)} − {money.shown(plain)} = {money.shown(more)} ₽",
        ]
    elif int(stored.slots[AMOUNT_REST_SLOT]):
        rest = int(stored.slots[AMOUNT_REST_SLOT])
        sign = "+" if rest > 0 else "−"
        result.append(
            f"С остатком деления суммы помещения: {money.shown(plain)} {sign}"
            f" {money.shown(abs(rest))} = {money.shown(stored.amount_kop)} ₽"
        )
    return [*result, *_vat(line), f"Почему так: {why(line)}"]


def _vat(line: ChargeLine) -> list[str]:
    """Say what VAT is inside the amount, of providers that pay it; nothing of no amount."""
    if line.vat_kop is None or not line.amount_kop:
        return []
    rate = number(line.vat_percent_millionths)
    inside = f"{money.shown(line.amount_kop)} × {rate}/(100 + {rate})"
    return [f"В том числе НДС {rate} %: {inside} = {money.shown(line.vat_kop)} ₽"]


def why(line: ChargeLine) -> str:
    """Say why this method was used."""
    reason = RULES[line.basis].why
    return reason if isinstance(reason, str) else reason(line.stored, named(line.stored))
