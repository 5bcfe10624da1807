"""The answers of the help page as the office words them: what it types, and the page made of it.

An answer comes as a partial of templates/pages/help_topics.<language>.html. The office types plain
text instead, with little order in it: paragraphs between empty lines, lists whose lines begin with
"- " or "1. ", a last word on whom to ask that begins with "> ", and [words](/path/) that lead to a
page of the portal. Nothing typed is HTML, leads elsewhere, or is looked up beyond `allowed()`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from typing import Any, NamedTuple

from django.conf import settings
from django.template import Context, Engine
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from courses import house
from courses.wording import WORD, Names, put_in

CONTACT = "contact"  # who to write to, as a link
LINK = re.compile(r"\[([^\[\]\n]+)\]\(([^()\s]*)\)")
MARKS = ("> ", "- ", "1. ")
ITEM = re.compile(r"(?:- |\d{1,2}\. )")


class Answer(NamedTuple):
    """A question with its answer, in one language, as the office types it."""

    question: str
    text: str


def name_of(slug: str) -> str:
    """The name under which the rows of paperwork keep it."""
    return f"help.{slug}"


def own(slug: str) -> Answer | None:
    """What the office has made of it, in the reader's language; None where it is as it comes."""
    stored = house.known().stored.get(name_of(slug))
    return Answer(*stored[house.language()]) if stored else None


def allowed() -> list[str]:
    """What may stand in braces: the house, whom to write to, and what is settled as a number."""
    numbers = [name for name, one in house.SETTINGS.items() if one.kind == house.Kind.NUMBER]
    return [*Names._fields, CONTACT, *sorted({*numbers, *house.WORDS})]


# --- As it comes ----------------------------------------------------------------------------------
SOURCE = (
    (re.compile(r'\{% term "([\w.]+)" %\}'), r"{\1}"),
    (re.compile(r"\{\{ house\.(\w+) \}\}"), r"{\1}"),
    (re.compile(r'\{% include "pages/contact\.html" %\}'), f"{{{CONTACT}}}"),
)


def as_it_comes(slug: str, question: str, language: str) -> Answer:
    """The answer that the portal brings, as the office would type it."""
    with translation.override(language):
        html = Engine.get_default().from_string(_source(slug, language)).render(_facts())
        reader = _Reader(language)
        reader.feed(" ".join(html.split()))
        return Answer(translation.gettext(question), "\n\n".join(filter(None, reader.parts)))


@cache
def _source(slug: str, language: str) -> str:
    whole = Engine.get_default().get_template(f"pages/help_topics.{language}.html").source
    begin, end = f"{{% partialdef {slug} %}}", f"{{% endpartialdef {slug} %}}"
    source = whole[whole.index(begin) + len(begin) : whole.index(end)]
    for pattern, said in SOURCE:
        source = pattern.sub(said, source)
    return source


def _facts() -> Context:
    return Context({"sso": bool(settings.OIDC_SERVER_URL), "without_extracurricular": False})


class _Reader(HTMLParser):
    """Takes down an answer: paragraphs, lists, and links to pages of the portal."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.root = f"/{language}"
        self.parts: list[str] = []
        self.inside = ""  # the list that we are in
        self.link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        match tag:
            case "p":
                self.parts.append("> " if given.get("class") == "ask" else "")
            case "ul" | "ol":
                self.parts.append("")
                self.inside = tag
            case "li":
                mark = "- " if self.inside == "ul" else f"{self.parts[-1].count('\n') + 1}. "
                self.parts[-1] = self.parts[-1].rstrip(" ") + mark
            case "a":
                self.link = (given["href"] or "").removeprefix(self.root)
                self.parts[-1] += "["

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.parts[-1] += f"]({self.link})"
        elif tag == "li":
            self.parts[-1] = self.parts[-1].rstrip() + "\n"
        elif tag in {"p", "ul", "ol"}:
            self.parts[-1] = self.parts[-1].strip()

    def handle_data(self, data: str) -> None:
        if self.parts:
            self.parts[-1] += data


# --- As it is shown -------------------------------------------------------------------------------
def as_html(text: str, context: dict[str, Any]) -> SafeString:
    """What was typed, as the help page shows it in the reader's language."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    words = _words(text, context)
    said = (
        _block(block.strip().splitlines(), words, first=not n) for n, block in enumerate(blocks)
    )
    return mark_safe("\n".join(said))  # noqa: S308  # every word of it is escaped by _line


def _words(text: str, context: dict[str, Any]) -> dict[str, str]:
    """What stands for each name in braces, ready for the page."""
    found: dict[str, str] = {}
    for token in WORD.finditer(text):
        if token[1] == CONTACT:
            found[token[0]] = render_to_string("pages/contact.html", context).strip()
        elif (word := house.word(token[1])) is not None:
            found[token[0]] = escape(word)
    return found


def _block(lines: list[str], words: dict[str, str], *, first: bool) -> str:
    if all(map(ITEM.match, lines)):
        tag = "ul" if lines[0].startswith("- ") else "ol"
        items = "".join(f"<li>{_line(ITEM.sub('', line, count=1), words)}</li>" for line in lines)
        return f"<{tag}>{items}</{tag}>"
    said = _line(" ".join(lines).removeprefix("> "), words)
    kind = ' class="ask"' if lines[0].startswith("> ") else ' class="short"' if first else ""
    return f"<p{kind}>{said}</p>"


def _line(text: str, words: dict[str, str]) -> str:
    root = f"/{house.language()}"
    out, at = "", 0
    for found in LINK.finditer(text):
        label = put_in(escape(found[1]), words)
        out += put_in(escape(text[at : found.start()]), words)
        out += f'<a href="{escape(root + found[2])}">{label}</a>' if leads(found[2]) else label
        at = found.end()
    return out + put_in(escape(text[at:]), words)


# --- What is refused ------------------------------------------------------------------------------
def leads(path: str) -> bool:
    """Whether `path`, which is written without its language, is a page of the portal."""
    bare = path.partition("#")[0].partition("?")[0]
    if not bare.startswith("/") or bare.startswith("//") or "\\" in path:
        return False
    try:
        resolve(f"/{house.language()}{bare}")
    except Resolver404:
        return False
    return True


def dead_links(text: str) -> Iterator[str]:
    """The addresses in `text` that lead to no page of the portal."""
    for found in LINK.finditer(text):
        if not leads(found[2]):
            yield found[2]
