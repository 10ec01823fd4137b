"""The paper a resident is handed: every line with its steps, pages that go on."""

from datetime import date
from io import BytesIO

import pypdfium2

from app.domain.justification import Justification, JustifiedLine
from app.domain.period import Period
from app.reports.justification import render


def paper(lines: int) -> Justification:
    return Justification(
        account="70000123", payer="Петров П. П.", address="ул. Мира, 5, кв. 12",
        period=Period(2026, 10), issued_by="РКЦ, 200-00-00", issued_on=date(2026, 11, 24),
        lines=tuple(
            JustifiedLine(
                f"Холодная вода {number}", 20_063,
                "по показаниям прибора (ПП РФ № 354, п. 42, приложение № 2, формула 1)",
                ("Объём: (104,312 − 100,5) м3 = 3,812 м3",
                 "Сумма: 3,812 м3 × 52,63 ₽ = 200,63 ₽"),
            )
            for number in range(1, lines + 1)
        ),
    )  # fmt: skip


def texts(papers: list[Justification]) -> list[str]:
    out = BytesIO()
    pages = render(papers, out)
    document = pypdfium2.PdfDocument(out.getvalue())
    found = [page.get_textpage().get_text_range() for page in document]
    assert len(found) == pages
    return found


def test_a_line_has_its_amount_method_law_and_steps():
    (page,) = texts([paper(1)])

    assert "Обоснование начислений за октябрь 2026" in page
    assert "Лицевой счёт 70000123, Петров П. П." in page
    assert "формула 1" in page
    assert "Объём: (104,312 − 100,5) м3 = 3,812 м3" in page
    assert "Итого за 10.2026: 200,63" in page
    assert "Выдано 24.11.2026, РКЦ, 200-00-00" in page


def test_many_lines_go_on_over_numbered_pages():
    pages = texts([paper(30)])

    assert len(pages) > 1
    assert all(f"лист {number} из {len(pages)}" in page for number, page in enumerate(pages, 1))
    assert sum(page.count("Холодная вода") for page in pages) == 30
    assert "Итого за 10.2026: 6 018,90" in pages[-1]


def test_each_account_begins_on_a_page_of_its_own():
    pages = texts([paper(1), paper(2)])

    assert len(pages) == 2
