"""What people at work keep beside the cases: notes, views, stand-ins; and a student's calendar."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from vx_portal.http import Person


class NoteQuerySet(models.QuerySet["Note"]):
    def visible_to(self, user: Person) -> Self:
        """Auditors read all; staff come through the case, and never its student."""
        return self if roles_of(user) & {"auditor"} else self.none()


class Note(models.Model):
    """What staff tell each other about a case; its student does not read it."""

    enrolment = models.ForeignKey("enrolments.Enrolment", models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField(_("note"), max_length=2000)
    at = models.DateTimeField(default=timezone.now, editable=False)

    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: Person) -> Self:
        """One's own."""
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()


class SavedView(models.Model):
    """A filter of the desk that somebody wants to come back to."""

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=500, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                name="saved_view_named_once",
                fields=["user", "name"],
                violation_error_message=_("You already have a view with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class StandInQuerySet(models.QuerySet["StandIn"]):
    def visible_to(self, user: Person) -> Self:
        """Those that one arranged or is asked for; the office and auditors see all."""
        if roles_of(user) & {"office", "auditor"}:
            return self
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(absent_id=user.pk) | Q(stand_in_id=user.pk))

    def current(self, on: date | None = None) -> Self:
        """Those that hold on `on` (today); the last day still counts."""
        day = on or timezone.localdate()
        return self.filter(starts_on__lte=day, ends_on__gte=day, ended_at=None)


class StandIn(models.Model):
    """A colleague who does a coordinator's work for some days."""

    absent = models.ForeignKey(User, models.CASCADE, related_name="stand_ins")
    stand_in = models.ForeignKey(
        User, models.CASCADE, related_name="stands_in", verbose_name=_("stand-in")
    )
    starts_on = models.DateField(_("from"), default=timezone.localdate)
    ends_on = models.DateField(_("until"), help_text=_("The last day."))
    ended_at = models.DateTimeField(null=True, editable=False)

    objects = StandInQuerySet.as_manager()

    class Meta:
        verbose_name = _("stand-in")
        verbose_name_plural = _("stand-ins")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="stand_in_dates_in_order",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The last day must be on or after the first day."),
            ),
            models.CheckConstraint(
                name="stand_in_is_somebody_else",
                condition=~Q(absent=F("stand_in")),
                violation_error_message=_("Choose a colleague, not yourself."),
            ),
        ]


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def visible_to(self, user: Person) -> Self:
        """One's own."""
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()


class CalendarFeed(models.Model):
    """The private address of somebody's dates: signed from this number, renewed by counting up."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="feed")
    number = models.PositiveIntegerField(default=1)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
