"""Both languages are complete: every text in the code has its Dutch, and none is a guess."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings

from tests.test_architecture import APPS

PO = settings.BASE_DIR / "locale" / "nl" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\([a-z_0-9]+\)[sd]|%[sd]")


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="nl")


def dutch_of(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple) else [message.string]


def english_of(message: Message) -> list[str]:
    return list(message.id) if isinstance(message.id, tuple) else [message.id]


def test_dutch_is_complete_and_no_guess() -> None:
    messages = [message for message in catalogue(PO) if message.id]

    assert len(messages) > 300
    assert [m.id for m in messages if not all(dutch_of(m))] == []
    assert [m.id for m in messages if m.fuzzy] == []


def test_what_is_filled_in_stands_in_both() -> None:
    wrong = [
        message.id
        for message in catalogue(PO)
        if message.id
        and set(PLACEHOLDER.findall(" ".join(english_of(message))))
        != set(PLACEHOLDER.findall(" ".join(dutch_of(message))))
    ]

    assert wrong == []


def test_voice() -> None:
    """Plain words, no exclamation marks; je, never u."""
    banned = re.compile(r"\b(succesvol|helaas|oeps|u|uw)\b|!", re.I)
    banned_english = re.compile(r"\b(successfully|unfortunately|oops|please)\b|!", re.I)
    messages = [message for message in catalogue(PO) if message.id]

    assert [d for m in messages for d in dutch_of(m) if banned.search(d)] == []
    assert [e for m in messages for e in english_of(m) if banned_english.search(e)] == []


@pytest.mark.skipif(not shutil.which("xgettext"), reason="GNU gettext is not installed")
def test_every_text_of_the_code_is_in_the_catalogue(tmp_path: Path) -> None:
    """Collected anew from the code, in a copy, the catalogue has the same texts."""
    known = {(message.context, message.id) for message in catalogue(PO)}
    apps = [app for app in APPS if (settings.BASE_DIR / app).is_dir()]
    for name in (*apps, "vx_portal", "templates", "locale"):
        shutil.copytree(settings.BASE_DIR / name, tmp_path / name)
    command = "import django, sys; from django.conf import settings; settings.configure("
    command += "LOCALE_PATHS=[sys.argv[1] + '/locale'], USE_I18N=True); django.setup();"
    command += "from django.core.management import call_command;"
    command += "call_command('makemessages', locale=['nl'], no_location=True, no_wrap=True)"
    subprocess.run(
        [sys.executable, "-c", command, str(tmp_path)],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    found = catalogue(tmp_path / PO.relative_to(settings.BASE_DIR))

    assert {(m.context, m.id) for m in found} - known == set()
    assert known - {(m.context, m.id) for m in found} == set()


def test_prose_pages_have_both_languages() -> None:
    pages = settings.BASE_DIR / "templates" / "pages"
    names = {path.name.removesuffix(".html") for path in pages.glob("*.*.html")}

    assert names
    assert {n.removesuffix(".nl") for n in names if n.endswith(".nl")} == {
        n.removesuffix(".en") for n in names if n.endswith(".en")
    }
