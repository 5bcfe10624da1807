"""Host universities for the office: whose students wait, who answers for it, which links hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Exists, F, Min, OuterRef, Q
from django.utils import timezone

from accounts.models import Membership, Role
from courses.models import University
from courses.models.university import UniversityQuerySet
from courses.plain import has
from enrolments.models import Enrolment, HostLink, State

if TYPE_CHECKING:
    from vx_portal.http import Person


class Host(NamedTuple):
    """One host: its people with an account, and its links of which the last still may hold."""

    university: University
    contacts: list[Membership]
    links: list[HostLink]

    @property
    def last(self) -> HostLink | None:
        return self.links[0] if self.links else None


def hosts(filters: dict[str, Any]) -> UniversityQuerySet:
    """The partners that fit, those whose students wait longest first."""
    waiting = Q(courses__editions__enrolments__state=State.APPROVED)
    enrolled = Q(courses__editions__enrolments__state=State.ENROLLED)
    number = "courses__editions__enrolments"
    rows = University.objects.filter(is_home=False).annotate(
        waiting=Count(number, filter=waiting),
        enrolled=Count(number, filter=enrolled),
        oldest=Min(f"{number}__since", filter=waiting),
    )
    if filters.get("view", "waiting") == "waiting":
        rows = rows.filter(waiting__gt=0)
    for word in filters.get("q", "").split():
        rows = rows.filter(Q(code__icontains=word) | Q(has("name", word)) | Q(has("name_nl", word)))
    return rows.order_by(F("oldest").asc(nulls_last=True), "code")


def with_ways(universities: list[University], reader: Person) -> list[Host]:
    """Each of `universities` with its people and links. Two queries."""
    held = Membership.objects.current().filter(role=Role.PARTNER, university__in=universities)
    contacts = list(held.select_related("user").order_by("user__name"))
    links = list(
        HostLink.objects.visible_to(reader)
        .filter(university__in=universities, revoked_at=None, expires_at__gt=timezone.now())
        .order_by("-created_at")
    )
    return [
        Host(
            university,
            [one for one in contacts if one.university_id == university.pk],
            [one for one in links if one.university_id == university.pk],
        )
        for university in universities
    ]


def unreachable() -> UniversityQuerySet:
    """The hosts that have students waiting, and neither an account nor a link that holds."""
    held = Membership.objects.current().filter(role=Role.PARTNER, university=OuterRef("pk"))
    now = timezone.now()
    links = HostLink.objects.filter(
        university=OuterRef("pk"), purpose="students", revoked_at=None, expires_at__gt=now
    )
    waiting = Enrolment.objects.filter(
        state=State.APPROVED, edition__course__university=OuterRef("pk")
    )
    rows = University.objects.filter(Exists(waiting), is_home=False)
    return rows.exclude(Exists(held)).exclude(Exists(links))
