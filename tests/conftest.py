"""What every test may ask for. The people and things themselves are in factories.py."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import translation

from accounts.models import Role, User
from courses import house
from courses.catalogue import forget
from courses.services import offer
from enrolments import queue, usual
from enrolments.services import rules
from grades import durations, meanings
from paperwork import append_only
from tests import factories, migrated
from tests.vouched import names_of
from tests.watching import unkept, watching
from vx_portal.kept import shelf
from vx_portal.reports import public

# How long an example takes says something about the machine, not about the portal.
hypothesis.settings.register_profile("portal", deadline=None)
hypothesis.settings.load_profile("portal")

# The tests are of Leiden's portal, also where they have no row of its university.
AS_IT_COMES = {"unnamed": house.UNNAMED, "settings": dict(house.SETTINGS)}
house.UNNAMED = house.UNNAMED | {
    "name_nl": "Universiteit Leiden",
    "name_en": "Leiden University",
    "city": "Leiden",
    "city_nl": "",
}
for name, dutch, english in (
    ("portal.system", "uSis", "uSis"),
    ("portal.honours", "Honours Academy", "Honours Academy"),
    ("portal.places", "Leiden of Den Haag", "Leiden or The Hague"),
):
    said = {"nl": dutch, "en": english}
    house.SETTINGS[name] = replace(house.SETTINGS[name], default=said)


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
    offer.look_again()
    house.forget()
    if uses_database:
        house.known()
        offer.look_again()
    else:  # nor does what is settled ask it
        offer._read.set(0)
        house._Everything.kept = house.Known(version=0)
    shelf.clear()
    forget()
    rules.forget()
    usual.forget()
    durations.forget()
    public.forget()
    meanings.forget()
    queue.forget()
    with translation.override("nl"):
        yield


@pytest.fixture(scope="session", autouse=True)
def _a_test_may_empty_the_database() -> Iterator[None]:
    """Let SQLite delete what the audit trail keeps, after a test with real transactions.

    The triggers come back with the migrate that each such flush ends with. PostgreSQL truncates.
    """
    flush = type(connection.ops).sql_flush

    def without_triggers(ops: Any, *args: Any, **how: Any) -> list[str]:
        names = [name for triggers in append_only.sqlite().values() for name in triggers]
        drops = [f"DROP TRIGGER IF EXISTS {name}" for name in names]
        return (
            [*drops, *flush(ops, *args, **how)]
            if connection.vendor == "sqlite"
            else flush(ops, *args, **how)
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(connection.ops), "sql_flush", without_triggers)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
) -> Iterator[None]:
    """On SQLite begin with a copy of the database that the migrations made."""
    creation = connection.creation
    erase = creation._create_test_db

    def copied(*args: Any, **how: Any) -> str:
        name: str = erase(*args, **how)
        migrated.put(Path(name))
        return name

    with pytest.MonkeyPatch.context() as patch:
        if connection.vendor == "sqlite":
            patch.setattr(creation, "_create_test_db", copied)
        yield


@pytest.fixture
def sign_in(client: Client, db: None) -> Callable[[User], Client]:
    """Sign `user` in on the test's client, as a finished sign-in would."""

    def sign_in(user: User) -> Client:
        client.force_login(user, backend="accounts.backends.Backend")
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """A test that vouches for the events of an address keeps its word."""
    names = names_of(item.nodeid)
    if not names:
        return (yield)
    with watching() as sent:
        yield
    assert unkept(names, sent) == {}
    return None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest test, which mostly waits; the others keep the processors busy."""
    items.sort(key=lambda item: item.name != "test_a_demo_from_start_to_end")


def pytest_collection_finish() -> None:
    """Spare the collector what lives as long as the process: a twentieth of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
