"""Homes and search with 20,000 cases, in a portal of its own: `make bench ONLY=homes`."""

from __future__ import annotations

import json
from typing import Any

from bench import desk  # sets Django up

from django.db import connection  # isort: skip
from django.test import Client  # isort: skip
from django.test.utils import CaptureQueriesContext  # isort: skip

from accounts.models import Membership, Role, User  # isort: skip
from courses.models import University  # isort: skip
from enrolments import queue  # isort: skip
from enrolments.models import Enrolment  # isort: skip

HOMES = {
    "student": "/en/exchange/",
    "coordinator": "/en/work/",
    "administration": "/en/work/",
    "exams": "/en/exams/",
    "partner": "/en/work/",
    "office": "/en/office/",
    "auditor": "/en/work/",
}
SEARCHES = {
    "a name": "?q=student+1",  # of somebody who has cases in the small portal too
    "a student number": "?q=s0000001",
    "part of a title": "?q=course",
    "nothing found": "?q=xyzzy",
}


def make_more_people() -> None:
    """Who the desk's bench does not need: one of each other role."""
    faculty = Membership.objects.get(role=Role.COORDINATOR).faculty
    host = University.objects.filter(is_home=False).order_by("pk")[0]
    for role, where in (
        (Role.ADMINISTRATION, {"faculty": faculty}),
        (Role.EXAMS, {}),
        (Role.PARTNER, {"university": host}),
        (Role.AUDITOR, {}),
    ):
        user = User.objects.create_user(f"{role}@university.example", name=str(role))
        Membership.objects.create(user=user, role=role, **where)


def people() -> dict[str, User]:
    """Who reads: one of each role; the student is the one with the first case."""
    return {
        who: Enrolment.objects.order_by("pk")[0].student
        if who == "student"
        else User.objects.get(email=f"{who}@university.example")
        for who in HOMES
    }


def pages(who: str) -> dict[str, str]:
    """The pages of one role, by name."""
    found = {f"home ({who})": HOMES[who]}
    if who in {"coordinator", "office"}:
        found |= {
            f"search, {name} ({who})": f"/en/search/{query}" for name, query in SEARCHES.items()
        }
    return found


def count_queries(client: Client, addresses: dict[str, str]) -> dict[str, int]:
    """Queries of each page when nothing is kept."""
    counts = {}
    for name, address in addresses.items():
        client.get(address)
        queue.forget()
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(address)
        assert answer.status_code == 200, (name, answer.status_code)
        counts[name] = len(seen)
    return counts


def main() -> dict[str, Any]:
    desk.prepare()
    make_more_people()
    queries: dict[str, list[int]] = {}
    for cases in (desk.CASES // 10, desk.CASES):
        Enrolment.objects.all().delete()
        desk.fill(cases)
        for who, user in people().items():
            for name, count in count_queries(desk.signed_in(user), pages(who)).items():
                queries.setdefault(name, []).append(count)
    cookies = {who: desk.cookie_of(desk.signed_in(user)) for who, user in people().items()}
    return {
        "queries": queries,
        "targets": [
            (name, path, cookies[who]) for who in HOMES for name, path in pages(who).items()
        ],
    }


if __name__ == "__main__":
    print(json.dumps(main()))
