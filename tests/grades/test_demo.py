"""The demo's transcripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from enrolments.models import Enrolment
from grades import demo_papers
from grades.reading.finding import Sought, read
from grades.services.reading import words_of
from paperwork.services.files import keep
from tests.enrolments.cases import Cast
from tests.grades.papers import upload


def test_an_example_only_in_the_demo(
    cast: Cast,
    case: Enrolment,
    sign_in: Callable[[User], Client],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(demo_papers, "printed", lambda said, _host: said.name.encode())
    path = f"/en/exchange/{case.reference}/transcript/example/"
    settings.DEMO = False
    client = sign_in(cast.owner)
    assert client.get(path).status_code == 404

    settings.DEMO = True
    assert client.get(path).content == cast.owner.name.encode()
    assert sign_in(cast.other_student).get(path).status_code == 404


def test_what_the_press_prints_is_read(cast: Cast, case: Enrolment) -> None:
    """Four pages, as a host prints them: every value is found."""
    said = demo_papers.said_of(case, "5.5")._replace(name="DE VRIES Zoé", host="EPFL")
    content = demo_papers.printed(said, "EPFL", pages=4)
    file = keep(upload(content), purpose="transcript", by=cast.owner)

    pages = words_of(file)

    assert pages is not None
    assert len(pages) == 4
    found = read(pages, Sought("Zoë de Vries", "s1", said.title, said.code)).found
    assert {name: one.text for name, one in found.items()} == {
        "name": "DE VRIES Zoé",
        "number": said.number,
        "title": said.title,
        "code": said.code,
        "grade": "5.5",
        "credits": said.credits,
        "date": f"{said.on:%d.%m.%Y}",
    }
