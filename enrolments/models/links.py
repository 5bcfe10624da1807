"""Links for people without an account: a Board member decides once, a host answers about many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from courses.models import SignedLink, University
from courses.models.links import SignedLinkQuerySet
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from vx_portal.http import Person


class BoardRequestQuerySet(SignedLinkQuerySet["BoardRequest"]):
    def visible_to(self, user: Person) -> Self:
        """The office and auditors see all; others come through the case, its member by the link."""
        return self if roles_of(user) & {"office", "auditor"} else self.none()


class BoardRequest(SignedLink):
    """A coordinator's question to a member of a Board of Examiners: may this course count?"""

    class Answer(models.TextChoices):
        GRANTED = "granted", pgettext_lazy("answer of the Board", "permission given")
        REFUSED = "refused", pgettext_lazy("answer of the Board", "permission refused")

    enrolment = models.ForeignKey(
        "enrolments.Enrolment", models.CASCADE, related_name="board_requests"
    )
    email = models.EmailField(_("e-mail address of the Board's member"))
    language = models.CharField(_("language"), max_length=2, choices=User.Language)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    message = models.TextField(_("what you would like to say"), blank=True)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    reason = models.TextField(_("explanation"), blank=True)
    reminded = models.PositiveSmallIntegerField(_("reminders"), default=0, editable=False)

    objects = BoardRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("question to the Board")
        verbose_name_plural = _("questions to the Board")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="board_request_one_open_per_case",
                fields=["enrolment"],
                condition=Q(spent_at=None, revoked_at=None),
            ),
            models.CheckConstraint(
                name="board_request_answer_known",
                condition=Q(answer__in=["", "granted", "refused"]),
            ),
            models.CheckConstraint(
                name="board_request_language_known", condition=Q(language__in=["nl", "en"])
            ),
            models.CheckConstraint(
                name="board_request_answered_when_spent",
                condition=Q(answer="", spent_at=None) | (~Q(answer="") & Q(spent_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.created_at:%Y-%m-%d}"


class HostLinkQuerySet(SignedLinkQuerySet["HostLink"]):
    def visible_to(self, user: Person) -> Self:
        """The office and auditors; the partner comes by the link itself."""
        return self if roles_of(user) & {"office", "auditor"} else self.none()


class HostLink(SignedLink):
    """A partner's way in without an account, for as long as it holds: to its students, or to give
    their transcripts."""

    class Purpose(models.TextChoices):
        STUDENTS = "students", pgettext_lazy("link of a host", "confirm students")
        TRANSCRIPTS = "transcripts", pgettext_lazy("link of a host", "send transcripts")

    university = models.ForeignKey(University, models.CASCADE, related_name="host_links")
    purpose = models.CharField(
        _("what for"),
        max_length=12,
        choices=Purpose,
        default=Purpose.STUDENTS,
        db_default=Purpose.STUDENTS,  # web servers of the version before write no value
    )
    email = models.EmailField(_("sent to"))
    name = models.CharField(_("contact person"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=User.Language)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    objects = HostLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link of a host university")
        verbose_name_plural = _("links of host universities")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="host_link_language_known", condition=Q(language__in=["nl", "en"])
            ),
            models.CheckConstraint(
                name="host_link_purpose_known",
                condition=Q(purpose__in=["students", "transcripts"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.university_id} {self.created_at:%Y-%m-%d}"
