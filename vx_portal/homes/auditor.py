"""Where an auditor looks: everything can be read, and nothing changed."""

from __future__ import annotations

from typing import NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from courses.wording import gettext_lazy as _

SHOWN = 12  # of what happened last


class Door(NamedTuple):
    """A part of the portal, and what one finds behind it."""

    icon: str
    title: str | Promise
    what: str | Promise
    name: str
    query: str = ""

    @property
    def address(self) -> str:
        return reverse(self.name) + self.query


DOORS = (
    Door(
        "list-checks",
        pgettext_lazy("cases", "Applications"),
        _("Each case with its route, decisions and history"),
        "desk:queue",
        "?view=all",
    ),
    Door(
        "file-text",
        _("Transcripts"),
        _("What was received, and who verified it"),
        "review:queue",
        "?view=all",
    ),
    Door(
        "stamp",
        _("Registrations"),
        _("From a result to {system}, by two people"),
        "registrations:queue",
        "?view=all",
    ),
    Door("calendar-clock", _("Exams"), _("What hosts fixed, rooms and sittings"), "exams:exams"),
    Door("shield-check", _("Exam papers"), _("The passport of each paper"), "papers:papers"),
    Door("users", _("People and roles"), _("Who may do what, since when"), "people:people"),
    Door("scale", _("Rules of applications"), _("Each version, and what changed"), "rules:home"),
    Door("library", _("Courses on offer"), _("With their sources and days"), "office:courses"),
    Door("files", _("Documents"), _("Letters and forms that were made"), "documents:documents"),
    Door("server", _("Background work"), _("Messages and documents that wait"), "background"),
    Door("history", _("Audit trail"), _("Everything that happened, line by line"), "audit:events"),
    Door("lock", _("Seals"), _("Whether the trail is as it was written"), "audit:seals"),
    Door("archive", _("Keeping and deleting"), _("Terms, what is due, holds"), "retention:home"),
    Door("timer", _("Reports"), _("Figures and pictures, by faculty and host"), "reports:home"),
)
