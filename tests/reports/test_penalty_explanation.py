"""«Расшифровка пени» on paper: every figure of the record, pages that go on."""

from datetime import date
from io import BytesIO

import pypdfium2

from app.domain import days
from app.domain.penalty_slots import PenaltyRecord, PenaltySegment
from app.domain.penalty_terms import PenaltyScheme
from app.domain.penalty_text import PenaltyPaper, PenaltyPaperLine
from app.domain.penalty_words import explain
from app.domain.period import Period
from app.reports.penalty_explanation import render


def number(year: int, month: int, day: int) -> int:
    return days.number(date(year, month, day))


def line() -> PenaltyPaperLine:
    record = PenaltyRecord(
        due_on=number(2026, 8, 17), on=number(2026, 11, 30), shown_on=number(2026, 7, 1),
        scheme=PenaltyScheme.HOUSING, total_kop=1_938, charged_kop=1_425, principal_kop=130_000,
        unpaid_kop=100_000, flags=0,
        segments=(
            PenaltySegment(number(2026, 9, 17), number(2026, 9, 21), 30_000, 300, 95_000, 0,
                           number(2026, 9, 20)),
            PenaltySegment(number(2026, 9, 17), number(2026, 11, 16), 100_000, 300, 95_000, 0, -1),
            PenaltySegment(number(2026, 11, 16), number(2026, 12, 1), 100_000, 130, 0, 1005, -1),
        ),
    )  # fmt: skip
    told = explain(record, Period(2026, 7), stops={1005: "банкротство, дело № А60-12345/2026"})
    return PenaltyPaperLine("Тепловая энергия, договор Т-2, за июль 2026: пени", 513, told)


def paper(lines: int) -> PenaltyPaper:
    written_off = PenaltyPaperLine("Вода, договор В-1: списание пени", -500, None, "решение № 5")
    return PenaltyPaper(
        account="70000123", payer="Петров П. П.", address="ул. Мира, 5, кв. 12",
        period=Period(2026, 11), issued_by="РКЦ, 200-00-00", issued_on=date(2026, 12, 1),
        lines=(*(line() for _ in range(lines)), written_off),
    )  # fmt: skip


def texts(papers: list[PenaltyPaper]) -> list[str]:
    out = BytesIO()
    pages = render(papers, out)
    document = pypdfium2.PdfDocument(out.getvalue())
    found = [page.get_textpage().get_text_range() for page in document]
    assert len(found) == pages
    return found


def test_a_penalty_has_its_days_debt_share_rate_and_sum() -> None:
    (page,) = texts([paper(1)])

    assert "Расшифровка пени, начисленных за ноябрь 2026" in page
    assert "Лицевой счёт 70000123, Петров П. П." in page
    for figure in ("17.09.2026", "15.11.2026", "1/300", "9,5 %", "19,0000", "оплачено 20.09.2026"):
        assert figure in page
    assert "банкротство, дело № А60-12345/2026" in page
    assert "решение № 5" in page
    assert "Итого пени за 11.2026: 0,13" in page
    assert "Выдано 01.12.2026, РКЦ, 200-00-00" in page


def test_many_penalties_go_on_over_numbered_pages() -> None:
    pages = texts([paper(12)])

    assert len(pages) > 1
    assert f"лист {len(pages)} из {len(pages)}" in pages[-1]
    assert sum(page.count("Тепловая энергия, договор Т-2") for page in pages) == 12
