"""The texts of messages, one by one: what the office may word otherwise, and what stands there now.

A message's template keeps its order and its conditions; each text in it can be replaced. What a
text may name is what it names in the template, and the house: a place is written `{course}`, and
there are no others, so that nothing typed by the office is ever looked up.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from django.template import Context, Engine
from django.template.base import Node, NodeList
from django.template.defaulttags import IfNode
from django.template.loader_tags import IncludeNode
from django.utils import translation

from courses import house
from courses.wording import WORD, Names
from paperwork.registry import NOTICES

PLACE = re.compile(r"%\((\w+)\)s")

type Worded = Mapping[tuple[str, str], tuple[str, ...]]


class Message(NamedTuple):
    """One text of a template, in the language of the code: what gettext knows it by."""

    about: str  # gettext's context, or empty
    singular: str
    plural: str  # empty: it does not count anything

    @property
    def key(self) -> tuple[str, str]:
        return self.about, self.singular

    @property
    def digest(self) -> str:
        """By which addresses and rows name it; a text that is written anew is another one."""
        return hashlib.sha256("\0".join(self).encode()).hexdigest()[:12]

    @property
    def forms(self) -> tuple[str, ...]:
        return (self.singular, self.plural) if self.plural else (self.singular,)

    @property
    def places(self) -> list[str]:
        """The names of what the message puts in, in the order in which they stand."""
        return list(dict.fromkeys(PLACE.findall(" ".join(self.forms))))

    @property
    def allowed(self) -> list[str]:
        """What may stand in braces: its places, what it names of the settings, and the house."""
        settled = [name for form in self.forms for name in WORD.findall(form)]
        return list(dict.fromkeys([*self.places, *settled, *Names._fields]))

    def said(self, language: str) -> tuple[str, ...]:
        """How it comes in `language`, with its places in braces; a plural has two forms."""
        with translation.override(language):
            if not self.plural:
                said: tuple[str, ...] = (
                    translation.pgettext(self.about, self.singular)
                    if self.about
                    else translation.gettext(self.singular),
                )
            else:
                get: Any = translation.npgettext if self.about else translation.ngettext
                about = [self.about] if self.about else []
                said = tuple(get(*about, self.singular, self.plural, n) for n in (1, 2))
        return tuple(PLACE.sub(r"{\1}", text).replace("%%", "%") for text in said)


@cache
def messages(kind: str) -> list[Message]:
    """The texts of the messages of `kind`, in their order. The first is the subject, or one of
    several from which the template chooses."""
    found = [message_of(node) for node in message_nodes(nodes_of(kind))]
    return list(dict.fromkeys(found))


def nodes_of(kind: str) -> NodeList:
    """What the template of `kind` is made of."""
    return Engine.get_default().get_template(f"{NOTICES[kind].template}.txt").nodelist


def message_nodes(nodes: NodeList) -> Iterator[Node]:
    """Each text in `nodes`, also in what they include."""
    for node in nodes:
        if hasattr(node, "message"):
            yield node
        for inner in inside(node):
            yield from message_nodes(inner)


def inside(node: Node) -> list[NodeList]:
    """What stands within `node`: its branches, its body, or the template that it includes."""
    if isinstance(node, IncludeNode):
        name = node.template.resolve(Context())
        return [Engine.get_default().get_template(name).nodelist]
    if isinstance(node, IfNode):
        return [branch for _condition, branch in node.conditions_nodelists]
    return [getattr(node, name) for name in node.child_nodelists if hasattr(node, name)]


def message_of(node: Node) -> Message:
    """The text that a node of `message_nodes` says."""
    return Message(*node.message(Context()))  # type: ignore[attr-defined]  # told by message_nodes


def name_of(kind: str, message: Message) -> str:
    """The name under which the rows of paperwork keep it."""
    return f"text.{kind}.{message.digest}"


def worded(kind: str, language: str) -> Worded:
    """The texts of `kind` that the office has worded otherwise, as they are in `language`."""
    stored = house.known().stored
    found = {}
    for message in messages(kind):
        value = stored.get(name_of(kind, message))
        if value and len(value[language]) == len(message.forms):
            found[message.key] = tuple(value[language])
    return found
