"""Whether a PDF may come in: whole, plain, of a size to read, and doing nothing by itself.

qpdf reads it, strictly: what it would have to repair is refused. The bytes are never changed, so
that a signature in them stays valid.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf

from paperwork.inside import RefusedError

MOST_PAGES = 40
MOST_OBJECTS = 20_000
MOST_CONTENT = 50 * 1024 * 1024  # bytes of text, fonts and drawing, unpacked
MOST_PICTURES = 250 * 1024 * 1024  # bytes of pictures, unpacked
LARGEST_PICTURE = 64_000_000  # pixels
LARGEST_STREAM = 128 * 1024 * 1024  # bytes, unpacked
MOST_BLANK = 4096  # bytes of white space that may follow the end

HEADER = re.compile(rb"%PDF-[12]\.\d")
AFTER_THE_FIRST = re.compile(rb"endobj[\x00\t\n\x0c\r ]*(?:%|\d|xref)")
START = re.compile(rb"startxref\s+(\d{1,8})")
TABLE_PART = re.compile(rb"\s*\d{1,8} (\d{1,8})\s+")
TABLE_LINE = re.compile(rb"\d{10} \d{5} [nf]\s+")
BLANK = b"\x00\t\n\x0c\r "
RECOVERY = False  # qpdf could repair; what it makes of a damaged file is not what was given
WALK_ARRAYS = True
SYNTAX = True  # whether every stream and every page's drawing must be sound

# fmt: off
# Keys that make a PDF do something, or that carry another file inside.
ACTIVE_KEYS = {
    "/JS", "/JavaScript", "/AA", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/AF",
    "/XFA", "/RichMedia", "/RichMediaContent", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE",
}
# Kinds of action (/S) and of annotation or file (/Subtype, /Type).
ACTIVE_NAMES = {
    "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition",
    "/Movie", "/Sound", "/RichMedia", "/RichMediaExecute", "/GoTo3DView", "/3D", "/Screen",
    "/FileAttachment", "/EmbeddedFile", "/Thread", "/Hide",
}
# fmt: on
# Where a reader may be led to.
LINK = re.compile(rb"(https?://|mailto:)[^\x00-\x20\x7f]*", re.IGNORECASE)
UNPACKED_BY_US = frozenset(("/FlateDecode", "/LZWDecode", "/ASCII85Decode", "/ASCIIHexDecode"))

pikepdf.settings.set_qpdf_limits(
    parser_max_nesting=100,
    max_stream_filters=4,
    flate_max_memory=LARGEST_STREAM,
    png_max_memory=LARGEST_STREAM,
    tiff_max_memory=LARGEST_STREAM,
    run_length_max_memory=LARGEST_STREAM,
    dct_max_memory=2 * LARGEST_STREAM,
    dct_max_progressive_scans=100,
)


def check(data: bytes) -> dict[str, Any]:
    """The kind and number of pages. Raises RefusedError; any other exception means damaged."""
    if not HEADER.match(data):
        raise RefusedError("not_pdf")
    whole = data.rstrip(BLANK)
    if not whole.endswith(b"%%EOF") or len(data) - len(whole) > MOST_BLANK:
        raise RefusedError("damaged")
    try:
        pdf = pikepdf.open(io.BytesIO(data), attempt_recovery=RECOVERY)
    except pikepdf.PasswordError:
        raise RefusedError("encrypted") from None
    with pdf:
        if pdf.is_encrypted:
            raise RefusedError("encrypted")
        pages = len(pdf.pages)
        if pages > MOST_PAGES:
            raise RefusedError("too_many_pages")
        if len(pdf.objects) > MOST_OBJECTS:
            raise RefusedError("too_complex")
        try:
            _walk(pdf)
        except pikepdf.PdfError as error:
            # qpdf raises the same for what is broken and for what is over its limits.
            limits = "limit exceeded" in str(error)
            raise RefusedError("too_complex" if limits else "damaged") from None
        if pages == 0 or not _others_read_it(pdf, data) or (SYNTAX and pdf.check_pdf_syntax()):
            raise RefusedError("damaged")
    return {"type": "application/pdf", "pages": pages}


def _others_read_it(pdf: pikepdf.Pdf, data: bytes) -> bool:
    """Whether what qpdf never looks at, and other readers stumble over, is sound too.

    Found by asking poppler about thousands of damaged files that qpdf had nothing against.
    """
    if pdf.Root.Pages.get("/Count") != len(pdf.pages):
        return False
    if pdf.is_linearized and not AFTER_THE_FIRST.match(data, data.find(b"endobj")):
        return False
    starts = (int(found[1]) for found in START.finditer(data))
    return all(_is_sound_table(data, start) for start in starts if data.startswith(b"xref", start))


def _is_sound_table(data: bytes, start: int) -> bool:
    """Whether each line of the table of objects at `start` is one."""
    place = start + len(b"xref")
    while part := TABLE_PART.match(data, place):
        place = part.end()
        for _number in range(int(part[1])):
            if not (line := TABLE_LINE.match(data, place)):
                return False
            place = line.end()
    return data.startswith(b"trailer", place)


def _walk(pdf: pikepdf.Pdf) -> None:
    """Refuse what is active, and what unpacks to too much, anywhere in the file."""
    content = pictures = 0
    for thing in (pdf.trailer, *pdf.objects):
        for part in _parts(thing):
            if isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
                _refuse_active(part)
        if isinstance(thing, pikepdf.Stream):
            size = _unpacked(thing)
            if thing.get("/Subtype") == "/Image":
                pictures += size
            else:
                content += size
            if content > MOST_CONTENT or pictures > MOST_PICTURES:
                raise RefusedError("too_complex")


def _parts(thing: Any) -> Iterator[Any]:
    """`thing` and all that lies directly in it; what is elsewhere in the file comes by itself."""
    waiting = [thing]
    while waiting:
        part = waiting.pop()
        yield part
        inner: list[Any] = []
        if isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
            inner = [value for _key, value in part.items()]
        elif isinstance(part, pikepdf.Array) and WALK_ARRAYS:
            inner = list(part)
        waiting += [
            value
            for value in inner
            if isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect
        ]


def _refuse_active(part: Any) -> None:
    keys = set(part.keys())
    if keys & ACTIVE_KEYS:
        raise RefusedError("active")
    for key in keys & {"/S", "/Subtype", "/Type"}:
        if str(part[key]) in ACTIVE_NAMES:
            raise RefusedError("active")
    for key in keys & {"/URI", "/Base"}:
        if isinstance(part[key], pikepdf.String) and not LINK.fullmatch(bytes(part[key])):
            raise RefusedError("active")
    if "/OpenAction" in keys and not _only_shows_a_page(part["/OpenAction"]):
        raise RefusedError("active")


def _only_shows_a_page(action: Any) -> bool:
    """LibreOffice and TeX write where to begin reading; nothing else may happen on opening."""
    if isinstance(action, pikepdf.Array):
        return True
    return isinstance(action, pikepdf.Dictionary) and action.get("/S") == "/GoTo"


def _unpacked(stream: pikepdf.Stream) -> int:
    """How many bytes `stream` unpacks to; pictures in formats of their own count as they lie."""
    width, height = stream.get("/Width", 0), stream.get("/Height", 0)
    if stream.get("/Subtype") == "/Image" and int(width) * int(height) > LARGEST_PICTURE:
        raise RefusedError("too_complex")
    filters: Any = stream.get("/Filter", [])
    names = [filters] if isinstance(filters, pikepdf.Name) else list(filters)
    if UNPACKED_BY_US.issuperset(str(name) for name in names):
        return len(stream.read_bytes())
    return len(stream.read_raw_bytes())
