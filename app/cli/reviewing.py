"""Review of a run from the command line: what is held out, the difference to last month."""

from uuid import UUID

from app.cli.context import Context, Verbs
from app.domain import money, period
from app.domain.review import CAUSE_WORDS, DECISION_WORDS, REASON_WORDS, DoubtReason
from app.errors import Refusal
from app.operations import review_charges
from app.store import reviewing
from app.store.reading import reading

_REASONS = {words: reason for reason, words in REASON_WORDS.items()}


class NoRun(Refusal):
    """Nothing was charged in the period."""


def add_to(verbs: Verbs) -> None:
    """Add the verbs of this module."""
    parser = verbs.add("review", help="разобрать начисление до проведения", run=_review)
    parser.add_argument("period", metavar="ПЕРИОД", help="например 2026-10")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--approve", action="store_true", help="принять группу")
    group.add_argument("--hold", action="store_true", help="придержать группу")
    parser.add_argument("--reason", choices=sorted(_REASONS), help="только с этой причиной")
    parser.add_argument("--service", metavar="УСЛУГА", help="только эта услуга")
    parser.add_argument("--account", metavar="НОМЕР", help="только этот счёт")
    parser.add_argument("--list", action="store_true", help="показать каждую строку")
    parser.add_argument("--post", action="store_true", help="провести: принятое и без сомнений")
    parser = verbs.add(
        "differences", help="разница с прошлым месяцем по услугам и причинам", run=_differences
    )
    parser.add_argument("period", metavar="ПЕРИОД", help="например 2026-10")


def _review(context: Context) -> int:
    asked = context.arguments
    month = period.parse(asked.period)
    engine = context.engine
    key = review_charges.waiting_run(engine, month)
    reason = _REASONS[asked.reason] if asked.reason else None
    decided = None
    if asked.approve or asked.hold:
        decided = review_charges.decide(
            engine, key, is_approved=asked.approve, reason=reason, service=asked.service,
            account=asked.account, actor=context.actor, at=context.at,
        )  # fmt: skip
    document, text = _shown(context, key, reason)
    if decided is not None:
        document["decided"] = decided
        text = f"Решено строк: {decided}.\n{text}"
    if asked.post:
        held = review_charges.publish(engine, key)
        document |= {"posted": True, "held": held}
        text += f"\nПроведено. Придержано: {held}; начислите их заново, когда исправите причину."
    return context.answer(document, text)


def _shown(
    context: Context, key: UUID, reason: DoubtReason | None
) -> tuple[dict[str, object], str]:
    with reading(context.engine) as snapshot:
        groups = reviewing.groups(snapshot, key)
        doubts = (
            reviewing.doubts(snapshot, key, reason=reason, service=context.arguments.service)
            if context.arguments.list
            else []
        )
    document: dict[str, object] = {
        "period": context.arguments.period,
        "groups": [
            {
                "reason": one.reason, "service": one.service, "decision": one.decision,
                "accounts": one.accounts, "amount": money.rubles(one.amount_kop),
                "before": money.rubles(one.before_kop),
            }
            for one in groups
        ],
        "doubts": [
            {
                "account": one.account, "service": one.service, "contract": one.contract,
                "reason": one.reason, "decision": one.decision,
                "amount": money.rubles(one.amount_kop),
                "before": None if one.before_kop is None else money.rubles(one.before_kop),
            }
            for one in doubts
        ],
    }  # fmt: skip
    rows = [
        f"{REASON_WORDS[one.reason]:<15} {one.service_name:<32} {DECISION_WORDS[one.decision]:<12}"
        f" счетов {one.accounts:>6}  сейчас {money.shown(one.amount_kop):>15} ₽"
        f"  было {money.shown(one.before_kop):>15} ₽"
        for one in groups
    ]
    rows += [
        f"  {one.account:<14} {one.service_name:<32} {REASON_WORDS[one.reason]:<15}"
        f" сейчас {money.shown(one.amount_kop):>13} ₽"
        f"  было {'–' if one.before_kop is None else money.shown(one.before_kop):>13} ₽"
        for one in doubts
    ]
    return document, "\n".join(rows) or "Сомнительных строк нет: можно проводить (--post)."


def _differences(context: Context) -> int:
    month = period.parse(context.arguments.period)
    with reading(context.engine) as snapshot:
        snapshot.hold()
        key = reviewing.waiting(snapshot, month) or reviewing.latest(snapshot, month)
        if key is None:
            raise NoRun(f"За {month.shown} ничего не начислено. Начислите: kvitok charge {month}.")
        found = reviewing.differences(snapshot, key)
    document = [
        {
            "service": one.service, "cause": one.cause, "accounts": one.accounts,
            "amount": money.rubles(one.amount_kop), "before": money.rubles(one.before_kop),
            "difference": money.rubles(one.amount_kop - one.before_kop),
        }
        for one in found
    ]  # fmt: skip
    text = "\n".join(
        f"{one.service_name:<34} {CAUSE_WORDS[one.cause]:<22} счетов {one.accounts:>6}"
        f"  {money.shown(one.amount_kop - one.before_kop):>15} ₽"
        for one in found
    )
    return context.answer(document, text or "Разницы с прошлым месяцем нет.")
