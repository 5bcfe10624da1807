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
FAMILIES = (
    "schibsted-grotesk",
    "newsreader",
    "noto-sans",
)  # fontpkg's names; the style sheet's asset:…


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
        self.fonts = FontConfiguration()
        self.style = CSS(
            string=(FOLDER / "document.css").read_text(),
            font_config=self.fonts,
            url_fetcher=fetcher(self.assets),
        )

    def make(
        self,
        html: str,
        assets: Mapping[str, bytes],
        files: Sequence[Mapping[str, str]] = (),
    ) -> Made:
        """The PDF of `html`, with `files` in it, their bytes unchanged.

        Raises FatalURLFetchingError for any address but the assets'.
        """
        from weasyprint import HTML, Attachment

        fetch = fetcher({**self.assets, **assets})
        document = HTML(string=html, url_fetcher=fetch).render(
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
    fonts = {f"asset:{family}": Path(fontpkg.path(family, 400)) for family in FAMILIES}
    files = {**fonts, "asset:logo": FOLDER / "logo.svg"}
    return {address: path.read_bytes() for address, path in files.items()}


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
