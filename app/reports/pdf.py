"""A PDF written page by page: reportlab makes fonts, forms and the frame of the file.

    PdfWriter(out) ─ form(name) ─ sheet() ─ add(sheet) … ─ close()
                                              │
                                              └ compressed and written at once: what stays in
                                                memory is where each page begins, not the page

Reportlab's own canvas keeps every page until it saves (about 6 KB each). The same document always
gives the same bytes: no dates, no random identifiers.
"""

import zlib
from collections.abc import Iterable
from types import TracebackType
from typing import Any, BinaryIO, Self

from reportlab.pdfbase import pdfdoc

from app.reports import fonts
from app.reports.fonts import Face
from app.reports.page import A4_HEIGHT, A4_WIDTH, Encoded, Sheet

_ESCAPED = {"(": "\\(", ")": "\\)", "\\": "\\\\", "\r": "\\r", "\n": "\\n"}
_FOREIGN = "\0"
_FAST = 1  # zlib level: figures compress nearly as well and twice as quickly as at level 6


class _Letters(dict[int, str]):
    """Unicode to the first subset of a font in a document, for str.translate."""

    def __init__(self, face: Face, document: Any) -> None:
        super().__init__()
        self._face = face
        self._document = document
        for code in map(ord, fonts.LETTERS):
            _ = self[code]
        self.font = str(face.font.getSubsetInternalName(0, document))

    def __missing__(self, code: int) -> str:
        letter = fonts.SPACES.get(code, chr(code))
        ((subset, place),) = self._face.font.splitString(letter, self._document)
        # Beyond the first subset the font has to be switched: runs() does it letter by letter.
        self[code] = _string(place) if subset == 0 else _FOREIGN
        return self[code]


def _string(place: bytes) -> str:
    return "".join(_ESCAPED.get(letter, letter) for letter in place.decode("latin-1"))


class PdfWriter:
    """One PDF file being written to a binary stream, A4 upright or lying."""

    def __init__(self, out: BinaryIO, *, title: str, lies: bool = False) -> None:
        self._out = out
        self._size = (A4_HEIGHT, A4_WIDTH) if lies else (A4_WIDTH, A4_HEIGHT)
        self._offset = 0
        self._written: set[str] = set()
        self._pages: list[str] = []
        self._letters: dict[str, _Letters] = {}
        document = pdfdoc.PDFDocument(compression=1, invariant=1)
        self._document: Any = document
        document.Catalog.Outlines = None
        document.info = pdfdoc.PDFDictionary(
            {"Title": pdfdoc.PDFString(title), "Producer": pdfdoc.PDFString("Квиток")}
        )
        self._parent = self._number(document.Pages)
        self._forms = pdfdoc.PDFDictionary({})
        resources = pdfdoc.PDFDictionary(
            {
                "Font": pdfdoc.PDFObjectReference("BasicFonts"),
                "XObject": self._forms,
                "ProcSet": pdfdoc.PDFArray([pdfdoc.PDFName(name) for name in ("PDF", "Text")]),
            }
        )
        self._resources = self._number(resources)
        self._put(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()

    @property
    def pages(self) -> int:
        return len(self._pages)

    def sheet(self) -> Sheet:
        """Give an empty page or form of this document."""
        return Sheet(self._encoded)

    def form(self, name: str, sheet: Sheet) -> None:
        """Keep a sheet to be shown on many pages by `Sheet.form(name)`."""
        form = pdfdoc.PDFFormXObject(0, 0, *self._size)
        form.Resources = pdfdoc.PDFDictionary({"Font": pdfdoc.PDFObjectReference("BasicFonts")})
        form.compression = 1
        form.stream = sheet.operators()
        self._forms.dict[name] = self._document.Reference(form, f"Form.{name}")

    def add(self, sheet: Sheet) -> None:
        """Write a page."""
        stream = zlib.compress(sheet.operators(), _FAST)
        contents = self._register(f"C{len(self._pages)}")
        page = self._register(f"P{len(self._pages)}")
        self._pages.append(page)
        self._write_object(
            contents,
            b"<</Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(stream), stream),
        )
        self._write_object(
            page,
            b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.2f %.2f]/Resources %d 0 R"
            b"/Contents %d 0 R>>"
            % (self._parent, *self._size, self._resources, self._place(contents)),
        )

    def close(self) -> None:
        """Write fonts, forms, the list of pages and the cross-reference table."""
        document = self._document
        assert self._pages
        for font in document.delayedFonts:
            font.addObjects(document)
        document.Pages.pages = [pdfdoc.PDFObjectReference(name) for name in self._pages]
        catalog = document.Reference(document.Catalog)
        about = document.Reference(document.info)
        number = 0
        # Formatting an object may register further ones, so the end moves.
        while (number := number + 1) in document.numberToId:
            name = document.numberToId[number]
            if name not in self._written:
                self._begin(name)
                indirect = pdfdoc.PDFIndirectObject(name, document.idToObject[name])
                self._put(indirect.format(document))
        self._finish(document, catalog, about, names=list(document.numberToId.values()))

    def _finish(self, document: Any, catalog: Any, about: Any, *, names: list[str]) -> None:
        table = pdfdoc.PDFCrossReferenceTable()
        table.addsection(0, names)
        begins = self._offset
        self._put(table.format(document))
        trailer = pdfdoc.PDFTrailer(
            startxref=begins, Size=len(names) + 1, Root=catalog, Info=about, ID=document.ID()
        )
        self._put(trailer.format(document))

    def _encoded(self, face: Face, text: str) -> Encoded:
        letters = self._letters.get(face.name)
        if letters is None:
            letters = self._letters[face.name] = _Letters(face, self._document)
        code = text.translate(letters)
        if _FOREIGN not in code:
            return ((letters.font, code),)
        return tuple(self._runs(face, text))

    def _runs(self, face: Face, text: str) -> Iterable[tuple[str, str]]:
        printed = text.translate(fonts.SPACES)
        for subset, places in face.font.splitString(printed, self._document):
            font = str(face.font.getSubsetInternalName(subset, self._document))
            yield font, _string(places)

    def _register(self, name: str) -> str:
        """Give an object that is written by hand a number in reportlab's document."""
        document = self._document
        document.objectcounter += 1
        document.idToObjectNumberAndVersion[name] = (document.objectcounter, 0)
        document.numberToId[document.objectcounter] = name
        return name

    def _number(self, thing: Any) -> int:
        return self._place(self._document.Reference(thing).name)

    def _place(self, name: str) -> int:
        return int(self._document.idToObjectNumberAndVersion[name][0])

    def _write_object(self, name: str, body: bytes) -> None:
        self._begin(name)
        self._written.add(name)
        self._put(b"%d 0 obj\n%b\nendobj\n" % (self._place(name), body))

    def _begin(self, name: str) -> None:
        self._document.idToOffset[name] = self._offset

    def _put(self, block: bytes) -> None:
        self._out.write(block)
        self._offset += len(block)
