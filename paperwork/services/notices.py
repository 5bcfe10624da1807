"""Owing messages: written with the change that causes them, in the reader's language.

What is written here is shown in the portal from the moment it is due, and mailed by a worker
(paperwork/tasks.py). Nothing here talks to the mail server or waits for the broker.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.template import Context, Engine
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from courses import house
from courses.telling import Address, Link
from paperwork import restored, waking
from paperwork.models import MailChoice, Notice, Owed, subject_of
from paperwork.models.notice import WIPED
from paperwork.registry import NOTICES, NoticeKind
from paperwork.sealing import seal
from paperwork.services.events import request_id
from paperwork.wordings import worded

__all__ = [
    "UNDO",
    "Address",
    "Choices",
    "Link",
    "choices_of",
    "owe_notice",
    "owed_together",
    "settle",
    "take_back",
    "written",
]

UNDO = timedelta(seconds=10)  # how long a decision can be taken back before anybody hears of it

type Waiting = tuple[Notice, timedelta]  # a message, and how long it can be taken back
type Choices = Mapping[tuple[int | None, str], str]  # how mail is wanted, by reader and kind
_together: ContextVar[list[Waiting] | None] = ContextVar("together", default=None)


@contextmanager
def owed_together(choices: Choices | None = None) -> Iterator[None]:
    """What is owed inside is written when it ends: all in one statement, or none of it.

    `choices`: what `choices_of` said of all who are told inside, when it was asked before.
    """
    waiting: list[Waiting] = []
    before = _together.set(waiting)
    try:
        yield
    finally:
        _together.reset(before)
    _write(waiting, choices)


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
    sealed: bool = False,
) -> None:
    """Owe `to` one message of `kind`; a second time with the same `key` changes nothing.

    The text is the kind's template: its first line is the subject, a last line beginning with "→ "
    the words of the link, the rest paragraphs. Written now, in the reader's language and in the
    caller's transaction. `links`: several with tokens, where one would not do; each with its
    label. `asks`: it stands under "now up to you" until `settle`. `wait`: how long
    it can still be taken back by `take_back`. `sealed`: its text holds a secret, so that it lies
    encrypted until the mail has gone, and then no more.
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
        text="" if sealed else text,
        sealed_text=seal(text) if sealed else "",
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


def written(kind: str, context: Mapping[str, Any], language: str) -> tuple[str, str]:
    """The subject and the text of a message as it would be owed, before it is."""
    with translation.override(language):
        subject, text, _words = _render(NOTICES[kind], context)
    return subject[:200], text


def _write(waiting: Sequence[Waiting], choices: Choices | None = None) -> None:
    """Write the messages; each goes by mail as its reader chose, unless its kind always does.

    What nobody asked for is held when it may have gone before a restore.
    """
    if not waiting:
        return
    leaves = [notice for notice, _wait in waiting if not NOTICES[notice.kind].always]
    if choices is None:
        choices = choices_of(
            {notice.recipient_id for notice in leaves}, {notice.kind for notice in leaves}
        )
    for notice in leaves:
        when = choices.get((notice.recipient_id, notice.kind), MailChoice.When.AT_ONCE)
        notice.state = Owed.State.NEW if when == MailChoice.When.AT_ONCE else Owed.State.OFF
        notice.daily = when == MailChoice.When.DAILY
    if not request_id() and restored.holds(timezone.now()):
        for notice, _wait in waiting:
            if notice.state == Owed.State.NEW:
                notice.state, notice.error = Owed.State.UNCERTAIN, restored.ERROR
    # One statement, no savepoint; what is owed already stays as it is.
    Notice.objects.bulk_create([notice for notice, _wait in waiting], ignore_conflicts=True)
    for notice, wait in waiting:
        if notice.state == Owed.State.NEW:
            waking.wake_after_commit("paperwork.tasks.send_notice", notice.pk, wait)


def choices_of(readers: Iterable[int | None], kinds: Iterable[str]) -> Choices:
    """How the people with these keys want these kinds; who did not choose is not in it."""
    asked = {reader for reader in readers if reader}
    if not asked:
        return {}
    choices = MailChoice.objects.filter(user__in=asked, kind__in=set(kinds))
    return {(user, kind): when for user, kind, when in choices.values_list("user", "kind", "when")}


def _path_of(link: Link) -> str:
    path = reverse(link.name, args=list(link.args))
    return f"{path}?{link.query}" if link.query else path


def _render(kind: NoticeKind, context: Mapping[str, Any]) -> tuple[str, str, str]:
    """Subject, text and the words of the link."""
    template = Engine.get_default().get_template(f"{kind.template}.txt")
    # As plain text: the pages and the mail's HTML escape it when they show it.
    facts = {**context, "worded": worded(kind.name, house.language())}
    lines = template.render(Context(facts, autoescape=False)).strip().splitlines()
    words = lines.pop().removeprefix("→ ").strip() if lines[-1].startswith("→ ") else ""
    return lines[0].strip(), "\n".join(lines[1:]).strip(), words


@transaction.atomic  # on SQLite it waits for its turn to write before it looks at the clock
def take_back(prefix: str) -> int:
    """Cancel the notices whose key begins with `prefix` and that nobody has seen yet.

    Returns how many there were; one that is due already is not taken back.
    """
    waiting = Notice.objects.filter(key__startswith=prefix, due_at__gt=timezone.now())
    held = waiting.filter(state__in=[Owed.State.NEW, Owed.State.OFF])
    return held.update(state=Owed.State.CANCELLED, **WIPED)


def settle(about: models.Model, *kinds: str, readers: Iterable[int] | None = None) -> int:
    """What the notices about `about` asked for has been done: they leave "now up to you"."""
    open_ones = Notice.objects.about(about).to_do()
    if kinds:
        open_ones = open_ones.filter(kind__in=kinds)
    if readers is not None:
        open_ones = open_ones.filter(recipient__in=list(readers))
    return open_ones.update(settled_at=timezone.now())
