"""kvitok what-if: what the charges of a month would be after changes; nothing is kept."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from app.cli.context import Context, Verbs, complain
from app.domain import money, period
from app.operations import change_catalogue, what_if
from app.operations.what_if import Compared, WhatIf

_SHOWN_PROBLEMS = 20
_WIDTH = 40


def add_to(verbs: Verbs) -> None:
    """Add the verb."""
    parser = verbs.add(
        "what-if", help="сколько вышло бы при других ценах, нормативах, людях; без записи", run=_run
    )
    parser.add_argument("period", metavar="ПЕРИОД", help="например 2026-10")
    parser.add_argument(
        "file", nargs="?", type=Path, metavar="ФАЙЛ.xlsx", help="книга изменений, как для import"
    )
    for name, metavar, told in (
        ("--price", "УСЛУГА=ЦЕНА", "другая цена: ХВС=45,30 или ХВС=+10%%"),
        ("--norm", "УСЛУГА=НОРМАТИВ", "другой норматив: ХВС=5,2 или ХВС=-5%%"),
        ("--house", "КОД", "только этот дом"),
        ("--account", "НОМЕР", "только этот счёт, со строками по услугам"),
    ):
        parser.add_argument(name, action="append", default=[], metavar=metavar, help=told)


def _run(context: Context) -> int:
    asked = context.arguments
    month = period.parse(asked.period)
    prices = [change_catalogue.parse(one) for one in asked.price]
    norms = [change_catalogue.parse(one) for one in asked.norm]
    scope = {"houses": asked.house, "accounts": asked.account}
    steps = what_if.accounts_ahead(context.engine, month, **scope)
    with context.progress(f"Расчёт за {month.shown}, сейчас и после изменений", steps) as bar:
        found = what_if.what_if(
            context.engine,
            period=month,
            actor=context.actor,
            at=context.at,
            path=asked.file,
            prices=prices,
            norms=norms,
            **scope,
            on_progress=bar.advance,
        )
    _complain(context, found)
    numbers = [one for one in dict.fromkeys(asked.account) if one in found.accounts]
    return context.answer(_document(found, numbers), _text(found, numbers))


def _complain(context: Context, found: WhatIf) -> None:
    """List what could not be charged any more; --json has them all."""
    if context.as_json:
        return
    for problem in found.problems[:_SHOWN_PROBLEMS]:
        complain(str(problem))
    if len(found.problems) > _SHOWN_PROBLEMS:
        complain(f"… и ещё {len(found.problems) - _SHOWN_PROBLEMS}; все – с ключом --json.")


def _document(found: WhatIf, numbers: list[str]) -> dict[str, Any]:
    names = dict(zip(found.services, found.names, strict=True))
    return {
        "period": str(found.period),
        "accounts": len(found.accounts),
        **_amounts(found.total),
        "services": [
            {"service": code, "name": names[code], **_amounts(found.of_service(code))}
            for code in found.used_services()
        ],
        "of_accounts": [
            {
                "account": number,
                "services": [
                    {"service": code, **_of_one(one)}
                    for code, one in found.of_account(number).items()
                ],
            }
            for number in numbers
        ],
        "problems": [problem.as_json() for problem in found.problems],
        "mended": found.mended,
    }


def _amounts(one: Compared) -> dict[str, Any]:
    return {**_of_one(one), "changed": one.accounts}


def _of_one(one: Compared) -> dict[str, Any]:
    return {
        "now": money.rubles(one.now_kop),
        "then": money.rubles(one.then_kop),
        "difference": money.rubles(one.difference_kop),
        "percent": None if one.percent is None else str(one.percent),
    }


def _text(found: WhatIf, numbers: list[str]) -> str:
    total = found.total
    names = dict(zip(found.services, found.names, strict=True))
    about = f"счетов {len(found.accounts)}, изменится {total.accounts}"
    lines = [
        f"Что если за {found.period.shown}: {about}. Ничего не записано.",
        _row("Услуга", "сейчас, ₽", "станет, ₽", "разница, ₽", "%", "счетов"),
        *(
            _compared(f"{code} {names[code]}", found.of_service(code))
            for code in found.used_services()
        ),
        _compared("Всего", total),
    ]
    for number in numbers:
        lines += ["", f"Счёт {number}"]
        lines += [
            _compared(f"{code} {names[code]}", one)
            for code, one in found.of_account(number).items()
        ]
    if found.problems or found.mended:
        lines += ["", f"Замечаний прибавится: {len(found.problems)}, убавится: {found.mended}."]
    return "\n".join(lines)


def _compared(title: str, one: Compared) -> str:
    percent = "" if one.percent is None else _percent(one.percent)
    return _row(
        title,
        money.shown(one.now_kop),
        money.shown(one.then_kop),
        money.shown(one.difference_kop),
        percent,
        str(one.accounts),
    )


def _percent(value: Decimal) -> str:
    return f"{value:+.2f}".replace(".", ",").replace("-", "−")


def _row(title: str, *cells: str) -> str:
    widths = (18, 18, 16, 9, 8)
    shown = "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
    return f"{title[:_WIDTH]:<{_WIDTH}}{shown}"
