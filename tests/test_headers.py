"""What every answer says to the browser, and that no form of another site is taken."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from django.test import Client
from django.urls import resolve

from tests.access import EVERYONE, VISITOR, Address
from tests.addresses import ADDRESSES
from tests.world import build_world

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
REFERRER = {"same-origin", "no-referrer"}
POLICY = ("default-src 'none'", "frame-ancestors 'none'")  # of any answer
PAGES = (*POLICY, "object-src 'none'", "base-uri 'none'", "script-src 'self'", "style-src 'self'")
# A calendar program asks again and again, and keeps what has not changed; the look is everybody's.
MAY_BE_KEPT = {"exchange:feed", "logo", "theme", "theme-icon"}


def faults(headers: Mapping[str, str]) -> set[str]:
    """What `headers` of one answer lack, or should not say."""
    found = {name for name, value in EVERYWHERE.items() if headers.get(name) != value}
    if headers.get("Referrer-Policy") not in REFERRER:
        found.add("Referrer-Policy")
    html = headers.get("Content-Type", "").startswith("text/html")
    policy = headers.get("Content-Security-Policy", "")
    found |= {f"CSP {part}" for part in (PAGES if html else POLICY) if part not in policy}
    if "unsafe" in policy or "*" in policy:
        found.add("CSP too wide")
    if (
        headers.get("Content-Type", "").startswith("text/")
        and "charset" not in (headers["Content-Type"])
    ):
        found.add("no charset")
    found |= {name for name in headers if name.startswith("Access-Control-") or name == "Server"}
    return found


@pytest.mark.parametrize("who", [VISITOR, "office"])
def test_every_answer_has_them(db: None, who: str) -> None:
    world = build_world()
    client = world.client(who)
    wrong = {}
    for name in ADDRESSES:
        answer = client.get(world.path(name))
        if found := faults(answer.headers):
            wrong[name] = (answer.status_code, found)
        stored = "no-store" not in answer.headers.get("Cache-Control", "")
        if who != VISITOR and stored and name not in MAY_BE_KEPT:
            wrong[name] = (answer.status_code, {"may be stored"})

    assert wrong == {}


def test_a_missing_one_would_be_seen(client: Client, db: None) -> None:
    said = dict(client.get("/nl/help/").headers)
    assert faults(said) == set()

    for name in (*EVERYWHERE, "Referrer-Policy", "Content-Security-Policy"):
        assert faults({key: value for key, value in said.items() if key != name}), name
    assert faults({**said, "Access-Control-Allow-Origin": "*"})
    assert faults({**said, "Content-Security-Policy": said["Content-Security-Policy"] + " *"})
    assert faults({**said, "Content-Type": "text/html"})


def test_no_form_is_taken_without_the_token_of_our_own_page(db: None) -> None:
    """But by a link with a secret of its own, which no other site knows and no session helps."""
    world = build_world()
    taken, with_session = set(), set()
    for name, row in ADDRESSES.items():
        if row.post is None:
            continue
        path = world.path(name)
        view = resolve(path).func
        if getattr(view, "csrf_exempt", False):
            if getattr(view, "login_required", True):
                with_session.add(name)
            continue
        client = world.client(_somebody(row))
        client.handler.enforce_csrf_checks = True
        if client.post(path).status_code != 403:
            taken.add(name)

    assert (taken, with_session) == (set(), set())


def _somebody(row: Address) -> str:
    """One of those who may send this form."""
    allowed = (row.post or EVERYONE) - row.hidden
    return sorted(allowed or EVERYONE)[0]
