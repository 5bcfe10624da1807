"""The PDFs themselves, and the process that makes them: what they are, and what it cannot do."""

from __future__ import annotations

import io
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from weasyprint import HTML  # noqa: TID253  # tests pay for it anyway
from weasyprint.logger import LOGGER  # noqa: TID253
from weasyprint.urls import FatalURLFetchingError  # noqa: TID253

from paperwork.models import Document
from paperwork.press import Made, NotMadeError, Press, Sheet, child
from paperwork.rendering import address_of, html_of, sheet_of
from paperwork.samples import SAMPLES
from tests.paperwork.test_document_html import a_document
from tests.running import wait_until


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    """One press for all tests here: its start is what costs."""
    press = Press()
    yield press
    press.close()


@pytest.fixture(scope="module")
def form(press: Press) -> tuple[Document, Made]:
    """The test form in Dutch, made."""
    document = a_document("form", "nl")
    return document, press.make(sheet_of(document))


def words_of(content: bytes) -> list[str]:
    pages = pypdfium2.PdfDocument(content)
    return " ".join(page.get_textpage().get_text_range() for page in pages).split()


def page_of(body: str) -> Sheet:
    return Sheet(f'<!doctype html><html lang="en"><title>t</title><body>{body}</body></html>', {})


# --- What they are --------------------------------------------------------------------------------
def test_a_pdf_is_tagged_and_names_its_title_and_language(form: tuple[Document, Made]) -> None:
    document, made = form
    with pikepdf.open(io.BytesIO(made.content)) as pdf:
        root = pdf.Root
        assert str(root.Lang) == "nl"
        assert bool(root.MarkInfo.Marked)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert str(pdf.docinfo["/Title"]) == document.title
        assert root.Outlines.Count > 0  # bookmarks
        assert kinds_of(root.StructTreeRoot) >= {
            "/H1",
            "/H2",
            "/P",
            "/Table",
            "/TH",
            "/Figure",
            "/Link",
        }
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
        assert len(pdf.pages) == made.pages == 2


def tags_of(element: Any) -> list[Any]:
    """All tags in the tree of `element`."""
    if not isinstance(element, pikepdf.Dictionary):
        return []
    children = element.get("/K", [])
    found = [element] if "/S" in element else []
    for one in children if isinstance(children, pikepdf.Array) else [children]:
        found += tags_of(one)
    return found


def kinds_of(element: Any) -> set[str]:
    return {str(tag.S) for tag in tags_of(element)}


def test_every_picture_is_described(form: tuple[Document, Made]) -> None:
    document, made = form
    with pikepdf.open(io.BytesIO(made.content)) as pdf:
        figures = [tag for tag in tags_of(pdf.Root.StructTreeRoot) if tag.S == "/Figure"]
        described = [str(figure.get("/Alt", "")) for figure in figures]

    assert described == [f"QR-code met het adres {address_of(document)}"]


def test_pdfinfo_agrees_that_it_is_tagged(form: tuple[Document, Made]) -> None:
    said = subprocess.run(["pdfinfo", "-"], input=form[1].content, capture_output=True, check=True)

    assert re.search(rb"^Tagged:\s+yes$", said.stdout, re.M)
    assert re.search(rb"^JavaScript:\s+no$", said.stdout, re.M)


FONTS = {"Schibsted", "Newsreader", "Noto"}


def fonts_of(content: bytes) -> dict[str, tuple[bool, bool]]:
    """Of each font by its name: whether it is in the file, and says which letters its signs are."""
    found = {}
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for page in pdf.pages:
            for font in page.resources.get("/Font", {}).values():
                inner = font.DescendantFonts[0].FontDescriptor
                name = str(font.BaseFont).partition("+")[2]
                found[name] = "/FontFile2" in inner, "/ToUnicode" in font
    return found


def test_every_font_is_inside_the_file(form: tuple[Document, Made]) -> None:
    fonts = fonts_of(form[1].content)

    assert {name.partition("-")[0] for name in fonts} <= FONTS
    assert set(fonts.values()) == {(True, True)}
    assert "Newsreader-Semi-Bold" in fonts


def test_the_text_of_the_pdf_is_that_of_the_data(form: tuple[Document, Made]) -> None:
    document, made = form
    text = "".join(words_of(made.content))
    shown = [
        text
        for group in document.data["groups"]
        for row in group["rows"]
        for field in row
        for text in field
    ]
    shown += [cell for row in document.data["annex"]["rows"] for cell in row]
    shown += [document.title, document.code_in_groups, "1van2", "2van2"]

    assert [one for one in shown if "".join(one.split()) not in text] == []


def test_the_qr_code_leads_to_the_verification_page(form: tuple[Document, Made]) -> None:
    """Read from the picture of the page by a reader of bar codes."""
    document, made = form
    picture = pypdfium2.PdfDocument(made.content)[0].render(scale=150 / 72).to_pil()
    (found,) = zxingcpp.read_barcodes(picture)

    assert found.text == address_of(document)


NAMES = ["Łukasz Żółć", "Nguyễn Thị Hương", "Σωκράτης", "Иван", "Aylin Yıldız"]


def test_names_of_everywhere_are_text_in_our_own_fonts(press: Press) -> None:
    made = press.make(page_of(f"<h1>{' '.join(NAMES)}</h1><p>{' '.join(NAMES)}"))

    assert words_of(made.content) == [*" ".join([*NAMES, *NAMES]).split(), "1", "1"]  # its pages
    assert {name.partition("-")[0] for name in fonts_of(made.content)} == FONTS


def test_a_long_list_repeats_its_head_and_is_numbered(press: Press) -> None:
    document = a_document("form")
    document.data["annex"]["rows"] *= 12
    made = press.make(sheet_of(document))
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(made.content)]

    assert made.pages >= 4
    head = document.data["annex"]["columns"]
    assert all(all(column in page for column in head) for page in pages[1:])
    assert all(f"{number} van {len(pages)}" in page for number, page in enumerate(pages, 1))


# --- What it cannot do ----------------------------------------------------------------------------
class Listener:
    """A web server that counts what is asked of it."""

    def __init__(self) -> None:
        hits: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hits.append(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        self.hits = hits
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A file that no document may show."""
    file = tmp_path / "canary"
    file.write_text(CANARY)
    return file


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """WeasyPrint logs as errors what these tests provoke."""
    monkeypatch.setattr(LOGGER, "disabled", True)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


CANARY = "canary-4711-in-a-file"


def payloads(where: str) -> list[str]:
    """HTML and CSS that fetch something below the address `where`."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{where}/inner"/></svg>'
    return [
        f'<link rel="stylesheet" href="{where}/css">',
        f'<link rel="attachment" href="{where}/attached">',
        f"<style>@import url({where}/import);</style>",
        f"<style>@font-face{{font-family:x;src:url({where}/font)}}</style>",
        f'<p style="background:url({where}/background)">x</p>',
        f'<p style="content:url({where}/content)">x</p>',
        f'<ul><li style="list-style:url({where}/list)">x</li></ul>',
        f'<img src="{where}/img" alt="x">',
        f'<object data="{where}/object"></object>',
        f'<embed src="{where}/embed">',
        f'<svg><image href="{where}/svg"/></svg>',
        f'<a rel="attachment" href="{where}/link">x</a>',
        f'<img alt="x" src="data:image/svg+xml,{quote(svg)}">',
    ]


def everywhere(value: Any, texts: Iterator[str]) -> Any:
    """`value` with the next of `texts` in place of each text in it."""
    match value:
        case dict():
            return {key: everywhere(one, texts) for key, one in value.items()}
        case list():
            return [everywhere(one, texts) for one in value]
        case str():
            return next(texts)
        case _:
            return value


def elements(html: str) -> list[tuple[str, ...]]:
    """The tags in `html` with the names of their attributes."""
    found = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attributes: Any) -> None:
            found.append((tag, *(name for name, _value in attributes)))

    Parser().feed(html)
    return found


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_payload_in_every_field_stays_text(kind: str) -> None:
    document = a_document(kind)
    document.data = everywhere(document.data, cycle("x"))
    harmless = elements(html_of(document))
    for payload in payloads("http://127.0.0.1:1"):
        document.data = everywhere(document.data, cycle([f"'\">{payload}"]))
        document.title = payload
        assert elements(html_of(document)) == harmless, payload


@pytest.mark.parametrize("kind", SAMPLES)
def test_nothing_in_the_data_is_fetched(
    press: Press, listener: Listener, canary: Path, kind: str
) -> None:
    texts = cycle([*payloads(listener.base), *payloads(canary.as_uri())])
    document = a_document(kind, title=next(texts))
    document.data = everywhere(document.data, texts)
    made = press.make(sheet_of(document))

    assert listener.hits == []
    assert "<linkrel=" in "".join(words_of(made.content))
    assert_nothing_came_along(made.content)


def assert_nothing_came_along(content: bytes) -> None:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert len(pdf.attachments) == 0
        plain = io.BytesIO()
        generalized = pikepdf.StreamDecodeLevel.generalized
        pdf.save(plain, stream_decode_level=generalized, compress_streams=False)
    assert CANARY.encode() not in plain.getvalue()
    assert CANARY not in " ".join(words_of(content))


@pytest.mark.usefixtures("quiet")
def test_html_that_would_fetch_is_not_made(listener: Listener, canary: Path) -> None:
    """If a template let HTML through: nothing is fetched, and what asks for it is not made."""
    printer = child.Printer()
    made = []
    for payload in [*payloads(listener.base), *payloads(canary.as_uri())]:
        try:
            content = printer.make(page_of(payload).html, {}).content
        except FatalURLFetchingError:
            continue
        made.append(payload)
        assert_nothing_came_along(content)

    assert listener.hits == []
    # `content: url()` is for pseudo-elements, and a picture within a picture is left out.
    assert len(made) <= 4, made


@pytest.mark.usefixtures("quiet")
def test_weasyprint_alone_would_fetch_them(listener: Listener, canary: Path) -> None:
    """The control: the same payloads without our fetcher."""
    attachment = f'<link rel="attachment" href="{canary.as_uri()}">'
    all_of_them = page_of(attachment + "".join(payloads(listener.base)))
    content = HTML(string=all_of_them.html).write_pdf()

    assert len(set(listener.hits)) >= 10
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert len(pdf.attachments) >= 1
    with pytest.raises(AssertionError):
        assert_nothing_came_along(content)


def test_the_press_inherits_no_secrets(press: Press) -> None:
    os.environ["A_SECRET_OF_THE_PORTAL"] = "not for the press"
    fresh = Press()
    try:
        fresh.start()
        assert fresh.process is not None
        ready = Path(f"/proc/{fresh.process.pid}/environ")
        environment = wait_until(ready.read_bytes, 10, "the process has begun")
    finally:
        fresh.close()
        del os.environ["A_SECRET_OF_THE_PORTAL"]

    assert b"PATH=" in environment
    assert b"not for the press" not in environment


# --- What it may not use up -----------------------------------------------------------------------
def bomb(rows: int) -> Sheet:
    """A table that is much work."""
    return page_of("<table>" + "".join(f"<tr>{'<td>x' * 20}" for _row in range(rows)) + "</table>")


@pytest.mark.chaos
def test_a_document_that_eats_memory_ends_its_press() -> None:
    press = Press(memory=350 * 1024**2)
    press.longest = 300  # the memory ends it, on a slow machine too
    try:
        with pytest.raises(NotMadeError, match="memory"):
            press.make(bomb(1500))
        assert press.process is None
    finally:
        press.close()


@pytest.mark.chaos
def test_a_document_that_eats_processor_time_ends_its_press() -> None:
    press = Press(seconds=1)
    try:
        with pytest.raises(NotMadeError, match="processor"):
            press.make(bomb(1500))
        assert press.process is None
    finally:
        press.close()


@pytest.mark.chaos
def test_after_a_document_that_takes_too_long_others_are_made(press: Press) -> None:
    press.make(page_of("x"))
    press.longest = 0.2
    with pytest.raises(NotMadeError, match="too long"):
        press.make(bomb(1500))
    press.longest = 30
    assert press.make(page_of("x")).pages == 1
