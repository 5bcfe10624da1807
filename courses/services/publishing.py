"""Publishing several courses at once, with the drafts of their editions that are complete."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from courses.completeness import Fact, missing_in_edition, missing_to_publish
from courses.models import Course, Edition, PublicState
from courses.services.curation import CurationError, moves_for, publish_course, publish_edition
from courses.telling import Doer


class Plan(NamedTuple):
    """What publishing would do to one course and its drafts of editions, and what it cannot do."""

    course: Course
    missing: list[Fact]  # what keeps the course from being published
    editions: list[Edition]  # that would be published
    lacking: list[tuple[Edition, str]]  # that would not, and why

    @property
    def is_published(self) -> bool:
        return self.course.state == PublicState.PUBLISHED

    @property
    def does_something(self) -> bool:
        """Whether anything of it would be published."""
        return not self.missing and bool(not self.is_published or self.editions)


class Done(NamedTuple):
    """What was published, and what was not: it lacks facts, or somebody else was first."""

    courses: list[Course]
    editions: list[Edition]
    refused: list[Plan]


def plans(courses: Sequence[Course]) -> list[Plan]:
    """What could be published of each of `courses` now. One query."""
    drafts = Edition.objects.filter(course__in=courses, state=PublicState.DRAFT)
    by_course: dict[int, list[Edition]] = {}
    for edition in drafts:
        by_course.setdefault(edition.course_id, []).append(edition)
    return [_plan(course, by_course.get(course.pk, [])) for course in courses]


def _plan(course: Course, drafts: Sequence[Edition]) -> Plan:
    missing = missing_to_publish(course) if moves_for(course) == ["publish"] else []
    why = {edition: _why_not(edition) for edition in drafts}
    ready = [edition for edition in drafts if not why[edition] and not missing]
    return Plan(course, missing, ready, [(one, reason) for one, reason in why.items() if reason])


def _why_not(edition: Edition) -> str:
    if edition.ends_on < timezone.localdate():
        return _("It is over.")
    if missing := missing_in_edition(edition):
        names = ", ".join(fact.label for fact in missing)
        return _("It still lacks: %(names)s.") % {"names": names}
    return ""


def publish(courses: Sequence[Course], editions: Collection[int], *, by: Doer) -> Done:
    """Publish each course that is ready, and those of its complete drafts that `editions` names.

    The others are told apart, and none stops the rest. A course that somebody else published in
    between is no failure.
    """
    done = Done([], [], [])
    for plan in plans(courses):
        if plan.missing:
            done.refused.append(plan)
            continue
        try:
            if not plan.is_published:
                publish_course(plan.course, by=by)
                done.courses.append(plan.course)
        except CurationError:
            done.refused.append(plan)
            continue
        for edition in plan.editions:
            if edition.pk in editions:
                _publish_edition(edition, done, by)
    return done


def _publish_edition(edition: Edition, done: Done, by: Doer) -> None:
    try:
        publish_edition(edition, by=by)
        done.editions.append(edition)
    except CurationError:  # somebody else did
        return
