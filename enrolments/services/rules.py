"""The rules as they are now, and the version of them that a decision keeps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from accounts.models import User
from courses.models import Faculty
from courses.services.offer import offer_changed, offer_version
from enrolments.models import (
    FacultyRules,
    HostRules,
    PortalRules,
    ProgrammeRules,
    RulesVersion,
)
from enrolments.rulebook import HOME_SETTINGS, PORTAL_SETTINGS, Answer, Question, Rulebook
from paperwork.services.events import record

if TYPE_CHECKING:
    from courses.models import Course

_kept: dict[int, Rulebook] = {}  # one, by the offer's version: every change of a rule counts it up
_stored: list[tuple[Rulebook, RulesVersion]] = []  # one: what `version_of` last answered
_in_use: ContextVar[Rulebook | None] = ContextVar("rulebook", default=None)


@contextmanager
def one_rulebook(version: int | None = None) -> Iterator[None]:
    """Inside, all questions are answered by one version of the rules, which is read once.

    `version`: that of the offer, where it is known already.
    """
    before = _in_use.set(rulebook(version))
    try:
        yield
    finally:
        _in_use.reset(before)


def rulebook(version: int | None = None) -> Rulebook:
    """The rules that hold now. One query when nothing has changed since this process last asked;
    none when the offer's `version` is known already."""
    if (in_use := _in_use.get()) is not None:
        return in_use
    if version is None:
        version = offer_version()
    known = _kept.get(version)
    if known is None:
        known = _read()
        _kept.clear()
        _kept[version] = known
    return known


def forget() -> None:
    """Read the rules anew when next asked (for tests, whose changes are rolled back)."""
    _kept.clear()
    _stored.clear()


def _read() -> Rulebook:
    faculties: dict[str, dict[str, Any]] = {
        str(row.faculty_id): {**_settings(row), "own_form": row.own_form}
        for row in FacultyRules.objects.all()
    }
    for pk in Faculty.objects.filter(no_extracurricular=True).values_list("pk", flat=True):
        faculties.setdefault(str(pk), {})["no_extracurricular"] = True
    hosts = {
        str(row.university_id): {
            "credit_cap": _text(row.credit_cap),
            "needs_consent": row.needs_consent,
            "conditions_nl": row.conditions_nl,
            "conditions_en": row.conditions_en,
            "transcript_days": row.transcript_days,
        }
        for row in HostRules.objects.all()
    }
    portal = PortalRules.now()
    return Rulebook(
        portal=_settings(portal) | {name: getattr(portal, name) for name in PORTAL_SETTINGS},
        faculties=faculties,
        programmes={str(row.pk): _settings(row) for row in ProgrammeRules.objects.all()},
        hosts=hosts,
    )


def _settings(row: models.Model) -> dict[str, Any]:
    return {name: _text(getattr(row, name)) for name in HOME_SETTINGS}


def _text(value: Any) -> Any:
    """Decimals as text, as JSON keeps them exact."""
    return value if value is None or isinstance(value, (bool, int)) else str(value.normalize())


def version_of(rules: Rulebook) -> RulesVersion:
    """The stored version with exactly these rules, made when it is first needed."""
    for book, version in _stored:
        if book is rules:
            return version
    content = {
        "portal": rules.portal,
        "faculties": rules.faculties,
        "programmes": rules.programmes,
        "hosts": rules.hosts,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    known = RulesVersion.objects.filter(digest=digest).first()
    if known is None:
        RulesVersion.objects.bulk_create(
            [RulesVersion(digest=digest, rules=content)], ignore_conflicts=True
        )
        known = RulesVersion.objects.get(digest=digest)
    # Known from the commit on: before it, the row could still be taken back.
    transaction.on_commit(partial(_remember, rules, known))
    return known


def _remember(rules: Rulebook, version: RulesVersion) -> None:
    _stored[:] = [(rules, version)]


@transaction.atomic
def save_rules(row: models.Model, *, by: User | None = None) -> None:
    """Save one row of rules; from the commit on every process goes by it."""
    row.full_clean()
    row.save()
    version = version_of(_read())
    record(row, "set_rules", by=by, role="office" if by else "", details={"version": version.pk})
    offer_changed()


def question(
    purpose: str,
    course: Course,
    *,
    faculty: int | None,
    programme: int | None,
    in_honours: bool = True,
) -> Question:
    """The question whether `course` (with its university) may count so for such a student."""
    host = course.university
    return Question(
        purpose=purpose,
        faculty=faculty,
        programme=programme,
        host=host.pk,
        host_country=host.country,
        host_is_home=host.is_home,
        course_for_honours=course.honours,
        in_honours=in_honours,
    )


def answer(asked: Question) -> Answer:
    """What the rules of this moment say."""
    return rulebook().answer(asked)
