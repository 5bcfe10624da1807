"""Telling people something, and writing down what happened: said here, done by paperwork.

That app may not be imported here.

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
    query: str = ""  # after the question mark, as it stands there


class Delivery(NamedTuple):
    """What came of one message: `waiting`, `sent`, `unsure` or `failed`, and since when."""

    state: str
    at: datetime


type Doer = User | str | None  # somebody; somebody without an account; the portal itself


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
        sealed: bool = False,
    ) -> None:
        """Owe `to` a message in the caller's transaction; the same `key` again changes nothing.

        `sealed`: its text holds a secret and lies encrypted until the mail has gone.
        """

    def deliveries(self, keys: Iterable[str]) -> dict[str, Delivery]:
        """What came of the messages with these keys, those that were owed. One query."""

    def note(
        self,
        thing: models.Model,
        action: str,
        *,
        by: Doer,
        role: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Write down in the caller's transaction that `by` did `action` to `thing`."""

    def forget(self, thing: models.Model) -> None:
        """Let go of what happened to `thing`, which goes in the caller's transaction."""

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


def note(
    thing: models.Model, action: str, *, by: Doer, role: str = "office", **details: Any
) -> None:
    """Write down in the caller's transaction that `by` did `action` to `thing`."""
    post().note(thing, action, by=by, role=role if by else "", details=details)
