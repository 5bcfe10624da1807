"""Owing messages: written with the change that causes them, in the reader's language.

What is written here is shown in the portal from the moment it is due, and mailed by a worker
(paperwork/tasks.py). Nothing here talks to the mail server or waits for the broker.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.template import Context, Engine
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from courses.telling import Address, Link
from paperwork import waking
from paperwork.models import MailChoice, Notice, Owed, subject_of
from paperwork.registry import NOTICES, NoticeKind
from paperwork.sealing import seal
from paperwork.services.events import request_id

__all__ = ["UNDO", "Address", "Link", "owe_notice", "owed_together", "settle", "take_back"]

UNDO = timedelta(seconds=10)  # how long a decision can be taken back before anybody hears of it

type Waiting = tuple[Notice, timedelta]  # a message, and how long it can be taken back
_together: ContextVar[list[Waiting] | None] = ContextVar("together", default=None)


@contextmanager
def owed_together() -> Iterator[None]:
    """What is owed inside is written when it ends: all in one statement, or none of it."""
    waiting: list[Waiting] = []
    before = _together.set(waiting)
    try:
        yield
    finally:
        _together.reset(before)
    _write(waiting)


def owe_notice(
    kind: str,
    key: str,
    to: User | Address,
    context: Mapping[str, Any],
    *,
    about: models.Model | None = None,
    link: Link | None = None,
    links: Sequence[Link] = (),
    until: datetime | None = None,
    asks: bool = False,
    wait: timedelta = timedelta(0),
) -> None:
    """Owe `to` one message of `kind`; a second time with the same `key` changes nothing.

    The text is the kind's template: its first line is the subject, a last line beginning with "→ "
    the words of the link, the rest paragraphs. Written now, in the reader's language and in the
    caller's transaction. `links`: several with tokens, where one would not do; each with its
    label. `asks`: it stands under "now up to you" until `settle`. `wait`: how long
    it can still be taken back by `take_back`.
    """
    known = NOTICES[kind]
    now = timezone.now()
    with translation.override(to.language):
        subject, text, words = _render(known, context)
        path = _path_of(link) if link else ""
        rows = [f"{_path_of(one)}\t{' '.join(one.label.split())}" for one in links]
    secret = bool(link and link.secret) or bool(links)
    recipient = to if isinstance(to, User) else None
    subject_kind, subject_id = subject_of(about)
    notice = Notice(
        key=key,
        kind=kind,
        recipient=recipient,
        email="" if isinstance(to, User) else to.email,
        language=to.language,
        subject=subject[:200],
        text=text,
        link="" if secret else path,
        link_label=(link.label or words if link else "")[:100],
        sealed_link=seal("\n".join(rows) or path) if secret else "",
        until=until,
        asks=asks,
        due_at=now + wait,
        created_at=now,
        subject_kind=subject_kind,
        subject_id=subject_id,
        request_id=request_id(),
    )
    waiting = _together.get()
    if waiting is None:
        _write([(notice, wait)])
    else:
        waiting.append((notice, wait))


def _write(waiting: Sequence[Waiting]) -> None:
    """Write the messages; each goes by mail as its reader chose, unless its kind always does."""
    if not waiting:
        return
    chosen = _choices([notice for notice, _wait in waiting])
    for notice, _wait in waiting:
        when = chosen.get((notice.recipient_id, notice.kind), MailChoice.When.AT_ONCE)
        notice.state = Owed.State.NEW if when == MailChoice.When.AT_ONCE else Owed.State.OFF
    # One statement, no savepoint; what is owed already stays as it is.
    Notice.objects.bulk_create([notice for notice, _wait in waiting], ignore_conflicts=True)
    for notice, wait in waiting:
        if notice.state == Owed.State.NEW:
            waking.wake_after_commit("paperwork.tasks.send_notice", notice.pk, wait)


def _choices(notices: Sequence[Notice]) -> dict[tuple[int | None, str], str]:
    """How their readers want those kinds that leave the choice, by reader and kind."""
    asked = [one for one in notices if one.recipient_id and not NOTICES[one.kind].always]
    if not asked:
        return {}
    choices = MailChoice.objects.filter(
        user__in={notice.recipient_id for notice in asked}, kind__in={one.kind for one in asked}
    )
    return {(user, kind): when for user, kind, when in choices.values_list("user", "kind", "when")}


def _path_of(link: Link) -> str:
    return reverse(link.name, args=list(link.args))


def _render(kind: NoticeKind, context: Mapping[str, Any]) -> tuple[str, str, str]:
    """Subject, text and the words of the link."""
    template = Engine.get_default().get_template(f"{kind.template}.txt")
    # As plain text: the pages and the mail's HTML escape it when they show it.
    lines = template.render(Context(context, autoescape=False)).strip().splitlines()
    words = lines.pop().removeprefix("→ ").strip() if lines[-1].startswith("→ ") else ""
    return lines[0].strip(), "\n".join(lines[1:]).strip(), words


@transaction.atomic  # on SQLite it waits for its turn to write before it looks at the clock
def take_back(prefix: str) -> int:
    """Cancel the notices whose key begins with `prefix` and that nobody has seen yet.

    Returns how many there were; one that is due already is not taken back.
    """
    waiting = Notice.objects.filter(key__startswith=prefix, due_at__gt=timezone.now())
    held = waiting.filter(state__in=[Owed.State.NEW, Owed.State.OFF])
    return held.update(state=Owed.State.CANCELLED, sealed_link="")


def settle(about: models.Model, *kinds: str, reader: User | None = None) -> int:
    """What the notices about `about` asked for has been done: they leave "now up to you"."""
    open_ones = Notice.objects.about(about).to_do()
    if kinds:
        open_ones = open_ones.filter(kind__in=kinds)
    if reader is not None:
        open_ones = open_ones.filter(recipient=reader)
    return open_ones.update(settled_at=timezone.now())
