"""Files that people gave us: the bytes as given, kept outside every public folder."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from paperwork.models.subject import About, AboutQuerySet
from paperwork.registry import FILES

if TYPE_CHECKING:
    from vx_portal.http import Person


class AttachmentQuerySet(AboutQuerySet["Attachment"]):
    def visible_to(self, user: Person) -> Self:
        """What one gave oneself; others come through the case: `about(case)` after its gate."""
        return self.filter(given_by_id=user.pk) if user.is_authenticated else self.none()

    def unclaimed(self) -> Self:
        """Those of a form that was not sent yet; after a day the sweep takes them."""
        return self.filter(subject_kind="")


class Attachment(About):
    """A file as it was given, never changed. The owning app decides who may open it."""

    class ContentType(models.TextChoices):
        PDF = "application/pdf", "PDF"
        JPEG = "image/jpeg", "JPEG"
        PNG = "image/png", "PNG"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(
        max_length=40, editable=False, help_text=_("What it is in its case: board_permission.")
    )
    file = models.CharField(_("file"), max_length=100, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120, help_text=_("As its giver called it."))
    content_type = models.CharField(_("kind of file"), max_length=20, choices=ContentType)
    size = models.PositiveIntegerField(_("size in bytes"))
    pages = models.PositiveSmallIntegerField(_("pages"), default=1)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    given_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="attachments", verbose_name=_("given by")
    )
    counted_for = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        help_text=_("Whose quota it counts to."),
    )
    counted_link = models.CharField(
        max_length=80,
        blank=True,
        default="",
        db_default="",  # web servers of the version before write no value
        editable=False,
        help_text=_("The signed link whose quota it counts to: exams.examlink:7."),
    )
    given_by_name = models.CharField(_("given by"), max_length=150)
    given_at = models.DateTimeField(_("given"), default=timezone.now, editable=False)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["-given_at"]
        indexes = [
            models.Index(name="attachment_about", fields=["subject_kind", "subject_id"]),
            models.Index(
                name="attachment_by_link", fields=["counted_link"], condition=~Q(counted_link="")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="attachment_type_known",
                condition=Q(content_type__in=["application/pdf", "image/jpeg", "image/png"]),
            ),
            models.CheckConstraint(name="attachment_not_empty", condition=Q(size__gt=0)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_claimed(self) -> bool:
        """Whether it belongs to a case."""
        return bool(self.subject_kind)

    @property
    def purpose_label(self) -> str:
        """What it is for, in words."""
        kind = FILES.get(self.purpose)
        return str(kind.label) if kind else str(pgettext_lazy("file", "Other"))
