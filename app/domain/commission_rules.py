"""Which rule is for a payment, and the commission said in a sentence.

agent ── channel given? ── group of services given?     the most exact rule in force is taken
channel and group ▷ channel ▷ group ▷ any
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.domain import money
from app.domain.commission import (
    Commission,
    CommissionKind,
    CommissionPayer,
    CommissionRule,
    CommissionTier,
    NoCommission,
    tier_of,
)

CHANNEL_WORDS = {
    "касса": "desk",
    "банк": "bank",
    "агент": "agent",
    "кабинет": "cabinet",
    "интернет": "cabinet",
    "наличные": "cash",
    "карта": "card",
    "СБП": "sbp",
    "терминал": "terminal",
}
SHOWN_CHANNELS = {code: word for word, code in CHANNEL_WORDS.items() if word != "интернет"}
_PAYER_SENTENCES = {
    CommissionPayer.PAYER: "платит плательщик сверх суммы",
    CommissionPayer.SUPPLIER: "удерживается из суммы, платит поставщик",
    CommissionPayer.CENTRE: "платит расчётный центр, на суммы не влияет",
}


@dataclass(frozen=True, slots=True)
class AgentRule:
    """A rule of an agent in force on a day; None: any channel, any group of services.

    :ivar channel: code of a channel (bank, cabinet, …) or of a tender (cash, card, sbp)
    :ivar section: a section of services (utility, capital-repair, …)
    """

    agent: str
    channel: str | None
    section: str | None
    rule: CommissionRule


def choose(
    rules: Sequence[AgentRule], *, channels: Collection[str] = (), section: str | None = None
) -> AgentRule | None:
    """Give the most exact of the rules that fit; None when none fits.

    :param channels: what is known of how the payment came: its channel, its tender
    """
    fitting = [
        one
        for one in rules
        if (one.channel is None or one.channel in channels)
        and (one.section is None or one.section == section)
    ]
    return max(
        fitting,
        key=lambda one: (one.channel is not None, one.section is not None),
        default=None,
    )


def required(
    rules: Sequence[AgentRule], *, agent: str, channels: Collection[str] = (), on: str
) -> AgentRule:
    """Give the rule for an amount of no particular group.

    :param on: the day, as people write it
    :raises NoCommission: when the agent has none
    """
    found = choose(rules, channels=channels)
    if found is None:
        raise NoCommission(
            f"У агента «{agent}» на {on} нет правила комиссии"
            + (f" для канала «{SHOWN_CHANNELS.get(next(iter(channels)), '')}»" if channels else "")
            + ". Добавьте его на лист «Комиссии»."
        )
    return found


def why(found: Commission, rule: CommissionRule, *, turnover_kop: int = 0) -> str:
    """Say in a sentence how the commission came about."""
    tier = tier_of(found.amount_kop, rule, turnover_kop=turnover_kop)
    parts = [f"{_rate(found, rule, tier, turnover_kop)} от {_rub(found.amount_kop)}"]
    if rule.kind is CommissionKind.FIXED:
        parts = [f"твёрдая комиссия с платежа {_rub(found.amount_kop)}"]
    if tier.min_kop:
        parts.append(f"не меньше {_rub(tier.min_kop)}")
    if tier.max_kop is not None:
        parts.append(f"не больше {_rub(tier.max_kop)}")
    if tier.fixed_kop:
        parts.append(f"плюс {_rub(tier.fixed_kop)}")
    return (
        f"Комиссия {_rub(found.commission_kop)}: {', '.join(parts)}; "
        f"{_PAYER_SENTENCES[rule.payer]}."
    )


def _rate(found: Commission, rule: CommissionRule, tier: CommissionTier, turnover_kop: int) -> str:
    if rule.kind is CommissionKind.PROGRESSIVE:
        return "по частям: " + ", ".join(
            f"{_percent(one.rate_ppm)} {_span(one)}"
            for one in rule.tiers
            if one.from_kop < found.amount_kop
        )
    text = _percent(tier.rate_ppm)
    if rule.kind is CommissionKind.SLAB:
        return f"{text} (ступень {_span(tier)})"
    if rule.kind is CommissionKind.TURNOVER:
        measured = _rub(turnover_kop + found.amount_kop)
        return f"{text} (оборот месяца {measured}, ступень {_span(tier)})"
    return text


def _span(tier: CommissionTier) -> str:
    if tier.to_kop is None:
        return f"от {_rub(tier.from_kop)}"
    return f"от {_rub(tier.from_kop)} до {_rub(tier.to_kop)}"


def _percent(rate_ppm: int) -> str:
    text = money.decimal_of(rate_ppm, places=4).replace(".", ",")
    return f"{text} %"


def _rub(amount_kop: int) -> str:
    return f"{money.shown(amount_kop)} ₽"
