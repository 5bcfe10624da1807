"""The program that makes PDFs out of HTML, and can do nothing else.

It runs by itself (`python -P child.py MEMORY SECONDS`), without Django, database or settings: it
reads a sheet from standard input, writes the PDF to standard output, and waits for the next one.
Typefaces and style sheet are loaded once. A sheet may cost so much memory and processor time; the
system ends the process that takes more, and whoever started it starts another.
"""

from __future__ import annotations

import base64
import ctypes
import gc
import json
import logging
import math
import os
import resource
import signal
import struct
import sys
import traceback
from collections import ChainMap
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import fontpkg

LARGEST_FILE = 64 * 1024**2  # bytes; the typefaces pass through a temporary folder
VARIANT = "pdf/ua-1"
KINDS = {
    b"<svg": "image/svg+xml",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG": "image/png",
    b":root": "text/css",
}  # how they begin
SHEET = struct.Struct(">I")  # length, before the JSON of a sheet
ANSWER = struct.Struct(">?II")  # whether it was made, pages, length; before the PDF or the reason

FOLDER = Path(__file__).parent
# What the style sheet's `asset:…` are: of a family of fontpkg, the place in its design space that
# is used. At no place: all of it, for letters that are rare.
TYPEFACES: Mapping[str, tuple[str, Mapping[str, float]]] = {
    "schibsted-400": ("schibsted-grotesk", {"wght": 400}),
    "schibsted-600": ("schibsted-grotesk", {"wght": 600}),
    "schibsted-700": ("schibsted-grotesk", {"wght": 700}),
    "newsreader-600": ("newsreader", {"wght": 600, "opsz": 60}),
    "noto": ("noto-sans", {}),
}


class Made(NamedTuple):
    """A finished PDF."""

    content: bytes
    pages: int


class Printer:
    """WeasyPrint with the portal's typefaces and style sheet, and nothing else to be fetched."""

    def __init__(self) -> None:
        from weasyprint import CSS
        from weasyprint.text.fonts import FontConfiguration

        self.assets = package_assets()
        self.of_the_sheet: dict[str, bytes] = {}
        # One for all sheets: a new one prepares for TLS, a twentieth of a letter's time.
        self.fetch = fetcher(ChainMap(self.of_the_sheet, self.assets))
        self.fonts = FontConfiguration()
        self.style = CSS(
            string=(FOLDER / "document.css").read_text(),
            font_config=self.fonts,
            url_fetcher=self.fetch,
        )

    def make(
        self,
        html: str,
        assets: Mapping[str, bytes],
        files: Sequence[Mapping[str, str]] = (),
    ) -> Made:
        """The PDF of `html`, with `files` in it, their bytes unchanged.

        Raises FatalURLFetchingError for any address but those of `assets` and of the package.
        """
        from weasyprint import HTML, Attachment

        self.of_the_sheet.clear()  # what another one showed is not this one's
        self.of_the_sheet.update(assets)
        document = HTML(string=html, url_fetcher=self.fetch).render(
            stylesheets=[self.style], font_config=self.fonts, pdf_variant=VARIANT
        )
        document.metadata.attachments += [  # those of the HTML stay, and are refused below
            Attachment(
                string=base64.b64decode(one["content"]),
                name=one["name"],
                description=one["description"],
                relationship="Source",
            )
            for one in files
        ]
        file = BytesIO()
        document.write_pdf(file, pdf_variant=VARIANT)
        return Made(file.getvalue(), len(document.pages))


def package_assets() -> dict[str, bytes]:
    """What every sheet may show: the typefaces and the logo."""
    assets = {"asset:logo": (FOLDER / "logo.svg").read_bytes()}
    for name, (family, axes) in TYPEFACES.items():
        font = Path(fontpkg.path(family, 400)).read_bytes()
        assets[f"asset:{name}"] = pinned(font, axes) if axes else font
    return assets


def pinned(font: bytes, axes: Mapping[str, float]) -> bytes:
    """The variable `font` at one place of its design space, with all of its letters and features.

    By HarfBuzz, in some milliseconds, once: WeasyPrint looks for that place anew in each PDF, with
    fontTools, and that takes longer than all the rest. Where HarfBuzz cannot, the font as it is.
    """
    try:
        call = HarfBuzz()
    except OSError:
        return font
    face = call.face_create(call.blob_create(font, len(font), 0, None, None), 0)
    wanted = call.subset_input_create_or_fail()
    call.set_clear(call.subset_input_set(wanted, DROPPED_TABLES))
    for kind in KEPT_WHOLE:
        every = call.subset_input_set(wanted, kind)
        call.set_clear(every)
        call.set_invert(every)
    call.subset_input_set_flags(wanted, KEPT_AS_THEY_ARE)
    for axis, place in axes.items():
        call.subset_input_pin_axis_location(wanted, face, int.from_bytes(axis.encode()), place)
    made = call.subset_or_fail(face, wanted)
    if not made:
        return font
    length = ctypes.c_uint()
    data = call.blob_get_data(call.face_reference_blob(made), ctypes.byref(length))
    return ctypes.string_at(data, length.value)


# HarfBuzz's hb_subset_sets_t and hb_subset_flags_t.
DROPPED_TABLES = 3
KEPT_WHOLE = (0, 1, 4, 5, 6, 7)  # glyphs, letters, names, their languages, features, scripts
KEPT_AS_THEY_ARE = 0x08 | 0x20 | 0x40 | 0x80  # old names, unknown tables, .notdef, glyphs' names


class HarfBuzz:
    """The functions of HarfBuzz that `pinned` calls. Raises OSError where one is missing.

    What they make is not given back: it is some fonts, when a press starts.
    """

    def __init__(self) -> None:
        both = [ctypes.CDLL(f"lib{name}.so.0") for name in ("harfbuzz-subset", "harfbuzz")]
        pointer, number, kind = ctypes.c_void_p, ctypes.c_uint, ctypes.c_int
        for name, gives, *takes in (
            ("blob_create", pointer, ctypes.c_char_p, number, kind, pointer, pointer),
            ("blob_get_data", pointer, pointer, ctypes.POINTER(number)),
            ("face_create", pointer, pointer, number),
            ("face_reference_blob", pointer, pointer),
            ("set_clear", None, pointer),
            ("set_invert", None, pointer),
            ("subset_input_create_or_fail", pointer),
            ("subset_input_set", pointer, pointer, kind),
            ("subset_input_set_flags", None, pointer, number),
            ("subset_input_pin_axis_location", kind, pointer, pointer, number, ctypes.c_float),
            ("subset_or_fail", pointer, pointer, pointer),
        ):
            own = [library for library in both if hasattr(library, f"hb_{name}")]
            if not own:
                raise OSError(f"This HarfBuzz is older than hb_{name}")
            function = getattr(own[0], f"hb_{name}")
            function.restype, function.argtypes = gives, takes
            setattr(self, name, function)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)  # for the type checker: they are set above


def fetcher(assets: Mapping[str, bytes]) -> Any:
    """A fetcher that looks addresses up in `assets`: no network, no file system, no data: either.

    Any other address ends the rendering.
    """
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class AssetsOnly(URLFetcher):  # type: ignore[misc]  # comes without types
        def fetch(self, url: str, headers: object = None) -> Any:
            if url not in assets:
                raise FatalURLFetchingError("refused")
            kind = next(
                (kind for begins, kind in KINDS.items() if assets[url].startswith(begins)),
                "font/ttf",
            )
            return URLFetcherResponse(url, assets[url], {"Content-Type": kind})

    return AssetsOnly(timeout=1, allowed_protocols=(), allow_redirects=False)


def limit_the_process(memory: int) -> None:
    """From here on: so much memory, no core dumps, no large files, and an end with the parent."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def limit_the_next_sheet(seconds: int) -> None:
    """The system ends the process (SIGXCPU) when one sheet takes more than `seconds`."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    end = math.ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (end, resource.RLIM_INFINITY))


def look_for_rubbish_less_often() -> None:
    """A sheet is one large tree that lives until it is done: looking through it costs a tenth."""
    gc.collect()
    gc.freeze()  # style sheet and typefaces are here to stay
    gc.set_threshold(50_000, 20, 50)


def work(sheets: BinaryIO, answers: BinaryIO, seconds: int) -> None:
    """Make one sheet after the other, until there are no more or one fails."""
    printer = Printer()
    look_for_rubbish_less_often()
    while len(head := sheets.read(SHEET.size)) == SHEET.size:
        (length,) = SHEET.unpack(head)
        limit_the_next_sheet(seconds)
        try:
            sheet = json.loads(sheets.read(length))
            assets = {address: text.encode() for address, text in sheet["assets"].items()}
            pictures = sheet.get("pictures", {})
            assets |= {address: base64.b64decode(text) for address, text in pictures.items()}
            made = printer.make(sheet["html"], assets, sheet.get("files", ()))
        except BaseException as problem:  # noqa: BLE001  # FatalURLFetchingError is one
            reason = in_words(problem).encode()
            answers.write(ANSWER.pack(False, 0, len(reason)) + reason)
            answers.flush()
            return  # what is left in memory is unknown: the next sheet gets a new process
        answers.write(ANSWER.pack(True, made.pages, len(made.content)))
        answers.write(made.content)
        answers.flush()


def in_words(problem: BaseException) -> str:
    """What went wrong and where, without the message: it may hold what the sheet says."""
    if isinstance(problem, MemoryError):
        return "out of memory"
    steps = traceback.extract_tb(problem.__traceback__)
    where = f" in {Path(steps[-1].filename).name}:{steps[-1].lineno}" if steps else ""
    return type(problem).__name__ + where


if __name__ == "__main__":
    logging.getLogger("weasyprint").addHandler(logging.NullHandler())
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not print into the answers
    limit_the_process(memory=int(sys.argv[1]))
    work(sys.stdin.buffer, out, seconds=int(sys.argv[2]))
