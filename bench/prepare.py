"""In a process of its own: the scratch portal, its people, and the queries of each page.

Prints what the measuring needs to know as one line of JSON.
"""

from __future__ import annotations

import json
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import translation  # noqa: E402

from accounts.models import StudentProfile, User  # noqa: E402
from bench import offer  # noqa: E402
from courses import catalogue  # noqa: E402
from courses.models import Course, Edition, University  # noqa: E402
from vx_portal import kept  # noqa: E402
from vx_portal.build import build  # noqa: E402

BACKEND = "accounts.backends.Backend"
FILTERED = "?university=U03&university=U04&level=master&ec=5"


def pages() -> dict[str, str]:
    """The pages whose queries are counted."""
    course = Course.objects.select_related("university").order_by("pk")[0]
    with translation.override("en"):
        listing = reverse("courses:catalogue")
        code = course.university.code.lower()
        return {
            "home": reverse("home"),
            "catalogue": listing,
            "catalogue, filtered": listing + FILTERED,
            "catalogue, searched": listing + "?q=topology",
            "course": reverse("courses:course", args=[code, course.slug]),
            "universities": reverse("universities:list"),
            "university": reverse("universities:university", args=[code]),
        }


def count_queries(client: Client) -> dict[str, int]:
    """Queries of each page when nothing is kept yet: as many as there ever are."""
    counts = {}
    for name, address in pages().items():
        catalogue.forget()
        kept.shelf.clear()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        counts[name] = len(queries)
    return counts


def make_student(home: University) -> User:
    student = User.objects.create_user("student@university.example", name="Student")
    StudentProfile.objects.create(
        user=student, home_university=home, student_number="s1", level="bachelor", year=2
    )
    return student


def main() -> dict[str, Any]:
    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    build()
    queries: dict[str, list[int]] = {}
    for scale in (10, 1):  # the small offer first: a tenth of the rows
        for model in (Edition, Course, StudentProfile, University):
            model.objects.all().delete()
        User.objects.all().delete()
        offer.fill(offer.UNIVERSITIES // scale, offer.COURSES // scale, offer.EDITIONS // scale)
        visitor = Client(headers={"host": "127.0.0.1"})
        student = Client(headers={"host": "127.0.0.1"})
        student.force_login(make_student(University.objects.order_by("pk")[0]), backend=BACKEND)
        student.get("/en/courses/")  # what is written once at the start of a session
        for who, client in (("visitor", visitor), ("student", student)):
            for page, count in count_queries(client).items():
                queries.setdefault(f"{page} ({who})", []).append(count)
    return {
        "queries": queries,
        "pages": pages(),
        "cookie": "; ".join(f"{c.key}={c.value}" for c in student.cookies.values()),
        "codes": list(Course.objects.order_by("pk").values_list("code", flat=True)[:40]),
    }


if __name__ == "__main__":
    print(json.dumps(main()))
