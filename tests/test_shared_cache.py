"""Redis away: people sign in, ask for a new password and check documents, and limits go on."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.test import Client
from redis.exceptions import RedisError

from paperwork.models.document import new_code
from tests import factories
from vx_portal import shared_cache

pytestmark = pytest.mark.django_db

REDIS = "django.core.cache.backends.redis.RedisCache"
TABLE = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "shared_cache"}
LOGIN, RESET = "/en/account/login/", "/en/account/password/reset/"


@pytest.fixture(autouse=True)
def _redis_was_well() -> Iterator[None]:
    shared_cache.rest.end()
    yield
    shared_cache.rest.end()


@pytest.fixture(params=["refuses", "is silent"])
def away(request: pytest.FixtureRequest, settings: Any) -> Iterator[None]:
    """A Redis that takes no connection, or takes it and says nothing."""
    with contextlib.closing(socket.socket()) as server:
        server.bind(("127.0.0.1", 0))
        if request.param == "is silent":
            server.listen(50)
        settings.CACHES = {
            "default": {"BACKEND": "vx_portal.shared_cache.SharedCache"},
            "redis": {
                "BACKEND": REDIS,
                "LOCATION": f"redis://127.0.0.1:{server.getsockname()[1]}/0",
                "OPTIONS": {"socket_timeout": 0.3, "socket_connect_timeout": 0.3},
            },
            "spare": TABLE,
        }
        yield


def wrong_password(email: str) -> Any:
    return Client().post(LOGIN, {"login": email, "password": "wrong"})


def test_people_are_served(away: None) -> None:
    student = factories.StudentFactory.create()
    code = factories.DocumentFactory.create(content=b"%PDF-1.7 a letter").code
    started = time.monotonic()

    answers = [
        Client().get(f"/en/verify/{code}/").status_code,
        Client().get(f"/en/verify/{new_code()}/").status_code,
        Client().post(RESET, {"email": student.email}).status_code,
        wrong_password(student.email).status_code,
        Client().post(LOGIN, {"login": student.email, "password": factories.PASSWORD}).status_code,
    ]

    assert answers == [200, 404, 302, 422, 302]
    assert time.monotonic() - started < 3  # dozens of questions to Redis, of which one waited


def test_the_control_breaks(away: None, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Without the spare one each of these is an error."""
    settings.CACHES = settings.CACHES | {"default": settings.CACHES["redis"]}

    with pytest.raises(RedisError):
        Client().get(f"/en/verify/{new_code()}/")
    with pytest.raises(RedisError):
        wrong_password("somebody@university.example")
    caplog.clear()


def test_guessing_is_limited_all_the_same(away: None) -> None:
    student = factories.StudentFactory.create()
    looked_at = [
        b"too many attempts" not in wrong_password(student.email).content for _time in range(8)
    ]

    assert looked_at == [True] * 5 + [False] * 3


def test_everything_that_a_cache_does(away: None) -> None:
    assert cache.add("number", 1)
    assert not cache.add("number", 2)
    assert cache.incr("number") == 2
    cache.set("other", "a", 60)
    assert cache.get_many(["number", "other"]) == {"number": 2, "other": "a"}
    assert cache.touch("other", 60)
    assert cache.delete("other")
    assert "other" not in cache
    cache.clear()
    assert cache.get("number", "nothing") == "nothing"


def test_after_a_while_it_is_asked_again(settings: Any) -> None:
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    settings.CACHES = {
        "default": {"BACKEND": "vx_portal.shared_cache.SharedCache"},
        "redis": memory | {"LOCATION": "as-redis"},
        "spare": memory | {"LOCATION": "as-table"},
    }
    caches["redis"].set("where", "redis")
    caches["spare"].set("where", "table")

    shared_cache.rest.begin(OSError())
    assert cache.get("where") == "table"
    shared_cache.rest.until = 0.0  # the rest is over

    assert shared_cache.rest.is_over()  # one is finding out
    assert cache.get("where") == "table"  # and nobody waits with it
    shared_cache.rest.end()
    assert cache.get("where") == "redis"
