"""The verb demo: the whole story on real houses and tariffs."""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app.cli.context import Context, Verbs
from app.demo import pictures
from app.demo.story import MONTHS, Story, Told
from app.demo.wanted import Wanted
from app.domain import money
from app.errors import Outage
from app.store import opening


def add_to(verbs: Verbs) -> None:
    """Add demo."""
    telling = verbs.add(
        "demo", help="показать всё на настоящих домах и тарифах Екатеринбурга", run=demo
    )
    telling.add_argument(
        "--dir", type=Path, default=Path("demo"), metavar="DIR", help="куда положить сделанное"
    )


def demo(context: Context) -> int:
    """Tell the story on a database of its own, made anew each time."""
    folder: Path = context.arguments.dir
    settings = context.settings
    data_dir = settings.data_dir if context.arguments.data else settings.data_dir / "demo"
    say: Callable[[str], None] = (lambda _: None) if context.as_json else print
    say(f"Квиток: показываю на новой базе в {data_dir}")

    opened = opening.open_database(settings.database, data_dir=data_dir, anew=True)
    try:
        story = Story(opened.engine, folder, say, lambda: context.at)
        story.journal = data_dir / "desks" / "demo.sqlite"
        story.journal.unlink(missing_ok=True)
        told = story.tell()
        made = _pictures(data_dir, folder, told, say)
    finally:
        opened.close()

    context.answer(
        _document(told, folder, made),
        f"\nГотово. Книга, документы, чеки и картинки лежат в {folder}/.\n"
        f"Дальше: kvitok --data {data_dir} — рабочее место на этой базе;\n"
        f"        kvitok explain {told.last_account} {MONTHS[-1]} --data {data_dir}"
        " — откуда числа.",
    )
    if not context.as_json and _has_display():
        from app import main  # noqa: PLC0415  Qt is loaded for the window alone.

        say("Открываю рабочее место; закройте окно, чтобы закончить.")
        return main.run(replace(settings, data_dir=data_dir, printer={"kind": "simulator"}))
    return 0


def _document(told: Told, folder: Path, made: tuple[Path, ...]) -> dict[str, object]:
    return {
        "accounts": told.accounts,
        "imported": told.imported,
        "charged": [
            {
                "period": str(month),
                "lines": run.lines,
                "amount": money.rubles(run.amount_kop),
                "problems": len(run.problems),
                "fingerprint": run.fingerprint,
            }
            for month, run in zip(MONTHS, told.charged, strict=True)
        ],
        "corrected": told.corrected,
        "recalculated": {
            "lines": told.recalculated,
            "amount": money.rubles(told.recalculated_kop),
        },
        "documents": told.documents,
        "pages": told.pages,
        "scanned": told.scanned,
        "payments": told.payments,
        "paid": money.rubles(told.paid_kop),
        "ok": not any(check.rows for check in told.checks),
        "dir": str(folder),
        "pictures": [path.name for path in made],
    }


def _pictures(
    data_dir: Path, folder: Path, told: Told, say: Callable[[str], None]
) -> tuple[Path, ...]:
    try:
        made = pictures.make(
            Wanted(
                data_dir=data_dir,
                folder=folder / "pictures",
                account=told.last_account,
                month=MONTHS[-1],
                scan=told.next_scan,
            )
        )
    except Outage as error:
        say(str(error))
        return ()
    say(f"Картинки кассы и карточки: {', '.join(path.name for path in made)}")
    return made


def _has_display() -> bool:
    if sys.platform in {"win32", "darwin"}:
        return sys.stdout.isatty()
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
