"""What load balancers, the supervisor and Prometheus are told."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

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
        ["database", "migrations", "worker", "disk"], True
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

    assert response.headers["Content-Type"] == "text/plain; version=0.0.4"
    samples = dict(
        line.rsplit(" ", 1) for line in response.text.splitlines() if not line.startswith("#")
    )
    assert samples['vx_check_ok{check="worker"}'] == "1"
    assert samples["vx_migrations_unapplied"] == "0"
    assert float(samples["vx_worker_heartbeat_age_seconds"]) < 10


def test_metrics_leaves_out_what_is_not_known(client: Client, db: None) -> None:
    response = client.get("/metrics")

    assert 'vx_check_ok{check="worker"} 0' in response.text
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
