"""What later apps tell of a case stands in its route, on its page, and at the desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from enrolments import later
from enrolments.holding import Holder, Who
from enrolments.later import Happened, News, Step
from enrolments.models import Enrolment
from enrolments.route import stops
from enrolments.turn import Turn, turns_of
from tests.enrolments.cases import Cast, case_of, make_cast

SAT = Step("sat", "Tentamen gemaakt", is_done=True, at=date(2026, 1, 14))
MARKED = Step("marked", "Nagekeken", note="Meestal binnen 12 werkdagen.")


def tell(cases: Sequence[Enrolment]) -> Mapping[int, News]:
    """The same of each case that is enrolled."""
    return {case.pk: news(case) for case in cases if case.state == "enrolled"}


def news(case: Enrolment) -> News:
    has_it = Holder(Who.EXAMS, "het tentamenteam", timezone.now(), None, "Er volgt een cijfer.")
    turn = Turn(case, "Kies een moment", "Dat mag.", "Kies", "/nl/choose/", "")
    return News({"exam": [SAT, MARKED], "registered": []}, has_it, 12, turn)


def history(case: Enrolment, user: User) -> list[Happened]:
    return [Happened(timezone.now(), "Mo", "student", "kwam te laat", "")]


@pytest.fixture
def cast(db: None, monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setattr(later, "_tell", [tell])
    monkeypatch.setattr(later, "_history", [history])
    return make_cast()


def line(case: Enrolment, news: News | None = None) -> list[tuple[str, str]]:
    return [(stop.name, stop.state) for stop in stops(case, news=news)]


def test_steps_take_the_place_of_the_stop_that_stands_for_them(cast: Cast) -> None:
    case = case_of(cast, "enrolled")
    assert line(case)[3:] == [("exam", "now"), ("transcript", ""), ("registered", "")]

    told = later.news_of([case])[case.pk]
    assert line(case, told)[2:] == [
        ("enrolled", "done"),
        ("sat", "done"),
        ("marked", "now"),
        ("transcript", ""),
    ]
    assert [stop.when for stop in stops(case, news=told)][3] == "14 januari 2026"
    # What lies before something that is done is done, also when nobody has said so.
    came = News({"transcript": [Step("came", "Cijferlijst", is_done=True)]})
    assert line(case, came)[3:] == [("exam", "done"), ("came", "done"), ("registered", "now")]
    finished = News({"transcript": [SAT], "registered": []})
    assert "now" not in dict(line(case, finished)).values()


def test_the_student_reads_it_wherever_the_case_is_shown(
    client: Client, sign_in: Callable[[User], Client], cast: Cast
) -> None:
    case = case_of(cast, "enrolled")
    sign_in(cast.owner)

    page = client.get(f"/nl/exchange/{case.reference}/").content.decode()
    for words in ("Meestal binnen 12 werkdagen.", "Kies een moment", "kwam te laat"):
        assert words in page
    assert "Nu bij" not in page  # it is up to the student, which says enough
    tickets = client.get("/nl/exchange/").content.decode()
    assert "Nagekeken" in tickets
    assert "Kies een moment" in tickets
    assert [turn.title for turn in turns_of(cast.owner)] == ["Kies een moment"]


def test_the_desk_reads_it_too(
    client: Client, sign_in: Callable[[User], Client], cast: Cast
) -> None:
    case = case_of(cast, "enrolled")
    sign_in(cast.coordinator)

    page = client.get(f"/nl/desk/{case.reference}/").content.decode()
    assert "Nagekeken" in page
    assert "Nu bij het tentamenteam" in page
    assert "Mo (student) kwam te laat." in page
