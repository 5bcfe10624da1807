"""The search for staff: cases by reference, student or course; for the office people and more."""

from __future__ import annotations

import re
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models import Course, University
from courses.plain import has
from enrolments import queue
from enrolments.models import Enrolment
from enrolments.models.enrolment import LETTERS
from enrolments.scopes import scopes_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from enrolments.models.enrolment import EnrolmentQuerySet

MOST = 5  # people, universities and courses each; their own lists have the rest
_BETWEEN = re.compile(r"[\s_.\-\N{NON-BREAKING HYPHEN}\N{EN DASH}]+")
_REFERENCE = re.compile(rf"(?:VX)?([{LETTERS}]{{5}})")


class SearchForm(forms.Form):
    """What was typed into the box; what is no text is nothing."""

    q = forms.CharField(required=False, max_length=100)

    def words(self) -> str:
        return str(self.cleaned_data["q"]) if self.is_valid() else ""


def reference_in(typed: str) -> str:
    """The reference that `typed` is, however it was written down: vx 7k3m9, 7K3M9; or nothing."""
    found = _REFERENCE.fullmatch(_BETWEEN.sub("", typed).upper())
    return f"VX-{found[1]}" if found else ""


def by_reference(user: User, typed: str) -> Enrolment | None:
    """The case that `typed` names, if the reader may see it. One query; none for other words."""
    wanted = reference_in(typed)
    if not wanted:
        return None
    return _in_sight(user).filter(reference=wanted).for_list().first()


def cases(user: User, typed: str) -> EnrolmentQuerySet:
    """The cases in sight in which all words of `typed` stand, those that moved last first."""
    words = typed.split()[: queue.MOST_WORDS]
    found = _in_sight(user).filter(reduce(and_, map(queue.has_word, words)))
    return found.order_by("-since", "-pk")


def _in_sight(user: User) -> EnrolmentQuerySet:
    """All that the roles of `user` reach, whichever is in view."""
    return Enrolment.objects.visible_to(user).for_desk(user).exclude(student=user)


class Hit(NamedTuple):
    """Something besides cases."""

    words: str
    more: str
    address: str


class Others(NamedTuple):
    """The first few of one kind; `rest` is the list that has all of them, when there are more."""

    heading: str | Promise
    hits: list[Hit]
    rest: str


def others(user: User, typed: str) -> list[Others]:
    """People, universities and courses, for who curates or audits them. Three queries."""
    if not scopes_of(user).reads_all:
        return []
    words = typed.split()[: queue.MOST_WORDS]
    people = _found(
        User.objects.visible_to(user).select_related("student"),
        words,
        lambda word: (
            Q(has("name", word))
            | Q(email__icontains=word)
            | Q(student__student_number__icontains=word)
        ),
        order="name",
    )
    universities = _found(
        University.objects.visible_to(user),
        words,
        lambda word: Q(has("name", word)) | Q(has("city", word)) | Q(code__istartswith=word),
        order="name",
    )
    courses = _found(
        Course.objects.visible_to(user).select_related("university"),
        words,
        lambda word: Q(queue.titled(word)),
        order="title",
    )
    found = [
        Others(
            _("People"),
            [Hit(str(one), one.email, reverse("people:person", args=[one.pk])) for one in people],
            "people:people",
        ),
        Others(
            _("Universities"),
            [
                Hit(str(one), one.city, reverse("office:university", args=[one.pk]))
                for one in universities
            ],
            "office:universities",
        ),
        Others(
            _("Courses"),
            [
                Hit(one.title, str(one.university), reverse("office:course", args=[one.pk]))
                for one in courses
            ],
            "office:courses",
        ),
    ]
    return [_first(one) for one in found if one.hits]


def _found(rows: Any, words: list[str], condition: Callable[[str], Q], *, order: str) -> list[Any]:
    """One more than are shown, to know whether there are more."""
    return list(rows.filter(reduce(and_, map(condition, words))).order_by(order, "pk")[: MOST + 1])


def _first(found: Others) -> Others:
    rest = reverse(found.rest) if len(found.hits) > MOST else ""
    return found._replace(hits=found.hits[:MOST], rest=rest)
