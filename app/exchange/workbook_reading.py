"""Opens a workbook of strangers: looks at it before, reads it in a child with limits.

    file ──▶ screened(): a ZIP, a workbook, not a bomb ──▶ workbook_child.py ──▶ frames of cells

A workbook of 50,490 accounts with their people, meters and three months of readings has 25 MB,
267 MB inflated; its sheets shrink eight to sixteen times. Four times that size is let in; a part
that shrinks more than two hundred times is one byte repeated: a bomb.
"""

import json
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from app.errors import Malformed, Outage
from app.exchange import workbook_child

INFLATED_MAX_BYTES = 1_000_000_000
RATIO_MAX = 200
RATIO_MATTERS_FROM_BYTES = 20_000_000  # small parts of one repeated byte are harmless
PARTS_MAX = 5_000
SILENCE_MAX_S = 180.0

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SAVE_AS = "Откройте его в Excel или LibreOffice и сохраните как «Книга Excel (.xlsx)»."


class NotAWorkbook(Malformed):
    """A file that is no workbook, or one that is not opened for safety."""


class ReaderGone(Outage):
    """The reading process did not answer."""


Frame = dict[str, Any]


def frames(path: Path) -> Iterator[Frame]:
    """Give the cells of the workbook in frames, as workbook_child.py writes them.

    :raises NotAWorkbook: when the file cannot be read
    :raises ReaderGone: when the reading process hangs
    """
    screened(path)
    with _child(path) as lines:
        for line in lines:
            frame: Frame = json.loads(line)
            if "failure" in frame:
                raise _failure(path, frame["failure"], frame["detail"])
            if "end" in frame:
                return
            yield frame
    raise NotAWorkbook(
        f"Файл «{path.name}» не удалось прочитать: он повреждён, или на него не хватило памяти. "
        "Удалите лишние строки и столбцы или разделите файл на несколько."
    )


def screened(path: Path) -> None:
    """Look at the file without inflating it.

    :raises NotAWorkbook: when it is no workbook or inflates beyond measure
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(1 << 20)
    except OSError as error:
        raise NotAWorkbook(
            f"Файл «{path.name}» не открывается: {_why_closed(error)}. "
            "Проверьте имя файла и права на него."
        ) from error
    if not head:
        raise NotAWorkbook(f"Файл «{path.name}» пуст. Выберите книгу Excel (.xlsx).")
    if head.startswith(_OLE):
        raise _of_old_format(path)
    if not head.startswith(b"PK"):
        raise NotAWorkbook(f"Файл «{path.name}» не книга Excel. {_SAVE_AS}")
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise NotAWorkbook(
            f"Файл «{path.name}» повреждён или передан не целиком. Получите его заново."
        ) from error
    _check_parts(path, parts)


def _why_closed(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "такого файла нет"
    if isinstance(error, IsADirectoryError):
        return "это папка"
    if isinstance(error, PermissionError):
        return "нет права его читать"
    return error.strerror or "диск не отвечает"


def _of_old_format(path: Path) -> NotAWorkbook:
    if _ENCRYPTED in path.read_bytes():
        return NotAWorkbook(
            f"Файл «{path.name}» защищён паролем. Снимите пароль в Excel и сохраните файл заново."
        )
    return NotAWorkbook(f"Файл «{path.name}» в старом формате Excel (.xls). {_SAVE_AS}")


def _check_parts(path: Path, parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename for part in parts]
    if any(part.flag_bits & 1 for part in parts):
        raise NotAWorkbook(
            f"Файл «{path.name}» защищён паролем. Снимите пароль и сохраните файл заново."
        )
    if "xl/workbook.xml" not in names:
        raise NotAWorkbook(f"Файл «{path.name}» – архив, но не книга Excel (.xlsx). {_SAVE_AS}")
    if len(set(names)) != len(names) or len(names) > PARTS_MAX:
        raise NotAWorkbook(f"Файл «{path.name}» устроен не как книга Excel. {_SAVE_AS}")
    inflated = sum(part.file_size for part in parts)
    if inflated > INFLATED_MAX_BYTES:
        raise NotAWorkbook(
            f"Файл «{path.name}» распаковывается в {inflated // 1_000_000} МБ, допустимо "
            f"{INFLATED_MAX_BYTES // 1_000_000} МБ. Разделите его на несколько файлов."
        )
    for part in parts:
        ratio = part.file_size // max(1, part.compress_size)
        if ratio > RATIO_MAX and part.file_size > RATIO_MATTERS_FROM_BYTES:
            raise NotAWorkbook(
                f"Файл «{path.name}» похож на архивную бомбу: часть {part.filename[:60]} "
                f"распаковывается в {ratio} раз больше. Удалите пустые строки с оформлением "
                "или получите файл из надёжного места."
            )


def _failure(path: Path, word: str, detail: str) -> NotAWorkbook:
    if word == "error-value":
        return NotAWorkbook(
            f"Файл «{path.name}» не читается из-за ячеек с ошибками Excel, первая: {detail}. "
            "Исправьте их формулы и сохраните файл заново."
        )
    if word == "password":
        return NotAWorkbook(
            f"Файл «{path.name}» защищён паролем. Снимите пароль и сохраните файл заново."
        )
    if word == "memory":
        return NotAWorkbook(
            f"Файл «{path.name}» не помещается в память. Разделите его на несколько файлов."
        )
    return NotAWorkbook(
        f"Файл «{path.name}» повреждён: его части не читаются. "
        "Откройте его в Excel, сохраните заново и повторите."
    )


@contextmanager
def _child(path: Path) -> Iterator[Iterator[str]]:
    """Start the reading process; it is gone when the block ends, whatever happens."""
    # By its path and without the folder on the search path: it needs nothing of the program.
    command = [sys.executable, "-P", workbook_child.__file__, str(path)]
    with subprocess.Popen(  # noqa: S603  # our own file, its argument is no shell text
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        try:
            yield _watched(process, process.stdout)
        finally:
            process.kill()


def _watched(process: subprocess.Popen[str], stdout: IO[str]) -> Iterator[str]:
    """Give the lines of the child; one that is silent for too long is killed.

    :raises ReaderGone: when it was silent
    """
    hung = threading.Event()

    def kill() -> None:
        hung.set()
        process.kill()

    while True:
        timer = threading.Timer(SILENCE_MAX_S, kill)
        timer.daemon = True
        timer.start()
        try:
            line = stdout.readline()
        finally:
            timer.cancel()
        if hung.is_set():
            raise ReaderGone(
                f"Файл читается дольше {SILENCE_MAX_S:.0f} с без движения, чтение прервано. "
                "Разделите файл на несколько и повторите."
            )
        # A line without its end is the last word of a child that died.
        if not line.endswith("\n"):
            return
        yield line
