"""What belongs to a case, over all apps: rows that lead to it, and rows that are about those.

A row leads to its case by a field ("enrolment", "seat__enrolment"). Files, documents, messages and
events are about a row, by its kind and number; files and documents have events of their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Q

from accounts.models import User
from enrolments.models import Enrolment
from paperwork.models import Attachment, Document, Notice, subject_of

# How each kind of row leads to its case.
LEADS: dict[str, str] = {
    "enrolments.enrolment": "",
    "enrolments.boardrequest": "enrolment",
    "enrolments.note": "enrolment",
    "exams.slotchoice": "enrolment",
    "exams.seat": "enrolment",
    "exams.mark": "seat__enrolment",
    "exams.ownexam": "enrolment",
    "exams.facility": "enrolment",
    "exams.resit": "enrolment",
    "grades.experience": "enrolment",
    "grades.notranscript": "enrolment",
    "grades.transcript": "enrolment",
    "grades.result": "enrolment",
    "grades.registration": "enrolment",
    "grades.purposechange": "enrolment",
    "grades.honourslink": "registration__enrolment",
    "grades.usisrow": "registration__enrolment",
    "privacy.legalhold": "case",
}
NAMING = ("courses.edition", "privacy.legalhold")  # whose events hold `case` in their details
ABOUT: tuple[type[Attachment | Document | Notice], ...] = (Attachment, Document, Notice)
ABOUT_KINDS = [model._meta.label_lower for model in ABOUT]

type Subjects = Mapping[str, set[int]]  # numbers of subjects, by kind


def rows_of(kind: str, cases: Iterable[int]) -> models.QuerySet[models.Model]:
    """The rows of that kind that lead to one of `cases`, by their keys."""
    path = f"{LEADS[kind]}__in" if LEADS[kind] else "pk__in"
    rows: models.QuerySet[models.Model] = apps.get_model(kind)._default_manager.all()
    return rows.filter(**{path: list(cases)})


def about(subjects: Subjects, kinds: Iterable[str] | None = None) -> Q:
    """The condition that a row is about one of `subjects`."""
    condition = Q(pk__in=[])
    for kind in subjects.keys() if kinds is None else kinds:
        if subjects[kind]:
            condition |= Q(subject_kind=kind, subject_id__in=subjects[kind])
    return condition


def naming(reference: str) -> Q:
    """The condition that an event of something else names a case by its reference.

    With the kinds it is found by an index; the details alone would have every event read.
    """
    return Q(subject_kind__in=NAMING, details__case=reference)


def subjects_of(cases: Iterable[int]) -> dict[str, set[int]]:
    """Everything that a file, a document, a message or an event of these cases can be about."""
    cases = list(cases)
    found: dict[str, set[int]] = {}
    for kind in LEADS:
        pks = rows_of(kind, cases).order_by().values_list("pk", flat=True)
        found[kind] = {number_of(pk) for pk in pks}
    return found | _about_these(found)


def _about_these(subjects: Subjects) -> dict[str, set[int]]:
    """The files, documents and messages about `subjects`."""
    found: dict[str, set[int]] = {}
    for model in ABOUT:
        rows = model._default_manager.filter(about(subjects)).order_by()
        pks = rows.values_list("pk", flat=True)
        found[model._meta.label_lower] = {number_of(pk) for pk in pks}
    return found


def subjects_of_account(user: User) -> dict[str, set[int]]:
    """Everything that is about an account without a case: itself, its copies, holds, messages."""
    found = {"accounts.user": {user.pk}}
    for rows in (user.data_copies.all(), user.holds.all()):
        pks = rows.order_by().values_list("pk", flat=True)
        found[rows.model._meta.label_lower] = {number_of(pk) for pk in pks}
    more = _about_these(found)
    told = user.notices.order_by().values_list("pk", flat=True)
    more[Notice._meta.label_lower] |= {number_of(pk) for pk in told}
    return found | more


def number_of(pk: int | UUID) -> int:
    """The number by which a row is known as a subject: its key, or the first bits of it."""
    return pk.int >> 65 if isinstance(pk, UUID) else pk


def numbered[R: models.QuerySet[Any]](rows: R, number: int) -> R:
    """Of `rows` the one that is known by `number`."""
    if isinstance(rows.model._meta.pk, models.UUIDField):
        first = number << 65
        return rows.filter(pk__gte=UUID(int=first), pk__lte=UUID(int=first | (1 << 65) - 1))
    return rows.filter(pk=number)


def references(subjects: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """The reference of the case of each subject; those that belong to none are left out.

    As many queries as there are kinds among them.
    """
    wanted: dict[str, set[int]] = defaultdict(set)
    for kind, number in subjects:
        wanted[kind].add(number)
    through: dict[tuple[str, int], tuple[str, int]] = {}
    for model in ABOUT:
        for number, subject in _subjects_of_rows(model, wanted.get(model._meta.label_lower, set())):
            through[model._meta.label_lower, number] = subject
            wanted[subject[0]].add(subject[1])
    found: dict[tuple[str, int], str] = {}
    for kind, path in LEADS.items():
        if numbers := wanted.get(kind):
            rows = apps.get_model(kind)._default_manager.filter(pk__in=numbers).order_by()
            reference = f"{path}__reference" if path else "reference"
            for pk, said in rows.values_list("pk", reference):
                if said:
                    found[kind, pk] = said
    return found | {one: found[subject] for one, subject in through.items() if subject in found}


def _subjects_of_rows(
    model: type[Attachment | Document | Notice], numbers: set[int]
) -> Iterator[tuple[int, tuple[str, int]]]:
    """What each of these rows is about. Of their random keys we know the first 63 bits."""
    condition = Q(pk__in=[])
    for number in numbers:
        first = number << 65
        condition |= Q(pk__gte=UUID(int=first), pk__lte=UUID(int=first | (1 << 65) - 1))
    if numbers:
        for row in model._default_manager.filter(condition).only("subject_kind", "subject_id"):
            yield subject_of(row).id, (row.subject_kind, row.subject_id)


def case_by_reference(reference: str) -> int | None:
    """The key of the case with that reference, as somebody typed it."""
    rows = Enrolment.objects.filter(reference=reference.strip().upper())
    return rows.values_list("pk", flat=True).first()
