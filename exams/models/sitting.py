"""Sittings: an exam in a room, with who sits where, who invigilates, and what came of it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from enrolments.models import Enrolment
from exams import gates
from exams.models.exam import Exam
from exams.models.invigilators import Invigilator
from exams.models.rooms import ForArrangers, Room

if TYPE_CHECKING:
    from vx_portal.http import Person


class SittingState(models.TextChoices):
    """Where a sitting stands (DESIGN.md §5)."""

    PLANNED = "planned", pgettext_lazy("sitting", "planned")
    PUBLISHED = "published", pgettext_lazy("sitting", "published")
    HELD = "held", pgettext_lazy("sitting", "held")
    CLOSED = "closed", pgettext_lazy("sitting", "closed")
    CANCELLED = "cancelled", pgettext_lazy("sitting", "cancelled")


TOLD = frozenset({"published", "held", "closed"})  # what students and hosts know of


class SittingQuerySet(models.QuerySet["Sitting"]):
    def visible_to(self, user: Person) -> Self:
        """All for those who arrange exams; hosts and people of a case see what was published."""
        if not user.is_authenticated:
            return self.none()
        if gates.reads_all(user):
            return self
        seats = Seat.objects.filter(enrolment__in=gates.placed_cases(user), is_cancelled=False)
        theirs = gates.of_host(user, "exam__") | Q(pk__in=seats.values("sitting"))
        return self.filter(theirs, state__in=TOLD)

    def standing(self) -> Self:
        """Those that take their room: not cancelled."""
        return self.exclude(state=SittingState.CANCELLED)


class Sitting(models.Model):
    """An exam in a room from a moment until the last student's time is over.

    The database refuses two that stand in one room at the same time (exams/guards.py).
    """

    exam = models.ForeignKey(Exam, models.PROTECT, related_name="sittings", verbose_name=_("exam"))
    room = models.ForeignKey(Room, models.PROTECT, related_name="sittings", verbose_name=_("room"))
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(
        _("ends at"), help_text=_("The last student's end, extra exam time included.")
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=SittingState,
        default=SittingState.PLANNED,
        editable=False,
    )
    is_pinned = models.BooleanField(
        _("stays as it is"), default=False, help_text=_("A proposed plan does not move it.")
    )
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Counts up with each change that calendars learn.")
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_by_name = models.CharField(max_length=150, blank=True, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    cancelled_because = models.CharField(_("why cancelled"), max_length=300, blank=True)
    report = models.TextField(_("report"), max_length=5000, blank=True)
    signed_off_at = models.DateTimeField(_("closed"), null=True, editable=False)
    signed_off_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", editable=False
    )
    signed_off_by_name = models.CharField(
        _("closed by"), max_length=150, blank=True, editable=False
    )

    objects = SittingQuerySet.as_manager()

    class Meta:
        verbose_name = _("sitting")
        verbose_name_plural = _("sittings")
        ordering = ["starts_at", "room", "pk"]
        indexes = [
            models.Index(name="sitting_of_room", fields=["room", "starts_at"]),
            models.Index(name="sitting_by_time", fields=["starts_at", "id"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="sitting_state_known", condition=Q(state__in=SittingState.values)
            ),
            models.CheckConstraint(
                name="sitting_in_order",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("The sitting must end after it starts."),
            ),
            models.CheckConstraint(
                name="sitting_closed_is_signed",
                condition=~Q(state="closed") | Q(signed_off_at__isnull=False),
            ),
            models.CheckConstraint(
                name="sitting_told_is_published",
                condition=~Q(state__in=["published", "held", "closed"])
                | Q(published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exam_id} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def is_told(self) -> bool:
        """Whether students and the host know of it."""
        return self.state in TOLD


class DutyQuerySet(ForArrangers["Duty"]):
    pass


class Duty(models.Model):
    """An invigilator at a sitting. The database refuses two at the same time for one person."""

    class Part(models.TextChoices):
        LEAD = "lead", pgettext_lazy("invigilator", "leads")
        INVIGILATOR = "invigilator", pgettext_lazy("invigilator", "invigilates")
        RESERVE = "reserve", pgettext_lazy("invigilator", "reserve")

    sitting = models.ForeignKey(Sitting, models.CASCADE, related_name="duties")
    invigilator = models.ForeignKey(
        Invigilator, models.PROTECT, related_name="duties", verbose_name=_("invigilator")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    part = models.CharField(_("part"), max_length=15, choices=Part, default=Part.INVIGILATOR)
    is_cancelled = models.BooleanField(default=False, editable=False)

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(name="duty_of_invigilator", fields=["invigilator", "starts_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="duty_part_known", condition=Q(part__in=["lead", "invigilator", "reserve"])
            ),
            models.CheckConstraint(
                name="duty_in_order",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("The end must be after the beginning."),
            ),
        ]


class Attendance(models.TextChoices):
    """What is known of a student on the day."""

    EXPECTED = "expected", pgettext_lazy("attendance", "expected")
    PRESENT = "present", pgettext_lazy("attendance", "present")
    LATE = "late", pgettext_lazy("attendance", "late")
    ABSENT = "absent", pgettext_lazy("attendance", "not there")
    LEFT_EARLY = "left_early", pgettext_lazy("attendance", "left early")


class SeatQuerySet(models.QuerySet["Seat"]):
    def visible_to(self, user: Person) -> Self:
        """All for those who arrange exams; hosts and people of a case see what was published."""
        if not user.is_authenticated:
            return self.none()
        if gates.reads_all(user):
            return self
        theirs = gates.of_host(user, "sitting__exam__") | Q(enrolment__in=gates.placed_cases(user))
        return self.filter(theirs, sitting__state__in=TOLD)

    def standing(self) -> Self:
        """Those that count: their sitting is not cancelled."""
        return self.filter(is_cancelled=False)


class Seat(models.Model):
    """A student at a sitting, with their own times and arrangement, and whether they came.

    The database refuses two at the same time for one student.
    """

    sitting = models.ForeignKey(Sitting, models.CASCADE, related_name="seats")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="seats")
    student = models.ForeignKey(User, models.PROTECT, related_name="seats")
    number = models.PositiveSmallIntegerField(_("seat"), validators=[MinValueValidator(1)])
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"), help_text=_("Extra exam time included."))
    extra_minutes = models.PositiveSmallIntegerField(_("extra minutes"), default=0)
    arrangement: models.JSONField[Any, Any] = models.JSONField(
        _("arrangement"), default=list, blank=True, help_text=_("Names of ARRANGEMENTS.")
    )
    is_cancelled = models.BooleanField(default=False, editable=False)
    attendance = models.CharField(
        _("attendance"), max_length=10, choices=Attendance, default=Attendance.EXPECTED
    )
    minutes_late = models.PositiveSmallIntegerField(_("minutes late"), null=True, blank=True)
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)
    is_identified = models.BooleanField(_("identity checked"), default=False)
    ill_reported_at = models.DateTimeField(
        _("reported ill"),
        null=True,
        editable=False,
        help_text=_("Before the start; nothing more is asked."),
    )

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["sitting", "number"]
        indexes = [models.Index(name="seat_of_student", fields=["student", "starts_at"])]
        constraints = [
            models.UniqueConstraint(
                name="seat_number_once",
                fields=["sitting", "number"],
                condition=Q(is_cancelled=False),
                violation_error_message=_("This seat is taken."),
            ),
            models.UniqueConstraint(
                name="seat_student_once",
                fields=["sitting", "enrolment"],
                condition=Q(is_cancelled=False),
                violation_error_message=_("This student has a seat here already."),
            ),
            models.CheckConstraint(
                name="seat_attendance_known", condition=Q(attendance__in=Attendance.values)
            ),
            models.CheckConstraint(name="seat_numbered", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="seat_in_order",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("The end must be after the beginning."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)
