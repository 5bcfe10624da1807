"""What load balancers, the supervisor and Prometheus are told."""

import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from paperwork.models import Notice
from tests import factories
from tests.paperwork.owing import owe_a_notice
from vx_portal import health
from vx_portal.tasks import HEARTBEAT, clear_sessions, report_alive


@pytest.fixture(autouse=True)
def _no_worker_yet(request: pytest.FixtureRequest) -> None:
    if "db" in request.fixturenames:
        cache.delete(HEARTBEAT)


def refuse(*_args: Any) -> None:
    raise OperationalError("gone")


def test_livez_needs_no_database(client: Client) -> None:
    response = client.get("/livez")

    assert (response.status_code, response.json()) == (200, {"alive": True})
    assert "no-store" in response.headers["Cache-Control"]


def test_readyz_when_a_worker_has_just_reported(client: Client, db: None) -> None:
    report_alive()

    response = client.get("/readyz")

    assert response.status_code == 200
    checks = response.json()["checks"]
    assert {name: check["ok"] for name, check in checks.items()} == dict.fromkeys(
        ["database", "migrations", "worker", "owed", "disk"], True
    )


@pytest.mark.parametrize(
    ("age", "ready"), [(None, False), (29.0, True), (31.0, False)], ids=["never", "fresh", "stale"]
)
def test_readyz_needs_a_heartbeat(client: Client, db: None, age: float | None, ready: bool) -> None:
    if age is not None:
        cache.set(HEARTBEAT, time.time() - age)

    response = client.get("/readyz")

    assert response.status_code == (200 if ready else 503)
    assert response.json()["ready"] is ready
    assert response.json()["checks"]["worker"]["ok"] is ready


def test_readyz_counts_missing_migrations(client: Client, db: None) -> None:
    report_alive()
    MigrationRecorder(connection).record_unapplied("accounts", "0001_initial")

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["checks"]["migrations"] == {"ok": False, "unapplied": 1}


def test_readyz_says_that_the_database_is_gone(client: Client, db: None) -> None:
    with connection.execute_wrapper(refuse):
        response = client.get("/readyz")

    assert response.status_code == 503
    checks = response.json()["checks"]
    assert checks["database"] == {"ok": False, "problem": "The database does not answer."}
    assert checks["migrations"]["ok"] is False


def test_readyz_says_that_the_database_takes_no_writes(client: Client, db: None) -> None:
    report_alive()
    with connection.cursor() as cursor:
        on = (
            "PRAGMA query_only=1"
            if connection.vendor == "sqlite"
            else "SET transaction_read_only=1"
        )
        cursor.execute(on)
        try:
            response = client.get("/readyz")
        finally:
            if connection.vendor == "sqlite":  # PostgreSQL forgets it with the transaction
                cursor.execute("PRAGMA query_only=0")

    assert response.status_code == 503
    assert response.json()["checks"]["database"]["problem"] == "The database can only be read."


MINUTE_AGO, SOON = timedelta(seconds=-61), timedelta(seconds=5)


@pytest.mark.parametrize(
    ("row", "ready"),
    [
        ({"due_at": timedelta(seconds=-50)}, True),
        ({"due_at": MINUTE_AGO}, False),
        ({"due_at": SOON}, True),
        ({"due_at": MINUTE_AGO, "state": "leased", "lease_until": SOON}, True),
        ({"due_at": MINUTE_AGO, "state": "leased", "lease_until": MINUTE_AGO}, False),
        ({"due_at": MINUTE_AGO, "state": "dead"}, True),
        ({"due_at": MINUTE_AGO, "state": "done"}, True),
    ],
    ids=["not yet", "waits too long", "not due", "worked on", "let go of", "given up", "done"],
)
def test_readyz_looks_at_what_is_owed(
    client: Client, db: None, row: dict[str, Any], ready: bool
) -> None:
    report_alive()
    owe_a_notice("cause", factories.UserFactory.create())
    now = timezone.now()
    moments = {key: now + value for key, value in row.items() if isinstance(value, timedelta)}
    Notice.objects.update(**{**row, **moments})

    response = client.get("/readyz")

    assert response.status_code == (200 if ready else 503)
    assert response.json()["checks"]["owed"]["ok"] is ready


HELD = {"state": "leased", "lease_until": timedelta(seconds=settings.LEASE_SECONDS - 5)}
HELD_LONG = {"state": "leased", "lease_until": timedelta(seconds=settings.LEASE_SECONDS - 70)}
PUT_OFF = {"due_at": SOON, "error": "ConnectionRefusedError"}
PUT_OFF_LONG_AGO = {"due_at": MINUTE_AGO, "error": "ConnectionRefusedError"}


@pytest.mark.parametrize(
    ("other", "ready"),
    [
        ({"due_at": SOON}, False),
        (PUT_OFF, True),
        (PUT_OFF_LONG_AGO, False),
        (HELD, True),
        (HELD_LONG, False),
    ],
    ids=["untouched", "put off", "put off long ago", "held", "held long"],
)
def test_a_mail_outage_alone_makes_no_web_server_unready(
    client: Client, db: None, other: dict[str, Any], ready: bool
) -> None:
    """One notice waits too long; what happened to another says whether anybody tries."""
    report_alive()
    reader = factories.UserFactory.create()
    owe_a_notice("waits", reader)
    owe_a_notice("other", reader)
    now = timezone.now()
    Notice.objects.filter(key="waits").update(due_at=now + MINUTE_AGO)
    moments = {key: now + value for key, value in other.items() if isinstance(value, timedelta)}
    Notice.objects.filter(key="other").update(**{**other, **moments})

    response = client.get("/readyz")

    assert response.status_code == (200 if ready else 503)
    assert response.json()["degraded"] is ready
    assert response.json()["checks"]["owed"]["problem"]


@pytest.fixture
def silent_server() -> Iterator[dict[str, Any]]:
    """A server that takes connections and never says a word, as a frozen PostgreSQL does."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield {"host": "127.0.0.1", "port": server.getsockname()[1], "dbname": "x", "user": "x"}


def test_a_frozen_database_is_not_waited_for(
    client: Client, db: None, silent_server: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.monotonic()
    monkeypatch.setattr(
        health, "database_answers", lambda: health.postgres_answers(silent_server, 0.1)
    )
    report_alive()

    response = client.get("/readyz")

    assert response.status_code == 503
    checks = response.json()["checks"]
    assert checks["database"] == {"ok": False, "problem": "The database does not answer."}
    assert checks["disk"]["ok"] is True
    assert b'vx_check_ok{check="database"} 0.0' in client.get("/metrics").content
    assert time.monotonic() - began < 5
    assert not health.postgres_answers({**silent_server, "port": 1}, 0.1)  # nobody listens


def test_a_database_that_answers_is_known_to(db: None) -> None:
    assert health.database_answers()


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_machines_may_ask_by_any_name(client: Client, db: None, path: str) -> None:
    assert client.get(path, headers={"host": "web-1:8000"}).status_code in {200, 503}
    assert client.get("/nl/", headers={"host": "web-1:8000"}).status_code == 400


def test_metrics_say_what_is_owed_and_what_was_asked(client: Client, db: None) -> None:
    reader = factories.UserFactory.create()
    for key in ("one", "two", "three"):
        owe_a_notice(key, reader)
    Notice.objects.filter(key="three").update(state="dead", attempts=6)
    before = samples(client)

    client.get("/nl/help/", {"q": "what-somebody-looked-for"})
    after = samples(client)

    assert after['vx_owed_rows{state="new",table="notice"}'] == "2.0"
    assert after['vx_owed_rows{state="dead",table="notice"}'] == "1.0"
    assert after['vx_owed_attempts_max{table="notice"}'] == "6.0"
    counted = 'vx_requests_total{status="200",view="help"}'
    assert float(after[counted]) - float(before.get(counted, 0)) == 1
    assert float(after['vx_request_duration_seconds_count{view="help"}']) >= 1
    assert not [line for line in after if "somebody" in line]


def samples(client: Client) -> dict[str, str]:
    lines = client.get("/metrics").text.splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


def test_readyz_says_that_the_disk_is_full(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    report_alive()
    monkeypatch.setattr(health, "DISK_LIMIT", 1.1)

    assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_only_reading(client: Client, db: None, path: str) -> None:
    assert client.post(path).status_code == 405
    assert client.head(path).status_code in {200, 503}


def test_metrics_in_prometheus_format(client: Client, db: None) -> None:
    report_alive()

    response = client.get("/metrics")

    assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = samples(client)
    assert found['vx_check_ok{check="worker"}'] == "1.0"
    assert found["vx_migrations_unapplied"] == "0.0"
    assert float(found["vx_worker_heartbeat_age_seconds"]) < 10


def test_metrics_leaves_out_what_is_not_known(client: Client, db: None) -> None:
    response = client.get("/metrics")

    assert 'vx_check_ok{check="worker"} 0.0' in response.text
    assert "vx_worker_heartbeat_age_seconds" not in response.text


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "10.1.2.3"}, 200),
        ({"REMOTE_ADDR": "132.229.1.1"}, 404),
        ({"REMOTE_ADDR": ""}, 404),
        ({"REMOTE_ADDR": "10.1.2.3", "HTTP_X_FORWARDED_FOR": "10.1.2.3"}, 404),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=127.0.0.1"}, 404),
    ],
    ids=str,
)
def test_metrics_are_for_the_inside(
    client: Client, db: None, asked: dict[str, str], status: int
) -> None:
    assert client.get("/metrics", **asked).status_code == status  # type: ignore[arg-type]


def test_clear_sessions_keeps_those_that_live(db: None) -> None:
    for name, days in (("expired", -1), ("alive", 1)):
        Session.objects.create(
            session_key=name, session_data="", expire_date=timezone.now() + timedelta(days=days)
        )

    clear_sessions()
    clear_sessions()  # a broker may deliver twice

    assert [session.pk for session in Session.objects.all()] == ["alive"]
