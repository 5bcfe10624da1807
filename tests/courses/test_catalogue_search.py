"""What the catalogue finds and counts, against a search that is slow and plain."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses import isced
from courses.catalogue import Catalogue, Entry, current_catalogue, texts_of
from courses.facets import FACETS
from courses.models import Course, Edition
from courses.models.course import Assessment, PublicState
from courses.search import read_query, words_of
from courses.selection import find, read_selection
from tests.courses.listing import LISTING, change_offer, get, titles
from tests.factories import CourseFactory, EditionFactory, UniversityFactory, days

pytestmark = pytest.mark.django_db


# --- The engine against one that is slow and plain ----------------------------------------------


def some_offer(seed: int) -> Catalogue:
    """Thirty courses of five universities, with none to three editions each."""
    rng = random.Random(seed)
    words = [
        "topology",
        "matter",
        "quantum",
        "Étude",
        "łaska",
        "law",
        "history",
        "water",
        "and",
        "of",
        "introduction",
    ]
    universities = [UniversityFactory.create(code=f"U{n}", city=f"City {n}") for n in range(5)]
    for number in range(30):
        assessment = rng.choice(["", *Assessment.values])
        level, step = rng.choice([("bachelor", 200), ("master", 500), ("master", None), ("", None)])
        course = CourseFactory.create(
            university=rng.choice(universities),
            title=" ".join(rng.choices(words, k=3)),
            about_en=" ".join(rng.choices(words, k=8)),
            about_nl="",
            language=rng.choice(["en", "nl", ""]),
            level=level,
            level_number=step,
            ec=rng.choice([None, Decimal("2.5"), Decimal(5), Decimal("7.5")]),
            field=rng.choice(["", *isced.NARROW]),
            assessment=assessment,
            honours=rng.random() < 0.3,
            code=f"AB-{number}",
        )
        for run in range(rng.randint(0, 3)):
            exam = assessment in {"exam", "both"}
            start = days(rng.randint(-100, 40) + 150 * run)
            EditionFactory.create(
                course=course,
                period=rng.choice(Edition.Period.values),
                starts_on=start,
                assessment=rng.choice([assessment, ""]) if exam else assessment,
                exam_kind=rng.choice(["", *Edition.ExamKind.values]) if exam else "",
                exam_on=start + timedelta(days=rng.randint(1, 90)) if exam else None,
                places=rng.choice([None, 0, 10]),
            )
    change_offer()
    return current_catalogue()


class Plain:
    """Finds what the catalogue should find, by looking at every entry."""

    def __init__(self, offer: Catalogue) -> None:
        self.rows = []
        self.vocabulary: set[str] = set()
        for _position, entry in sorted(offer.entries.items()):
            words = {word for _weight, text in texts_of(entry.course) for word in words_of(text)}
            words.add("".join(words_of(entry.course.code)))
            has = {name: set(facet.values(entry, offer.day)) for name, facet in FACETS.items()}
            if entry.edition and entry.edition.free != 0:
                has["places"] = {"free"}
            self.vocabulary |= words
            self.rows.append((entry, words, has))

    def find(self, words: list[str], chosen: dict[str, tuple[str, ...]]) -> dict[int, Entry]:
        """Per course the first entry that has everything."""
        found: dict[int, Entry] = {}
        for entry, has_words, has in self.rows:
            if all(self.says(has_words, word) for word in words) and all(
                has[name] & set(values) for name, values in chosen.items()
            ):
                found.setdefault(entry.course.pk, entry)
        return found

    def says(self, has: set[str], word: str) -> bool:
        by_start = len(word) >= 3 or word not in self.vocabulary
        return word in has or (by_start and any(each.startswith(word) for each in has))


@pytest.mark.parametrize("seed", [1, 2])
def test_finds_and_counts_as_a_plain_search_does(seed: int) -> None:
    offer = some_offer(seed)
    plain = Plain(offer)
    choose = st.fixed_dictionaries(
        {},
        optional={
            name: st.sets(st.sampled_from(list(masks)), max_size=3)
            for name, masks in offer.masks.items()
            if masks
        },
    )
    some_words = st.lists(
        st.sampled_from(["topol", "matter", "etude", "lask", "ab", "u1", "of", "x"]), max_size=2
    )

    @settings(max_examples=50, suppress_health_check=list(HealthCheck))
    @given(choose, some_words, st.sampled_from(["start", "ec"]))
    def check(chosen: dict[str, set[str]], texts: list[str], sort: str) -> None:
        params = QueryDict(mutable=True)
        for name, some in chosen.items():
            params.setlist(name, sorted(some))
        params["q"], params["sort"] = " ".join(texts), sort
        selection = read_selection(params, offer)
        words = read_query(selection.words)
        found = find(offer, selection)
        expected = plain.find(words, dict(selection.chosen))
        assert found.count == len(expected)
        if found.pages == 1:
            shown = [offer.entries[position] for position in found.positions]
            assert {entry.course.pk: entry for entry in shown} == expected
        for name, counts in found.counts.items():
            others = {k: v for k, v in selection.chosen.items() if k != name}
            for value, count in counts.items():
                assert count == len(plain.find(words, {**others, name: (value,)})), (name, value)

    check()


@given(
    st.dictionaries(
        st.sampled_from([*FACETS, "q", "sort", "page", "x"]),
        st.lists(st.text(max_size=8), max_size=3),
    )
)
@settings(max_examples=80, suppress_health_check=list(HealthCheck))
def test_any_address_is_read_and_written_back_the_same(params: dict[str, list[str]]) -> None:
    offer = current_catalogue()
    address = QueryDict(mutable=True)
    for name, values in params.items():
        address.setlist(name, values)

    selection = find(offer, read_selection(address, offer)).selection
    again = read_selection(QueryDict(selection.query.removeprefix("?")), offer)

    assert again.query == selection.query
    assert find(offer, again).selection.page == selection.page


# --- Finding ------------------------------------------------------------------------------------


@pytest.fixture
def topology() -> Course:
    """The course that everybody must be able to find, with another beside it."""
    delft = UniversityFactory.create(code="TUD", name="TU Delft", city="Delft", country="NL")
    course = CourseFactory.create(
        university=delft, title="Topology in Condensed Matter", code="AP-3211", field="053"
    )
    EditionFactory.create(course=course)
    other = CourseFactory.create(title="Éléments d'histoire", language="fr", field="022")
    EditionFactory.create(course=other)
    return course


@pytest.mark.parametrize(
    "words",
    [
        "topology",
        "TOPOLOGY condensed",
        "matter topol",
        "tópology",
        "ap3211",
        "AP 3211",
        "ap-3211",
        "tud",
        "delft",
        "nederland topology",
        "netherlands",
        "natuurwetenschappen topology",
        "physical sciences",
        "to",
        "the topology of matter in Delft",
    ],
)
def test_search_finds_by_any_of_its_words(client: Client, topology: Course, words: str) -> None:
    assert titles(get(client, f"/nl/courses/?q={words}")) == [topology.title]


@pytest.mark.parametrize("words", ["elements HISTOIRE", "élém", "d'histoire"])
def test_accents_and_case_do_not_matter(client: Client, topology: Course, words: str) -> None:
    assert len(titles(get(client, f"{LISTING}?q={words}"))) == 1


def test_a_title_weighs_more_than_a_description(client: Client) -> None:
    late = EditionFactory.create(course__title="Quantum Law", starts_on=days(200))
    soon = EditionFactory.create(
        course__title="Chemistry", course__about_en="About quantum things.", starts_on=days(40)
    )

    by_relevance = titles(get(client, f"{LISTING}?q=quantum"))
    by_start = titles(get(client, f"{LISTING}?q=quantum&sort=start"))

    assert by_relevance == [late.course.title, soon.course.title]
    assert by_start == by_relevance[::-1]


def test_a_slip_of_the_pen_gets_a_suggestion(client: Client, topology: Course) -> None:
    page = get(client, "/nl/courses/?q=topologie")

    assert titles(page) == []
    assert 'href="/nl/courses/?q=topology"' in page


def test_filters_hold_for_one_and_the_same_edition(client: Client) -> None:
    course = CourseFactory.create()
    EditionFactory.create(course=course, period="autumn", exam_kind="paper", starts_on=days(40))
    EditionFactory.create(course=course, period="spring", exam_kind="oral", starts_on=days(240))

    assert titles(get(client, f"{LISTING}?period=autumn&exam=oral")) == []
    page = get(client, f"{LISTING}?period=spring&exam=oral")
    assert titles(page) == [course.title]
    assert f'datetime="{days(240):%Y-%m-%d}"' in page  # the edition that matches is shown


def test_drafts_and_those_that_left_are_not_shown(client: Client) -> None:
    EditionFactory.create(course__title="Shown")
    EditionFactory.create(course__state=PublicState.DRAFT, course__published_at=None)
    EditionFactory.create(course__university__participating_until=days(-1))
    withdrawn = EditionFactory.create(course__title="No edition", state=PublicState.WITHDRAWN)

    shown = titles(get(client, LISTING))

    assert shown == ["Shown", withdrawn.course.title]  # the last without dates, at the end


def test_a_course_without_dates_stands_last_and_says_so(client: Client) -> None:
    CourseFactory.create(title="A first by title")
    EditionFactory.create(course__title="Z")
    EditionFactory.create(course__title="Over", starts_on=days(-200))

    page = get(client, LISTING)

    assert titles(page) == ["Z", "A first by title", "Over"]
    assert page.count("no dates yet") == 2


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("start", ["Late deadline", "Soon", "Closed"]),
        ("deadline", ["Soon", "Late deadline", "Closed"]),
        ("ec", ["Closed", "Soon", "Late deadline"]),
        ("title", ["Closed", "Late deadline", "Soon"]),
        ("nonsense", ["Late deadline", "Soon", "Closed"]),
    ],
)
def test_sorting(client: Client, sort: str, expected: list[str]) -> None:
    for title, start, close, ec in (
        ("Soon", 90, 3, 5),
        ("Late deadline", 50, 45, 7),
        ("Closed", 20, -3, 3),
    ):
        EditionFactory.create(
            course__title=title,
            course__ec=ec,
            starts_on=days(start),
            applications_open_on=days(-60),
            applications_close_on=days(close),
        )

    assert titles(get(client, f"{LISTING}?sort={sort}")) == expected


@pytest.mark.parametrize(
    ("typed", "ticked"),
    [("4", "3-5"), ("2,5", "0-3"), ("7.5", "5+"), ("3-5", "3-5"), ("5%2B", "5+")],
)
def test_a_number_of_credits_is_read_as_its_range(client: Client, typed: str, ticked: str) -> None:
    EditionFactory.create()

    page = get(client, f"{LISTING}?ec={typed}")

    assert f'name="ec" value="{ticked}" checked' in page
