"""The office's pages for imports."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from courses.models import Course, ImportRun, PublicState
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/nl/office/imports/"
HEAD = "university,code,title,ec\n"
type SignIn = Callable[[User], Client]


@pytest.fixture
def desk(sign_in: SignIn, office: User) -> Client:
    return sign_in(office)


@pytest.fixture
def solar() -> Course:
    university = factories.UniversityFactory.create(code="UQ")
    return factories.CourseFactory.create(
        university=university, code="SOL1", title="Solar Energy", ec=5
    )


def upload(client: Client, text: str | bytes, name: str = "a.csv") -> str:
    """Send the file; the address of its differences."""
    content = text.encode() if isinstance(text, str) else text
    answer = client.post(PAGE, {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def test_from_file_to_catalogue(desk: Client, solar: Course) -> None:
    address = upload(desk, f"{HEAD}UQ,SOL1,Solar Energy,6\nUQ,H,Water,3\n")
    page = desk.get(address).content.decode()
    assert "Solar Energy" in page
    assert "<del>5</del>" in page
    assert "<ins>6</ins>" in page

    shown = f"c{solar.pk}.ec n1"
    sent = {"do": "apply", "shown": shown, "accept": ["n1"]}
    answer = desk.post(f"{address}choose/", sent, follow=True)
    seen = answer.context["seen"]
    answer = desk.post(f"{address}apply/", {"seen": seen}, follow=True)

    solar.refresh_from_db()
    assert solar.ec == 5
    assert Course.objects.get(title="Water").state == "draft"
    assert answer.status_code == 200
    assert "a.csv" in desk.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.csv", b"nonsense"),
        ("a.exe", b"MZ"),
        ("a.xlsx", b"PK"),
        ("a.csv", "university,title\nUQ,Énergie\n".encode("cp1252")),
        ("a.csv", b"university,title\nNOBODY,Solar\n"),
        ("\x00.csv", b"university,title\nNOBODY,Solar\n"),
        ("x" * 200 + ".csv", b"university,title\nUQ,Solar\n"),
    ],
)
def test_a_bad_file_is_422_and_says_why(desk: Client, name: str, content: bytes) -> None:
    answer = desk.post(PAGE, {"file": SimpleUploadedFile(name, content)})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    "record",
    [
        r'"title": "Sun \ud83d"',
        r'"title": "Sun", "Sun \ud83d": 1',
        r'"title": "Sun", "language": "Sun \ud83d"',
    ],
)
def test_half_a_character_is_shown_as_one_that_can_be_written(desk: Client, record: str) -> None:
    """In a value, in the name of a column, and in words about a value."""
    text = f'{{"courses": [{{"university": "UQ", {record}}}]}}'.encode()

    answer = desk.post(PAGE, {"file": SimpleUploadedFile("a.json", text)})

    assert answer.status_code == 422
    assert "Sun" in answer.content.decode()


def test_no_file(desk: Client) -> None:
    assert desk.post(PAGE).status_code == 422


def test_each_mistake_is_in_the_report(desk: Client, solar: Course) -> None:
    text = f"{HEAD}UQ,SOL1,Solar Energy,many\nUQ,H,,3\n".encode()

    page = desk.post(PAGE, {"file": SimpleUploadedFile("a.csv", text)}).content.decode()

    assert "<q>many</q>" in page
    assert "<code>title</code>" in page


def test_stale_is_409_with_the_new_difference(desk: Client, solar: Course) -> None:
    address = upload(desk, f"{HEAD}UQ,SOL1,Solar Energy,6\n")
    seen = desk.get(f"{address}apply/").context["seen"]
    Course.objects.filter(pk=solar.pk).update(ec=9)

    answer = desk.post(f"{address}apply/", {"seen": seen})

    assert answer.status_code == 409
    assert "<del>9</del>" in answer.content.decode()
    solar.refresh_from_db()
    assert solar.ec == 9


def test_what_is_closed_is_told(desk: Client, solar: Course) -> None:
    address = upload(desk, f"{HEAD}UQ,SOL1,Solar Energy,6\n")
    assert desk.post(f"{address}discard/").status_code == 302

    assert desk.post(f"{address}discard/").status_code == 409
    assert desk.post(f"{address}choose/", {"do": "save"}).status_code == 409
    assert desk.post(f"{address}apply/", {"seen": ""}).status_code in {302, 409}
    assert desk.get(address).status_code == 200


def test_what_breaks_a_rule_is_422(desk: Client, solar: Course) -> None:
    Course.objects.filter(pk=solar.pk).update(level="bachelor", level_number=200)
    address = upload(desk, "university,code,title,level\nUQ,SOL1,Solar Energy,master\n")
    answer = desk.get(f"{address}apply/")
    assert answer.context["problems"]

    assert desk.post(f"{address}apply/", {"seen": answer.context["seen"]}).status_code == 422


def test_tick_everything_that_is_found(desk: Client, solar: Course) -> None:
    rows = "".join(f"UQ,C{n},Course {n},3\n" for n in range(40))
    address = upload(desk, HEAD + rows)

    desk.post(f"{address}choose/", {"do": "none", "query": "q=course+13"})

    run = ImportRun.objects.get()
    assert run.choices == {"n13": False}
    desk.post(f"{address}choose/", {"do": "all", "query": ""})
    run.refresh_from_db()
    assert all(run.choices.values())
    assert f"c{solar.pk}" in run.choices


def test_all_of_one_kind_ticks_nothing_of_another(desk: Client, solar: Course) -> None:
    gone = factories.EditionFactory.create(course=solar)
    fields = "university,code,title,ec,period,starts_on,ends_on\n"
    days = f"{factories.days(200)},{factories.days(260)}"
    address = upload(desk, f"{fields}UQ,SOL1,Solar Energy,6,{gone.period},{days}\n")

    desk.post(f"{address}choose/", {"do": "all", "query": "kind=changed"})

    chosen = ImportRun.objects.get().choices
    assert chosen == {f"c{solar.pk}.ec": True}, "its edition that vanished is left"


@pytest.mark.parametrize(
    "query", ["?page=abc", "?page=-1", "?kind=x", "?q=%00", "?q=" + "x" * 10_000, "?page=999999"]
)
def test_nonsense_in_the_address(desk: Client, solar: Course, query: str) -> None:
    address = upload(desk, f"{HEAD}UQ,SOL1,Solar Energy,6\n")

    assert desk.get(f"{address}{query}").status_code == 200
    assert desk.get(f"{PAGE}{query}").status_code == 200


def test_nonsense_in_what_is_sent(desk: Client, solar: Course) -> None:
    address = upload(desk, f"{HEAD}UQ,SOL1,Solar Energy,6\n")

    sent = {"do": "x\x00", "shown": "a b \x00", "accept": ["\x00"], "query": "\x00=1", "page": "x"}
    assert desk.post(f"{address}choose/", sent).status_code == 302
    assert desk.post(f"{address}apply/", {"seen": "\x00"}).status_code == 409
    assert desk.get(f"{PAGE}template-people.csv").status_code == 404
    assert desk.get(f"{PAGE}template-courses.exe").status_code == 404
    assert desk.get(f"{PAGE}99999/").status_code == 404


def test_the_search_answers_with_a_part(desk: Client, solar: Course) -> None:
    address = upload(desk, f"{HEAD}UQ,SOL1,Solar Energy,6\nUQ,H,Water,3\n")

    answer = desk.get(f"{address}?q=water", headers={"HX-Request": "true"})

    assert "HX-Request" in answer["Vary"]
    assert "<html" not in answer.content.decode()
    assert "Solar Energy" not in answer.content.decode()


def test_auditors_read_and_change_nothing(desk: Client, sign_in: SignIn, solar: Course) -> None:
    address = upload(desk, f"{HEAD}UQ,SOL1,Solar Energy,6\n")
    sign_in(factories.MemberFactory.create(role=Role.AUDITOR))

    assert desk.get(PAGE).status_code == 200
    assert (
        "<button"
        not in desk.get(address)
        .content.decode()
        .partition("<main")[2]
        .replace('<button class="btn small">', "")
        .partition("</main>")[0]
    )
    file = SimpleUploadedFile("a.csv", HEAD.encode())
    for path, sent in (
        (PAGE, {"file": file}),
        *[(f"{address}{do}/", {}) for do in ("choose", "apply", "discard")],
    ):
        assert desk.post(path, sent).status_code == 403


def test_others_are_refused(sign_in: SignIn) -> None:
    client = sign_in(factories.StudentFactory.create())

    for path in (PAGE, f"{PAGE}1/", f"{PAGE}columns/", "/nl/office/export/?format=json"):
        assert client.get(path).status_code == 403


def test_the_same_queries_for_one_and_three(desk: Client, solar: Course) -> None:
    def asked(rows: int) -> tuple[int, int]:
        text = HEAD + "".join(f"UQ,C{n},Course {n},3\n" for n in range(rows))
        address = upload(desk, text)
        desk.get(address)
        counts = []
        for path in (address, PAGE):
            with CaptureQueriesContext(connection) as queries:
                desk.get(path)
            counts.append(len(queries))
        return counts[0], counts[1]

    assert asked(1) == asked(3)
    assert max(asked(3)) <= 12


def test_what_is_withdrawn_in_the_portal_is_named(desk: Client, solar: Course) -> None:
    """Where nothing differs, and beside what differs; the office would wait for it in vain."""
    edition = factories.EditionFactory.create(course=solar, state=PublicState.WITHDRAWN)
    link = f'<a href="/nl/office/courses/{solar.pk}/">Solar Energy</a>'
    head = f"{HEAD.strip()},starts_on,ends_on,period\n"
    days = f"{edition.starts_on},{edition.ends_on},{edition.period}"
    row = f"UQ,SOL1,Solar Energy,5,{days}\n"

    page = desk.get(upload(desk, f"{head}{row}")).content.decode()
    assert f"{link}," in page
    Course.objects.filter(pk=solar.pk).update(state=PublicState.WITHDRAWN)
    for text in (row, f"{row}UQ,H,Water,3,,,\n"):
        page = desk.get(upload(desk, f"{head}{text}")).content.decode()
        assert page.count(link) == 1
        assert f"{link}," not in page
    Course.objects.filter(pk=solar.pk).update(state=PublicState.PUBLISHED)
    edition.state = PublicState.PUBLISHED
    edition.save()
    assert link not in desk.get(upload(desk, f"{head}{row}")).content.decode()
