"""What a row is about, without knowing what that is: the kind of thing, and its key."""

from __future__ import annotations

from typing import NamedTuple, Self
from uuid import UUID

from django.db import models


class Subject(NamedTuple):
    """A thing of another app: `enrolments.enrolment`, 7."""

    kind: str
    id: int


def subject_of(thing: models.Model | None) -> Subject:
    """The subject that `thing`, a saved row, is; the empty one for None.

    Of a random UUID the first 63 bits are enough to know it by, and fit into a number's column.
    """
    if thing is None:
        return Subject("", 0)
    number = thing.pk.int >> 65 if isinstance(thing.pk, UUID) else int(thing.pk)
    return Subject(thing._meta.label_lower, number)


class AboutQuerySet[A: "About"](models.QuerySet[A]):
    def about(self, thing: models.Model) -> Self:
        """The rows about `thing`. Who may see `thing` may see them: ask its gate first."""
        kind, pk = subject_of(thing)
        return self.filter(subject_kind=kind, subject_id=pk)


class About(models.Model):
    """A row about a thing of another app, or about none."""

    subject_kind = models.CharField(max_length=60, blank=True, editable=False)
    subject_id = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        abstract = True
