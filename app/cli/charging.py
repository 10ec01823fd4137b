"""Charging from the command line: charge, charges, explain."""

import time
from pathlib import Path

from uuid_utils.compat import uuid7

from app.cli.context import Context, Verbs, complain
from app.domain import explanation, money, period
from app.domain.charge_line import ChargeLine
from app.domain.problem import Problem
from app.domain.voucher import Voucher, VoucherKind
from app.operations import charge_month, justify_charges
from app.store import charges
from app.store.reading import reading

_SHOWN_PROBLEMS = 20


def add_to(verbs: Verbs) -> None:
    """Add the verbs of this module."""
    parser = verbs.add("charge", help="начислить за период или начислить заново", run=_charge)
    parser.add_argument("period", metavar="ПЕРИОД", help="например 2026-10")
    parser.add_argument(
        "--house", action="append", default=[], metavar="КОД", help="только этот дом"
    )
    parser.add_argument(
        "--account", action="append", default=[], metavar="НОМЕР", help="только этот счёт"
    )
    parser.add_argument(
        "--drop",
        action="store_true",
        help="снять начатые и не проведённые начисления периода, ничего не начисляя",
    )
    parser.add_argument(
        "--review",
        action="store_true",
        help="остановиться до проведения и отобрать неправдоподобное (дальше: kvitok review)",
    )
    for name, told, run in (
        ("charges", "строки начисления счёта за период", _charges),
        ("explain", "обоснование начислений словами и с формулами", _explain),
    ):
        parser = verbs.add(name, help=told, run=run)
        parser.add_argument("account", metavar="СЧЁТ")
        parser.add_argument("period", metavar="ПЕРИОД", help="например 2026-10")
        if name == "explain":
            parser.add_argument("service", metavar="УСЛУГА", nargs="?", help="код услуги")
            parser.add_argument(
                "--out", type=Path, metavar="ФАЙЛ.pdf", help="записать обоснование для жителя"
            )


def _charge(context: Context) -> int:
    asked = context.arguments
    month = period.parse(asked.period)
    engine = context.engine
    if asked.drop:
        dropped = charge_month.drop_pending_runs(engine, month)
        return context.answer(
            {"period": str(month), "dropped": dropped},
            f"Снято начатых начислений за {month.shown}: {dropped}.",
        )
    begun = time.monotonic()
    scope = {"houses": asked.house, "accounts": asked.account}
    # What was cut short goes on under its own key.
    key = charge_month.pending_run(engine, month, **scope) or uuid7()
    voucher = Voucher(key, VoucherKind.CHARGE_RUN, context.actor, context.at)
    ahead = charge_month.accounts_ahead(engine, month, **scope)
    with context.progress(f"Начисление за {month.shown}", ahead) as bar:
        charged = charge_month.charge_month(
            engine,
            voucher,
            period=month,
            **scope,
            on_progress=bar.advance,
            for_review=asked.review,
        )
    seconds = round(time.monotonic() - begun, 3)
    document = {
        "period": str(month),
        "accounts": charged.accounts,
        "lines": charged.lines,
        "amount": money.rubles(charged.amount_kop),
        "problems": [problem.as_json() for problem in charged.problems],
        "seconds": seconds,
        "fingerprint": charged.fingerprint,
        "run": charged.run_no,
    }
    if charged.doubts is not None:
        document["doubts"] = charged.doubts
    _complain(context, charged.problems)
    done = "Рассчитано" if asked.review else "Начислено"
    rest = f"\nОтобрано: {charged.doubts}. Разобрать: kvitok review {month}."
    return context.answer(
        document,
        f"{done} за {month.shown}: счетов {charged.accounts}, строк {charged.lines}, "
        f"сумма {money.shown(charged.amount_kop)} ₽, {seconds} с.\n"
        f"Замечаний: {len(charged.problems)}. Отпечаток: {charged.fingerprint}"
        + (rest if asked.review else ""),
    )


def _complain(context: Context, problems: list[Problem]) -> None:
    """List the first problems for a person; --json has them all."""
    if context.as_json:
        return
    for problem in problems[:_SHOWN_PROBLEMS]:
        complain(str(problem))
    if len(problems) > _SHOWN_PROBLEMS:
        complain(f"… и ещё {len(problems) - _SHOWN_PROBLEMS}; все — с ключом --json.")


def _charges(context: Context) -> int:
    lines = _lines(context)
    return context.answer(
        [line.as_json(basis=explanation.sentence(line)) for line in lines],
        "\n".join(map(_row, lines)) or "За этот период ничего не начислено.",
    )


def _explain(context: Context) -> int:
    wanted = context.arguments.service
    if context.arguments.out is not None:
        _hand_out(context)
    lines = [line for line in _lines(context) if wanted in (None, line.service)]
    document = [
        line.as_json(basis=explanation.sentence(line)) | {"steps": explanation.steps(line)}
        for line in lines
    ]
    text = "\n\n".join(
        "\n  ".join([explanation.sentence(line), *explanation.steps(line)]) for line in lines
    )
    return context.answer(document, text or "За этот период ничего не начислено.")


def _hand_out(context: Context) -> None:
    asked = context.arguments
    pages = justify_charges.justify_charges(
        context.engine,
        asked.account,
        period.parse(asked.period),
        out=asked.out,
        on=context.at.date(),
        service=asked.service,
    )
    if not context.as_json:
        complain(f"Обоснование записано в {asked.out}, страниц: {pages}.")


def _lines(context: Context) -> list[ChargeLine]:
    month = period.parse(context.arguments.period)
    with reading(context.engine) as snapshot:
        return charges.lines(snapshot, context.arguments.account, month)


def _row(line: ChargeLine) -> str:
    volume = money.decimal_of(line.stored.volume_mcu).replace(".", ",")
    return (
        f"{explanation.title(line):<48} {volume:>14} {line.volume_unit:<7}"
        f" {money.shown(line.amount_kop):>14} ₽  {line.method}"
    )
