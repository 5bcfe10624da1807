"""Every address × every role × every method. An address without a row here fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from accounts.models import User
from tests import factories
from tests.addresses import ADDRESSES, OTHERS, PEOPLE, VISITOR, Address
from tests.world import build_world


def names(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """The full name of every address below `resolver`."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = ":".join(filter(None, [namespace, entry.namespace]))
            yield from names(entry, inner)
        else:
            yield ":".join(filter(None, [namespace, entry.name or str(entry.pattern)])), entry


def test_every_address_has_a_row() -> None:
    found = {name for name, _pattern in names(get_resolver())}

    assert found - ADDRESSES.keys() - OTHERS.keys() == set(), "give these a row in addresses.py"
    assert (ADDRESSES.keys() | OTHERS.keys()) - found == set(), "these addresses are gone"


def test_an_address_without_a_row_would_be_seen() -> None:
    assert "courses:catalogue" in {name for name, _pattern in names(get_resolver())}
    assert "courses:catalogue" in ADDRESSES


def what_happened(response: HttpResponse) -> str:
    """The kind of answer: in, sign in, refused, no such method, or what else it was."""
    code = response.status_code
    if code == 302 and "/account/login/" in response.headers["Location"]:
        return "sign in"
    if code in {200, 302, 303, 409, 422, 503}:  # 503: /readyz has no worker in a test
        return "in"
    return {403: "refused", 405: "no such method"}.get(code, f"status {code}")


def expected(row: Address, who: str, method: str) -> str:
    """What `who` should meet."""
    allowed = row.get if method == "GET" else row.post
    if allowed is not None and who in row.hidden:
        return "status 404"
    if allowed is not None and who in allowed:
        return "in"
    if who == VISITOR and VISITOR not in (row.get or set()) | (row.post or set()):
        return "sign in"
    return "no such method" if allowed is None else "refused"


def answer_of_view(method: str, path: str, user: User) -> HttpResponse:
    """What the view itself answers, all its decorators included, without the middleware around it.

    Enough where no method is expected: that is the same for everybody who is signed in.
    """
    request = RequestFactory().generic(method, path)
    request.user = user
    found = resolve(path)
    response: HttpResponse = found.func(request, *found.args, **found.kwargs)
    return response


MOST_QUERIES = 12  # of a page
# Pages of one case with all that hangs on it, and those that put several areas together, ask more.
# None may join them, and none may ask more than it does.
MORE = {
    "metrics": 15,  # no page
    "home": 17,  # a student's, with cases in every state
    "exchange:cases": 18,
    "exchange:case": 16,
    "exchange:sent": 15,
    "own-data:case": 21,
    "case-data:case": 28,
    "desk:case": 16,
    "review:transcript": 16,
    "registrations:registration": 14,
    "exams:home": 18,
    "paper-link:paper": 17,
    "planner:plan": 15,
    "planner:exam": 15,
    "planner:sitting": 19,
    "planner:proposed": 16,
    "planner:publish": 17,
}


@contextmanager
def queries_seen() -> Iterator[list[str]]:
    """What the database is asked meanwhile, other than savepoints."""
    seen: list[str] = []

    def look(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(sql[:200])
        return execute(sql, *rest)

    with connection.execute_wrapper(look):
        yield seen


WRITES = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) \W(?!django_session|usersessions)", re.I)


@contextmanager
def writes_seen() -> Iterator[list[str]]:
    """What is written meanwhile, other than sessions."""
    seen: list[str] = []

    def look(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if WRITES.match(sql):
            seen.append(sql[:200])
        return execute(sql, *rest)

    with connection.execute_wrapper(look):
        yield seen


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_matrix(db: None, who: str, method: str) -> None:
    """Everybody meets what the table says, everywhere; and reading writes nothing."""
    world = build_world()
    client = world.client(who)
    client.get("/nl/account/")  # what a session's first request writes
    wrong = {}
    for name, row in ADDRESSES.items():
        path, wanted = world.path(name), expected(row, who, method)
        before = (
            transaction.savepoint_create()
        )  # not atomic(): some services may be the outermost only
        with writes_seen() as writes, queries_seen() as asked:
            if wanted == "no such method" and who != VISITOR:
                response = answer_of_view(method, path, world.people[who])
            else:
                response = client.generic(method, path)
            got = what_happened(response)
            if response.streaming:
                b"".join(response)  # read to its end a file is closed
        transaction.savepoint_rollback(before)
        if got != wanted:
            wrong[f"{name} {path}"] = f"{got}, not {wanted}"
        most = MORE.get(name, MOST_QUERIES)
        for _again in range(3):  # what is kept may not have been there yet, or ended just now
            if method == "GET" and len(asked) > most:
                with queries_seen() as asked:
                    client.get(path)
        if method == "GET" and len(asked) > most:
            wrong[f"{name} {path} asks"] = f"{len(asked)} queries"
        if row.notes:
            writes = [sql for sql in writes if "paperwork_event" not in sql]
        if method == "GET" and writes:
            wrong[f"{name} {path} writes"] = str(writes)

    assert wrong == {}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_no_address_knows_other_methods(db: None, method: str) -> None:
    world = build_world()
    client = world.client("office")
    names = [name for name in ADDRESSES if not name.startswith("account")]
    got = {
        name: answer_of_view(method, world.path(name), world.people["office"]).status_code
        for name in names
    }
    for name in names[::25]:  # the middleware around them all answers nothing else
        got[f"{name} in whole"] = client.generic(method, world.path(name)).status_code

    assert {name: code for name, code in got.items() if code != 405} == {}


def test_a_method_that_a_view_takes_is_seen(db: None) -> None:
    """The control: a view that takes it answers something else."""
    world = build_world()

    assert what_happened(answer_of_view("GET", world.path("home"), world.people["office"])) == "in"
    refused = answer_of_view("POST", world.path("home"), world.people["office"])
    assert what_happened(refused) == "no such method"


def test_a_write_would_be_seen(db: None) -> None:
    with writes_seen() as writes:
        factories.FacultyFactory.create()

    assert len(writes) == 1
