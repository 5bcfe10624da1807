"""Keeping an import, choosing in it, and writing what was accepted."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import changes
from courses.imports.checking import Checked, check
from courses.imports.columns import sessions_from_text
from courses.imports.comparing import CHANGED, NEW, VANISHED, Comparison, Entry, compare, digest
from courses.imports.merging import Problem, merge
from courses.imports.reading import read
from courses.models import Course, Edition, ImportRun, LiveSession, University
from courses.services.offer import offer_changed, offer_version
from courses.telling import Doer, note

if TYPE_CHECKING:
    from collections.abc import Iterable

BATCH = 200
TOLD_DATES = frozenset({"starts_on", "ends_on", "withdraw_until"})  # of which students hear
State = ImportRun.State


class ClosedError(Exception):
    """The import has been applied or discarded already."""


class StaleImportError(Exception):
    """The differences are no longer the ones that were shown."""


class RefusedError(Exception):
    """What is accepted cannot stand together in the portal."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


class Taken(NamedTuple):
    """A file that was read: the kept import, or what is wrong with it and nothing kept."""

    run: ImportRun | None
    checked: Checked


@transaction.atomic
def take_in(name: str, content: bytes, *, by: Doer) -> Taken:
    """Read and check a file, and keep it as an open import when nothing is wrong with it.

    An import that would change nothing is closed at once. Raises UnreadableError when the file
    cannot be read at all. Changes nothing of the offer.
    """
    checked = check(read(name, content))
    if checked.faults:
        return Taken(None, checked)
    run = ImportRun.objects.create(
        file_name=name[-150:],
        sha256=hashlib.sha256(content).hexdigest(),
        rows=checked.rows,
        data=checked.as_json(),
        offer_version=offer_version(),
        uploaded_by=str(by or "")[:150],
    )
    note(run, "take_in", by=by, file=run.file_name)
    if not differences(run).entries:
        run.state, run.closed_at, run.closed_by = State.APPLIED, timezone.now(), run.uploaded_by
        run.save(update_fields=["state", "closed_at", "closed_by"])
    return Taken(run, checked)


def differences(run: ImportRun, *, lock: bool = False) -> Comparison:
    """How the import differs from the portal at this moment, with what was chosen."""
    return compare(run.data, run.choices, today=timezone.localdate(), lock=lock)


@transaction.atomic
def choose(
    run: ImportRun, *, shown: Iterable[str], accepted: Iterable[str], by: Doer = None
) -> None:
    """Remember for the differences in `shown` which are accepted; the others keep their choice.

    Raises ClosedError when the import is no longer open.
    """
    current = ImportRun.objects.select_for_update().filter(pk=run.pk, state=State.OPEN).first()
    if current is None:
        raise ClosedError
    ticked = set(accepted)
    parts = differences(current).parts
    known = {part.key for part in parts}
    known |= {change.key for part in parts for change in part.changes}
    chosen = {key: key in ticked for key in shown if key in known}
    current.choices = {key: v for key, v in current.choices.items() if key in known} | chosen
    current.save(update_fields=["choices"])
    note(run, "choose", by=by)


@transaction.atomic
def apply(run: ImportRun, *, seen: str, by: Doer) -> dict[str, int]:
    """Write everything that is accepted, all or nothing, and count what was written.

    `seen` is the digest of the differences that the person looked at. Raises ClosedError when the
    import is no longer open, StaleImportError when the portal's rows or the choices are others by
    now, and RefusedError with the problems when a rule would be broken. Of two imports at once the
    second waits for the first and is then compared anew.
    """
    if not ImportRun.objects.filter(pk=run.pk, state=State.OPEN).update(state=State.APPLYING):
        raise ClosedError
    found = differences(ImportRun.objects.get(pk=run.pk), lock=True)
    if digest(found) != seen:
        raise StaleImportError
    if problems := merge(found):
        raise RefusedError(problems)
    counts = counted(found)
    try:
        with transaction.atomic(), changes.told(_written(found)):
            _write(found)
    except IntegrityError as error:
        message = _("The portal changed while this was being applied. Look again and apply anew.")
        raise RefusedError([Problem("", message)]) from error
    ImportRun.objects.filter(pk=run.pk).update(
        state=State.APPLIED, closed_at=timezone.now(), closed_by=str(by or "")[:150], counts=counts
    )
    note(run, "apply", by=by, counts=counts)
    if counts:
        offer_changed()
    return counts


@transaction.atomic
def discard(run: ImportRun, *, by: Doer) -> None:
    """Close the import without applying it, or raise ClosedError."""
    closed = ImportRun.objects.filter(pk=run.pk, state=State.OPEN).update(
        state=State.DISCARDED, closed_at=timezone.now(), closed_by=str(by or "")[:150]
    )
    if not closed:
        raise ClosedError
    note(run, "discard", by=by)


def counted(found: Comparison) -> dict[str, int]:
    """How many rows of each model are new, changed and vanished, of what is merged."""
    counts: Counter[str] = Counter()
    for part in found.parts:
        if part.merged:
            counts[f"{part.what._meta.model_name}_{part.kind}"] += 1
            counts["fields"] += len(part.taken) if part.kind == CHANGED else 0
    return dict(+counts)


def concerned(found: Comparison) -> int:
    """How many students hear it when this is written: their edition ends, or has other dates."""
    known = [part for part in found.parts if part.merged and part.kind != NEW]
    courses = [part.row.pk for part in known if part.what is Course and part.kind == VANISHED]
    editions = [
        part.row.pk
        for part in known
        if part.what is Edition
        and (part.kind == VANISHED or TOLD_DATES & {one.column.attribute for one in part.taken})
    ]
    if not courses and not editions:
        return 0
    return changes.concerned(Q(pk__in=editions) | Q(course__in=courses))


def _written(found: Comparison) -> Q:
    """The editions that `_write` may change: those in it, and those of its courses."""
    known = [part for part in found.parts if part.merged and part.kind != NEW]
    courses = [part.row.pk for part in known if part.what is Course]
    return Q(pk__in=[part.row.pk for part in known if part.what is Edition]) | Q(course__in=courses)


def _write(found: Comparison) -> None:
    """Write the merged rows, universities first; of each row only what is accepted.

    The number of queries grows by batches, and by the sets of fields that differ.
    """
    parts = [part for part in found.parts if part.merged]
    now = timezone.now()
    touched = {
        entry.row.pk
        for entry in found.entries
        if entry.is_course
        and entry.kind != NEW
        and any(part.merged for part in (entry, *entry.editions))
    }
    for model in (University, Course, Edition):
        mine = [part for part in parts if part.what is model]
        model._default_manager.bulk_create([p.row for p in mine if p.kind == NEW], BATCH)
        by_fields: defaultdict[tuple[str, ...], list[Any]] = defaultdict(list)
        for part in mine:
            if part.kind != NEW:
                by_fields[_fields(part)].append(part.row)
        for fields, rows in by_fields.items():
            if fields:
                model._default_manager.bulk_update(rows, fields, BATCH)
    Course.objects.filter(pk__in=touched).update(changed_at=now)
    _write_sessions([part for part in parts if part.what is Edition])


def _fields(part: Entry) -> tuple[str, ...]:
    """The fields of a known row that are written."""
    if part.kind == VANISHED:
        return ("participating_until" if part.what is University else "state",)
    return tuple(sorted({c.column.attribute for c in part.taken} - {"live_sessions"}))


def _write_sessions(editions: list[Entry]) -> None:
    """Replace the live sessions of the editions for which the file has others."""
    replaced, made = [], []
    for part in editions:
        new = {c.column.name: c.new for c in part.taken} if part.kind == CHANGED else part.values
        if "live_sessions" in new:
            replaced.append(part.row.pk)
            for session in sessions_from_text(str(new["live_sessions"])):
                session.edition = part.row
                made.append(session)
    LiveSession.objects.filter(edition__in=replaced).delete()
    LiveSession.objects.bulk_create(made, BATCH)
