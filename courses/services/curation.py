"""What the office does with courses and editions. Each change counts the offer's version up."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _

from courses import changes
from courses.completeness import Fact, missing_to_publish
from courses.counts import counted
from courses.forms.curated import CuratedForm
from courses.forms.video import VideoForm
from courses.models import Course, Edition, LiveSession, PublicState, University, Video
from courses.services.offer import offer_changed
from courses.telling import Doer, note

# What can happen to a course or an edition: from which states, to which state.
MOVES: dict[str, tuple[frozenset[str], str]] = {
    "publish": (frozenset({PublicState.DRAFT, PublicState.WITHDRAWN}), PublicState.PUBLISHED),
    "withdraw": (frozenset({PublicState.PUBLISHED}), PublicState.WITHDRAWN),
}


class CurationError(Exception):
    """What was asked cannot be done; the message says why and what to do."""


class StaleError(CurationError):
    """Somebody else has changed the row between reading and saving it."""


class IncompleteError(CurationError):
    """The course lacks facts that publishing waits for."""

    def __init__(self, missing: list[Fact]) -> None:
        super().__init__(_("This course still lacks what students need to choose it."))
        self.missing = missing


class InUseError(CurationError):
    """The row cannot be deleted; `uses` says what needs it."""

    def __init__(self, uses: list[str]) -> None:
        super().__init__(_("This is still in use: %(uses)s.") % {"uses": "; ".join(uses)})
        self.uses = uses


def moves_for(row: Course | Edition) -> list[str]:
    """What can happen to `row` now: the buttons and the services both ask here."""
    return [name for name, (sources, _target) in MOVES.items() if row.state in sources]


@transaction.atomic
def save(
    form: CuratedForm,
    *,
    by: Doer,
    rows: dict[str, list[dict[str, Any]]] | None = None,
    video: VideoForm | None = None,
) -> models.Model:
    """Save a valid form with the rows and the video that belong to it, and note what changed.

    Raises StaleError, and changes nothing, when the stored row is no longer what the form was made
    from, or when a rule of the database refuses what two people saved at the same moment.
    """
    row: models.Model = form.instance
    is_new = not row.pk
    if row.pk:
        stored = type(row)._base_manager.select_for_update().get(pk=row.pk)
        if type(form)(instance=stored).token() != form.token():
            raise StaleError
        _keep_what_is_not_shown(row, stored, form)
    if video is not None:
        _save_video(row, video)
    if isinstance(row, Course):
        row.changed_at = timezone.now()
    known_editions = [row.pk] if isinstance(row, Edition) and not is_new else []
    try:
        with changes.told(Q(pk__in=known_editions)), transaction.atomic():
            form.save()
            for name, values in (rows or {}).items():
                replace_rows(row, name, values)
    except IntegrityError as refusal:
        raise StaleError from refusal
    if isinstance(row, Edition):
        Course.objects.filter(pk=row.course_id).update(changed_at=timezone.now())
    note(row, "create" if is_new else "change", by=by, changed=_changed(form, rows, video))
    offer_changed()
    return row


def _changed(form: CuratedForm, rows: dict[str, Any] | None, video: VideoForm | None) -> list[str]:
    """The names of the fields and rows that a form has sent; not what stands in them."""
    changed = [*form.changed_data, *(rows or {})]
    return [*changed, "video"] if video is not None and video.has_changed() else changed


def _keep_what_is_not_shown(row: models.Model, stored: models.Model, form: CuratedForm) -> None:
    """What others write while the form is open, such as places taken, stays as it is stored."""
    for field in row._meta.concrete_fields:
        if field.name not in form.fields:
            setattr(row, field.attname, getattr(stored, field.attname))


def replace_rows(parent: models.Model, name: str, rows: list[dict[str, Any]]) -> None:
    """Make the rows of `parent` called `name` say what `rows` says."""
    manager = getattr(parent, name)
    manager.all().delete()
    for row in rows:
        manager.create(**row)


def _save_video(row: Any, form: VideoForm) -> None:
    """Keep, change or drop the video of a course or university."""
    if form.instance.pk:
        stored = Video.objects.select_for_update().filter(pk=form.instance.pk).first()
        if stored is None or VideoForm(instance=stored).token() != form.token():
            raise StaleError
    if not form.is_empty:
        row.video = form.save()
    elif row.video_id:
        old, row.video = row.video_id, None
        row.__class__.objects.filter(pk=row.pk).update(video=None)
        Video.objects.filter(pk=old).delete()


@transaction.atomic
def create_course(*, university: University, title: str, code: str, by: Doer) -> Course:
    """Make a draft with an address of its own."""
    course = Course(university=university, title=title, code=code)
    course.slug = free_slug(university, title)
    course.full_clean()
    course.save()
    note(course, "create", by=by)
    offer_changed()
    return course


def free_slug(university: University, title: str) -> str:
    """The last part of an address that no other course of `university` has."""
    base = slugify(title)[:70].strip("-") or "course"
    taken = set(university.courses.filter(slug__startswith=base).values_list("slug", flat=True))
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


@transaction.atomic
def publish_course(course: Course, *, by: Doer) -> None:
    """Show a draft or withdrawn course to visitors.

    Raises IncompleteError when facts are missing, CurationError when it is published already.
    """
    _refuse_unless("publish", course)
    stored = Course.objects.select_for_update().get(pk=course.pk)
    if lacks := missing_to_publish(stored):
        raise IncompleteError(lacks)
    now = timezone.now()
    _move("publish", course, by, published_at=stored.published_at or now, changed_at=now)


@transaction.atomic
def withdraw_course(course: Course, *, by: Doer) -> None:
    """Take a course off the website; its page then says that it is no longer offered."""
    _refuse_unless("withdraw", course)
    _move("withdraw", course, by, changed_at=timezone.now())


@transaction.atomic
def publish_edition(edition: Edition, *, by: Doer) -> None:
    """Show an edition on its course's page."""
    _refuse_unless("publish", edition)
    _move("publish", edition, by)
    Course.objects.filter(pk=edition.course_id).update(changed_at=timezone.now())


@transaction.atomic
def withdraw_edition(edition: Edition, *, by: Doer) -> None:
    """Take an edition off its course's page."""
    _refuse_unless("withdraw", edition)
    _move("withdraw", edition, by)
    Course.objects.filter(pk=edition.course_id).update(changed_at=timezone.now())


def _refuse_unless(name: str, row: Course | Edition) -> None:
    if name not in moves_for(row):
        raise CurationError(_("This has been done already."))


def _move(name: str, row: Course | Edition, by: Doer, **values: Any) -> None:
    """Compare-and-swap: of two clicks the second changes nothing and is told so."""
    model, target = type(row), MOVES[name][1]
    with changes.told(Q(course=row.pk) if isinstance(row, Course) else Q(pk=row.pk)):
        as_seen = model._base_manager.filter(pk=row.pk, state=row.state)
        if not as_seen.update(state=target, **values):
            raise StaleError(_("Somebody else has just changed this. Look at it again."))
    row.state = target
    for field, value in values.items():
        setattr(row, field, value)
    note(row, name, by=by)
    offer_changed()


def can_delete_course(course: Course) -> bool:
    """Only what nobody has ever seen and nothing hangs on."""
    return (
        course.state == PublicState.DRAFT
        and course.published_at is None
        and not course.editions.exists()
    )


@transaction.atomic
def delete_course(course: Course, *, by: Doer) -> None:
    """Delete a draft that was never published and has no editions; else raise CurationError."""
    stored = Course.objects.select_for_update().get(pk=course.pk)
    if not can_delete_course(stored):
        raise CurationError(
            _("Only a draft that was never published and has no editions can be deleted.")
        )
    delete(stored, by=by)


@transaction.atomic
def delete_edition(edition: Edition, *, by: Doer) -> None:
    """Delete a draft edition; one that visitors could see is withdrawn instead."""
    if edition.state != PublicState.DRAFT:
        raise CurationError(_("Only a draft can be deleted. Withdraw this edition instead."))
    delete(edition, by=by)


def used_by(row: models.Model) -> list[str]:
    """What hangs on `row` and would be lost or left without it, such as "courses: 3". One query."""
    rows: dict[str, models.QuerySet[Any]] = {}
    for relation in row._meta.related_objects:
        if relation.on_delete is not models.CASCADE:
            related: Any = relation.related_model
            name = str(related._meta.verbose_name_plural)
            rows[name] = related._base_manager.filter(**{relation.field.name: row})
    return [f"{name}: {count}" for name, count in counted(rows).items() if count]


@transaction.atomic
def delete(row: models.Model, *, by: Doer, role: str = "office") -> None:
    """Delete a row that nothing uses; else raise InUseError, which says what does."""
    if uses := used_by(row):
        raise InUseError(uses)
    note(row, "delete", by=by, role=role, name=str(row))
    try:
        with transaction.atomic():
            row.delete()
    except models.ProtectedError as refusal:
        raise InUseError([capfirst(str(o)) for o in list(refusal.protected_objects)[:3]]) from None
    offer_changed()


def a_year_later(day: date) -> timedelta:
    """52 or 53 weeks: the first Monday of September stays the first Monday of September.

    Weekdays are kept either way. 52 weeks alone would drift a day or two a year; where the same
    weekday of the month asks for it, the shift is 53.
    """
    for weeks in (52, 53):
        later = day + timedelta(weeks=weeks)
        if later.month == day.month and (later.day - 1) // 7 == (day.day - 1) // 7:
            return timedelta(weeks=weeks)
    return timedelta(weeks=52)  # a fifth weekday that the next year's month does not have


DATES = (
    "starts_on",
    "ends_on",
    "applications_open_on",
    "applications_close_on",
    "withdraw_until",
    "exam_on",
    "resit_on",
)
KEPT = ("period", "places", "assessment", "exam_kind", "resit_offered", "is_demo")


def next_edition(earlier: Edition) -> tuple[Edition, list[LiveSession]]:
    """A draft of the next edition, not saved: dates a year on, or more when that is still past.

    All dates move by the same number of weeks, so that weekdays and distances stay.
    """
    shift = a_year_later(earlier.starts_on)
    years = 1
    while earlier.starts_on + shift <= timezone.localdate():
        shift += a_year_later(earlier.starts_on + shift)
        years += 1
    edition = Edition(course=earlier.course)
    for name in KEPT:
        setattr(edition, name, getattr(earlier, name))
    edition.host_period = re.sub(
        r"\b20\d\d\b", lambda found: str(int(found[0]) + years), earlier.host_period
    )
    for name in DATES:
        day: date | None = getattr(earlier, name)
        setattr(edition, name, day + shift if day else None)
    return edition, list(earlier.live_sessions.all())
