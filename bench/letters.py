"""The processes of the bench of documents: one that prepares, and those that make letters."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from weasyprint import CSS, HTML  # noqa: E402, TID253
from weasyprint.text.fonts import FontConfiguration  # noqa: E402, TID253

from bench.paper import LETTERS, ROUNDS  # noqa: E402
from paperwork import making  # noqa: E402
from paperwork.models import Document  # noqa: E402
from paperwork.press import child  # noqa: E402
from paperwork.rendering import sheet_of  # noqa: E402
from paperwork.samples import sample  # noqa: E402
from paperwork.services.documents import owe_document  # noqa: E402


def prepare() -> None:
    """A database with letters that are owed, and their HTML beside it for the bare side."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    title, data = sample("letter", "nl")
    ids = []
    for number in range(LETTERS * (2 + 3 * ROUNDS)):
        owed = owe_document("letter", f"bench-{number}", title=title, language="nl", data=data)
        sheet_file(str(owed.pk)).write_text(json.dumps(sheet_of(owed)._asdict()))
        ids.append(str(owed.pk))
    print(json.dumps(ids))


def sheet_file(pk: str) -> Path:
    return Path(os.environ["BENCH_DIR"]) / f"{pk}.json"


def bare_maker() -> Callable[[str], None]:
    """WeasyPrint and nothing else: HTML in, PDF out."""
    assets, fonts = child.package_assets(), FontConfiguration()
    css = (child.FOLDER / "document.css").read_text()
    style = CSS(string=css, font_config=fonts, url_fetcher=child.fetcher(assets))

    def make(pk: str) -> None:
        sheet = json.loads(sheet_file(pk).read_text())
        pictures = {address: text.encode() for address, text in sheet["assets"].items()}
        fetch = child.fetcher({**assets, **pictures})
        HTML(string=sheet["html"], url_fetcher=fetch).write_pdf(
            stylesheets=[style], font_config=fonts, pdf_variant=child.VARIANT
        )

    return make


def our_maker() -> Callable[[str], None]:
    """What the task does, all of it."""

    def make(pk: str) -> None:
        making.make(pk)
        assert Document.objects.get(pk=pk).state == Document.State.DONE

    return make


def serve(make: Callable[[str], None]) -> None:
    """Make what each line names."""
    for line in sys.stdin:
        for pk in line.split():
            make(pk)
        print("made", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare()
    else:
        serve(bare_maker() if sys.argv[1] == "bare" else our_maker())
