"""What pages of text say of extracurricular courses: by the rule of each faculty."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import StudentProfile
from tests import factories
from tests.test_texts import LANGUAGES, OF_FACULTIES, address


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_extracurricular_is_named_for_whom_it_is_not_and_they_never_read_of_it(
    client: Client, language: str
) -> None:
    course = factories.EditionFactory.create().course
    faculty = factories.FacultyFactory.create(
        name_nl="Wetenschap", name_en="Wetenschap", no_extracurricular=True
    )
    pages = [address(name, language) for name in (*OF_FACULTIES, "coordinators")]
    name = f"{course.university.code.lower()}/{course.slug}"
    pages += [
        f"/{language}/courses/{name}/counts/",
        f"/{language}/courses/{name}/",
        f"/{language}/courses/compare/?c={name}",
    ]
    for page in pages[:2]:
        shown = " ".join(client.get(page).text.split())
        assert len(re.findall(r"\([^)]*Wetenschap\)", shown)) >= 1, page

    student = factories.StudentFactory.create()
    StudentProfile.objects.update(faculty=faculty)
    client.force_login(student)
    for page in pages:
        said = client.get(page, follow=True)
        assert said.status_code == 200, page
        assert not re.search("extra(&shy;|\xad)?curri", said.text, re.IGNORECASE), page


@pytest.mark.django_db
def test_faculties_without_extracurricular_are_named(client: Client) -> None:
    # In the order of their Dutch names, which the factory numbers.
    for name in ("Alchemy", "Botany"):
        factories.FacultyFactory.create(name_nl=name, name_en=name, no_extracurricular=True)
    factories.FacultyFactory.create(name_en="Cartography")

    text = client.get(address("registration-explained", "en")).text

    assert "<strong>Alchemy</strong> or <strong>Botany</strong>?" in text
    assert "Cartography" not in text


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_without_such_faculties_the_rule_is_still_explained(client: Client, language: str) -> None:
    text = client.get(address("registration-explained", language)).text

    assert 'id="extracurricular"' in text
    assert "#extracurricular" in client.get(address("how-it-works", language)).text
