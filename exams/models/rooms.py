"""Buildings and rooms where exams are held: their places, hours, and when they are closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models import Edition, LiveSession
from courses.models.university import in_language
from exams import gates

if TYPE_CHECKING:
    from vx_portal.http import Person

ExamKind = Edition.ExamKind


class ForArrangers[M: models.Model](models.QuerySet[M]):
    """Rows that only those who arrange exams read; others meet them in a sitting."""

    def visible_to(self, user: Person) -> Self:
        """Exam staff, the office and auditors see all."""
        return self if gates.reads_all(user) else self.none()


class BuildingQuerySet(ForArrangers["Building"]):
    pass


class Building(models.Model):
    """A building with exam rooms, and how to get there."""

    name_nl = models.CharField(_("name in Dutch"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    address = models.CharField(_("address"), max_length=150)
    city = models.CharField(_("city"), max_length=60)
    route_nl = models.TextField(_("how to get there, in Dutch"), max_length=1000, blank=True)
    route_en = models.TextField(_("how to get there, in English"), max_length=1000, blank=True)

    objects = BuildingQuerySet.as_manager()

    class Meta:
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        ordering = ["city", "name_nl"]
        constraints = [
            models.UniqueConstraint(
                name="building_named_once",
                fields=["name_nl", "city"],
                violation_error_message=_("There is a building with this name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the reader's language."""
        return in_language(self, "name")

    @property
    def route(self) -> str:
        """How to get there, in the reader's language."""
        return in_language(self, "route")


class RoomQuerySet(ForArrangers["Room"]):
    def in_use(self) -> Self:
        """Those in which exams can be planned."""
        return self.filter(is_in_use=True)


class Room(models.Model):
    """A room and what it can hold in exam setting."""

    building = models.ForeignKey(
        Building, models.PROTECT, related_name="rooms", verbose_name=_("building")
    )
    name = models.CharField(_("name"), max_length=60, help_text=_("As it stands on the door."))
    places = models.PositiveSmallIntegerField(
        _("places"), validators=[MinValueValidator(1)], help_text=_("In exam setting.")
    )
    computers = models.PositiveSmallIntegerField(_("computers"), default=0)
    is_accessible = models.BooleanField(_("accessible by wheelchair"), default=False)
    for_paper = models.BooleanField(_("exams on paper"), default=True)
    for_laptop = models.BooleanField(_("exams on your own laptop"), default=False)
    for_oral = models.BooleanField(_("oral exams, by video"), default=False)
    is_in_use = models.BooleanField(_("in use"), default=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = RoomQuerySet.as_manager()

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["building", "name"]
        constraints = [
            models.UniqueConstraint(
                name="room_named_once_per_building",
                fields=["building", "name"],
                violation_error_message=_("This building has a room with this name already."),
            ),
            models.CheckConstraint(
                name="room_has_places",
                condition=Q(places__gte=1),
                violation_error_message=_("A room has at least one place."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of exam that can be held here."""
        fits = {
            ExamKind.PAPER: self.for_paper,
            ExamKind.LAPTOP: self.for_laptop,
            ExamKind.COMPUTER: self.computers > 0,
            ExamKind.ORAL: self.for_oral,
        }
        return frozenset(kind.value for kind, can in fits.items() if can)

    @property
    def kinds_in_words(self) -> list[str]:
        """The same in the reader's language, in the order of the kinds."""
        return [str(kind.label) for kind in ExamKind if kind.value in self.kinds]

    def places_for(self, kind: str) -> int:
        """How many students fit for an exam of `kind`; 0 when it cannot be held here."""
        if kind not in self.kinds:
            return 0
        return min(self.places, self.computers) if kind == ExamKind.COMPUTER else self.places


class RoomHoursQuerySet(ForArrangers["RoomHours"]):
    pass


class RoomHours(models.Model):
    """When a room is open on a day of the week, on Leiden's clock; no row: closed."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=LiveSession.Weekday)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    objects = RoomHoursQuerySet.as_manager()

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday"]
        constraints = [
            models.UniqueConstraint(name="room_hours_once_per_day", fields=["room", "weekday"]),
            models.CheckConstraint(
                name="room_hours_weekday_known", condition=Q(weekday__in=[0, 1, 2, 3, 4, 5, 6])
            ),
            models.CheckConstraint(
                name="room_hours_in_order",
                condition=Q(closes__gt=F("opens")),
                violation_error_message=_("A room closes after it opens."),
            ),
        ]


class RoomClosureQuerySet(ForArrangers["RoomClosure"]):
    pass


class RoomClosure(models.Model):
    """A room cannot be used from a moment until a moment."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="closures")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    why = models.CharField(_("why"), max_length=150)

    objects = RoomClosureQuerySet.as_manager()

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                name="room_closure_in_order",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("The closure must end after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.why
