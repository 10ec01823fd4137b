"""Recalculation from the command line: recalculate, recalculate-ban."""

import argparse
from collections.abc import Sequence

from uuid_utils.compat import uuid7

from app.cli.context import Context, Verbs, complain
from app.domain import explanation, money, period
from app.domain.bases.words import comma
from app.domain.charge_line import ChargeLine
from app.domain.ledger import EntryKind
from app.domain.period import Period
from app.domain.problem import Problem
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Malformed
from app.operations import recalculate
from app.operations.recalculate import Asked, Difference, Preview
from app.operations.replay_months import Skipped
from app.store.recalculating import Due

_LOOK_BACK_MONTHS = 36  # ГК РФ, ст. 196: a warning, the operator decides
_SHOWN_PROBLEMS = 20


class UnclearWish(Malformed):
    """The options do not say what to recalculate."""


def add_to(verbs: Verbs) -> None:
    """Add the verbs of this module."""
    parser = verbs.add("recalculate", help="пересчитать прошлые месяцы", run=_recalculate)
    parser.add_argument("account", metavar="СЧЁТ", nargs="?", help="номер лицевого счёта")
    parser.add_argument("--house", action="append", default=[], metavar="КОД", help="весь дом")
    parser.add_argument("--from", dest="first", metavar="ПЕРИОД", help="с какого месяца")
    parser.add_argument("--into", metavar="ПЕРИОД", help="в какой открытый месяц провести")
    parser.add_argument("--reason", metavar="ТЕКСТ", help="основание: документ, заявление")
    parser.add_argument("--preview", action="store_true", help="показать, ничего не проводя")
    parser.add_argument("--queue", action="store_true", help="что ждёт перерасчёта и почему")
    parser.add_argument("--all", action="store_true", help="пересчитать всё, что ждёт")
    parser = verbs.add(
        "recalculate-ban", help="запретить перерасчёт счёта или снять запрет", run=_ban
    )
    parser.add_argument("account", metavar="СЧЁТ", help="номер лицевого счёта")
    parser.add_argument("--from", dest="first", metavar="ПЕРИОД", required=True)
    parser.add_argument("--to", metavar="ПЕРИОД", help="последний месяц; без него — бессрочно")
    parser.add_argument("--reason", metavar="ТЕКСТ", required=True)
    parser.add_argument("--lift", action="store_true", help="снять запрет этих месяцев")


def _recalculate(context: Context) -> int:
    options = context.arguments
    if options.queue:
        waiting = recalculate.queue(context.engine)
        return context.answer([_due_json(one) for one in waiting], _due_text(waiting))
    asked = _asked(options)
    ahead = recalculate.accounts_ahead(context.engine, asked)
    with context.progress("Перерасчёт", ahead) as bar:
        if options.preview:
            told = recalculate.preview(context.engine, asked, on_progress=bar.advance)
        else:
            voucher = Voucher(
                uuid7(), VoucherKind.ADJUSTMENT, context.actor, context.at, reason=asked.reason
            )
            done = recalculate.recalculate(context.engine, voucher, asked, on_progress=bar.advance)
    if options.preview:
        _complain(told.problems, told.skipped, asked.first, told.target)
        return context.answer(
            [_difference_json(one) for one in told.differences], _preview_text(told)
        )
    _complain(done.problems, done.skipped, asked.first, done.target)
    return context.answer(
        [line.as_json(basis=explanation.sentence(line)) for line in done.lines],
        _posted_text(done.lines, done.target, done.amount_kop),
    )


def _asked(options: argparse.Namespace) -> Asked:
    """Read what is asked for.

    :raises UnclearWish: when it is not said whose months, or from which on
    """
    accounts = (options.account,) if options.account else ()
    if not options.all and not accounts and not options.house:
        raise UnclearWish(
            "Не сказано, кого пересчитать: укажите счёт, --house КОД или --all (всё, что ждёт)."
        )
    if options.all and (accounts or options.house):
        raise UnclearWish("--all пересчитывает всё, что ждёт: счёт и дом с ним не указывают.")
    if not options.all and not options.first:
        raise UnclearWish("Не сказано, с какого месяца пересчитать: добавьте --from 2026-03.")
    return Asked(
        accounts=accounts,
        houses=tuple(options.house),
        first=period.parse(options.first) if options.first else None,
        reason=options.reason,
        into=period.parse(options.into) if options.into else None,
    )


def _ban(context: Context) -> int:
    options = context.arguments
    first = period.parse(options.first)
    until = period.parse(options.to).next if options.to else None
    words = f"с {first.shown}" + (f" по {until.previous.shown}" if until else "")
    about = {
        "account": options.account,
        "first": first,
        "until": until,
        "reason": options.reason,
        "actor": context.actor,
        "at": context.at,
    }
    document = {
        "account": options.account,
        "from": str(first),
        "to": str(until.previous) if until else None,
        "lifted": options.lift,
    }
    if options.lift:
        recalculate.lift_ban(context.engine, **about)
        return context.answer(
            document, f"Запрет перерасчёта счёта {options.account} снят: {words}."
        )
    recalculate.ban(context.engine, key=uuid7(), **about)
    return context.answer(document, f"Перерасчёт счёта {options.account} запрещён: {words}.")


def _complain(
    problems: Sequence[Problem], skipped: Sequence[Skipped], first: Period | None, target: Period
) -> None:
    """Say what was left as it was, and why."""
    if first is not None and first < target.plus(-_LOOK_BACK_MONTHS):
        complain(
            f"Месяцы до {target.plus(-_LOOK_BACK_MONTHS).shown} старше трёх лет:"
            " срок исковой давности по ним истёк."
        )
    for one in skipped:
        complain(
            f"Счёт {one.account}: {one.period.shown} не пересчитан, перерасчёт запрещён"
            f" ({one.ban.reason})."
        )
    for problem in problems[:_SHOWN_PROBLEMS]:
        complain(str(problem))
    if len(problems) > _SHOWN_PROBLEMS:
        complain(f"… и ещё {len(problems) - _SHOWN_PROBLEMS} замечаний.")


def _due_json(one: Due) -> dict[str, str]:
    return {
        "account": one.account,
        "house": one.house,
        "from": str(one.first),
        "reason": one.reason,
        "made_at": one.made_at.isoformat(),
    }


def _due_text(waiting: Sequence[Due]) -> str:
    rows = [f"{one.account:<12} с {one.first.shown}  {one.reason}" for one in waiting]
    return "\n".join(rows) or "Пересчитывать нечего: очередь пуста."


def _difference_json(one: Difference) -> dict[str, str]:
    return {
        "account": one.account,
        "service": one.service,
        "contract": one.contract,
        "origin_period": str(one.origin),
        "kind": one.kind.name.lower(),
        "was": money.rubles(one.was_kop),
        "became": money.rubles(one.became_kop),
        "amount": money.rubles(one.amount_kop),
        "was_volume": money.decimal_of(one.was_mcu),
        "became_volume": money.decimal_of(one.became_mcu),
        "unit": one.unit,
    }


def _preview_text(told: Preview) -> str:
    if not told.differences:
        return f"Пересчитано счетов: {told.accounts}. Ничего не меняется."
    rows = [
        f"{one.account:<12} {one.origin.shown}  {one.service_name:<32}"
        f" было {money.shown(one.was_kop):>12}  стало {money.shown(one.became_kop):>12}"
        f"  {money.shown(one.amount_kop):>12} ₽{_benefit_text(one)}"
        for one in told.differences
    ]
    total = money.shown(told.amount_kop)
    return "\n".join([*rows, f"Всего в {told.target.shown}: {total} ₽. Ничего не проведено."])


def _benefit_text(one: Difference) -> str:
    """Give what a benefit comes to: a compensation changes without money of the account."""
    if one.kind is not EntryKind.BENEFIT:
        return ""
    was, became = (comma(money.decimal_of(value)) for value in (one.was_mcu, one.became_mcu))
    return f"  льгота {was} → {became} ₽"


def _posted_text(lines: Sequence[ChargeLine], target: Period, amount_kop: int) -> str:
    if not lines:
        return "Ничего не меняется: пересчитанное равно начисленному."
    rows = [f"{line.account:<12} {explanation.sentence(line)}" for line in lines]
    total = money.shown(amount_kop)
    return "\n".join([*rows, f"Проведено в {target.shown}: строк {len(lines)}, {total} ₽."])
