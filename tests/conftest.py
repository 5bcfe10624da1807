"""What every test may ask for. The people and things themselves are in factories.py."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from accounts.models import Role, User
from courses.catalogue import forget
from enrolments import queue
from enrolments.services import rules
from grades import durations, meanings
from tests import factories
from vx_portal.kept import shelf


@pytest.fixture(autouse=True)
def _nothing_was_swallowed(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test after which an error stands in the log; a 503 is said on purpose."""
    yield
    errors = [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.levelno >= logging.ERROR and getattr(record, "status_code", 0) != 503
    ]
    assert not errors, f"logged as errors: {errors}"


@pytest.fixture(autouse=True)
def _begin_in_dutch(request: pytest.FixtureRequest) -> Iterator[None]:
    """Begin in Dutch, with nothing kept in memory or counted by an earlier test."""
    for name in ("db", "transactional_db"):
        if name in request.fixturenames:
            request.getfixturevalue(name)
    uses_database = request.node.get_closest_marker("django_db") or (
        {"db", "transactional_db"} & set(request.fixturenames)
    )
    if uses_database or settings.REDIS_URL:  # without Redis the cache is in the database
        cache.clear()
    shelf.clear()
    forget()
    rules.forget()
    durations.forget()
    meanings.forget()
    queue.forget()
    with translation.override("nl"):
        yield


@pytest.fixture
def sign_in(client: Client, db: None) -> Callable[[User], Client]:
    """Sign `user` in on the test's client, as a finished sign-in would."""

    def sign_in(user: User) -> Client:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        session["second_factor_elsewhere"] = (
            True  # which staff need; tests of it sign in themselves
        )
        session.save()
        return client

    return sign_in


@pytest.fixture
def office(db: None) -> User:
    """Somebody of the programme office."""
    return factories.MemberFactory.create(role=Role.OFFICE)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest test, which mostly waits; the others keep the processors busy."""
    items.sort(key=lambda item: item.name != "test_a_demo_from_start_to_end")


def pytest_collection_finish() -> None:
    """Spare the collector what lives as long as the process: a twentieth of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
