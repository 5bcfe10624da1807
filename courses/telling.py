"""Telling people something: said here, done by paperwork, an app that may not be imported here.

Paperwork comes after courses and accounts and hands them its side of this (paperwork/apps.py). What
is told is written down with the change that causes it, and mailed by a worker after the commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from django.db import models

if TYPE_CHECKING:
    from accounts.models import User


class Address(NamedTuple):
    """A reader without an account."""

    email: str
    language: str


class Link(NamedTuple):
    """Where a message leads: the name of an address of the portal, and what it needs.

    With `secret=True` the address holds a token: it is in the mail alone, encrypted until it goes.
    """

    name: str
    args: Sequence[object] = ()
    label: str = ""  # when empty, the template's last line that begins with "→ " has the words
    secret: bool = False


class Delivery(NamedTuple):
    """What came of one message: `waiting`, `sent`, `unsure` or `failed`, and since when."""

    state: str
    at: datetime


class Post(Protocol):
    """What paperwork does for the apps before it (paperwork/services/post.py)."""

    def tell(
        self,
        kind: str,
        key: str,
        to: User | Address,
        context: Mapping[str, Any],
        *,
        about: models.Model | None = None,
        link: Link | None = None,
        links: Sequence[Link] = (),
    ) -> None:
        """Owe `to` a message in the caller's transaction; the same `key` again changes nothing."""

    def deliveries(self, keys: Iterable[str]) -> dict[str, Delivery]:
        """What came of the messages with these keys, those that were owed. One query."""

    def call_off(self, key: str) -> None:
        """Do not send this message any more, unless it has gone or is being sent."""


class _Everything:
    """Holds the post, which comes when the apps are loaded."""

    post: Post


def use(post: Post) -> None:
    """Called once, by the app that does it."""
    _Everything.post = post


def post() -> Post:
    """Who tells people."""
    return _Everything.post
