import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from app.domain import money, slip
from app.domain.payment_document import Line, LineGroup, PaymentDocument
from app.reports import decoding, payment_document
from tests.fixtures import bills


def printed(*documents: PaymentDocument) -> bytes:
    out = io.BytesIO()
    payment_document.render(documents, out)
    return out.getvalue()


def texts(pdf: bytes) -> list[str]:
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    return [re.sub(r"[\u00a0\u202f]", " ", page) for page in pages]


def paper(kop: int) -> str:
    return money.shown(kop).replace("\u202f", " ")


def many(count: int) -> tuple[Line, ...]:
    return tuple(
        Line(
            LineGroup.UTILITIES if place % 2 else LineGroup.HOUSING,
            f"Услуга № {place + 1}",
            "м³",
            52_630_000,
            5_100_000,
            individual_kop=26_841 + place,
            method="прибор",
        )
        for place in range(count)
    )


def test_everything_of_the_form_is_on_the_page() -> None:
    document = bills.bill()

    (text,) = texts(printed(document))

    for expected in (
        "за октябрь 2026 г.",
        "Раздел 1. Сведения о плательщике и исполнителе услуг",
        "Раздел 2. Показания индивидуальных приборов учёта",
        "Раздел 3. Расчёт размера платы за услуги",
        "№ 7000000123-1026, идентификатор в ГИС ЖКХ 60АА123456-01-6101",
        "Петров Пётр Петрович",
        "620028, Свердловская обл., г. Екатеринбург, ул. Мира, д. 5, кв. 12",
        "60АА123456-01",
        "частная собственность",
        "ООО «Управляющая компания «Верх-Исетская»",
        "до 15.11.2026",
        "Учтены платежи по 31.10.2026 включительно",
        "14.10.2026",
        "ПАО «Т Плюс» (филиал «Свердловский»)",
        "ИНН 6315376946, КПП 667101001",
        "к/с 30101810500000000674",
        "13 321 (22.10.2026)",
        "30.06.2031",
        "Взнос на капитальный ремонт",
        "кВт·ч",
        "1,616621",
        "2 533,55",
        "−1 130,85",
        "норматив",
    ):
        assert expected in text, expected


def test_every_sum_of_the_document_is_printed() -> None:
    document = bills.bill()

    (text,) = texts(printed(document))

    assert text.count(paper(document.due_kop)) >= 4
    for payee in document.payees:
        assert paper(payee.due_kop) in text
    for line in document.lines:
        assert paper(line.to_pay_kop) in text
    for kop in (
        document.debt_kop,
        document.advance_kop,
        document.turnover.charged_kop,
        document.turnover.corrected_kop,
        document.turnover.benefits_kop,
        document.turnover.penalty_kop,
        document.turnover.period_kop,
        document.turnover.paid_kop,
    ):
        assert paper(kop) in text


@pytest.mark.parametrize("reader", ["zxing", "zbar"])
@pytest.mark.parametrize("dpi", [200, 300])
def test_both_codes_are_read_back_from_the_page(reader: decoding.Reader, dpi: int) -> None:
    document = bills.bill()
    if reader == "zbar" and decoding.zbar_note():
        pytest.skip(decoding.zbar_note())

    codes = decoding.scan_pdf(printed(document), dpi=dpi, readers=(reader,))

    found = {code.symbology: code.content for code in codes}
    assert found == {"QR": document.qr, "Code128": document.code128.encode()}


def test_a_scan_of_the_page_asks_for_the_sum_of_the_document() -> None:
    document = bills.bill()

    codes = decoding.scan_pdf(printed(document))

    for code in codes:
        scan = code.content if code.symbology == "QR" else code.content.decode()
        read = slip.parse(scan)
        assert (read.account, read.amount_kop) == (document.account_number, document.due_kop)
        assert read.period == document.period


def test_the_digits_of_the_native_code_stand_in_its_parts() -> None:
    document = bills.bill()
    digits = document.code128

    (text,) = texts(printed(document))

    assert f"{digits[:10]} {digits[10:14]} {digits[14:22]} {digits[22]}" in text


def test_twenty_two_lines_fit_on_one_page() -> None:
    document = bills.bill(many(22))

    assert len(texts(printed(document))) == 1


def test_forty_lines_go_on_over_a_second_page() -> None:
    document = bills.bill(many(40))

    first, second = texts(printed(document))

    for number in range(1, 41):
        assert len(re.findall(rf"Услуга № {number}\b", first + second)) == 1
    assert "Лист 1 из 2" in first
    assert "Лист 2 из 2" in second
    assert "лицевой счёт 7000000123, продолжение" in second
    assert "Содержание жилого помещения" in first
    assert "Коммунальные услуги (продолжение)" in second
    assert "Порядок" in second
    assert "Итого за расчётный период" in second
    assert "Отрывная часть" in first
    assert "Отрывная часть" not in second


def test_any_number_of_lines_and_meters_loses_none() -> None:
    document = replace(bills.bill(many(150)), meters=bills.meters() * 12)

    pages = texts(printed(document))

    whole = "\n".join(pages)
    assert len(pages) > 3
    assert whole.count("18-204517") == 12
    for number in range(1, 151):
        assert len(re.findall(rf"Услуга № {number}\b", whole)) == 1


def test_nothing_due_prints_no_codes_and_says_why() -> None:
    document = bills.bill(opening=(-5_000_000, -5_000_000, -5_000_000))

    pdf = printed(document)

    (text,) = texts(pdf)
    assert document.due_kop == 0
    assert "0,00" in text
    assert "Платить не нужно" in text
    assert "Аванс на конец расчётного периода" in text
    assert paper(document.closing_advance_kop) in text
    assert decoding.scan_pdf(pdf) == []


def test_a_bill_that_is_owed_does_not_speak_of_an_advance_at_its_end() -> None:
    (text,) = texts(printed(bills.bill(opening=(0, 0, 0))))

    assert "Аванс на конец" not in text


def test_empty_sections_say_that_they_are_empty() -> None:
    document = replace(bills.bill(()), meters=())

    (text,) = texts(printed(document))

    assert "Показаний индивидуальных приборов учёта за этот период нет." in text
    assert "Начислений за этот период нет." in text


def test_a_due_document_without_codes_tells_how_to_pay() -> None:
    document = replace(bills.bill(), qr=b"", code128="")

    (text,) = texts(printed(document))

    assert "оплатите по реквизитам" in text
    assert "назовите кассиру лицевой счёт" in text


def test_long_names_are_wrapped_or_shortened_and_never_run_out() -> None:
    long = "Товарищество собственников недвижимости «Дружба № 5 (бывш. «Заря»)» " * 3
    document = bills.bill()
    document = replace(
        document,
        payer=long,
        address=long,
        payees=tuple(replace(payee, name=long, bank=long) for payee in document.payees),
        provider=replace(document.provider, name=long, address=long, hours=long),
    )

    pdf = printed(document)

    (text,) = texts(pdf)
    assert text.count("…") >= 6
    assert text.count("БИК 046577674, к/с 30101810500000000674") == 3
    pixels = decoding.draw_page(pdf, dpi=100)
    assert bool((pixels[:, :20] == 255).all())
    assert bool((pixels[:, -20:] == 255).all())


def test_letters_of_other_alphabets_are_printed() -> None:
    payer = "Гөлнара Җәмилева (Ўткір), № 7 ½ Müller — Łoś"
    document = replace(bills.bill(), payer=payer)

    (text,) = texts(printed(document))

    assert payer in text


def test_control_characters_do_not_break_the_page() -> None:
    document = replace(bills.bill(), payer="Петров\n(Пётр)\\\r\t)«")

    (text,) = texts(printed(document))

    assert "Петров (Пётр)\\  )«" in text


def test_large_sums_keep_every_digit() -> None:
    line = Line(
        LineGroup.UTILITIES, "Отопление", "Гкал", 2_533_550_000, 1, individual_kop=9_876_543_210
    )
    document = bills.bill((line,))

    (text,) = texts(printed(document))

    assert text.count("98 765 432,10") >= 4


def test_payees_paid_apart_have_a_code_each() -> None:
    document = bills.bill()
    apart = tuple(
        replace(payee, qr=f"ST00012|Name=Получатель {place}|Sum={payee.due_kop}".encode())
        for place, payee in enumerate(document.payees)
    )
    pdf = printed(replace(document, payees=apart))

    found = {
        code.content
        for page in range(len(texts(pdf)))
        for code in decoding.scan_pdf(pdf, page, readers=("zxing",))
    }

    assert found == {document.qr, document.code128.encode(), *(payee.qr for payee in apart)}


def test_the_same_documents_give_the_same_bytes() -> None:
    assert printed(bills.bill()) == printed(bills.bill())


def test_the_form_is_drawn_once_for_many_documents() -> None:
    one, ten = len(printed(bills.bill())), len(printed(*[bills.bill()] * 10))

    assert (ten - one) / 9 < 9_000 < one


def test_no_documents_give_a_page_that_says_so() -> None:
    out = io.BytesIO()

    made = payment_document.render([], out)

    assert (made.documents, made.pages) == (0, 0)
    assert "документов для печати нет" in texts(out.getvalue())[0]


def test_files_hold_so_many_documents_each(tmp_path: Path) -> None:
    documents = (replace(bills.bill(), payer=f"Плательщик {place}") for place in range(5))

    made = payment_document.render_files(documents, tmp_path, name="2026-10", per_file=2)

    assert (made.documents, made.pages) == (5, 5)
    assert [path.name for path in made.paths] == [f"2026-10-00{n}.pdf" for n in (1, 2, 3)]
    assert "Плательщик 4" in texts(made.paths[2].read_bytes())[0]


def test_documents_are_taken_one_at_a_time() -> None:
    out = io.BytesIO()
    written: list[int] = []

    def documents() -> Iterator[PaymentDocument]:
        for _ in range(3):
            written.append(out.tell())
            yield bills.bill()

    payment_document.render(documents(), out)

    assert written[0] < written[1] < written[2]
