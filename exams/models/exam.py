"""An exam as the host fixes it: when, how long, of what kind, and what a student may bring."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from courses.models import Edition, SignedLink, University
from courses.models.links import SignedLinkQuerySet
from enrolments.models import Enrolment
from exams import gates

if TYPE_CHECKING:
    from vx_portal.http import Person

FIRST_ATTEMPT, LAST_ATTEMPT = 1, 9


class Mode(models.TextChoices):
    """How the host fixes the moment (DOMAIN.md §5)."""

    INSTANT = "instant", pgettext_lazy("exam mode", "the same moment everywhere")
    LOCAL = "local", pgettext_lazy("exam mode", "the same local time")
    WINDOW = "window", pgettext_lazy("exam mode", "within a period")


class Held(models.TextChoices):
    """Where students sit the exam."""

    LEIDEN = "leiden", pgettext_lazy("exam held", "in our own rooms")
    HOME = "home", pgettext_lazy("exam held", "at the students' home universities")


class ExamQuerySet(models.QuerySet["Exam"]):
    def visible_to(self, user: Person) -> Self:
        """All for those who arrange exams; a host's own; and those of cases that one sees."""
        if not user.is_authenticated:
            return self.none()
        if gates.reads_all(user):
            return self
        cases = gates.placed_cases(user)
        return self.filter(gates.of_host(user) | Q(edition__in=cases.values("edition")))

    def upcoming(self, at: datetime | None = None) -> Self:
        """Those that can still begin after `at` (now)."""
        now = at or timezone.now()
        return self.filter(Q(starts_at__gt=now) | Q(window_until__gt=now))


class Exam(models.Model):
    """One attempt of the exam of an edition. Without a row the host has not fixed it yet.

    `starts_at` is the moment itself, also where the host fixes a local time: then `local_date` and
    `local_time` are Leiden's clock, and `is_second_hour` says which of an hour that comes twice.
    """

    edition = models.ForeignKey(
        Edition, models.PROTECT, related_name="exams", verbose_name=_("edition")
    )
    attempt = models.PositiveSmallIntegerField(
        _("attempt"),
        default=FIRST_ATTEMPT,
        validators=[MinValueValidator(FIRST_ATTEMPT), MaxValueValidator(LAST_ATTEMPT)],
        help_text=_("1 is the exam itself, 2 the resit."),
    )
    held = models.CharField(_("where"), max_length=10, choices=Held, default=Held.LEIDEN)
    mode = models.CharField(_("how the moment is fixed"), max_length=10, choices=Mode)
    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    local_date = models.DateField(_("date"), null=True, blank=True)
    local_time = models.TimeField(_("time"), null=True, blank=True)
    is_second_hour = models.BooleanField(_("the second of an hour that comes twice"), default=False)
    window_from = models.DateTimeField(_("not before"), null=True, blank=True)
    window_until = models.DateTimeField(_("over by"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("length in minutes"),
        validators=[MinValueValidator(10), MaxValueValidator(600)],
        help_text=_("Without extra exam time."),
    )
    kind = models.CharField(_("kind of exam"), max_length=10, choices=Edition.ExamKind)
    one_room = models.BooleanField(
        _("in one room"),
        default=False,
        help_text=_(
            "All students together, but who has a room of their own. Otherwise we may take several."
        ),
    )
    materials = models.TextField(
        _("what a student may use"),
        max_length=2000,
        blank=True,
        help_text=_("Such as: a calculator without memory, one sheet of notes."),
    )
    instructions = models.TextField(
        _("instructions"),
        max_length=5000,
        blank=True,
        help_text=_("For students and invigilators, in your own words."),
    )
    language = models.CharField(
        _("language of these texts"), max_length=2, choices=User.Language, default=User.Language.EN
    )
    contact_name = models.CharField(_("contact during the exam"), max_length=150, blank=True)
    contact_phone = models.CharField(_("telephone"), max_length=40, blank=True)
    contact_email = models.EmailField(_("e-mail address"), blank=True)
    paper_due_at = models.DateTimeField(
        _("the paper is here by"), null=True, blank=True, help_text=_("On our own clock.")
    )
    confirmed_at = models.DateTimeField(_("fixed"), null=True, editable=False)
    confirmed_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", editable=False
    )
    confirmed_by_name = models.CharField(_("fixed by"), max_length=150, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ExamQuerySet.as_manager()

    class Meta:
        verbose_name = _("exam")
        verbose_name_plural = _("exams")
        ordering = ["starts_at", "window_from", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="exam_once_per_attempt",
                fields=["edition", "attempt"],
                violation_error_message=_("This attempt has been entered already."),
            ),
            models.CheckConstraint(name="exam_mode_known", condition=Q(mode__in=Mode.values)),
            models.CheckConstraint(name="exam_held_known", condition=Q(held__in=Held.values)),
            models.CheckConstraint(
                name="exam_kind_known", condition=Q(kind__in=Edition.ExamKind.values)
            ),
            models.CheckConstraint(
                name="exam_language_known", condition=Q(language__in=User.Language.values)
            ),
            models.CheckConstraint(
                name="exam_attempt_in_range",
                condition=Q(attempt__gte=FIRST_ATTEMPT, attempt__lte=LAST_ATTEMPT),
            ),
            models.CheckConstraint(
                name="exam_has_a_length", condition=Q(minutes__gte=10, minutes__lte=600)
            ),
            models.CheckConstraint(
                name="exam_moment_fits_mode",
                condition=Q(
                    mode="instant",
                    starts_at__isnull=False,
                    local_date=None,
                    local_time=None,
                    window_from=None,
                    window_until=None,
                )
                | Q(
                    mode="local",
                    starts_at__isnull=False,
                    local_date__isnull=False,
                    local_time__isnull=False,
                    window_from=None,
                    window_until=None,
                )
                | Q(
                    mode="window",
                    starts_at=None,
                    local_date=None,
                    local_time=None,
                    window_from__isnull=False,
                    window_until__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="exam_window_in_order",
                condition=Q(window_from=None) | Q(window_until__gt=F("window_from")),
                violation_error_message=_("The period must end after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id}.{self.attempt}"

    @property
    def is_resit(self) -> bool:
        return self.attempt > FIRST_ATTEMPT

    @property
    def earliest_at(self) -> datetime:
        """The first moment at which it can begin."""
        moment = self.window_from if self.mode == Mode.WINDOW else self.starts_at
        if moment is None:  # the constraint above does not let this be stored
            raise ValueError("this exam has no moment")
        return moment

    @property
    def latest_end_at(self) -> datetime:
        """By when it is over for everybody without extra time."""
        if self.mode == Mode.WINDOW and self.window_until is not None:
            return self.window_until
        return self.earliest_at + timedelta(minutes=self.minutes)


class ExamLinkQuerySet(SignedLinkQuerySet["ExamLink"]):
    def visible_to(self, user: Person) -> Self:
        """Those who arrange exams; the host comes by the link itself (`usable`)."""
        return self if gates.reads_all(user) else self.none()


class ExamLink(SignedLink):
    """A link by which a host without an account does one thing about one exam."""

    class Purpose(models.TextChoices):
        FIX = "fix", pgettext_lazy("exam link", "to fix the exam")
        PAPER = "paper", pgettext_lazy("exam link", "to send the exam paper")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="exam_links")
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=FIRST_ATTEMPT)
    purpose = models.CharField(_("what for"), max_length=10, choices=Purpose)
    university = models.ForeignKey(
        University,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The home university that holds an exam of ours; none: the host."),
    )
    email = models.EmailField(_("sent to"))
    language = models.CharField(_("language"), max_length=2, choices=User.Language)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    used_by = models.CharField(_("used by"), max_length=150, blank=True)

    objects = ExamLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link to an exam")
        verbose_name_plural = _("links to exams")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="exam_link_purpose_known", condition=Q(purpose__in=["fix", "paper"])
            ),
            models.CheckConstraint(
                name="exam_link_language_known", condition=Q(language__in=["nl", "en"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id}.{self.attempt} {self.purpose}"


class SlotOfferQuerySet(models.QuerySet["SlotOffer"]):
    def visible_to(self, user: Person) -> Self:
        """Slots of exams that one sees."""
        return (
            self if gates.reads_all(user) else self.filter(exam__in=Exam.objects.visible_to(user))
        )

    def free(self) -> Self:
        """Those with a place left."""
        return self.filter(taken__lt=F("places"))


class SlotOffer(models.Model):
    """A moment within the host's window that a student may pick; its places are claimed."""

    exam = models.ForeignKey(Exam, models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField(_("starts at"))
    places = models.PositiveSmallIntegerField(_("places"), validators=[MinValueValidator(1)])
    taken = models.PositiveSmallIntegerField(_("places taken"), default=0, editable=False)

    objects = SlotOfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("moment to choose")
        verbose_name_plural = _("moments to choose")
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(
                name="slot_offered_once",
                fields=["exam", "starts_at"],
                violation_error_message=_("This moment is offered already."),
            ),
            models.CheckConstraint(
                name="slot_places_hold",
                condition=Q(taken__lte=F("places")),
                violation_error_message=_("More students have chosen this moment."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class SlotChoiceQuerySet(models.QuerySet["SlotChoice"]):
    def visible_to(self, user: Person) -> Self:
        """Those who arrange exams see all, others those of cases that they see."""
        if gates.reads_all(user):
            return self
        return self.filter(enrolment__in=gates.placed_cases(user))


class SlotChoice(models.Model):
    """The moment that a student picked; one for each exam."""

    slot = models.ForeignKey(SlotOffer, models.PROTECT, related_name="choices")
    exam = models.ForeignKey(Exam, models.CASCADE, related_name="slot_choices")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="slot_choices")
    chosen_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SlotChoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("chosen moment")
        verbose_name_plural = _("chosen moments")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="slot_chosen_once", fields=["exam", "enrolment"])
        ]
