"""Names in the database, plain: as the catalogue's search makes them."""

from __future__ import annotations

import pytest

from accounts.models import User
from courses.plain import Plain, has
from courses.search import plain
from tests import factories

NAMES = ["Zoë MÜLLER", "Ångström", "İbrahim Yıldız", "Łukasz Đorđević", "Œuvre Æsir", "Straße"]
NAMES += ["Bø Ødegård", "O'Brien 100%_", "Nguyễn", "李雷", "Þór", "plain"]


@pytest.mark.django_db
def test_the_database_makes_of_a_name_what_the_search_does() -> None:
    people = [factories.UserFactory.create(name=name) for name in NAMES]
    found = User.objects.annotate(made=Plain("name")).values_list("name", "made")

    assert dict(found) == {name: plain(name) for name in NAMES}
    for person, words in zip(people, NAMES, strict=True):
        assert User.objects.filter(has("name", words.swapcase())).get() == person
    assert User.objects.filter(has("name", "%_")).get().name == "O'Brien 100%_"
