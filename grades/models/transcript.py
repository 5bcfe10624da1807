"""What a host says of a student's result, on paper: one row for each version that came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from enrolments.models import Enrolment
from enrolments.scopes import scopes_of
from grades.gates import ENDED_WELL, administered, own_or_handled
from paperwork.models import Attachment

if TYPE_CHECKING:
    from vx_portal.http import Person


class TranscriptState(models.TextChoices):
    """Where a transcript stands (DESIGN.md §5)."""

    RECEIVED = "received", pgettext_lazy("transcript", "being checked")
    VERIFIED = "verified", pgettext_lazy("transcript", "verified")
    RETURNED = "returned", pgettext_lazy("transcript", "returned")
    SUPERSEDED = "superseded", pgettext_lazy("transcript", "replaced by a newer one")


class TranscriptQuerySet(models.QuerySet["Transcript"]):
    def visible_to(self, user: Person) -> Self:
        """One's own; those of the cases one handles; a host's own, once they are sent.

        The administration sees those of registrations that were sent to it.
        """
        if not user.is_authenticated:
            return self.none()
        scopes = scopes_of(user)
        theirs = own_or_handled(user)
        if scopes.administers:
            theirs |= administered(scopes) & Q(
                results__registrations__in=_registrations().for_administration(user)
            )
        if scopes.partner_of:
            theirs |= Q(
                source=Transcript.Source.PARTNER,
                enrolment__edition__course__university__in=scopes.partner_of,
            )
        if scopes.is_office:  # for a partner without an account
            theirs |= Q(given_by_id=user.pk)
        rows = self.filter(theirs)
        return rows.distinct() if scopes.administers else rows

    def counting(self) -> Self:
        """The one of each case that counts: the newest."""
        return self.exclude(state=TranscriptState.SUPERSEDED)

    def for_list(self) -> Self:
        """What a row of a list shows; a template that reaches further raises."""
        return self.select_related(
            "enrolment__student",
            "enrolment__edition__course__university",
            "enrolment__faculty",
            "enrolment__programme",
            "enrolment__home_university",
        ).fetch_mode(models.FETCH_RAISE)


def _registrations() -> Any:
    from grades.models.registration import Registration  # noqa: PLC0415  # which knows results

    return Registration.objects.all()


class Transcript(models.Model):
    """One version of a transcript. Its state moves only by `grades.services.transcripts.act`.

    The bytes that were given are never changed. `file` is what people look at: the PDF as given,
    or the one that was made of photographs, which are kept beside it (`Attachment.about(this)`).
    """

    class Source(models.TextChoices):
        STUDENT = "student", pgettext_lazy("source", "the student")
        PARTNER = "partner", pgettext_lazy("source", "the host university")
        COORDINATOR = "coordinator", pgettext_lazy("source", "an exchange coordinator, by mail")
        DATA = "data", pgettext_lazy("source", "data from the host university")

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="transcripts")
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=TranscriptState,
        default=TranscriptState.RECEIVED,
        editable=False,
    )
    source = models.CharField(_("came from"), max_length=12, choices=Source, editable=False)
    file = models.OneToOneField(
        Attachment,
        models.PROTECT,
        null=True,
        related_name="transcript",
        verbose_name=_("file"),
        editable=False,
    )
    grade_typed = models.CharField(_("grade as printed"), max_length=40, blank=True)
    received_at = models.DateTimeField(_("received"), default=timezone.now, editable=False)
    given_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("given by")
    )
    given_by_name = models.CharField(_("given by"), max_length=150, editable=False)
    read_at = models.DateTimeField(_("read"), null=True, editable=False)
    findings: models.JSONField[Any, Any] = models.JSONField(
        _("what was read"),
        default=dict,
        editable=False,  # see grades/reading
    )
    due_on = models.DateField(_("due on"), null=True, editable=False)
    snoozed_until = models.DateField(_("put aside until"), null=True, editable=False)
    verified_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("verified by")
    )
    verified_at = models.DateTimeField(_("verified"), null=True, editable=False)
    reason = models.TextField(_("why it was returned"), blank=True, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TranscriptQuerySet.as_manager()

    class Meta:
        verbose_name = _("transcript")
        verbose_name_plural = _("transcripts")
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(name="transcript_queue", fields=["state", "received_at"]),
            models.Index(name="transcript_by_due", fields=["due_on", "id"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="transcript_version_once", fields=["enrolment", "version"]
            ),
            models.UniqueConstraint(
                name="transcript_one_counts",
                fields=["enrolment"],
                condition=~Q(state="superseded"),
            ),
            models.CheckConstraint(
                name="transcript_state_known", condition=Q(state__in=TranscriptState.values)
            ),
            models.CheckConstraint(
                name="transcript_source_known",
                condition=Q(source__in=["student", "partner", "coordinator", "data"]),
            ),
            models.CheckConstraint(
                name="transcript_has_a_file",
                condition=Q(source="data") | Q(file__isnull=False),
            ),
            models.CheckConstraint(
                name="transcript_verified_by_somebody",
                condition=~Q(state="verified")
                | Q(verified_by__isnull=False, verified_at__isnull=False),
            ),
            models.CheckConstraint(
                name="transcript_returned_with_a_reason",
                condition=~Q(state="returned") | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.version}"

    @property
    def is_over(self) -> bool:
        """Whether its application ended: nobody does anything with it now."""
        return self.enrolment.state not in ENDED_WELL

    @property
    def counts(self) -> bool:
        """Whether no newer one has taken its place."""
        return self.state != TranscriptState.SUPERSEDED
