"""Sending the same transcript again and again, in a portal of its own: for bench/transcripts.py."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

import accounts.demo  # noqa: E402
import courses.demo  # noqa: E402
import enrolments.demo  # noqa: E402
import grades.demo  # noqa: E402
from accounts.models import User  # noqa: E402
from enrolments.models import Enrolment  # noqa: E402
from grades import demo_papers  # noqa: E402
from grades.models import Transcript  # noqa: E402
from paperwork import limited  # noqa: E402
from paperwork.filing import path_of  # noqa: E402
from paperwork.waking import nobody_woken  # noqa: E402

ROUNDS, PAGES = 9, 4


def timed(do: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    said = do()
    return time.perf_counter() - started, said


def main() -> list[dict[str, float]]:
    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    call_command("build", verbosity=0)
    with nobody_woken():
        courses.demo.load()
        accounts.demo.make_people()
        enrolments.demo.load()
        grades.demo.load()
    student = User.objects.get(email="student@demo.example")
    coordinator = User.objects.get(email="coordinator-fgw@demo.example")
    case = Enrolment.objects.get(
        student=student, state="finished", edition__course__university__code="EPFL"
    )
    content = demo_papers.printed(demo_papers.said_of(case, "5.5"), "EPFL", pages=PAGES)
    clients = {}
    for user in (student, coordinator):
        clients[user.pk] = client = Client(headers={"host": "127.0.0.1"})
        client.force_login(user, backend="accounts.backends.Backend")
        client.get("/en/account/")  # what is written once at the start of a session

    times = []
    for number in range(ROUNDS + 1):
        sent = {"papers": SimpleUploadedFile("epfl.pdf", content), "grade": "5.5"}
        address = f"/en/exchange/{case.reference}/transcript/"
        upload, answer = timed(lambda: clients[student.pk].post(address, sent))  # noqa: B023
        assert answer.status_code == 302, answer.status_code
        desk = f"/en/desk/{case.reference}/transcript/"
        page, answer = timed(lambda: clients[coordinator.pk].get(desk))  # noqa: B023
        assert b'class="mark"' in answer.content, "the found values are on it"
        row = Transcript.objects.filter(enrolment=case).counting().get()
        assert row.file is not None
        image = f"{desk}files/{row.file.pk}/pages/1/"
        picture, answer = timed(lambda: clients[coordinator.pk].get(image))  # noqa: B023
        assert answer.status_code == 200, answer.status_code
        path = path_of(row.file.file)
        bare, _said = timed(
            lambda: [
                limited.read_file("check", path),  # noqa: B023
                limited.read_file("words", path),  # noqa: B023
                limited.read_file("pages", path),  # noqa: B023
                limited.read_file("page", path, 1),  # noqa: B023
            ]
        )
        if number:  # the first time everything is loaded
            times.append({"upload": upload, "page": page, "picture": picture, "bare": bare})
    return times


if __name__ == "__main__":
    print(json.dumps(main()))
