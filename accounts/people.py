"""The office's list of people: which of them, in which order, with what a row shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from allauth.mfa.models import Authenticator
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from accounts.models import Membership, User
from courses.search import plain, words_of

if TYPE_CHECKING:
    from vx_portal.http import Person

COLUMNS = (
    *("name", "email", "language", "role", "faculty", "programmes", "university", "from", "until"),
    *("student_number", "home_university", "last_sign_in", "may_sign_in"),
)


class States(NamedTuple):
    """Conditions on a person, for the views of the list."""

    has_role: Exists
    had_role: Q
    is_student: Q


def _states(viewer: Person) -> States:
    theirs = Membership.objects.visible_to(viewer).filter(user=OuterRef("pk"))
    return States(
        has_role=Exists(theirs.current()),
        had_role=Q(Exists(theirs)) & ~Q(Exists(theirs.unended())),
        is_student=Q(student__isnull=False),
    )


CONDITIONS: dict[str, Callable[[States], Q]] = {
    "staff": lambda s: Q(s.has_role),
    "students": lambda s: s.is_student,
    "none": lambda s: Q(~s.has_role) & ~s.is_student & Q(is_active=True),
    "ended": lambda s: s.had_role & Q(is_active=True),
    "closed": lambda s: Q(is_active=False),
}


def in_views(viewer: Person) -> dict[str, QuerySet[User]]:
    """The people in each view of the list ("" is everybody)."""
    everybody, states = User.objects.visible_to(viewer), _states(viewer)
    views = {name: everybody.filter(condition(states)) for name, condition in CONDITIONS.items()}
    return {"": everybody, **views}


def listed(viewer: Person, filters: dict[str, Any]) -> QuerySet[User]:
    """The people that the filters leave, with their roles of today and later."""
    memberships = Membership.objects.visible_to(viewer)
    people = User.objects.visible_to(viewer).select_related(
        "student__home_university", "student__faculty"
    )
    if condition := CONDITIONS.get(filters.get("state", "")):
        people = people.filter(condition(_states(viewer)))
    scope = {
        "role": filters.get("role"),
        "faculty": filters.get("faculty"),
        "university": filters.get("university"),
    }
    if scope := {name: value for name, value in scope.items() if value}:
        held = Exists(memberships.unended().filter(user=OuterRef("pk"), **scope))
        studies = Q()
        if "role" not in scope:  # a student's faculty and university count as well
            names = {"faculty": "student__faculty", "university": "student__home_university"}
            studies = Q(**{names[name]: value for name, value in scope.items()})
        people = people.filter(Q(held) | studies if studies else Q(held))
    if words := words_of(filters.get("q", "")):
        people = people.filter(pk__in=_with_words(viewer, words))
    shown = (
        memberships.unended()
        .select_related("faculty", "university")
        .prefetch_related("programmes")
        .order_by("role", "pk")
    )
    factors = Authenticator.objects.filter(user_id=OuterRef("pk")).exclude(
        type=Authenticator.Type.RECOVERY_CODES
    )
    return (
        people.annotate(has_second_factor=Exists(factors))
        .prefetch_related(Prefetch("memberships", shown, to_attr="held"))
        .order_by(*_order(filters.get("sort", "")))
    )


def _order(sort: str) -> list[Any]:
    orders: dict[str, list[Any]] = {
        "seen": [F("last_login").desc(nulls_last=True), "pk"],
        "new": ["-created_at", "-pk"],
    }
    return orders.get(sort, ["name", "email", "pk"])


def _with_words(viewer: Person, words: list[str]) -> list[int]:
    """People in whose name, address or student number each word stands; accents do not matter."""
    rows = User.objects.visible_to(viewer).order_by()
    return [
        pk
        for pk, *texts in rows.values_list("pk", "name", "email", "student__student_number")
        if all(word in text for text in [plain(" ".join(filter(None, texts)))] for word in words)
    ]


def table(people: Iterable[User]) -> Iterator[list[str]]:
    """The rows of the file: one for each role, or one for who has none."""
    for person in people:
        student = getattr(person, "student", None)
        last = [
            student.student_number if student else "",
            student.home_university.code if student else "",
            person.last_login.date().isoformat() if person.last_login else "",
            "yes" if person.is_active else "no",
        ]
        first = [person.name, person.email, person.language]
        held: list[Membership] = getattr(person, "held", [])
        for membership in held:
            yield [*first, *_in_cells(membership), *last]
        if not held:
            yield [*first, "student" if student else "", *[""] * 5, *last]


def _in_cells(membership: Membership) -> list[str]:
    faculty, university = membership.faculty, membership.university
    return [
        membership.role,
        faculty.code if faculty else "",
        "; ".join(str(programme) for programme in membership.programmes.all()),
        university.code if university else "",
        membership.starts_on.isoformat(),
        membership.ends_on.isoformat() if membership.ends_on else "",
    ]
