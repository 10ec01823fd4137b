"""Verb of the scanner: what the desk would make of a scan."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from app.cli.context import Context, Verbs
from app.domain import money, slip
from app.domain.dues import AccountState
from app.domain.slip import Slip
from app.domain.slip_reading import Remark
from app.errors import Malformed
from app.reports import decoding
from app.store import dues
from app.store.accounts import NoSuchAccount
from app.store.organisations import payment_creditors
from app.store.reading import Snapshot, reading

_LEVELS = ("payable", "lookup", "reject")
_LEVEL_WORDS = {
    "payable": "платёж можно принять",
    "lookup": "счёт известен, сумму введите по долгу",
    "reject": "принять по этому коду нельзя",
}


class NothingToScan(Malformed):
    """No code was given, or the picture has none."""


def add_to(verbs: Verbs) -> None:
    """Add scan."""
    scanning = verbs.add("scan", help="что касса поймёт из кода квитанции", run=scan)
    scanning.add_argument(
        "text", nargs="?", metavar="ТЕКСТ", help="содержимое кода или номер счёта"
    )
    scanning.add_argument("--file", type=Path, metavar="ФАЙЛ", help="картинка или PDF с кодом")


def scan(context: Context) -> int:
    """Read a scan and look its account up."""
    given = context.arguments
    with reading(context.engine) as snapshot:
        creditors = payment_creditors(snapshot)
        slips = [slip.parse(code, creditors=creditors) for code in _codes(given.text, given.file)]
        best = min(slips, key=lambda read: _LEVELS.index(read.level))
        found = _looked_up(snapshot, best, on=context.at.date())
    return context.answer(found.as_json(), _text(found))


def _codes(text: str | None, file: Path | None) -> list[str | bytes]:
    if file is None:
        if text is None:
            raise NothingToScan("Дайте содержимое кода или картинку: kvitok scan --file ФАЙЛ.")
        return [text]
    try:
        content = file.read_bytes()
    except OSError as error:
        raise NothingToScan(
            f"Файл {file} не читается ({error.strerror}). Проверьте имя и повторите."
        ) from error
    if content.startswith(b"%PDF"):
        codes = decoding.scan_pdf(content)
    else:
        codes = decoding.scan_image(content)
    if not codes:
        raise NothingToScan(
            f"В файле {file} кодов не видно. Отсканируйте квитанцию чётче, от 200 точек на дюйм."
        )
    return [code.content for code in codes]


def _looked_up(snapshot: Snapshot, read: Slip, *, on: date) -> Slip:
    """Name the account as the books do, and warn of one that is not there or is closed."""
    if read.account is None or read.level == "reject":
        return read
    try:
        account = dues.load(snapshot, *read.spellings, on=on).dues.account
    except NoSuchAccount as error:
        return replace(read, warnings=(*read.warnings, Remark("UNKNOWN_ACCOUNT", str(error))))
    warnings = read.warnings
    if account.state_on(on) is AccountState.CLOSED:
        warnings += (
            Remark(
                "CLOSED_ACCOUNT",
                f"Лицевой счёт {account.number} закрыт с {account.closed_on:%d.%m.%Y}: "
                "примите по нему только долг.",
            ),
        )
    return replace(read, account=account.number, warnings=warnings)


def _text(read: Slip) -> str:
    rows = [_LEVEL_WORDS[read.level].capitalize() + "."]
    if read.account is not None:
        rows.append(f"  счёт    {read.account}")
    if read.amount_kop is not None:
        rows.append(f"  сумма   {money.shown(read.amount_kop)} ₽")
    if read.period is not None:
        rows.append(f"  период  {read.period.shown}")
    rows += [f"  {remark.message}" for remark in (*read.errors, *read.warnings)]
    return "\n".join(rows)
