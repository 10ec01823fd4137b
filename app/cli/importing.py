"""kvitok import: bring a workbook in, or write an empty one."""

from pathlib import Path
from typing import Any

import uuid_utils.compat

from app.cli.context import Context, Verbs, complain
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.exchange.workbook_template import write_template
from app.operations.import_workbook import Imported, import_workbook

_LISTED_MAX = 200  # problems told on a terminal; --json gives all


class CannotWrite(Refusal):
    """The empty workbook cannot be written there."""


def add_to(verbs: Verbs) -> None:
    """Add the verb."""
    parser = verbs.add("import", help="загрузить книгу Excel или записать пустую", run=run)
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("file", nargs="?", type=Path, metavar="ФАЙЛ.xlsx", help="книга")
    place.add_argument(
        "--template", type=Path, metavar="ФАЙЛ.xlsx", help="записать пустую книгу с подсказками"
    )
    parser.add_argument(
        "--skip-bad", action="store_true", help="записать хорошие строки, остальные перечислить"
    )


def run(context: Context) -> int:
    """Import a workbook, or write the template.

    :returns: 0 done, 2 when nothing was written because of problems
    """
    arguments = context.arguments
    if arguments.template is not None:
        return _write_template(context, arguments.template)
    voucher = Voucher(
        uuid_utils.compat.uuid7(), VoucherKind.IMPORT, context.actor, made_at=context.at
    )
    with context.progress(f"Чтение {arguments.file.name}", None) as counter:
        imported = import_workbook(
            context.engine,
            voucher,
            path=arguments.file,
            skip_bad=arguments.skip_bad,
            seen=counter.advance,
        )
    for line in _complaints(imported, all_of_them=context.as_json):
        complain(line)
    if imported.is_written or context.as_json:
        context.answer(_document(imported), _text(imported))
    return 0 if imported.is_written else 2


def _write_template(context: Context, path: Path) -> int:
    try:
        write_template(path)
    except OSError as error:
        raise CannotWrite(
            f"Файл {path} не записан ({error.strerror}). Закройте его в Excel или выберите "
            "другую папку."
        ) from error
    return context.answer(
        {"template": str(path)}, f"Записана пустая книга {path}: заполните её и загрузите."
    )


def _document(imported: Imported) -> dict[str, Any]:
    return {
        "imported": imported.imported,
        "problems": [problem.as_json() for problem in imported.problems],
    }


def _complaints(imported: Imported, *, all_of_them: bool) -> list[str]:
    problems = imported.problems
    if not problems:
        return []
    if all_of_them:
        lines = []
    else:
        lines = [str(problem) for problem in problems[:_LISTED_MAX]]
        if len(problems) > _LISTED_MAX:
            lines.append(f"… и ещё {len(problems) - _LISTED_MAX}; все – с --json.")
    if imported.is_written:
        lines.append(f"Не загружено строк или листов с ошибками: {len(problems)}.")
    else:
        lines.append(
            f"Ошибок в книге: {len(problems)}. Ничего не записано: исправьте их и загрузите книгу "
            "ещё раз или загрузите только хорошие строки с --skip-bad."
        )
    return lines


def _text(imported: Imported) -> str:
    lines = [f"{sheet}: {rows}" for sheet, rows in imported.imported.items()]
    return "\n".join(["Загружено строк:", *lines] if lines else ["В книге нет строк."])
