"""From a result to uSis: the request, its paperwork, and what the administration recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from courses.models import Faculty, Programme
from courses.wording import pgettext
from enrolments.models import Enrolment
from enrolments.scopes import scopes_of
from grades.gates import ENDED_WELL, administered, administrations, handled, own_or_handled
from grades.models.result import Result

if TYPE_CHECKING:
    from vx_portal.http import Person


class RegistrationState(models.TextChoices):
    """Where a registration stands (DESIGN.md §5)."""

    REQUESTED = "requested", pgettext_lazy("registration", "to be requested")
    PREPARED = "prepared", pgettext_lazy("registration", "paperwork ready")
    SENT = "sent", pgettext_lazy("registration", "sent")
    REGISTERED = "registered", pgettext_lazy("registration", "registered")
    RECONCILED = "reconciled", pgettext_lazy("registration", "found as it was sent")
    REFUSED = "refused", pgettext_lazy("registration", "refused")


S = RegistrationState
WITH_ADMINISTRATION = (S.SENT, S.REGISTERED, S.RECONCILED)


class RequestType(models.TextChoices):
    """What is asked for in uSis; the values of `courses.counting.RequestType` without honours."""

    REPLACEMENT = "vervanging", pgettext_lazy("request type", "replacement")
    EXTERNAL = "extern_onderwijs", pgettext_lazy("request type", "external education")
    EXTRACURRICULAR = "extracurriculair", pgettext_lazy("request type", "extracurricular")


class BatchQuerySet(models.QuerySet["Batch"]):
    def visible_to(self, user: Person) -> Self:
        """Coordinators and the administration of its faculty; auditors.

        Coordinators of some programmes see those that they made: others hold more than theirs.
        """
        if not user.is_authenticated:
            return self.none()
        scopes = scopes_of(user)
        if scopes.is_auditor:
            return self
        theirs = Q(faculty__in=scopes.coordinates_faculties | scopes.administers)
        if scopes.coordinates_programmes:
            some = Programme.objects.filter(pk__in=scopes.coordinates_programmes)
            theirs |= Q(made_by=user.pk, faculty__in=some.order_by().values("faculty"))
        return self.filter(theirs)


class Batch(models.Model):
    """The registrations of one faculty that go to its administration together."""

    class State(models.TextChoices):
        MAKING = "making", pgettext_lazy("batch", "being made")
        READY = "ready", pgettext_lazy("batch", "ready")
        SENT = "sent", pgettext_lazy("batch", "sent")

    faculty = models.ForeignKey(
        Faculty, models.PROTECT, related_name="+", verbose_name=_("faculty")
    )
    day = models.DateField(_("day"), default=timezone.localdate)
    number = models.PositiveSmallIntegerField(_("number of that day"), default=1, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.MAKING, editable=False
    )
    total = models.PositiveIntegerField(_("registrations"), default=0, editable=False)
    done = models.PositiveIntegerField(_("made"), default=0, editable=False)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        ordering = ["-day", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="batch_numbered_once", fields=["faculty", "day", "number"]
            ),
            models.CheckConstraint(
                name="batch_state_known", condition=Q(state__in=["making", "ready", "sent"])
            ),
            models.CheckConstraint(name="batch_done_of_all", condition=Q(done__lte=F("total"))),
        ]

    def __str__(self) -> str:
        return f"{self.faculty_id} {self.day} {self.number}"


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def visible_to(self, user: Person) -> Self:
        """One's own, those one handles, and what was sent to one's administration."""
        if not user.is_authenticated:
            return self.none()
        theirs = own_or_handled(user)
        return self.filter(theirs | self._sent(user))

    def for_administration(self, user: User) -> Self:
        """What was sent to the administration that `user` is."""
        return self.filter(self._sent(user))

    def for_desk(self, user: Person) -> Self:
        """Those that `user` handles as staff or reads as an auditor; not one's own as a student."""
        if not user.is_authenticated:
            return self.none()
        scopes = scopes_of(user)
        return self if scopes.is_auditor else self.filter(handled(scopes) | self._sent(user))

    @staticmethod
    def _sent(user: User) -> Q:
        return administered(scopes_of(user)) & Q(state__in=WITH_ADMINISTRATION)

    def current(self) -> Self:
        """The one of each case that holds."""
        return self.filter(current=True)

    def telling_recorders(self) -> Self:
        """Each with its `is_administered`, in the same query."""
        there = administrations().filter(faculty=OuterRef("enrolment__faculty"))
        return self.annotate(is_administered=Exists(there))

    def for_list(self) -> Self:
        """What a row of a list shows; a template that reaches further raises."""
        rows = self.telling_recorders().select_related(
            "enrolment__student",
            "enrolment__edition__course__university",
            "enrolment__faculty",
            "enrolment__home_university",
            "result",
            "taken_by",
        )
        return rows.fetch_mode(models.FETCH_RAISE)


class Registration(models.Model):
    """The registration of one result. Its state moves by the ACTIONS of its service alone.

    Two people: who verified the result cannot be who records that it was registered.
    """

    class Route(models.TextChoices):
        PETITION = "usis_petition", pgettext_lazy("route", "petition")
        OWN_FORM = "own_form", pgettext_lazy("route", "form of the portal")
        HONOURS = "honours", pgettext_lazy("route", "honours programme")

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="registrations")
    result = models.ForeignKey(Result, models.PROTECT, related_name="registrations")
    current = models.BooleanField(default=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=S, default=S.REQUESTED)
    since = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    due_on = models.DateField(_("due on"), null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    route = models.CharField(_("way"), max_length=13, choices=Route)
    request_type = models.CharField(
        _("type of request"), max_length=16, choices=RequestType, blank=True
    )
    proposed_type = models.CharField(
        _("proposed type"), max_length=16, choices=RequestType, blank=True, editable=False
    )
    override_reason = models.TextField(_("why another type"), blank=True)
    filed_on = models.DateField(_("petition filed on"), null=True, blank=True)
    board_decided_on = models.DateField(_("Board decided on"), null=True, blank=True)
    board_reference = models.CharField(_("reference of the Board"), max_length=60, blank=True)
    refusal = models.TextField(_("why it was refused"), blank=True)
    honours_ec = models.DecimalField(
        _("credits (EC) in the honours programme so far"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        help_text=_("Without this course."),
    )
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="registrations")
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    taken_by = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("taken over by"),
    )

    verified_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False)
    registered_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False
    )
    registered_on = models.DateField(_("entered on"), null=True, blank=True)
    usis_reference = models.CharField(_("reference of the entry"), max_length=60, blank=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(name="registration_queue", fields=["state", "since"]),
            models.Index(name="registration_by_due", fields=["due_on", "id"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="registration_one_holds", fields=["enrolment"], condition=Q(current=True)
            ),
            models.CheckConstraint(
                name="registration_state_known", condition=Q(state__in=S.values)
            ),
            models.CheckConstraint(
                name="registration_route_known",
                condition=Q(route__in=["usis_petition", "own_form", "honours"]),
            ),
            models.CheckConstraint(
                name="registration_type_known",
                condition=Q(request_type__in=["", *RequestType.values]),
            ),
            models.CheckConstraint(
                name="registration_proposed_type_known",
                condition=Q(proposed_type__in=["", *RequestType.values]),
            ),
            models.CheckConstraint(
                name="registration_honours_has_no_type",
                condition=Q(route="honours", request_type="")
                | ~Q(route="honours") & ~Q(request_type=""),
            ),
            models.CheckConstraint(
                name="registration_other_type_with_a_reason",
                condition=Q(request_type=F("proposed_type")) | ~Q(override_reason=""),
                violation_error_message=_("Say why you choose another type."),
            ),
            models.CheckConstraint(
                name="registration_by_another_than_verified",
                condition=Q(registered_by=None) | ~Q(registered_by=F("verified_by")),
                violation_error_message=_(
                    "Who verified the result cannot record its registration: ask a colleague."
                ),
            ),
            models.CheckConstraint(
                name="registration_registered_by_somebody",
                condition=~Q(state__in=["registered", "reconciled"])
                | Q(registered_by__isnull=False, registered_on__isnull=False),
            ),
            models.CheckConstraint(
                name="registration_after_the_board",
                condition=~Q(state__in=["registered", "reconciled"])
                | Q(route="honours")
                | Q(board_decided_on__isnull=False),
            ),
            models.CheckConstraint(
                name="registration_honours_credits_of_honours",
                condition=Q(honours_ec=None) | Q(route="honours", honours_ec__gte=0),
            ),
            models.CheckConstraint(
                name="registration_refused_with_a_reason",
                condition=~Q(state="refused") | ~Q(refusal=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.state}"

    @cached_property
    def is_administered(self) -> bool:
        """Whether its faculty has an administration in the portal; else a colleague records it."""
        return administrations().filter(faculty=self.enrolment.faculty_id).exists()

    @property
    def is_over(self) -> bool:
        """Whether its application ended before it was sent: nobody does anything with it now."""
        return self.enrolment.state not in ENDED_WELL and self.state not in WITH_ADMINISTRATION

    def get_state_display(self) -> str:  # type: ignore[no-redef]  # Django leaves ours
        """The state in words; where it is asked, or on the honours route, more exactly."""
        if self.route == self.Route.HONOURS:
            if self.state == S.REQUESTED:
                return pgettext("registration", "overview to be made")
            if self.state == S.SENT:
                return pgettext("registration", "with the {honours}")
        elif self.state == S.REQUESTED and self.filed_on:
            return pgettext("registration", "with the Board of Examiners")
        return str(S(self.state).label)
