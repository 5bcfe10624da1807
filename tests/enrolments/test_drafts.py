"""Drafts: judged by the rules of now, saved from two tabs, with the Board's permission."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from courses.models import Faculty
from enrolments.models import Enrolment, FacultyRules, PortalRules, State
from enrolments.models.enrolment import Board
from enrolments.services import rules
from paperwork.models import Attachment, Event
from tests.enrolments.applicants import Student, text
from tests.paperwork.files import samples


class TestRulesChanged:
    def test_a_draft_is_judged_by_the_rules_of_now(
        self, student: Student, faculty: Faculty
    ) -> None:
        student.begin()
        student.write()
        row = FacultyRules.objects.get()
        row.board_for_elective = True
        rules.save_rules(row)

        page = text(student.client.get(student.at("check/")))
        assert "De regels zijn veranderd" in page
        assert "Toestemming: De examencommissie" in page
        assert student.client.get(student.at("continue/")).url == student.at("permission/")
        response = student.send()
        assert response.status_code == 422
        assert "toestemming van de examencommissie" in text(response)
        assert student.case.state == State.DRAFT

    def test_more_words(self, student: Student) -> None:
        student.begin()
        student.write()
        portal = PortalRules.now()
        portal.motivation_words = 250
        rules.save_rules(portal)

        page = text(student.client.get(student.at("check/")))
        assert "minstens 250 woorden" in page
        assert "Schrijf er minstens 250" in text(student.send())

    def test_the_same_rules_are_no_news(self, student: Student) -> None:
        student.begin()
        student.write()

        assert "De regels zijn veranderd" not in text(student.client.get(student.at("check/")))


class TestTwoTabs:
    def test_a_stale_save_shows_both_and_loses_nothing(self, student: Student) -> None:
        student.begin()
        old = student.case.changed_at.isoformat()
        student.post("purpose/", purpose="minor", motivation="Hier getypt.", later="1")

        response = student.post("purpose/", purpose="elective", motivation="Daar getypt.", seen=old)
        assert response.status_code == 409
        assert "Hier getypt." in text(response)
        assert "Daar getypt." in text(response)
        assert student.case.motivation == "Hier getypt."
        seen = student.case.changed_at.isoformat()
        assert f'value="{seen}"' in text(response)  # so that the next save goes over it
        student.post("purpose/", purpose="elective", motivation="Beide.", seen=seen, later="1")
        assert student.case.motivation == "Beide."

    def test_the_same_twice_is_no_conflict(self, student: Student) -> None:
        student.begin()
        old = student.case.changed_at.isoformat()

        assert student.write(seen=old).status_code == student.write(seen=old).status_code == 302

    def test_begun_twice_is_one(self, student: Student) -> None:
        assert student.begin().url == student.begin().url
        assert Enrolment.objects.count() == 1

    def test_sent_twice_is_sent_once(self, student: Student) -> None:
        student.begin()
        student.write()
        seen = student.case.changed_at.isoformat()
        student.send(seen=seen)
        response = student.send(seen=seen)

        assert response.status_code == 409
        assert "geen concept meer" in text(response)
        assert Event.objects.filter(action="submit").count() == 1

    def test_sending_what_was_changed_elsewhere_shows_it_first(self, student: Student) -> None:
        student.begin()
        student.write()
        seen = student.case.changed_at.isoformat()
        student.write("minor", 201)
        response = student.send(seen=seen)

        assert response.status_code == 409
        assert "201 woorden" in text(response)
        assert student.case.state == State.DRAFT

    def test_saving_what_was_sent_gives_the_text_back(self, student: Student) -> None:
        student.begin()
        student.write()
        student.send()
        late = "Nog een zin, te laat getypt."
        response = student.post("purpose/", purpose="minor", motivation=late)

        assert response.status_code == 409
        assert late in text(response)


class TestPermission:
    @pytest.fixture
    def asked(self, student: Student) -> Student:
        FacultyRules.objects.all().delete()
        rules.save_rules(
            FacultyRules(faculty=student.user.student.faculty, board_for_elective=True)
        )
        student.begin()
        assert student.write().url == student.at("permission/")
        return student

    def test_a_letter(self, asked: Student) -> None:
        letter = SimpleUploadedFile("brief.pdf", samples.plain())
        response = asked.post("permission/", how="letter", letter=letter)

        assert response.url == asked.at("check/")
        assert asked.case.board == Board.GIVEN
        file = Attachment.objects.about(asked.case).get()
        assert (file.purpose, file.given_by) == ("board_permission", asked.user)
        download = asked.client.get(asked.at(f"files/{file.pk}/"))
        assert b"".join(download.streaming_content).startswith(b"%PDF")
        assert asked.post("permission/", how="letter").url == asked.at("check/")  # not asked twice

    def test_asked_on_a_day(self, asked: Student) -> None:
        asked.post("permission/", how="asked", asked_on=timezone.localdate().isoformat())

        assert (asked.case.board, asked.case.board_asked_on) == (
            Board.ASKED,
            timezone.localdate(),
        )
        asked.send()
        assert "de examencommissie" in text(asked.client.get(asked.at()))

    def test_a_wish(self, asked: Student) -> None:
        asked.post("permission/", how="coordinator")
        asked.send()

        assert (asked.case.board, asked.case.board_asked_on) == (Board.ASKED, None)
        assert "Nu bij de uitwisselingscoördinator" in text(asked.client.get(asked.at()))

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            ({}, "Kies hoe het met de toestemming staat"),
            ({"how": "letter"}, "Kies het bestand met de toestemming"),
            ({"how": "asked"}, "Vul in op welke dag"),
            ({"how": "asked", "asked_on": "2999-01-01"}, "Deze dag moet nog komen"),
            ({"how": "asked", "asked_on": "gisteren"}, "Geef de dag als"),
        ],
    )
    def test_what_is_missing(self, asked: Student, data: dict[str, str], said: str) -> None:
        response = asked.post("permission/", **data)

        assert response.status_code == 422
        assert said in text(response)
        assert asked.case.board == Board.MISSING

    def test_is_forgotten_when_it_is_not_needed(self, asked: Student) -> None:
        asked.post("permission/", how="coordinator")
        asked.write("extracurricular")

        assert asked.case.board == Board.MISSING
        assert asked.client.get(asked.at("permission/")).url == asked.at("continue/")
