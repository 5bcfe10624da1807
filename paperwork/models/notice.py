"""Messages owed to people: shown in the portal exactly once, mailed as each kind promises."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from paperwork.models.owed import Owed, OwedQuerySet
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from vx_portal.http import Person


WIPED = {"sealed_link": "", "sealed_text": ""}  # of a row that goes by mail no more


class NoticeQuerySet(OwedQuerySet["Notice"]):
    def visible_to(self, user: Person) -> Self:
        """One's own, from the moment they are due; not those that were taken back."""
        if not user.is_authenticated:
            return self.none()
        return self.shown().filter(recipient_id=user.pk)

    def for_background_work(self, user: Person) -> Self:
        """All, for the office and auditors: states and problems, not what stands in them."""
        return self if roles_of(user) & {"office", "auditor"} else self.none()

    def shown(self, at: datetime | None = None) -> Self:
        """Those that their readers see by now."""
        return self.filter(due_at__lte=at or timezone.now()).exclude(state=Owed.State.CANCELLED)

    def to_do(self) -> Self:
        """Those that ask for something that has not been done yet."""
        return self.filter(asks=True, settled_at=None)


class Notice(Owed):
    """One message owed to one person; `key` names its cause, so that it is owed once."""

    key = models.CharField(max_length=200, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=60, editable=False)
    recipient = models.ForeignKey(
        User, models.CASCADE, null=True, related_name="notices", editable=False
    )
    email = models.EmailField(
        _("e-mail address"),
        blank=True,
        help_text=_("Only for somebody without an account; else the account's is used."),
    )
    language = models.CharField(_("language"), max_length=2, choices=User.Language)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"), help_text=_("Paragraphs, with an empty line between them."))
    link = models.CharField(_("link"), max_length=500, blank=True, help_text=_("On the portal."))
    link_label = models.CharField(_("words of the link"), max_length=100, blank=True)
    sealed_link = models.TextField(
        blank=True,
        editable=False,
        help_text=_("A link with a token, encrypted; wiped when the mail has gone."),
    )
    sealed_text = models.TextField(
        blank=True,
        editable=False,
        help_text=_("A text with a secret in it, encrypted; wiped when the mail has gone."),
    )
    until = models.DateTimeField(_("until"), null=True, help_text=_("By when to act."))
    asks = models.BooleanField(_("asks for something"), default=False)
    settled_at = models.DateTimeField(_("settled"), null=True, editable=False)
    read_at = models.DateTimeField(_("read"), null=True, editable=False)
    daily = models.BooleanField(
        _("wanted once a day"),
        default=False,
        db_default=False,  # web servers of the version before write no value
        editable=False,
        help_text=_("What its reader had chosen when it was written."),
    )
    digest = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="gathered", editable=False
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-due_at", "-created_at"]
        indexes = [
            models.Index(
                name="notice_owed",
                fields=["due_at"],
                condition=Q(state__in=["new", "leased", "sending"]),
            ),
            models.Index(
                name="notice_for_digest",
                fields=["due_at"],
                condition=Q(daily=True, digest=None),
            ),
            models.Index(name="notice_of_person", fields=["recipient", "-due_at"]),
            models.Index(name="notice_about", fields=["subject_kind", "subject_id"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="notice_state_known", condition=Q(state__in=Owed.State.values)
            ),
            models.CheckConstraint(
                name="notice_language_known", condition=Q(language__in=["nl", "en"])
            ),
            models.CheckConstraint(
                name="notice_has_a_reader", condition=Q(recipient__isnull=False) | ~Q(email="")
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_unread(self) -> bool:
        return self.read_at is None

    @property
    def is_to_do(self) -> bool:
        return self.asks and self.settled_at is None


class MailChoiceQuerySet(models.QuerySet["MailChoice"]):
    def visible_to(self, user: Person) -> Self:
        """One's own."""
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()


class MailChoice(models.Model):
    """Whether somebody wants one kind of notice by mail too; without a row: at once."""

    class When(models.TextChoices):
        AT_ONCE = "at_once", pgettext_lazy("mail", "at once")
        DAILY = "daily", pgettext_lazy("mail", "once a day, together")
        NEVER = "never", pgettext_lazy("mail", "not by mail")

    user = models.ForeignKey(User, models.CASCADE, related_name="mail_choices")
    kind = models.CharField(max_length=60)
    when = models.CharField(_("by mail"), max_length=10, choices=When, default=When.AT_ONCE)

    objects = MailChoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("choice of mail")
        verbose_name_plural = _("choices of mail")
        constraints = [
            models.UniqueConstraint(name="mailchoice_one_per_kind", fields=["user", "kind"]),
            models.CheckConstraint(
                name="mailchoice_when_known", condition=Q(when__in=["at_once", "daily", "never"])
            ),
        ]
