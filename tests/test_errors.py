"""Refusals: the portal's look, the reader's language, and what to do."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
)
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from django.views.decorators.http import require_POST

from accounts.models import User
from tests import factories
from vx_portal import errors
from vx_portal import urls as real
from vx_portal.http import PortalRequest, WrongRoleError

handler400, handler403 = errors.bad_request, errors.forbidden
handler404, handler500 = errors.not_found, errors.server_error
RAISED = {
    "400": SuspiciousOperation("odd"),
    "403": PermissionDenied("no"),
    "403-roles": WrongRoleError("office", "auditor"),
    "413": RequestDataTooBig("large"),
    "413-fields": TooManyFieldsSent("many"),
    "500": ValueError("broken"),
}


@login_not_required
def fail(request: PortalRequest, kind: str) -> HttpResponse:
    if kind in RAISED:
        raise RAISED[kind]
    if kind == "409":
        typed = [("About", "Stars & planets")]
        what = "Ada has just confirmed it."
        return errors.conflict(request, {"what": what, "typed": typed, "back": "/nl/x/"})
    if kind == "429":
        return errors.too_many(request)
    return HttpResponse(str(request.user))


@login_not_required
@require_POST
def only_post(request: PortalRequest) -> HttpResponse:
    return HttpResponse("posted")


urlpatterns = [
    path("nl/fail/<str:kind>/", fail),
    path("en/fail/<str:kind>/", fail),
    path("fail/<str:kind>/", fail),
    path("nl/only-post/", only_post),
    *real.urlpatterns,
]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.test_errors")]


@pytest.fixture(autouse=True)
def _nothing_was_swallowed() -> None:
    """Errors in the log are what these tests are about."""


@pytest.fixture
def visitor() -> Client:
    """A visitor whose errors are answered, not raised."""
    return Client(raise_request_exception=False)


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        ("400", 400, "Ga terug naar de pagina"),
        ("403", 403, "programmabureau"),
        ("403-roles", 403, "Programmabureau"),
        ("409", 409, "Ada has just confirmed it."),
        ("413", 413, "kleiner bestand"),
        ("413-fields", 413, "kleiner bestand"),
        ("429", 429, "over vijf minuten"),
        ("500", 500, "kenmerk"),
        ("only-post", 405, "gebruik de knop"),
        ("nowhere", 404, "Zoek in de vakken"),
    ],
)
def test_each_says_what_to_do(visitor: Client, kind: str, status: int, said: str) -> None:
    address = f"/nl/{kind}/" if kind in {"only-post", "nowhere"} else f"/nl/fail/{kind}/"

    answer = visitor.get(address)

    assert answer.status_code == status
    assert said in words(answer)
    html = answer.content.decode()
    assert '<html lang="nl"' in html
    assert html.count("<h1>") == 1
    assert "app.css" in html
    assert "Traceback" not in html
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert not answer.cookies


def test_also_in_english(visitor: Client) -> None:
    assert "Something broke at our end" in words(visitor.get("/en/fail/500/"))
    assert "This line does not stop here" in words(visitor.get("/en/nowhere/"))


@pytest.mark.parametrize("kind", ["400", "403-roles", "413", "500"])
def test_outside_the_languages_in_the_readers(visitor: Client, kind: str) -> None:
    english = visitor.get(f"/fail/{kind}/", headers={"Accept-Language": "en-GB,en"})
    by_choice = visitor.get(
        f"/fail/{kind}/", headers={"Accept-Language": "en", "Cookie": "vx_language=nl"}
    )

    assert '<html lang="en"' in english.content.decode()
    assert '<html lang="nl"' in by_choice.content.decode()


def test_unknown_address_outside_the_languages(visitor: Client) -> None:
    answer = visitor.get("/wp-login.php", headers={"Accept-Language": "en"})

    assert answer.status_code == 404
    assert '<html lang="en"' in answer.content.decode()
    assert 'href="/nl/"' in answer.content.decode()  # the other language leads somewhere


def test_wrong_role_is_told_who_has_the_page(visitor: Client) -> None:
    student = factories.StudentFactory.create(name="Sam Jansen")
    visitor.force_login(student, backend="accounts.backends.Backend")

    said = words(visitor.get("/en/fail/403-roles/"))

    assert "Programme office" in said
    assert "Auditor" in said
    assert "You are signed in as Sam Jansen" in said
    assert "Sign out" in said


def test_reference_is_that_of_the_log(visitor: Client) -> None:
    answer = visitor.get("/nl/fail/500/", headers={"X-Request-Id": "0123456789abcdef" * 2})

    assert f"<code>{'0123456789abcdef' * 2}</code>" in answer.content.decode()
    assert answer.headers["X-Request-Id"] == "0123456789abcdef" * 2


def test_405_tells_machines_too(visitor: Client) -> None:
    assert visitor.get("/nl/only-post/").headers["Allow"] == "POST"


# --- Without the database -------------------------------------------------------------------------
@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("kind", ["500", "403", "404"])
def test_refuses_without_a_database(
    visitor: Client, office: User, kind: str, signed_in: bool
) -> None:
    if signed_in:
        visitor.force_login(office, backend="accounts.backends.Backend")

    with mock.patch.object(CursorWrapper, "execute", side_effect=OperationalError("gone")):
        answer = visitor.get("/en/nowhere/" if kind == "404" else f"/en/fail/{kind}/")

    assert answer.status_code in ({500} if signed_in else {int(kind)})
    assert "app.css" in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


@pytest.mark.parametrize("signed_in", [False, True])
def test_maintenance(visitor: Client, office: User, settings: Any, signed_in: bool) -> None:
    if signed_in:
        visitor.force_login(office, backend="accounts.backends.Backend")
    settings.MAINTENANCE = True

    with mock.patch.object(CursorWrapper, "execute", side_effect=OperationalError("gone")):
        answer = visitor.get("/en/courses/")
        alive = Client().get("/livez")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "600"
    assert "Try again in ten minutes" in words(answer)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert alive.status_code == 200


@pytest.mark.parametrize(
    ("hours", "said", "wait"),
    [
        (2, "weer op dinsdag 1 december 2026 om 14:00", "7200"),
        (0, "Dat duurt langer dan we dachten", "600"),
    ],
)
def test_maintenance_says_until_when(
    visitor: Client, settings: Any, hours: int, said: str, wait: str
) -> None:
    noon = datetime(2026, 12, 1, 12, tzinfo=ZoneInfo("Europe/Amsterdam"))
    settings.MAINTENANCE, settings.MAINTENANCE_UNTIL = True, noon + timedelta(hours=hours)

    with time_machine.travel(noon, tick=False):
        answer = visitor.get("/nl/")

    assert said in words(answer)
    assert answer.headers["Retry-After"] == wait


# --- Forms ----------------------------------------------------------------------------------------
def test_outdated_form_gives_back_what_was_typed() -> None:
    client = Client(enforce_csrf_checks=True)
    typed = "I want to learn how a <star> is born."

    answer = client.post(
        "/nl/account/display/",
        {"motivation": typed, "password": "a-long-secret-of-mine-123", "theme": "dark"},
    )

    html = answer.content.decode()
    assert answer.status_code == 403
    assert "I want to learn how a &lt;star&gt; is born." in html
    assert "a-long-secret-of-mine-123" not in html
    assert "Dit formulier is verouderd" in html
    assert 'href="/nl/account/display/"' in html


def test_outdated_form_that_cannot_be_read(visitor: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)

    answer = client.post(
        "/nl/account/display/", "a=" + "b" * 1000, content_type="application/x-www-form-urlencoded"
    )

    assert answer.status_code in {403, 413}
    assert "app.css" in answer.content.decode()


def test_conflict_shows_what_was_typed(visitor: Client) -> None:
    page = visitor.get("/nl/fail/409/").text
    html = words(visitor.get("/nl/fail/409/"))

    assert '<label for="typed-1">About</label>' in page
    assert ">Stars &amp; planets</textarea>" in page
    assert "Iemand anders heeft dit intussen veranderd" in html
    assert 'href="/nl/x/"' in visitor.get("/nl/fail/409/").content.decode()


def test_a_refusal_is_in_the_log_with_who_and_where(
    sign_in: Any, caplog: pytest.LogCaptureFixture
) -> None:
    user = factories.StudentFactory.create()
    caplog.set_level("WARNING")

    assert sign_in(user).get("/nl/office/people/").status_code == 403

    said = [str(line.msg) for line in caplog.records if line.name == "vx_portal.refusals"]
    assert len(said) == 1
    assert f"'user': {user.pk}" in said[0]
    assert "'view': 'people:people'" in said[0]
    assert user.email not in said[0]
