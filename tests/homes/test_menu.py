"""The menu says where one is, also on pages whose address begins otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory
from django.urls import get_resolver, reverse
from django.urls.resolvers import LocalePrefixPattern
from django.utils import translation

from accounts.models import Role
from tests import factories
from vx_portal.homes import menu

# Under which item the pages of each part of a partner's portal stand.
STANDS = {
    "partner": "Students",
    "home-results": "Students",
    "partner-exams": "Exams",
    "partner-day": "Exams",
    "partner-transcripts": "Transcripts",
}


def pages() -> list[tuple[str, str]]:
    """The addresses under /partner/, with the part that they are of; a 1 for what they name."""
    (prefixed,) = (
        one for one in get_resolver().url_patterns if isinstance(one.pattern, LocalePrefixPattern)
    )
    found = []
    for part in prefixed.url_patterns:
        begin = str(part.pattern)
        if not begin.startswith("partner/"):
            continue
        for name in part.reverse_dict:
            if isinstance(name, str):
                path, wanted = part.reverse_dict.getlist(name)[0][0][0]
                found.append((part.namespace, f"/en/{begin}{path % dict.fromkeys(wanted, 1)}"))
    return found


def marked(address: str, user: Any) -> list[tuple[str, str]]:
    request = RequestFactory().get(address)
    request.user = user
    return [(one.label, one.current) for one in menu.destinations(request, user) if one.current]


@pytest.mark.parametrize("others", [True, False], ids=["as it is", "control"])
def test_every_page_of_a_partner_marks_where_it_is(
    db: None, others: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: by the address alone the exam days stood under Students."""
    if not others:
        monkeypatch.setattr(menu, "BELONGS", {})
    menu._places.cache_clear()
    user = factories.MemberFactory.create(role=Role.PARTNER)
    with translation.override("en"):
        known = pages()
        wrong = [
            (address, now)
            for part, address in known
            if (now := [label for label, _current in marked(address, user)]) != [STANDS[part]]
        ]
        assert marked(reverse("partner-exams:exams"), user) == [("Exams", "page")]
    menu._places.cache_clear()

    assert {part for part, _address in known} == set(STANDS)
    assert len(known) >= 12
    assert (wrong == []) is others
    assert all("/exam-days/" in address for address, _now in wrong)
