"""What a student got: as the host printed it, and beside it as it is to be recorded."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from enrolments.models import Enrolment
from enrolments.models.enrolment import Kind
from enrolments.scopes import scopes_of
from grades.dutch import in_words
from grades.gates import administered, own_or_handled
from grades.models.transcript import Transcript

if TYPE_CHECKING:
    from vx_portal.http import Person


class ResultQuerySet(models.QuerySet["Result"]):
    def visible_to(self, user: Person) -> Self:
        """One's own; those of the cases one handles; partners their students' confirmed ones.

        The administration sees those of registrations that were sent to it. What the office has
        entered of our own courses is the office's alone until it is confirmed.
        """
        if not user.is_authenticated:
            return self.none()
        scopes = scopes_of(user)
        theirs = own_or_handled(user)
        ours = Q(source=Result.Source.RESULT_LIST)
        if scopes.is_office:
            theirs |= ours
        elif not scopes.is_auditor:
            theirs &= ~(ours & Q(confirmed_at=None))
        if scopes.administers:
            theirs |= administered(scopes) & Q(registrations__in=_registrations(user))
        if scopes.partner_of:
            theirs |= Q(
                enrolment__kind=Kind.INCOMING,
                enrolment__home_university__in=scopes.partner_of,
                confirmed_at__isnull=False,
            )
        rows = self.filter(theirs)
        return rows.distinct() if scopes.administers else rows

    def current(self) -> Self:
        """The one of each case that holds."""
        return self.filter(current=True)

    def standing(self) -> Self:
        """Those that hold, and those of our own courses that wait to be confirmed."""
        return self.filter(Q(current=True) | Q(TO_CONFIRM))

    def to_confirm(self) -> Self:
        """Results of our own courses that were entered, and wait for a second person."""
        return self.filter(TO_CONFIRM)


TO_CONFIRM = Q(source="result_list", confirmed_at=None)


def _registrations(user: User) -> Any:
    from grades.models.registration import Registration  # noqa: PLC0415  # which knows results

    return Registration.objects.for_administration(user)


class Result(models.Model):
    """One statement of a result. It is never changed: a correction is a new row with a reason.

    The grade to record was entered by a person; nothing here converts one.
    """

    class Source(models.TextChoices):
        TRANSCRIPT = "transcript", pgettext_lazy("source of a result", "transcript")
        RESULT_LIST = "result_list", pgettext_lazy("source of a result", "our own result list")

    class Attempt(models.TextChoices):
        FIRST = "first", pgettext_lazy("attempt", "first chance")
        RESIT = "resit", pgettext_lazy("attempt", "resit")

    class Mark(models.TextChoices):
        """What is recorded where there is no number (DOMAIN.md §6)."""

        V = "V", pgettext_lazy("mark", "V (voldaan, pass)")
        O = "O", pgettext_lazy("mark", "O (onvoldoende, fail)")  # noqa: E741  # it is called so
        P = "P", pgettext_lazy("mark", "P (pass)")
        F = "F", pgettext_lazy("mark", "F (fail)")

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="results")
    transcript = models.ForeignKey(Transcript, models.PROTECT, null=True, related_name="results")
    source = models.CharField(_("from"), max_length=12, choices=Source, default=Source.TRANSCRIPT)

    # As printed, word for word.
    grade_printed = models.CharField(_("grade as printed"), max_length=40)
    scale = models.CharField(_("grade scale"), max_length=120, blank=True)
    credits_printed = models.CharField(_("credits as printed"), max_length=40)
    credit_system = models.CharField(_("credit system"), max_length=60, blank=True)
    title_printed = models.CharField(_("course title as printed"), max_length=200)
    code_printed = models.CharField(_("course code as printed"), max_length=40, blank=True)
    dated_on = models.DateField(_("date of the result"))
    exam_on = models.DateField(_("exam date"), null=True, blank=True)
    attempt = models.CharField(_("attempt"), max_length=6, choices=Attempt, default=Attempt.FIRST)

    # To record.
    grade = models.DecimalField(
        _("Dutch grade"), max_digits=3, decimal_places=1, null=True, blank=True
    )
    mark = models.CharField(_("or a word"), max_length=1, choices=Mark, blank=True)
    passed = models.BooleanField(_("passed"))
    ec = models.DecimalField(_("credits (EC)"), max_digits=3, decimal_places=1)

    current = models.BooleanField(default=True, editable=False)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaced_by", editable=False
    )
    reason = models.TextField(_("why it was corrected"), blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False)
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now, editable=False)
    confirmed_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,  # where a result of our own courses needs a second person
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        ordering = ["-recorded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="result_one_holds", fields=["enrolment"], condition=Q(current=True)
            ),
            models.UniqueConstraint(
                name="result_one_to_confirm", fields=["enrolment"], condition=TO_CONFIRM
            ),
            models.CheckConstraint(
                name="result_of_ours_holds_when_confirmed",
                condition=~Q(source="result_list")
                | Q(current=False)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="result_source_known", condition=Q(source__in=["transcript", "result_list"])
            ),
            models.CheckConstraint(
                name="result_comes_from_somewhere",
                condition=~Q(source="transcript") | Q(transcript__isnull=False),
            ),
            models.CheckConstraint(
                name="result_attempt_known", condition=Q(attempt__in=["first", "resit"])
            ),
            models.CheckConstraint(
                name="result_mark_known", condition=Q(mark__in=["", "V", "O", "P", "F"])
            ),
            models.CheckConstraint(
                name="result_is_a_grade_or_a_word",
                condition=Q(grade__isnull=True) & ~Q(mark="") | Q(grade__isnull=False, mark=""),
                violation_error_message=_("Give a Dutch grade, or V or O: one of the two."),
            ),
            models.CheckConstraint(
                name="result_grade_on_our_scale",
                condition=Q(grade=None)
                | Q(grade__gte=Decimal(1), grade__lte=Decimal(5))
                | Q(grade__gte=Decimal(6), grade__lte=Decimal(10)),
                violation_error_message=_(
                    "A Dutch grade is 1 to 10, and none lies between 5 and 6."
                ),
            ),
            models.CheckConstraint(
                name="result_passes_when_it_does",
                # Says whether there is a grade: what is NULL passes every CHECK.
                condition=(
                    Q(passed=True)
                    & (Q(grade__isnull=False, grade__gte=Decimal(6)) | Q(mark__in=["V", "P"]))
                )
                | (
                    Q(passed=False)
                    & (Q(grade__isnull=False, grade__lte=Decimal(5)) | Q(mark__in=["O", "F"]))
                ),
                violation_error_message=_("6 or more, V or P is a pass; anything else is not."),
            ),
            models.CheckConstraint(
                name="result_credits_of_one_course",
                condition=Q(ec__gt=0, ec__lt=60),
                violation_error_message=_("A course has more than 0 and less than 60 EC."),
            ),
            models.CheckConstraint(
                name="result_corrected_with_a_reason",
                condition=Q(replaces=None) | ~Q(reason=""),
                violation_error_message=_("Say why the result is corrected."),
            ),
            models.CheckConstraint(
                name="result_confirmed_by_another",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("recorded_by")),
                violation_error_message=_("Another person than who entered it confirms a result."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.recorded}"

    @property
    def is_confirmed(self) -> bool:
        """Whether it does not wait for a second person of the office."""
        return self.source != Result.Source.RESULT_LIST or self.confirmed_at is not None

    @property
    def recorded(self) -> str:
        """The grade to record, as people write it: 7.5, 8 or V, in the reader's language."""
        return self.mark or in_words(self.grade)
