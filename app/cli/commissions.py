"""Verb of commissions: what an agent takes for an amount."""

from app.cli import typed
from app.cli.context import Context, Verbs
from app.domain import commission, money
from app.domain.commission import CommissionKind
from app.domain.commission_rules import CHANNEL_WORDS, required, why
from app.errors import Malformed
from app.store import commissions
from app.store.reading import reading


class NoSuchChannel(Malformed):
    """A word that names no channel of commissions."""


def add_to(verbs: Verbs) -> None:
    """Add commission."""
    asking = verbs.add("commission", help="комиссия агента или банка с суммы", run=told)
    asking.add_argument("amount", metavar="СУММА", help="например 1234.56")
    asking.add_argument("--agent", required=True, metavar="КОД", help="код агента или банка")
    asking.add_argument("--on", metavar="ДАТА", help="день платежа, например 2026-11-12")
    asking.add_argument("--channel", metavar="КАНАЛ", help=", ".join(CHANNEL_WORDS))
    asking.add_argument(
        "--inverse", action="store_true",
        help="СУММА – все деньги плательщика: найти платёж, на который их хватит",
    )  # fmt: skip


def told(context: Context) -> int:
    """Tell the commission of an amount, or the amount that the given money pays for."""
    given = context.arguments
    on = typed.day(given.on) if given.on else context.at.date()
    amount_kop = money.kopecks(given.amount)
    channels = _channels(given.channel)
    with reading(context.engine) as snapshot:
        commissions.require_agent(snapshot, given.agent)
        rule = required(
            commissions.rules_on(snapshot, [given.agent], on=on),
            agent=given.agent,
            channels=channels,
            on=f"{on:%d.%m.%Y}",
        ).rule
        turnover_kop = 0
        if rule.kind is CommissionKind.TURNOVER:
            turnover_kop = commissions.turnover_kop(
                snapshot, given.agent, since=on.replace(day=1), until=on
            )
    compute = commission.amount_of_total if given.inverse else commission.take
    found = compute(amount_kop, rule, turnover_kop=turnover_kop)
    sentence = why(found, rule, turnover_kop=turnover_kop)
    document = {
        "amount": money.rubles(found.amount_kop),
        "commission": money.rubles(found.commission_kop),
        "total": money.rubles(found.total_kop),
        "transferred": money.rubles(found.transferred_kop),
        "why": sentence,
    }
    text = (
        f"{sentence}\nПлательщик отдаёт {money.shown(found.total_kop)} ₽, "
        f"поставщикам причитается {money.shown(found.transferred_kop)} ₽."
    )
    if given.inverse:
        rest_kop = amount_kop - found.total_kop
        document |= {"given": money.rubles(amount_kop), "rest": money.rubles(rest_kop)}
        text += (
            f"\nИз {money.shown(amount_kop)} ₽ на счёт пойдёт {money.shown(found.amount_kop)} ₽, "
            f"остаётся {money.shown(rest_kop)} ₽."
        )
    return context.answer(document, text)


def _channels(word: str | None) -> tuple[str, ...]:
    if word is None:
        return ()
    codes = CHANNEL_WORDS | {code: code for code in CHANNEL_WORDS.values()}
    if word not in codes:
        raise NoSuchChannel(
            f"Канала «{word[:20]}» нет. Укажите один из: {', '.join(CHANNEL_WORDS)}."
        )
    return (codes[word],)
