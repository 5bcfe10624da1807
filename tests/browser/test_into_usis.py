"""From an uploaded transcript to "registered in uSis": few clicks, and nothing retyped."""

from __future__ import annotations

import io
import re
from typing import Any

import pikepdf
import pytest

from tests.browser.conftest import Portal
from tests.browser.journeys import Journey, Open, Person, Way
from tests.running import wait_until

WAY = Way("en", "desktop", "light", has_script=True)
# A student of Humanities whose course at EPFL is over, and of which no transcript is here.
AWAITED = """
from grades.no_transcript import awaited
row = awaited().get(student__email="student@demo.example", faculty__code="FGW",
    edition__course__university__code="EPFL")
said = [row.reference, row.edition.course.title]
"""
PAPER = """
from grades.models import Registration
from grades.services.registration_papers import paper_of
row = Registration.objects.get(enrolment__reference="{reference}", current=True)
paper = paper_of(row)
said = [paper.state, str(paper.pk), paper.code, row.state, row.request_type,
    row.result.title_printed, row.result.grade_printed]
"""


@pytest.fixture
def trip(portal: Portal, open_browser: Open, request: pytest.FixtureRequest) -> Journey:
    return Journey(request.node.name.removeprefix("test_"), portal, open_browser, WAY)


class Clicks:
    """What one person clicks."""

    def __init__(self, person: Person) -> None:
        self.person, self.number = person, 0

    def on(self, selector: str) -> None:
        self.person.presses(selector)
        self.number += 1


def fetched(trip: Journey, person: Person, path: str) -> bytes:
    answer = person.page.request.get(f"{trip.portal.base}/{WAY.language}{path}")
    assert answer.status == 200, path
    return answer.body()


def test_at_most_four_clicks_of_the_coordinator_and_nothing_retyped(trip: Journey) -> None:
    reference, title = trip.happens(AWAITED)
    student = trip.person("student").goes(f"/exchange/{reference}/transcript/")
    example = fetched(trip, student, f"/exchange/{reference}/transcript/example/")
    student.gives("papers", "transcript.pdf", example).fills(grade="5.5")
    student.presses("form[enctype] button[type=submit]")

    coordinator = trip.person("coordinator-fgw").goes(f"/desk/{reference}/transcript/")
    clicks = Clicks(coordinator)
    clicks.on("button[name=take]")
    coordinator.fills(recorded="8")  # a decision; all else was taken over
    clicks.on(".bulk button")
    student.waits().goes(f"/exchange/{reference}/registration/").reads("External education")
    student.presses("form .btn[type=submit]")
    coordinator.goes(f"/desk/registrations/{reference}/")
    clicks.on("form:has([name=board_decided_on]) .btn")
    clicks.on("form[action*='/send/'] .btn")
    assert clicks.number <= 4
    administration = trip.person("administration").goes(f"/desk/registrations/{reference}/")
    administration.presses("form:has([name=registered_on]) .btn")

    found: list[Any] = trip.happens(PAPER.format(reference=reference))
    assert found[3:6] == ["registered", "extern_onderwijs", title]
    student.waits().goes(f"/exchange/{reference}/").reads("uSis")

    wait_until(lambda: trip.happens(PAPER.format(reference=reference))[0] == "done", 60, "the form")
    path = f"/desk/registrations/{reference}/paper/{found[1]}/"
    content = fetched(trip, administration, path)
    with pikepdf.open(io.BytesIO(content)) as form:
        assert form.Root.MarkInfo.Marked
        assert str(form.Root.Lang) == "nl", "Humanities works in Dutch"
        assert "/StructTreeRoot" in form.Root
        assert list(form.attachments), "the transcript goes along as it came"
    visitor = trip.person("").goes(f"/verify/{found[2]}/")
    visitor.gives("file", "form.pdf", content).presses("form[enctype] .actions .btn")
    visitor.reads("The file is genuine and unaltered", "it still counts")
    trip.ends()


def test_a_student_of_social_sciences_never_reads_of_extracurricular(trip: Journey) -> None:
    student = trip.person("fsw")
    reference, course = trip.happens(
        "from grades.models import Registration\n"
        "row = Registration.objects.get("
        "enrolment__student__email='fsw@demo.example', current=True)\n"
        "said = [row.enrolment.reference, row.enrolment.edition.course.get_absolute_url()[3:]]"
    )
    texts = ("/how-it-works/", "/how-it-works/grade-registration/", "/help/", "/coordinators/")
    own = (f"/exchange/{reference}/", f"/exchange/{reference}/registration/")
    for path in (*texts, *own, course, f"{course}counts/"):
        said = fetched(trip, student, path).decode()
        assert not re.search("extra(&shy;|\xad)?curri", said, re.IGNORECASE), path
    assert "extracurricular" in fetched(trip, trip.person(""), texts[0]).decode()


def test_a_course_of_leiden_itself_ends_as_vervanging(trip: Journey) -> None:
    reference = trip.happens(
        "from grades.models import Registration\n"
        "row = Registration.objects.get("
        "enrolment__student__email='leiden-course@demo.example', current=True)\n"
        "assert row.result.source == 'result_list' and row.result.transcript is None\n"
        "said = row.enrolment.reference"
    )
    student = trip.person("leiden-course").goes(f"/exchange/{reference}/registration/")
    student.reads("Replacement")
    trip.ends()
