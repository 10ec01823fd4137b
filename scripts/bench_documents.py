"""Pages of payment documents a second of one core, and their ratio to the floor: QR codes alone.

    .venv/bin/python scripts/bench_documents.py [documents]

Every document has 15 lines, 3 payees, 4 meters and a QR of its own of about 450 bytes. The floor
is what encoding the same QR codes takes; nothing that prints them can be quicker.
"""

import io
import json
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from typing_extensions import Buffer

from app.domain.payment_document import (
    Line,
    LineGroup,
    MeterRow,
    Payee,
    PaymentDocument,
    Provider,
    turnover_of,
)
from app.domain.period import Period
from app.reports import barcode, payment_document

ROUNDS = 3
LINES = 15


@dataclass(frozen=True, slots=True)
class Measured:
    """Medians of one run on one core, CPU seconds."""

    documents: int
    pages: int
    pages_a_second: float
    qr_codes_a_second: float
    times_the_floor: float
    bytes_a_page: int
    peak_mb: int


def measure(documents: int = 600) -> Measured:
    """Print `documents` documents a few times over into a sink and encode their QR codes alone."""
    payment_document.render(_sample(2), io.BytesIO())
    printing, encoding = [], []
    pages = size = 0
    for _ in range(ROUNDS):
        bills = list(_sample(documents))
        sink = _Sink()
        start = time.process_time()
        pages = payment_document.render(bills, sink).pages
        printing.append(time.process_time() - start)
        size = sink.written
        start = time.process_time()
        for bill in bills:
            barcode.qr(bill.qr)
        encoding.append(time.process_time() - start)
    print_s, encode_s = statistics.median(printing), statistics.median(encoding)
    return Measured(
        documents=documents,
        pages=pages,
        pages_a_second=round(pages / print_s, 1),
        qr_codes_a_second=round(documents / encode_s, 1),
        times_the_floor=round(print_s / encode_s, 2),
        bytes_a_page=size // pages,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )


class _Sink(io.BytesIO):
    """Takes bytes and counts them: the disk is not what is measured."""

    written = 0

    def write(self, block: Buffer, /) -> int:
        self.written += memoryview(block).nbytes
        return memoryview(block).nbytes


def _sample(documents: int) -> Iterator[PaymentDocument]:
    lines = tuple(_line(place) for place in range(LINES))
    meters = tuple(_meter(place) for place in range(4))
    for number in range(documents):
        payees = tuple(
            Payee(
                f"ПАО «Поставщик № {place + 1}»",
                turnover_of((row for row in lines if row.payee == place), opening_kop=number),
                inn="6671000012",
                kpp="667101001",
                bank="УРАЛЬСКИЙ БАНК ПАО СБЕРБАНК",
                bic="046577674",
                bank_account="40702810416540000123",
                correspondent_account="30101810500000000674",
            )
            for place in range(3)
        )
        yield _document(number, payees, lines, meters=meters)


def _document(
    number: int, payees: tuple[Payee, ...], lines: tuple[Line, ...], *, meters: tuple[MeterRow, ...]
) -> PaymentDocument:
    account = f"{7_000_000_000 + number:010d}"
    draft = PaymentDocument(
        period=Period(2026, 10),
        account_number=account,
        payer=f"Петров Пётр Петрович {number}",
        address=f"620028, г. Екатеринбург, ул. Мира, д. 5, кв. {number}",
        provider=Provider("ООО «Управляющая компания»", inn="6658123456", phone="200-10-20"),
        payees=payees,
        lines=lines,
        meters=meters,
        number=f"{account}-1026",
        area_cm2=543_000 + number,
        due_on=date(2026, 11, 15),
    )
    content = (
        "ST00012|Name=АО «Расчётный центр Урала»|PersonalAcc=40702810416540000123"
        "|BankName=УРАЛЬСКИЙ БАНК ПАО СБЕРБАНК|BIC=046577674|CorrespAcc=30101810500000000674"
        f"|PayeeINN=6671000012|Category=ЖКУ|PersAcc={account}|PaymPeriod=102026"
        f"|PayerAddress=г. Екатеринбург, ул. Мира, д. 5, кв. {number}|Sum={draft.due_kop}"
    )
    digits = f"{account}1026{draft.due_kop:08d}0"
    return replace(draft, qr=content.encode(), code128=digits)


def _line(place: int) -> Line:
    group = LineGroup.HOUSING if place < 4 else LineGroup.UTILITIES
    return Line(
        group,
        f"Услуга с обычным названием {place + 1}",
        "м³",
        price_mcr=52_630_000 + 1_110_000 * place,
        volume_mcu=5_432_100 + 1000 * place,
        individual_kop=30_758 + 1_234 * place,
        penalty_kop=place,
        method="норматив" if place % 2 else "прибор",
        payee=place % 3,
    )


def _meter(place: int) -> MeterRow:
    return MeterRow(
        "Холодное водоснабжение",
        f"18-20451{place}",
        "м³",
        312_000_000,
        date(2026, 9, 22),
        318_000_000,
        date(2026, 10, 22),
        6_000_000,
        date(2031, 6, 30),
    )


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    measured = measure(count)
    print(json.dumps({name: getattr(measured, name) for name in Measured.__slots__}, indent=1))
