"""All that the portal holds about one person, in parts to be written as JSON, CSV or a PDF."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import STUDENT, User
from enrolments import following
from enrolments.later import history_of
from enrolments.models import Enrolment
from enrolments.services import acting
from paperwork.models import Attachment, Document, Event, Notice
from paperwork.openings import openings_of, role_in_words
from paperwork.registry import NOTICES, happened
from privacy import casefile, opened
from privacy.labels import label_of, title_of
from privacy.register import INCLUDED, Kept
from privacy.trail import kind_in_words


@dataclass
class Part:
    """One kind of thing: its fields with what they are called, and its rows."""

    name: str
    title: str
    fields: Mapping[str, str]
    rows: Sequence[Mapping[str, Any]]
    left_out: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Everything:
    """All parts, and the files that go along."""

    parts: list[Part]
    files: list[Attachment | Document]


def collect(user: User) -> Everything:
    """All of `user`'s, in the language that is active. Nothing in it is about anybody else."""
    cases = list(
        Enrolment.objects.filter(student=user)
        .select_related("edition__course__university", "student", "faculty", "programme")
        .order_by("created_at", "pk")
    )
    files = _files(user, cases)
    parts = [_rows_of(kind, kept, user) for kind, kept in INCLUDED.items()]
    parts += [_history(user, cases), _deeds(user), _messages(user, cases), _openings(files, user)]
    return Everything([part for part in parts if part.rows], files)


def _rows_of(kind: str, kept: Kept, user: User) -> Part:
    model = apps.get_model(kind)
    rows: Any = model._default_manager.all()
    if kept.gated:
        rows = rows.visible_to(user)
    mine = Q(pk__in=[])
    for path in kept.paths:
        mine |= Q(**{path: user.pk})
    shown = [one for one in model._meta.concrete_fields if _is_shown(one, kept)]
    several = list(model._meta.many_to_many)
    keys = [one.name for one in shown if one.is_relation]
    found = rows.filter(mine).prefetch_related(*[one.name for one in several])
    found = found.select_related(*keys) if keys else found
    return Part(
        kind,
        title_of(model),
        {one.name: label_of(one) for one in [*shown, *several]},
        [
            {one.name: _value(row, one) for one in shown}
            | {one.name: [str(each) for each in getattr(row, one.name).all()] for one in several}
            for row in found.order_by("pk")
        ],
        dict(kept.left_out),
    )


def _is_shown(one: models.Field[Any, Any], kept: Kept) -> bool:
    """Whether it is in the copy: a key to a person would only name somebody else."""
    return one.name not in kept.left_out and one.related_model is not User


def _value(row: models.Model, one: models.Field[Any, Any]) -> Any:
    value = getattr(row, one.name)
    if one.is_relation:
        return None if value is None else str(value)
    return str(getattr(row, f"get_{one.name}_display")()) if one.choices and value else value


# --- Parts of their own ---------------------------------------------------------------------------
def _files(user: User, cases: Iterable[Enrolment]) -> list[Attachment | Document]:
    """The files of the person's cases that they may know of, and what they gave without a case."""
    found = {file.pk: file for case in cases for file in opened.files_of(case, user)}
    # What staff give is about others; what belongs to a case has been found by way of the case.
    loose = Attachment.objects.visible_to(user).filter(Q(subject_kind="") | _about_oneself(user))
    return [*found.values(), *(file for file in loose if file.pk not in found)]


def _about_oneself(user: User) -> Q:
    return Q(subject_kind=User._meta.label_lower, subject_id=user.pk)


def _history(user: User, cases: Iterable[Enrolment]) -> Part:
    """What the page of each case says has happened, in the same words."""
    rows = []
    for case in cases:
        events = [one for event in acting.history(case) if (one := following.happening(event))]
        for one in sorted([*events, *history_of(case, user)], key=lambda one: one.at):
            line = {"at": one.at, "who": one.who, "role": one.role, "what": one.done}
            rows.append({"case": case.reference, **line, "why": one.why})
    return Part(
        "history",
        _("What happened"),
        {
            "case": _("Application"),
            "at": _("When"),
            "who": _("Who"),
            "role": _("Role"),
            "what": _("What"),
            "why": _("Why"),
        },
        rows,
    )


def _deeds(user: User) -> Part:
    """What the person did, without of whom it was: that would be somebody else's."""
    events = Event.objects.filter(actor=user).order_by("at", "pk")
    rows = [
        {
            "at": event.at,
            "role": role_in_words(event.role),
            "what": happened(event.subject_kind, event.action),
            "kind": kind_in_words(event.subject_kind),
        }
        for event in events.defer("details").iterator(chunk_size=500)
    ]
    fields = {"at": _("When"), "role": _("Role"), "what": _("What"), "kind": _("Kind of thing")}
    return Part("deeds", _("What you did"), fields, rows)


def _messages(user: User, cases: Sequence[Enrolment]) -> Part:
    """Messages to the person. Those of staff can name others: then the kind and the day alone."""
    mine = casefile.about(casefile.subjects_of(case.pk for case in cases)) if cases else Q()
    own = Notice.objects.filter(recipient=user)
    whole = own if user.roles <= {STUDENT} else own.filter(mine if cases else Q(pk__in=[]))
    readable = set(whole.values_list("pk", flat=True))
    rows = [
        {
            "at": notice.due_at,
            "kind": str(NOTICES[notice.kind].label) if notice.kind in NOTICES else notice.kind,
            "subject": notice.subject if notice.pk in readable else "",
            "text": notice.text if notice.pk in readable else "",
            "read_at": notice.read_at,
        }
        for notice in Notice.objects.visible_to(user).order_by("due_at", "pk")
    ]
    fields = {
        "at": _("When"),
        "kind": pgettext("event", "About"),
        "subject": _("Subject"),
        "text": _("Text"),
        "read_at": _("Read"),
    }
    left_out = {} if user.roles <= {STUDENT} else {"text": "Messages to staff can name others."}
    return Part("messages", _("Messages"), fields, rows, left_out)


def _openings(files: Sequence[Attachment | Document], user: User) -> Part:
    """The files, each with who opened it."""
    found = openings_of(files, user)
    rows = []
    for file in files:
        facts = {
            "file": name_of(file),
            "kind": file.purpose_label if isinstance(file, Attachment) else file.kind_label,
            "given_at": file.given_at if isinstance(file, Attachment) else file.created_at,
            "sha256": file.sha256,
        }
        openings = found.get(str(file.pk), [])
        if not openings:
            rows.append(facts | {"opened_by": "", "role": "", "opened_at": None})
        rows += [
            facts | {"opened_by": one.who, "role": one.role, "opened_at": one.at}
            for one in openings
        ]
    fields = {
        "file": _("File"),
        "kind": _("What for"),
        "given_at": _("Sent"),
        "sha256": "SHA-256",
        "opened_by": _("Opened by"),
        "role": _("Role"),
        "opened_at": _("Opened"),
    }
    return Part("files", _("Files, and who opened them"), fields, rows)


def name_of(file: Attachment | Document) -> str:
    """What the file is called in the copy; no two are called the same."""
    name = file.name if isinstance(file, Attachment) else f"{file.title[:80]}.pdf"
    return f"{str(file.pk)[:8]}-{name}".replace("/", "-").replace("\\", "-")
