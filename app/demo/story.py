"""The story of the demonstration, step by step, through the operations that the program uses.

town ─► workbook ─► import ─► charge 07 to 10 ─► close 07 to 09 ─► corrections of the year before
     ─► backdated changes ─► recalculation ─► penalties ─► documents ─► codes read back from a page
     ─► payments in a shift ─► receipts ─► transfers to suppliers ─► reports ─► verify ─► pictures
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from uuid_utils.compat import uuid7

from app.demo import rarities, sheets, town
from app.demo.books import DECEMBER, MONTHS, YEAR, Books, Recalculated, vouchers
from app.demo.settlements import ORDERS, Settlements
from app.devices.receipt_escpos import Setup
from app.devices.simulator import SimulatedPrinter
from app.domain import explanation, money
from app.domain.period import Period
from app.domain.tender import Tender
from app.domain.voucher import VoucherKind
from app.errors import AppError, Refusal
from app.exchange import workbook_writing
from app.operations.accrue_penalties import Accrued
from app.operations.charge_month import ChargedMonth
from app.operations.import_workbook import Imported, import_workbook
from app.operations.issue_documents import Issued, issue_documents
from app.operations.transfer_to_suppliers import TransfersPosted
from app.reports import decoding
from app.store import verify
from app.store.desk_journal import open_journal
from app.store.engine import Engine
from app.store.reading import reading
from app.ui.desk_actions import Desk

__all__ = ["MONTHS", "DemoFailed", "Story", "Told"]

SCANNED_PAGES = 12
_ACTOR = "Демонстрация"
_NOTE_KOP = 500_000  # the payer hands over banknotes of 5 000


class DemoFailed(Refusal):
    """The demonstration did not come out as it must: a defect of the program, said aloud."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the story made, for --json and for the tests."""

    accounts: int = 0
    imported: dict[str, int] = field(default_factory=dict)
    charged: tuple[ChargedMonth, ...] = ()
    corrected: int = 0
    recalculated: int = 0
    recalculated_kop: int = 0
    penalties: int = 0
    penalties_kop: int = 0
    documents: int = 0
    pages: int = 0
    scanned: int = 0
    payments: int = 0
    paid_kop: int = 0
    transfers: int = 0
    transferred_kop: int = 0
    checks: tuple[verify.Checked, ...] = ()
    last_account: str = ""
    next_scan: bytes = b""


@dataclass(slots=True)
class Story:
    """One telling: the books it works on, the folder it fills, the voice it speaks with."""

    engine: Engine
    folder: Path
    say: Callable[[str], None]
    now: Callable[[], datetime]
    houses: int = town.DEMO_HOUSES
    journal: Path | None = None

    def tell(self) -> Told:
        """Tell it from the first house to the last receipt.

        :raises DemoFailed: when a step does not come out as it must
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        built = sheets.Town(rarities.with_rare(town.houses(self.houses)), MONTHS)
        imported = self._import(built)
        self._charge(DECEMBER)
        charged = tuple(self._charge(month) for month in MONTHS)
        corrected = self._correct(built)
        recalculated = self._recalculate(built)
        penalties = self._accrue()
        issued = self._print()
        scans = self._scan(issued)
        # The last code stays for the pictures and for whoever tries the desk next.
        taken = self._take(scans[:-1])
        sent = self._transfer()
        self._report()
        checks = self._verify()
        return Told(
            accounts=charged[-1].accounts,
            imported=imported.imported,
            charged=charged,
            corrected=corrected,
            recalculated=len(recalculated.posted.lines),
            recalculated_kop=recalculated.posted.amount_kop,
            penalties=penalties.lines,
            penalties_kop=penalties.amount_kop,
            documents=issued.documents,
            pages=issued.pages,
            scanned=len(scans),
            payments=len(taken),
            paid_kop=sum(kop for _, kop in taken),
            transfers=len(sent.transfers),
            transferred_kop=sum(one.amount_kop for one in sent.transfers),
            checks=checks,
            last_account=taken[-1][0] if taken else "",
            next_scan=scans[-1],
        )

    def _import(self, built: sheets.Town) -> Imported:
        book = self.folder / "town.xlsx"
        with self._timed("Город: настоящие дома Екатеринбурга, люди и приборы придуманы"):
            workbook_writing.write(book, sheets.sheets(built))
        self.say(f"  домов {len(built.houses)}, книга: {book.name}")
        with self._timed("Загрузка книги"):
            imported = import_workbook(
                self.engine, self._books().voucher(VoucherKind.IMPORT), path=book
            )
        if imported.problems:
            raise DemoFailed(f"Книга города не загрузилась: {imported.problems[0]}")
        rows = sum(imported.imported.values())
        self.say(f"  листов {len(imported.imported)}, строк {rows:,}".replace(",", " "))
        return imported

    def _books(self) -> Books:
        return Books(self.engine, vouchers(_ACTOR, self.now))

    def _charge(self, month: Period) -> ChargedMonth:
        books = self._books()
        with self._timed(f"Начисление за {month.shown}"):
            charged = books.charge_before() if month == DECEMBER else books.charge(month)
        self.say(
            f"  счетов {charged.accounts}, строк {charged.lines}, "
            f"сумма {money.shown(charged.amount_kop)} ₽, отпечаток {charged.fingerprint[:12]}"
        )
        if charged.problems:
            self.say(f"  замечаний {len(charged.problems)}, первое: {charged.problems[0]}")
        return charged

    def _correct(self, built: sheets.Town) -> int:
        account = next(household.number for _, _, household in built.accounts())
        with self._timed(f"Корректировки за {YEAR} год и исправление вручную"):
            lines = self._books().correct_year()
            self._books().correct_by_hand(account)
        self.say(f"  строк {len(lines) + 1}, первая: {explanation.sentence(lines[0])}")
        return len(lines) + 1

    def _recalculate(self, built: sheets.Town) -> Recalculated:
        with self._timed("Сведения задним числом: загрузка, что изменится, перерасчёт"):
            done = self._books().recalculate(self.folder, built.houses)
        if done.imported.problems or not done.posted.lines:
            raise DemoFailed("Сведения задним числом не дали перерасчёта.")
        line = done.posted.lines[0]
        self.say(
            f"  счетов {done.foreseen.accounts}, строк {len(done.posted.lines)} на "
            f"{money.shown(done.posted.amount_kop)} ₽, первая: {explanation.sentence(line)}"
        )
        return done

    def _settlements(self) -> Settlements:
        return Settlements(self.engine, vouchers(_ACTOR, self.now), self.now)

    def _accrue(self) -> Accrued:
        with self._timed(f"Пени по {MONTHS[-1].last_day:%d.%m.%Y}"):
            accrued = self._settlements().penalties()
        if not accrued.lines:
            raise DemoFailed("Долги июля просрочены больше чем на 30 дней, а пени не начислились.")
        self.say(
            f"  счетов {accrued.accounts}, строк {accrued.lines} "
            f"на {money.shown(accrued.amount_kop)} ₽"
        )
        return accrued

    def _print(self) -> Issued:
        with self._timed(f"Платёжные документы за {MONTHS[-1].shown}"):
            issued = issue_documents(
                self.engine,
                period=MONTHS[-1],
                out=self.folder / "documents",
                until=date(2026, 11, 5),
            )
        self.say(f"  документов {issued.documents}, страниц {issued.pages}: documents/")
        return issued

    def _scan(self, issued: Issued) -> list[bytes]:
        """Read payment codes back from rendered pages, as a desk reads them from paper."""
        found: list[bytes] = []
        with self._timed("Коды квитанций читаются с напечатанных страниц"):
            for page in range(min(SCANNED_PAGES * 3, issued.documents)):
                codes = decoding.scan_pdf(issued.paths[0], page)
                found += [code.content for code in codes if code.content.startswith(b"ST0001")]
                if len(found) >= SCANNED_PAGES:
                    break
        if not found:
            raise DemoFailed("С напечатанных страниц не прочитан ни один код.")
        note = decoding.zbar_note()
        self.say(f"  прочитано {len(found)}, первый: {found[0].decode()[:60]}…")
        if note:
            self.say(f"  {note}")
        return found

    def _take(self, scans: list[bytes]) -> list[tuple[str, int]]:
        printer = SimulatedPrinter(setup=Setup())
        receipts = self.folder / "receipts"
        receipts.mkdir(exist_ok=True)
        taken: list[tuple[str, int]] = []
        file = self.journal or self.folder / "desk-01.sqlite"
        with self._timed("Касса: скан и Enter"), open_journal(file) as journal:
            desk = Desk(
                self.engine, journal, printer, branch_id=0, desk_no=1, cashier="Иванова А. А.",
                now=self.now,
            )  # fmt: skip
            if not desk.shift().is_open:
                desk.open_shift()
            for scan in scans:
                dues = desk.look_up(scan)
                if dues.proposed_kop <= 0:
                    continue
                tendered = -(-dues.proposed_kop // _NOTE_KOP) * _NOTE_KOP
                receipt = desk.take(
                    dues, amount_kop=dues.proposed_kop, tendered_kop=tendered,
                    tender=Tender.CASH, key=uuid7(),
                )  # fmt: skip
                name = receipts / receipt.number
                name.with_suffix(".txt").write_text(printer.text(), encoding="utf-8")
                printer.picture().save(name.with_suffix(".png"))
                taken.append((receipt.account_number, receipt.amount_kop))
            closed = desk.close_shift()
        assert not closed.is_open
        total = sum(kop for _, kop in taken)
        self.say(f"  платежей {len(taken)} на {money.shown(total)} ₽, смена закрыта: receipts/")
        return taken

    def _transfer(self) -> TransfersPosted:
        with self._timed("Перечисление поставщикам по ПП 253"):
            on, posted = self._settlements().transfer(self.folder)
        total = sum(one.amount_kop for one in posted.transfers)
        self.say(
            f"  на {on:%d.%m.%Y} поручений {len(posted.transfers)} "
            f"на {money.shown(total)} ₽: {ORDERS}"
        )
        return posted

    def _report(self) -> None:
        settlements = self._settlements()
        with self._timed("Отчёты о расчётах"):
            rows = settlements.reports(self.folder / "reports", actor=_ACTOR)
        self.say(f"  строк {rows}: reports/")
        warned = [check for check in settlements.before_closing() if check.count]
        for check in warned:
            stops = "останавливает" if check.stops else "предупреждение"
            self.say(f"  к закрытию {MONTHS[-1].shown}, {stops}: {check.sentence}")

    def _verify(self) -> tuple[verify.Checked, ...]:
        with self._timed("Проверка книг"), reading(self.engine) as snapshot:
            checks = verify.run(snapshot)
        broken = [check for check in checks if check.rows]
        if broken:
            raise DemoFailed(f"Книги не сходятся: {broken[0].name}, {broken[0].examples[0]}")
        self.say(f"  тождеств {len(checks)}, все верны")
        return checks

    @contextmanager
    def _timed(self, title: str) -> Iterator[None]:
        began = time.perf_counter()
        self.say(f"{title} …")
        try:
            yield
        except AppError:
            self.say("  не получилось")
            raise
        self.say(f"  {time.perf_counter() - began:.1f} с")
