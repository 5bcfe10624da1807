"""One student's case for one edition: what was asked, where it stands, and who may see it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from accounts.models import User
from courses.models import Edition, Faculty, Programme, University
from enrolments.models.kept import KeptPlaces
from enrolments.models.rules import RulesVersion
from enrolments.scopes import Scopes, scopes_of
from paperwork.services.notices import UNDO

if TYPE_CHECKING:
    from vx_portal.http import Person

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that sounds or looks like another


def new_reference() -> str:
    """A reference that people can say on the phone and that gives nothing away: VX-7K3M9."""
    return "VX-" + "".join(secrets.choice(LETTERS) for _number in range(5))


class State(models.TextChoices):
    """Where a case stands (DESIGN.md §5)."""

    DRAFT = "draft", pgettext_lazy("enrolment", "not sent yet")
    SUBMITTED = "submitted", pgettext_lazy("enrolment", "being checked")
    WAITING = "waiting", pgettext_lazy("enrolment", "on the waiting list")
    OFFERED = "offered", pgettext_lazy("enrolment", "place offered")
    RETURNED = "returned", pgettext_lazy("enrolment", "question asked")
    APPROVED = "approved", pgettext_lazy("enrolment", "approved, with the host university")
    ENROLLED = "enrolled", pgettext_lazy("enrolment", "enrolled")
    FINISHED = "finished", pgettext_lazy("enrolment", "finished")
    REJECTED = "rejected", pgettext_lazy("enrolment", "rejected")
    DECLINED = "declined", pgettext_lazy("enrolment", "declined by the host university")
    WITHDRAWN = "withdrawn", pgettext_lazy("enrolment", "withdrawn")
    EXPIRED = "expired", pgettext_lazy("enrolment", "expired")


# Which states hold a place of the edition, and which end a case (DESIGN.md §5).
HOLDING = frozenset(
    {State.SUBMITTED, State.OFFERED, State.RETURNED, State.APPROVED, State.ENROLLED, State.FINISHED}
)
OVER = frozenset({State.REJECTED, State.DECLINED, State.WITHDRAWN, State.EXPIRED})
WITH_HOST = frozenset({State.APPROVED, State.ENROLLED, State.FINISHED})
# With the host still, although nothing of the case can end any more.
AFTERWARDS = frozenset({State.FINISHED, State.DECLINED})


class Purpose(models.TextChoices):
    """How the course will count for the student."""

    ELECTIVE = "elective", pgettext_lazy("purpose", "elective")
    MINOR = "minor", pgettext_lazy("purpose", "minor")
    EXTRACURRICULAR = "extracurricular", pgettext_lazy("purpose", "extracurricular")
    HONOURS = "honours", pgettext_lazy("purpose", "honours programme")


class Kind(models.TextChoices):
    """Which way the student goes: out to a host, to an online course of our own, or in to us."""

    OUTGOING = "outgoing", pgettext_lazy("kind of case", "to a partner university")
    OWN = "own", pgettext_lazy("kind of case", "an online course of our own")
    INCOMING = "incoming", pgettext_lazy("kind of case", "from a partner university")


class Board(models.TextChoices):
    """The permission of the Board of Examiners."""

    NOT_NEEDED = "not_needed", pgettext_lazy("permission", "not needed")
    MISSING = "missing", pgettext_lazy("permission", "still to be asked")
    ASKED = "asked", pgettext_lazy("permission", "asked for")
    GIVEN = "given", pgettext_lazy("permission", "given")
    REFUSED = "refused", pgettext_lazy("permission", "refused")


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def visible_to(self, user: Person) -> Self:
        """Cases whose existence `user` may learn; a draft is its student's alone."""
        if not user.is_authenticated:
            return self.none()
        theirs = Q(student_id=user.pk)
        if not user.is_staff_member:
            return self.filter(theirs)
        scopes = scopes_of(user)
        sent = ~Q(state=State.DRAFT)
        if scopes.reads_all:
            return self.filter(theirs | sent)
        return self.filter(theirs | (sent & self._staff(scopes)))

    def for_desk(self, user: Person) -> Self:
        """Cases that `user` handles or reads as staff: not their own ones as a student."""
        if not user.is_authenticated:
            return self.none()
        scopes = scopes_of(user)
        sent = self.exclude(state=State.DRAFT)
        return sent if scopes.reads_all else sent.filter(self._staff(scopes))

    @staticmethod
    def _staff(scopes: Scopes) -> Q:
        home = ~Q(kind=Kind.INCOMING)
        mine = Q(pk__in=[])
        if scopes.coordinates_faculties or scopes.coordinates_programmes:
            mine |= (
                home
                & ~Q(purpose=Purpose.HONOURS)
                & (
                    Q(faculty__in=scopes.coordinates_faculties)
                    | Q(programme__in=scopes.coordinates_programmes)
                )
            )
        if scopes.all_honours:
            mine |= home & Q(purpose=Purpose.HONOURS)
        elif scopes.honours_faculties:
            mine |= home & Q(purpose=Purpose.HONOURS, faculty__in=scopes.honours_faculties)
        if scopes.administers:
            mine |= (
                home
                & ~Q(purpose=Purpose.HONOURS)
                & Q(faculty__in=scopes.administers, state__in=[State.ENROLLED, State.FINISHED])
            )
        if scopes.is_exams:
            mine |= Q(state__in=[State.ENROLLED, State.FINISHED])
        if scopes.partner_of:
            decided = Q(state__in=WITH_HOST) | Q(state=State.DECLINED)
            mine |= (
                decided
                & Q(edition__course__university__in=scopes.partner_of)
                & ~Q(state=State.APPROVED, since__gt=timezone.now() - UNDO)
            )
            mine |= Q(kind=Kind.INCOMING, home_university__in=scopes.partner_of)
        return mine

    def live(self) -> Self:
        """Cases that go on: not over."""
        return self.exclude(state__in=OVER)

    def holding(self) -> Self:
        """Cases that hold a place."""
        return self.filter(state__in=HOLDING)

    def in_line(self) -> Self:
        """Those that wait, first in line first."""
        return self.filter(state=State.WAITING).order_by("rank", "sequence")

    def for_list(self) -> Self:
        """What a row of a list shows; a template that reaches further raises."""
        return self.select_related(
            "student",
            "edition__course__university",
            "faculty",
            "programme",
            "home_university",
        ).fetch_mode(models.FETCH_RAISE)


class Enrolment(models.Model):
    """A case. Its state moves only by `enrolments.services.actions.act`."""

    reference = models.CharField(
        _("reference"), max_length=8, unique=True, default=new_reference, editable=False
    )
    student = models.ForeignKey(
        User, models.PROTECT, related_name="enrolments", verbose_name=_("student")
    )
    edition = models.ForeignKey(
        Edition, models.PROTECT, related_name="enrolments", verbose_name=_("edition")
    )
    kind = models.CharField(_("kind of case"), max_length=10, choices=Kind, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT, editable=False
    )
    since = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    due_on = models.DateField(
        _("due on"), null=True, editable=False, help_text=_("By when whoever has it should act.")
    )
    created_at = models.DateTimeField(_("begun"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    submitted_at = models.DateTimeField(_("sent"), null=True, editable=False)

    # Who the student was when it was sent; a draft reads the profile.
    home_university = models.ForeignKey(
        University, models.PROTECT, related_name="+", verbose_name=_("home university")
    )
    faculty = models.ForeignKey(
        Faculty, models.PROTECT, null=True, related_name="+", verbose_name=_("faculty")
    )
    programme = models.ForeignKey(
        Programme, models.PROTECT, null=True, related_name="+", verbose_name=_("programme")
    )
    programme_name = models.CharField(_("programme"), max_length=150, blank=True)
    student_number = models.CharField(_("student number"), max_length=30)
    level = models.CharField(_("level"), max_length=10, choices=Programme.Level)
    year = models.PositiveSmallIntegerField(_("year of study"))

    # What was asked.
    purpose = models.CharField(_("how it counts"), max_length=15, choices=Purpose, blank=True)
    board = models.CharField(
        _("permission of the Board of Examiners"),
        max_length=10,
        choices=Board,
        default=Board.MISSING,
    )
    board_asked_on = models.DateField(_("permission asked for on"), null=True, blank=True)
    board_decided_on = models.DateField(_("Board decided on"), null=True, editable=False)
    board_reference = models.CharField(
        _("reference of the Board"), max_length=60, blank=True, editable=False
    )
    board_name = models.CharField(
        _("decided for the Board by"), max_length=150, blank=True, editable=False
    )
    motivation = models.TextField(_("motivation"), blank=True)
    shared_items: models.JSONField[Any, Any] = models.JSONField(
        _("data that goes to the host"), default=list, editable=False
    )
    acknowledged_at = models.DateTimeField(_("sharing acknowledged"), null=True, editable=False)
    consent_at = models.DateTimeField(_("consent given"), null=True, editable=False)
    question = models.TextField(_("question"), blank=True, editable=False)
    answer = models.TextField(_("answer"), blank=True)
    rules = models.ForeignKey(
        RulesVersion, models.PROTECT, null=True, related_name="enrolments", editable=False
    )

    # Its place.
    sequence = models.PositiveIntegerField(
        _("order of arrival"), null=True, editable=False, help_text=_("Within the edition.")
    )
    rank = models.PositiveIntegerField(
        null=True,
        editable=False,
        help_text=_("Its turn on the waiting list: the order of arrival, unless staff changed it."),
    )
    kept = models.ForeignKey(
        KeptPlaces,
        models.PROTECT,
        null=True,
        related_name="enrolments",
        editable=False,
        help_text=_("The kept places it holds one of; empty: a place for everybody."),
    )
    home_approved_at = models.DateTimeField(_("approved at home"), null=True, editable=False)
    home_approved_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", editable=False
    )
    offer_until = models.DateTimeField(_("offer stands until"), null=True, editable=False)
    snoozed_until = models.DateField(_("put aside until"), null=True, editable=False)

    objects = EnrolmentQuerySet.as_manager()

    HOLDING = HOLDING
    OVER = OVER

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(name="enrolment_queue", fields=["state", "since"]),
            models.Index(name="enrolment_of_faculty", fields=["faculty", "state", "since"]),
            models.Index(name="enrolment_by_time", fields=["since", "id"]),
            models.Index(name="enrolment_by_due", fields=["due_on", "id"]),
            # Holds all that the desk counts and searches by: the cases' texts need not be read.
            models.Index(
                name="enrolment_counted",
                fields=[
                    *("faculty", "state", "purpose", "kind", "board", "due_on", "snoozed_until"),
                    *("programme", "home_university", "student", "edition"),
                    *("reference", "student_number"),
                ],
            ),
            models.Index(name="enrolment_line", fields=["edition", "state", "sequence"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="enrolment_one_live_per_edition",
                fields=["student", "edition"],
                condition=~Q(state__in=["rejected", "declined", "withdrawn", "expired"]),
                violation_error_message=_("You already have an application for this edition."),
            ),
            models.UniqueConstraint(name="enrolment_sequence_once", fields=["edition", "sequence"]),
            models.CheckConstraint(
                name="enrolment_state_known", condition=Q(state__in=State.values)
            ),
            models.CheckConstraint(name="enrolment_kind_known", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(
                name="enrolment_purpose_known",
                condition=Q(purpose__in=["", *Purpose.values]),
            ),
            models.CheckConstraint(
                name="enrolment_board_known", condition=Q(board__in=Board.values)
            ),
            models.CheckConstraint(
                name="enrolment_level_known", condition=Q(level__in=["bachelor", "master"])
            ),
            models.CheckConstraint(
                name="enrolment_sent_in_order",
                condition=Q(state__in=["draft", "withdrawn", "expired"])
                | Q(sequence__isnull=False, submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="enrolment_sent_has_purpose",
                condition=Q(state__in=["draft", "withdrawn", "expired"])
                | Q(kind="incoming")
                | ~Q(purpose=""),
            ),
            models.CheckConstraint(
                name="enrolment_offer_has_an_end",
                condition=~Q(state="offered") | Q(offer_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        """The student's page of the case."""
        return reverse("exchange:case", args=[self.reference])

    def get_state_display(self) -> str:  # type: ignore[no-redef]  # Django leaves ours
        """The state in words; an online course of our own has no host university."""
        if self.kind != Kind.OUTGOING:
            if self.state == State.APPROVED:
                return pgettext("enrolment", "approved, with the programme office")
            if self.state == State.DECLINED:
                return pgettext("enrolment", "declined by the programme office")
        return str(State(self.state).label)

    @property
    def holds_place(self) -> bool:
        return self.state in HOLDING

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def is_honours(self) -> bool:
        return self.purpose == Purpose.HONOURS

    @property
    def programme_title(self) -> str:
        """The programme in words, from our own list or as the other university calls it."""
        return str(self.programme) if self.programme else self.programme_name
