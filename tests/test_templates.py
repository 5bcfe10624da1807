"""Templates hold no code: nothing inline that the content security policy would refuse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
FORBIDDEN = {
    "style attribute": re.compile(r"\sstyle\s*=", re.I),
    "style element": re.compile(r"<style\b", re.I),
    # A script element may only name a file of ours, or hold data for one.
    "inline script": re.compile(
        r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>", re.I
    ),
    "event handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.I),
    "code in an htmx attribute": re.compile(r"hx-on|hx-vals=['\"]js:|javascript:", re.I),
    "unescaped output": re.compile(r"\|\s*safe\b|autoescape\s+off|\|\s*safeseq\b"),
    "address of somebody else": re.compile(r"(?:src|srcset)=[\"']\s*(?:https?:)?//", re.I),
    # Without it browsers send no origin either, and every form of the page is refused.
    "page without referrer": re.compile(r"<meta\b[^>]*name=[\"']?referrer", re.I),
    "htmx attribute that is no valid HTML": re.compile(r"\shx-[a-z]"),
}


# A mail program knows no style sheet of ours, so what a mail looks like stands in the mail. These
# are no pages of the portal: its policy stays as it is.
MAIL = settings.BASE_DIR / "templates/paperwork/mail"
ALLOWED_IN_MAIL = {"style attribute", "style element"}


def faults(source: str) -> list[str]:
    return [name for name, pattern in FORBIDDEN.items() if pattern.search(source)]


@pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda p: str(p.relative_to(settings.BASE_DIR / "templates"))
)
def test_no_code_in_templates(path: Path) -> None:
    allowed = ALLOWED_IN_MAIL if path.parent == MAIL else set()

    assert set(faults(path.read_text())) - allowed == set()


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ('<p style="color:red">', "style attribute"),
        ("<style>p{}</style>", "style element"),
        ("<script>alert(1)</script>", "inline script"),
        ('<a onclick="x()">', "event handler"),
        ('<a hx-on:click="x()">', "code in an htmx attribute"),
        ("{{ text|safe }}", "unescaped output"),
        ('<meta name="referrer" content="no-referrer">', "page without referrer"),
        ('<img src="https://cdn.example/x.png">', "address of somebody else"),
    ],
)
def test_each_fault_would_be_seen(source: str, fault: str) -> None:
    assert fault in faults(source)


@pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda p: str(p.relative_to(settings.BASE_DIR / "templates"))
)
def test_every_template_compiles(path: Path) -> None:
    engines["django"].get_template(str(path.relative_to(settings.BASE_DIR / "templates")))


def test_no_code_marks_data_as_safe() -> None:
    """HTML is put together by format_html, never by marking a string that holds data."""
    pattern = re.compile(r"\bmark_safe\(\s*f[\"']|format_html\(\s*f[\"']")
    files = [
        path
        for app in ("accounts", "courses", "paperwork", "vx_portal")
        for path in (settings.BASE_DIR / app).rglob("*.py")
    ]

    assert [path for path in files if pattern.search(path.read_text())] == []
