"""What messages say, as the office words it: refusals, previews, versions, and the message sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from courses import house
from paperwork.composing import SAMPLES, compose
from paperwork.forms.wording import refusals
from paperwork.mails import message as mail_of
from paperwork.models import Event, Notice, SettingVersion
from paperwork.registry import NOTICES
from paperwork.services.notices import owe_notice
from paperwork.services.settings import save_setting
from paperwork.wordings import Message, messages, name_of, worded
from tests import factories


def text(kind: str, has: str) -> Message:
    """The first text of `kind` with `has` in it."""
    return next(one for one in messages(kind) if has in one.singular)


ONE = text("exams.published", "You sit the exam of")
PATH = f"/en/office/texts/exams.published/{ONE.digest}/"
DUTCH = "Je maakt het tentamen {course} van {host} in {city}. Kom op tijd, 100% zeker."
ENGLISH = "Your exam {course} of {host} is in {city}. Be there in time, 100% sure."


@pytest.fixture
def staff(sign_in: Callable[[User], Client], office: User) -> Client:
    return sign_in(office)


def typed(dutch: str = DUTCH, english: str = ENGLISH, seen: int = 0, **more: str) -> dict[str, Any]:
    return {"nl_0": dutch, "en_0": english, "seen": seen, "why": "", **more}


def sure_of(page: str) -> str:
    return page.split('name="sure" value="')[1].split('"')[0]


def word(dutch: str = DUTCH, english: str = ENGLISH, seen: int = 0) -> None:
    value = {"nl": [dutch], "en": [english]}
    save_setting(name_of("exams.published", ONE), value, seen=seen, by=None)


@pytest.mark.django_db
class TestSaving:
    def test_it_is_shown_first_and_then_saved(self, staff: Client) -> None:
        shown = staff.post(PATH, typed())

        assert shown.status_code == 200
        assert "Your exam Introduction to Topology of The University of Queensland" in shown.text
        assert "Kom op tijd, 100% zeker." in shown.text
        assert not SettingVersion.objects.exists()

        saved = staff.post(PATH, typed(why="Many are late", sure=sure_of(shown.text)))

        assert saved.status_code == 302
        row = SettingVersion.objects.get()
        assert (row.number, row.why) == (1, "Many are late")
        assert row.value == {"nl": [DUTCH], "en": [ENGLISH]}
        assert Event.objects.about(row).get().details == {"setting": row.name, "version": 1}

    def test_what_was_changed_after_it_was_shown_is_shown_again(self, staff: Client) -> None:
        sure = sure_of(staff.post(PATH, typed()).text)

        answer = staff.post(PATH, typed(english=ENGLISH + " Bring a pen.", sure=sure))

        assert answer.status_code == 200
        assert not SettingVersion.objects.exists()

    @pytest.mark.parametrize(
        ("dutch", "says"),
        [
            (DUTCH.replace("{host}", "{hots}"), "{hots} stands for nothing here. There are: "),
            (DUTCH.replace("{host}", "de gast"), "{host} is missing. There are: {course}, {host}"),
            (DUTCH + " {user.password}", "{user.password} stands for nothing here."),
            (DUTCH + " {", "A brace stands alone."),
            (DUTCH + " {{course}}", "A brace stands alone."),
            (DUTCH + " {% include 'x' %}", "stands for nothing here."),
            ("", "This field is required."),
            ("x" * 1501 + DUTCH, "at most 1500 characters"),
        ],
    )
    def test_a_name_that_there_is_not_or_that_is_missing_is_refused_at_the_field(
        self, staff: Client, dutch: str, says: str
    ) -> None:
        answer = staff.post(PATH, typed(dutch))

        assert answer.status_code == 422
        error = answer.text.split('id="id_nl_0_error"')[1].split("</")[0]
        assert says in error.replace("&#x27;", "'")
        assert 'id="id_en_0_error"' not in answer.text
        assert not SettingVersion.objects.exists()

    def test_the_same_again_is_no_change(self, staff: Client) -> None:
        word()
        assert staff.post(PATH, typed(seen=1)).status_code == 422

    def test_of_two_at_once_the_second_sees_the_first(self, staff: Client) -> None:
        sure = sure_of(staff.post(PATH, typed()).text)
        word("Tentamen {course}, {host}.", "Exam {course}, {host}.")

        answer = staff.post(PATH, typed(sure=sure))

        assert answer.status_code == 409
        assert "Exam {course}, {host}." in answer.text
        assert "Be there in time" in answer.text
        assert SettingVersion.objects.count() == 1

    def test_an_auditor_reads_and_cannot_write(self, sign_in: Callable[[User], Client]) -> None:
        auditor = sign_in(factories.MemberFactory.create(role="auditor"))

        assert "<textarea" not in auditor.get(PATH).text
        assert auditor.post(PATH, typed()).status_code == 403

    @pytest.mark.parametrize("path", ["nothing/", "exams.published/123456789012/"])
    def test_a_text_that_there_is_not_is_not_found(self, staff: Client, path: str) -> None:
        assert staff.get(f"/en/office/texts/{path}").status_code == 404


@pytest.mark.django_db
class TestVersions:
    def test_an_earlier_one_is_put_back_as_a_new_one(self, staff: Client) -> None:
        word()
        word("Tentamen {course}, {host}.", "Exam {course}, {host}.", seen=1)

        answer = staff.post(f"{PATH}back/", {"number": 1, "seen": 2})

        assert answer.status_code == 302
        assert worded("exams.published", "en") == {ONE.key: (ENGLISH,)}
        assert SettingVersion.objects.count() == 3

    def test_back_to_how_it_comes(self, staff: Client) -> None:
        word()
        staff.post(f"{PATH}back/", {"number": 0, "seen": 1})
        assert worded("exams.published", "en") == {}

    def test_over_what_another_has_saved_it_is_not_put_back(self, staff: Client) -> None:
        word()
        assert staff.post(f"{PATH}back/", {"number": 0, "seen": 0}).status_code == 409
        assert staff.post(f"{PATH}back/", {"number": 7, "seen": 1}).status_code == 302
        assert SettingVersion.objects.count() == 1


@pytest.mark.django_db
class TestMessages:
    def test_it_is_what_the_reader_gets_in_both_languages_in_the_portal_and_by_mail(self) -> None:
        one = text("test", "messages arrive")
        own = {"nl": ["Dit schrijft het bureau, 100%."], "en": ["So says the office, 100%."]}
        before = {}
        for language in ("nl", "en"):
            reader = factories.UserFactory.create(language=language)
            owe_notice("test", f"before-{language}", reader, {})
            before[language] = Notice.objects.get(key=f"before-{language}").text
        save_setting(name_of("test", one), own, seen=0, by=None)

        for language, said in own.items():
            reader = factories.UserFactory.create(language=language)
            owe_notice("test", f"after-{language}", reader, {})
            notice = Notice.objects.get(key=f"after-{language}")
            assert notice.text == said[0] != before[language]
            mail = mail_of(notice)
            assert said[0] in str(mail.body)
            assert said[0] in str(mail.alternatives[0].content)

    def test_what_a_page_puts_in_is_never_looked_up(self) -> None:
        """A course called "{city}" is called so."""
        from django.template import Context, Template

        template = Template("{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}")
        facts = {
            "name": "{city} %(x)s",
            "worded": {("", "Hello %(name)s"): ("{name} in {city}, 5%",)},
        }
        with translation.override("en"):
            assert template.render(Context(facts)) == "{city} %(x)s in Leiden, 5%"
            assert template.render(Context({"name": "you"})) == "Hello you"
            facts["name"] = "<b>"
            assert template.render(Context(facts)) == "&lt;b&gt; in Leiden, 5%"

    def test_a_plural_has_two(self) -> None:
        from django.template import Context, Template

        template = Template(
            "{% blocktranslate count n=n %}one{% plural %}{{ n }} of them{% endblocktranslate %}"
        )
        own = {("", "one"): ("just one", "all {n}")}
        with translation.override("en"):
            said = [template.render(Context({"n": n, "worded": own})) for n in (1, 4)]
        assert said == ["just one", "all 4"]


def test_what_is_wrong_with_places_is_said_with_those_that_there_are() -> None:
    with translation.override("en"):
        assert refusals("{a} {b}", ["a"], ["a", "b"]) == []
        assert refusals("a", ["a"], ["a", "b"]) == ["{a} is missing. There are: {a}, {b}."]
        assert len(refusals("{c}", ["a"], ["a"])) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("kind", sorted(NOTICES))
def test_each_message_can_be_seen_with_samples(kind: str) -> None:
    for language in ("nl", "en"):
        for one in [None, *messages(kind)]:
            seen = compose(kind, language, {}, shows=one)
            assert seen.subject
            assert "{" not in f"{seen.subject}{seen.text}{seen.words}"
    assert [name for one in messages(kind) for name in one.places if name not in SAMPLES] == []


@pytest.mark.django_db
def test_each_text_as_it_comes_would_be_taken() -> None:
    """A control of the rules: what the portal says itself keeps to them."""
    for kind in NOTICES:
        for one in messages(kind):
            for language in ("nl", "en"):
                for said in one.said(language):
                    assert refusals(said, [], one.allowed) == [], (kind, said)


@pytest.mark.django_db
def test_pages_ask_the_same_for_few_texts_and_for_many(
    staff: Client, django_assert_num_queries: Any
) -> None:
    for path in ("", "exams.published/"):
        staff.get(f"/en/office/texts/{path}")
        with django_assert_num_queries(6):
            staff.get(f"/en/office/texts/{path}")
    word()
    house.forget()
    for path in ("", "exams.published/"):
        staff.get(f"/en/office/texts/{path}")
        with django_assert_num_queries(6):
            page = staff.get(f"/en/office/texts/{path}").text
        assert "Worded by the office" in page


@pytest.mark.django_db
def test_the_list_has_the_pills_of_the_office(staff: Client) -> None:
    page = staff.get("/en/office/texts/").text

    assert '<a href="/en/office/texts/" aria-current="true">Texts of messages</a>' in page
    assert ">Background work</a>" in page
