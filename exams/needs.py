"""What was granted, for those who deliver: the arrangement, never the reason.

A host reads what its paper has to be like, by number; a home university that holds our exam reads
which of its students get what.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.utils.translation import ngettext

from enrolments.models import Enrolment
from exams.services.facilities import in_words
from exams.sitters import Sitter, takers_of, tasks_of

if TYPE_CHECKING:
    from courses.models import University
    from exams.models import Exam

LARGE = "large_print"


def sitters_of(exam: Exam) -> list[Sitter]:
    """Who sits `exam`, with what is granted now, by name. Four queries at most."""
    tasks = tasks_of({exam.pk: exam}, takers_of([exam]), everywhere=True)
    found = [one for task in tasks.values() for one in task.sitters.values()]
    return sorted(found, key=lambda one: (one.name, one.case))


def of_paper(exam: Exam) -> list[str]:
    """How the paper has to be, a sentence each; none when it is the same for everybody."""
    sitters = sitters_of(exam)
    said = []
    if large := sum(LARGE in one.flags for one in sitters):
        words = ngettext(
            "One student gets the paper in large print.",
            "%(n)s students get the paper in large print.",
            large,
        )
        said.append(words % {"n": large})
    for minutes, number in sorted(Counter(one.extra for one in sitters if one.extra).items()):
        words = ngettext(
            "One student has %(minutes)s minutes more.",
            "%(n)s students have %(minutes)s minutes more.",
            number,
        )
        said.append(words % {"n": number, "minutes": minutes})
    return said


def of_university(exam: Exam, university: University) -> list[tuple[str, str]]:
    """Its students who sit our `exam` with it and have something granted: name, and what."""
    rows = Enrolment.objects.filter(edition=exam.edition_id, home_university=university)
    theirs = set(rows.values_list("pk", flat=True))
    return [
        (one.name, in_words(one.extra, one.flags))
        for one in sitters_of(exam)
        if one.case in theirs and (one.extra or one.flags)
    ]
