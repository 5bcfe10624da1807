"""A message as its reader will see it, about people and courses that do not exist."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from django.template.base import Node, NodeList, TextNode, VariableNode
from django.template.defaulttags import IfNode
from django.utils import timezone, translation
from django.utils.formats import date_format

from courses.models import Edition
from courses.wording import fill
from courses.wording import gettext as _
from paperwork.text import Block, blocks
from paperwork.wordings import (
    Message,
    Worded,
    inside,
    message_nodes,
    message_of,
    nodes_of,
)


class Composed(NamedTuple):
    """Subject, text and the words of the link."""

    language: str
    subject: str
    text: str
    words: str

    @property
    def blocks(self) -> list[Block]:
        return blocks(self.text)


def compose(kind: str, language: str, own: Worded, shows: Message | None = None) -> Composed:
    """A message of `kind` with the office's texts `own`. Where its template chooses, it is what
    `shows` that text, or the first of what it chooses from."""
    with translation.override(language):
        lines = _Writer(language, own, shows).write(nodes_of(kind)).strip().splitlines()
    words = lines.pop().removeprefix("→ ").strip() if lines[-1].startswith("→ ") else ""
    return Composed(language, lines[0].strip(), "\n".join(lines[1:]).strip(), words)


def sample_of(language: str, text: str) -> Composed:
    """A text that stands alone, such as a hint beside a field."""
    with translation.override(language):
        return Composed(language, "", fill(text), "")


class _Writer:
    """Goes through a template as rendering does, with a sample for each thing that it names."""

    def __init__(self, language: str, own: Worded, shows: Message | None) -> None:
        self.language = language
        self.own = own
        self.shows = shows
        self.named: dict[str, str] = {}  # texts that the template keeps for later

    def write(self, nodes: NodeList) -> str:
        return "".join(map(self._one, nodes))

    def _one(self, node: Node) -> str:
        if isinstance(node, TextNode):
            return node.s
        if isinstance(node, VariableNode):
            name = str(node.filter_expression).partition("|")[0]
            return self.named.get(name) or _sample(name.rpartition(".")[2])
        if hasattr(node, "message"):
            return self._text(node)
        parts = inside(node)
        if isinstance(node, IfNode):
            parts = [next(filter(self._has, parts), parts[0])]
        return "".join(map(self.write, parts))

    def _text(self, node: Node) -> str:
        message = message_of(node)
        said = (self.own.get(message.key) or message.said(self.language))[-1]
        for name in message.places:
            said = said.replace(f"{{{name}}}", _sample(name))
        said = fill(said)
        if later := getattr(node, "asvar", None):
            self.named[later] = said
            return ""
        return said

    def _has(self, nodes: NodeList) -> bool:
        return any(message_of(node) == self.shows for node in message_nodes(nodes))


def _day(days: int) -> str:
    return date_format(timezone.localdate() + timedelta(days=days), "j F Y")


SAMPLES: dict[str, Callable[[], str]] = {
    "address": lambda: "Doelensteeg 16",
    "at": lambda: "14:00",
    "building": lambda: "Aula",
    "by": lambda: "Kim Voorbeeld",
    "cap": lambda: _("Here stands which limit on credits it is."),
    "city": lambda: "Brisbane",
    "closes": lambda: _day(7),
    "code": lambda: "EPFL",
    "course": lambda: "Introduction to Topology",
    "day": lambda: _day(14),
    "deleted_email": lambda: "noor.p@mail.example",
    "email": lambda: "noor@university.example",
    "exam_day": lambda: _day(28),
    "faculty": lambda: _("Faculty of Humanities"),
    "first": lambda: _day(7),
    "from": lambda: "14:00",
    "from_email": lambda: "noor.p@mail.example",
    "grade": lambda: "5.25",
    "home": lambda: "EPFL",
    "host": lambda: "The University of Queensland",
    "instructions": lambda: _("Here stands what the host asks of students."),
    "kind": lambda: str(Edition.ExamKind("paper").label),
    "last": lambda: _day(21),
    "line": lambda: _("Here stands what the portal found."),
    "local_title": lambda: "Introduction to Topology",
    "materials": lambda: _("a calculator"),
    "moment": lambda: f"{_day(2)}, 14:00",
    "n": lambda: "3",
    "name": lambda: "Noor Proefpersoon",
    "number": lambda: "3",
    "office": lambda: "office@university.example",
    "other": lambda: "Kim Voorbeeld",
    "position": lambda: "4",
    "reason": lambda: _("Here stands the reason that somebody gave."),
    "reference": lambda: "VX-7K3M9",
    "role": lambda: _("Exchange coordinator"),
    "room": lambda: "1.04",
    "route": lambda: _("Here stands the way to the building."),
    "scope_in_words": lambda: _("Faculty of Humanities"),
    "starts": lambda: _day(40),
    "state": lambda: _("rejected"),
    "student": lambda: "Noor Proefpersoon",
    "time": lambda: "14:00",
    "to_email": lambda: "noor@university.example",
    "type": lambda: _("external education"),
    "university": lambda: "EPFL",
    "until": lambda: "16:00",
    "version": lambda: "2",
    "was": lambda: _day(16),
    "was_room": lambda: "1.02",
    "what": lambda: _("30 minutes extra"),
    "when": lambda: f"{_day(14)}, 14:00",
    "who": lambda: "Kim Voorbeeld",
}


def _sample(name: str) -> str:
    return SAMPLES[name]() if name in SAMPLES else "…"
