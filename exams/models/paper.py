"""The exam paper's passport: what was received, and everything that happened to it since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from courses.models import University
from exams import gates
from exams.models.exam import Exam
from exams.models.sitting import Sitting

if TYPE_CHECKING:
    from vx_portal.http import Person


class PaperQuerySet(models.QuerySet["Paper"]):
    def visible_to(self, user: Person) -> Self:
        """That there is one: those who arrange exams, and its host. Opening it asks for more."""
        if not user.is_authenticated:
            return self.none()
        return self if gates.reads_all(user) else self.filter(gates.of_host(user, "exam__"))

    def current(self) -> Self:
        """Those that no later one replaces."""
        return self.filter(replaced_at=None)


class Paper(models.Model):
    """An exam paper as the host gave it: a file, encrypted, or handed over in another way."""

    exam = models.ForeignKey(Exam, models.PROTECT, related_name="papers")
    number = models.PositiveSmallIntegerField(
        _("version"), default=1, help_text=_("A second upload is a new version.")
    )
    file = models.CharField(
        _("file"), max_length=100, blank=True, editable=False, help_text=_("Empty: no file.")
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    size = models.PositiveIntegerField(_("size in bytes"), default=0, editable=False)
    pages = models.PositiveSmallIntegerField(_("pages"), default=0, editable=False)
    sha256 = models.CharField(
        _("SHA-256"), max_length=64, blank=True, editable=False, help_text=_("As it was given.")
    )
    handed_over = models.CharField(
        _("how it was handed over"), max_length=300, blank=True, help_text=_("When not as a file.")
    )
    received_at = models.DateTimeField(_("received"), default=timezone.now, editable=False)
    received_from = models.CharField(_("received from"), max_length=150, editable=False)
    readable_from = models.DateTimeField(_("can be opened from"), null=True, blank=True)
    first_reader = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("opens it")
    )
    second_reader = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("is there")
    )
    replaced_at = models.DateTimeField(_("replaced"), null=True, editable=False)

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("exam paper")
        verbose_name_plural = _("exam papers")
        ordering = ["exam", "-number"]
        constraints = [
            models.UniqueConstraint(name="paper_numbered_once", fields=["exam", "number"]),
            models.UniqueConstraint(
                name="paper_one_current", fields=["exam"], condition=Q(replaced_at=None)
            ),
            models.CheckConstraint(
                name="paper_file_or_otherwise",
                condition=(~Q(file="") & ~Q(sha256="")) | (Q(file="") & ~Q(handed_over="")),
            ),
            models.CheckConstraint(
                name="paper_opened_by_two_people",
                condition=Q(first_reader=None)
                | Q(second_reader=None)
                | ~Q(first_reader=F("second_reader")),
                violation_error_message=_("Name two different people."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exam_id} {self.number}"


class PaperStepQuerySet(models.QuerySet["PaperStep"]):
    def visible_to(self, user: Person) -> Self:
        """Those who arrange exams; the host of its own paper."""
        if not user.is_authenticated:
            return self.none()
        return self if gates.reads_all(user) else self.filter(gates.of_host(user, "paper__exam__"))


class PaperStep(models.Model):
    """One thing that happened to a paper. Rows are added, never changed."""

    class Kind(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("exam paper", "received")
        OPENED = "opened", pgettext_lazy("exam paper", "opened")
        PRINTED = "printed", pgettext_lazy("exam paper", "printed")
        COLLECTED = "collected", pgettext_lazy("exam paper", "answers collected")
        SCANNED = "scanned", pgettext_lazy("exam paper", "scanned")
        SENT = "sent", pgettext_lazy("exam paper", "answers sent")
        CONFIRMED = "confirmed", pgettext_lazy("exam paper", "confirmed by the host")
        REPLACED = "replaced", pgettext_lazy("exam paper", "replaced by a new one")

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="steps")
    sitting = models.ForeignKey(
        Sitting, models.PROTECT, null=True, blank=True, related_name="paper_steps"
    )
    university = models.ForeignKey(
        University,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The home university that has it, for exams of our own held elsewhere."),
    )
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    number = models.PositiveSmallIntegerField(_("how many"), null=True, blank=True)
    text = models.CharField(_("remark"), max_length=500, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    by_name = models.CharField(_("by"), max_length=150, editable=False)
    with_name = models.CharField(
        _("together with"), max_length=150, blank=True, help_text=_("Opening takes two people.")
    )

    objects = PaperStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of an exam paper")
        verbose_name_plural = _("steps of exam papers")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="paper_step_kind_known",
                condition=Q(
                    kind__in=[
                        *("received", "opened", "printed", "collected"),
                        *("scanned", "sent", "confirmed", "replaced"),
                    ]
                ),
            ),
            models.CheckConstraint(
                name="paper_step_counts",
                condition=~Q(kind__in=["printed", "collected"]) | Q(number__isnull=False),
            ),
        ]
