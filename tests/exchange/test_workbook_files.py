"""Files that are no workbook, or one to be afraid of: each gets a sentence, and quickly."""

import io
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest

from app.exchange import workbook_reading
from app.exchange.workbook_reading import NotAWorkbook, ReaderGone
from tests.fixtures.workbooks import (
    checked,
    full,
    raw,
    raw_parts,
    sheet_xml,
    text_cell,
    written,
    zipped,
)

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
HEADERS = "<row r='1'>" + text_cell("A1", "Код") + text_cell("B1", "Этажей") + "</row>"
SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"


def refused(path: Path) -> str:
    with pytest.raises(NotAWorkbook) as caught:
        list(workbook_reading.frames(path))
    sentence = str(caught.value)
    assert path.name in sentence
    assert sentence.endswith((".", "»."))
    return sentence


def saved(folder: Path, content: bytes) -> Path:
    path = folder / "книга.xlsx"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "пуст"),
        (b"\x00", "не книга Excel"),
        ("Код;Этажей\nД1;9\n".encode("cp1251"), "не книга Excel"),
        (b"%PDF-1.7 ...", "не книга Excel"),
        (b"<html><table></table></html>", "не книга Excel"),
        (b'<?xml version="1.0"?><Workbook/>', "не книга Excel"),
        (b"MZ\x90\x00", "не книга Excel"),
        (b"Rar!\x1a\x07", "не книга Excel"),
        (OLE + bytes(4_000), "старом формате"),
        (OLE + bytes(500) + "EncryptedPackage".encode("utf-16-le"), "защищён паролем"),
        (b"PK\x03\x04" + bytes(100), "повреждён"),
        (b"PK\x05\x06" + bytes(18), "архив, но не книга"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    assert words in refused(saved(tmp_path, content))


@pytest.mark.parametrize(
    "parts",
    [
        [("word/document.xml", b"<w/>"), ("[Content_Types].xml", b"<Types/>")],
        [("mimetype", SPREADSHEET.encode()), ("content.xml", b"<office/>")],
        [("xl/workbook.bin", b"\x00")],
        [("inner.xlsx", b"PK\x03\x04")],
        [("../../etc/passwd", b"root")],
    ],
)
def test_an_archive_of_something_else_is_refused(
    tmp_path: Path, parts: list[tuple[str, bytes]]
) -> None:
    assert "архив, но не книга" in refused(zipped(tmp_path / "a.xlsx", parts))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "такого файла нет" in refused(tmp_path / "нет.xlsx")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "это папка" in refused(tmp_path)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_file_cut_short_is_refused(tmp_path: Path, share: float) -> None:
    whole = written(tmp_path, full()).read_bytes()

    assert "повреждён" in refused(saved(tmp_path, whole[: int(len(whole) * share)]))


@pytest.mark.parametrize("place", [0.2, 0.4, 0.6])
def test_a_file_with_a_changed_byte_inside_is_refused(tmp_path: Path, place: float) -> None:
    whole = bytearray(written(tmp_path, full()).read_bytes())
    with zipfile.ZipFile(io.BytesIO(bytes(whole))) as archive:
        part = archive.getinfo("xl/worksheets/sheet9.xml")
        start = part.header_offset + 60
    whole[start + int(part.compress_size * place)] ^= 0xFF

    assert "повреждён" in refused(saved(tmp_path, bytes(whole)))


def test_a_zip_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    bomb = raw(tmp_path / "bomb.xlsx", b"0" * 60_000_000)

    with pytest.raises(NotAWorkbook, match="архивную бомбу"):
        workbook_reading.screened(bomb)


def test_too_much_to_inflate_is_refused_by_its_sum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_reading, "INFLATED_MAX_BYTES", 10_000)

    assert "распаковывается" in refused(written(tmp_path, full()))


def test_a_forged_size_is_found(tmp_path: Path) -> None:
    path = raw(tmp_path / "forged.xlsx", b" " * 30_000_000)
    content = path.read_bytes()
    real = struct.pack("<I", 30_000_000)
    assert content.count(real) == 2
    path.write_bytes(content.replace(real, struct.pack("<I", 1_000)))

    assert "повреждён" in refused(path)


def test_the_same_part_twice_is_refused(tmp_path: Path) -> None:
    parts = raw_parts(sheet_xml(HEADERS))

    with pytest.warns(UserWarning, match="Duplicate name"):
        path = zipped(tmp_path / "twice.xlsx", [*parts, parts[-1]])

    assert "устроен не как книга" in refused(path)


def test_a_part_with_a_password_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, full())
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02")
    content[place + 8] |= 1
    path.write_bytes(bytes(content))

    assert "защищён паролем" in refused(path)


@pytest.mark.parametrize(
    "before",
    [
        "<!DOCTYPE a [<!ENTITY a 'aaaa'><!ENTITY b '" + "&a;" * 50 + "'>]>",
        "<!DOCTYPE a SYSTEM 'file:///etc/passwd'>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'http://127.0.0.1:9/x'>]>",
    ],
)
def test_entities_are_never_expanded(tmp_path: Path, before: str) -> None:
    row = "<row r='2'>" + text_cell("A2", "&b;&x;") + "</row>"
    path = raw(tmp_path / "entity.xlsx", sheet_xml(HEADERS + row, before=before))

    try:
        book, _ = checked(path)
    except NotAWorkbook:
        return
    assert book.tables["Дома"].column("code") in ([None], ["&b;&x;"])


def test_xml_that_is_not_closed_is_refused_or_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = raw(tmp_path / "open.xlsx", sheet_xml(HEADERS)[:-40])

    assert "повреждён" in refused(path)


def test_a_million_formatted_empty_rows_are_no_rows(tmp_path: Path) -> None:
    rows = "".join(f"<row r='{row}'><c r='A{row}' s='1'/></row>" for row in range(3, 200_000))
    filled = "<row r='2'>" + text_cell("A2", "Д1") + "</row>"
    last = "<row r='1048576'><c r='A1048576' s='1'/></row>"

    book, problems = checked(raw(tmp_path / "tall.xlsx", sheet_xml(HEADERS + filled + rows + last)))

    assert problems == ()
    assert book.tables["Дома"].number == [2]


def test_a_cell_in_the_last_row_is_read_at_its_place(tmp_path: Path) -> None:
    last = "<row r='1048576'>" + text_cell("A1048576", "Д1") + "</row>"

    book, problems = checked(raw(tmp_path / "last.xlsx", sheet_xml(HEADERS + last)))

    assert problems == ()
    assert book.tables["Дома"].number == [1_048_576]


def test_a_sheet_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    # Two cells in opposite corners: 17 thousand million cells between them.
    corner = "<row r='1048576'>" + text_cell("XFD1048576", "х") + "</row>"

    assert "не хватило памяти" in refused(raw(tmp_path / "wide.xlsx", sheet_xml(HEADERS + corner)))


def test_error_values_and_formulas_without_a_value_are_told(tmp_path: Path) -> None:
    row = (
        "<row r='2'>" + text_cell("A2", "Д1") + "<c r='B2'><f>1+1</f><v>2</v></c></row>"
        "<row r='3'>" + text_cell("A3", "Д2") + "<c r='B3'><f>1+1</f></c></row>"
        "<row r='4'>" + text_cell("A4", "Д3") + "<c r='B4'><f>1+1</f><v></v></c></row>"
        "<row r='5'>" + text_cell("A5", "Д4") + "<c r='B5' t='e'><f>1/0</f><v>#DIV/0!</v></c></row>"
        "<row r='6'><c r='A6' t='e'><v>#REF!</v></c><c r='B6'><v>9</v></c></row>"
    )

    book, problems = checked(raw(tmp_path / "formulas.xlsx", sheet_xml(HEADERS + row)))

    assert book.tables["Дома"].column("floors")[0] == "2"
    assert book.tables["Дома"].bad == {1, 2, 3, 4}
    assert [(one.row, one.column, one.value, one.message) for one in problems] == [
        (3, "Этажей", None, "формула не вычислена: в файле нет её значения"),
        (4, "Этажей", None, "формула не вычислена: в файле нет её значения"),
        (5, "Этажей", "#DIV/0!", "в ячейке ошибка Excel"),
        (6, "Код", "#REF!", "в ячейке ошибка Excel"),
    ]


def test_an_error_value_the_reader_does_not_know_is_told_at_its_place(tmp_path: Path) -> None:
    row = "<row r='7'><c r='AB7' t='e'><v>#SPILL!</v></c></row>"

    assert "лист «Дома», AB7: #SPILL!" in refused(
        raw(tmp_path / "spill.xlsx", sheet_xml(HEADERS + row))
    )


@pytest.mark.parametrize("value", ["1e309", "-1e309", "1e400", "1e22"])
def test_numbers_beyond_measure_are_told(tmp_path: Path, value: str) -> None:
    row = "<row r='2'>" + text_cell("A2", "Д1") + f"<c r='B2'><v>{value}</v></c></row>"

    _, problems = checked(raw(tmp_path / "big.xlsx", sheet_xml(HEADERS + row)))

    assert [one.column for one in problems] == ["Этажей"]


def test_a_text_of_a_megabyte_is_told_shortly(tmp_path: Path) -> None:
    row = "<row r='2'>" + text_cell("A2", "Я" * 1_000_000) + "</row>"

    _, problems = checked(raw(tmp_path / "long.xlsx", sheet_xml(HEADERS + row)))

    assert [one.message for one in problems] == [
        "текст слишком длинный: знаков 1000000, допустимо 100"
    ]
    assert len(str(problems[0])) < 400


def test_a_workbook_with_links_and_macros_is_read_without_them(tmp_path: Path) -> None:
    row = "<row r='2'>" + text_cell("A2", "Д1") + "</row>"
    extra = [
        ("xl/vbaProject.bin", b"\x00" * 100),
        ("xl/externalLinks/externalLink1.xml", b"<externalLink/>"),
        ("../../evil.txt", b"x"),
    ]

    book, problems = checked(raw(tmp_path / "macros.xlsm", sheet_xml(HEADERS + row), extra=extra))

    assert problems == ()
    assert book.tables["Дома"].column("code") == ["Д1"]
    assert not (tmp_path.parent.parent / "evil.txt").exists()


def test_a_workbook_of_another_program_is_read(tmp_path: Path) -> None:
    path = tmp_path / "openpyxl.xlsx"
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Дома"
    sheet.append(["Код", "Этажей", "Улица"])
    sheet.append(["Д1", 9, "=A2"])
    workbook.save(path)

    book, problems = checked(path)

    assert book.tables["Дома"].column("code") == ["Д1"]
    assert [(one.row, one.column) for one in problems] == [(2, "Улица")]


def test_a_reader_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = tmp_path / "sleeper.py"
    sleeper.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(workbook_reading, "SILENCE_MAX_S", 0.3)
    monkeypatch.setattr(workbook_reading.workbook_child, "__file__", str(sleeper))

    with pytest.raises(ReaderGone, match="прервано"):
        list(workbook_reading.frames(written(tmp_path, full())))


def test_a_reader_that_dies_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dying = tmp_path / "dying.py"
    dying.write_text('print("{\\"sheet\\": ", end="", flush=True)\nimport os\nos.abort()\n')
    monkeypatch.setattr(workbook_reading.workbook_child, "__file__", str(dying))

    assert "не хватило памяти" in refused(written(tmp_path, full()))
