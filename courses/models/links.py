"""Links that let somebody without an account do one thing, once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.models.course import Course
from courses.models.university import CURATORS
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from vx_portal.http import Person


class SignedLinkQuerySet[L: "SignedLink"](models.QuerySet[L]):
    def usable(self, token: str, *, at: datetime | None = None) -> Self:
        """The link with this token if it is not spent, revoked or expired (at most one row)."""
        return self.filter(
            digest=SignedLink.digest_of(token),
            spent_at=None,
            revoked_at=None,
            expires_at__gt=at or timezone.now(),
        )


class SignedLink(models.Model):
    """A random token in an address; we keep its SHA-256. GET changes nothing, POST spends it."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("valid until"))
    spent_at = models.DateTimeField(_("used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    class Meta:
        abstract = True

    @staticmethod
    def new_token() -> str:
        """A token of 256 random bits, for an address."""
        return secrets.token_urlsafe(32)

    @staticmethod
    def digest_of(token: str) -> str:
        """What is stored of a token."""
        return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def is_usable(self) -> bool:
        return (
            self.spent_at is None and self.revoked_at is None and self.expires_at > timezone.now()
        )

    @property
    def is_expired(self) -> bool:
        """It is too old, and nothing else: whoever has it can ask for a new one."""
        return (
            self.spent_at is None and self.revoked_at is None and self.expires_at <= timezone.now()
        )

    def give_up(self) -> bool:
        """Make way for a new link, once it has expired; False the second time."""
        expired = type(self)._default_manager.filter(
            pk=self.pk, spent_at=None, revoked_at=None, expires_at__lte=timezone.now()
        )
        return bool(expired.update(revoked_at=timezone.now()))


class ConfirmationRequestQuerySet(SignedLinkQuerySet["ConfirmationRequest"]):
    def visible_to(self, user: Person) -> Self:
        """Curators see all; a partner comes by the link itself (`usable`)."""
        return self if roles_of(user) & CURATORS else self.none()

    def unanswered(self, at: datetime | None = None) -> Self:
        """Asked some days ago, or expired, and still without an answer."""
        from courses import house  # noqa: PLC0415  # which needs this app's models

        now = at or timezone.now()
        patience = house.span("courses.ask_again_days")
        return self.filter(spent_at=None, revoked_at=None).filter(
            Q(expires_at__lte=now) | Q(created_at__lte=now - patience)
        )

    def to_handle(self) -> Self:
        """Answered "this has changed", and the office has not yet dealt with it."""
        return self.filter(answer=ConfirmationRequest.Answer.CHANGED, handled_at=None)


class ConfirmationRequest(SignedLink):
    """The question to a partner whether a course's page is still true, and the answer to it."""

    class Answer(models.TextChoices):
        TRUE = "true", pgettext_lazy("answer", "all of it is true")
        CHANGED = "changed", pgettext_lazy("answer", "something has changed")

    course = models.ForeignKey(Course, models.CASCADE, related_name="confirmation_requests")
    asked_by = models.CharField(_("asked by"), max_length=150)
    sent_to = models.EmailField(
        _("sent to"), blank=True, help_text=_("Empty when the link was copied by hand.")
    )
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True)
    answered_by = models.CharField(_("answered by"), max_length=120, blank=True)
    notes = models.JSONField(
        _("what has changed"), default=dict, blank=True, help_text=_("A text for each fact.")
    )
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)
    handled_by = models.CharField(_("handled by"), max_length=150, blank=True)

    objects = ConfirmationRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("confirmation request")
        verbose_name_plural = _("confirmation requests")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="confirmation_one_open_per_course",
                fields=["course"],
                condition=Q(spent_at=None, revoked_at=None),
            ),
            models.CheckConstraint(
                name="confirmation_answer_known", condition=Q(answer__in=["", "true", "changed"])
            ),
            models.CheckConstraint(
                name="confirmation_answered_when_spent",
                condition=Q(answer="", spent_at=None) | (~Q(answer="") & Q(spent_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} {self.created_at:%Y-%m-%d}"

    @property
    def mail_key(self) -> str:
        """Names the mail with this question; those that were asked together share one."""
        return f"confirm-{self.course.university_id}-{self.created_at.timestamp():.6f}"
