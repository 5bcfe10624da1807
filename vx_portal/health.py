"""Whether the portal is alive and ready, for load balancers, the supervisor and Prometheus."""

from __future__ import annotations

import ipaddress
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from vx_portal.tasks import HEARTBEAT

HEARTBEAT_LIMIT = 30.0  # seconds; three missed heartbeats
DISK_LIMIT = 0.05  # of the disk that holds the files

# The migrations that this release came with: they do not change while it runs.
_shipped = SimpleLazyObject(
    lambda: set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
)


class Check(NamedTuple):
    """Whether one thing is as it should be, and the figure that says so."""

    ok: bool
    facts: dict[str, float | str | None]


def check_database() -> Check:
    """The database answers a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return Check(False, {"problem": "The database does not answer."})
    return Check(True, {"engine": connection.vendor})


def check_migrations() -> Check:
    """Every migration of this release has been applied."""
    try:
        applied = set(MigrationRecorder(connection).applied_migrations())
    except DatabaseError:
        return Check(False, {"problem": "The database does not answer."})
    missing = len(set(_shipped) - applied)
    return Check(not missing, {"unapplied": missing})


def check_worker() -> Check:
    """A background worker has reported within the last half minute."""
    try:
        seen = cache.get(HEARTBEAT)
    except (DatabaseError, RedisError):
        return Check(False, {"problem": "The shared cache does not answer."})
    age = None if seen is None else round(max(0.0, time.time() - seen), 1)
    return Check(age is not None and age <= HEARTBEAT_LIMIT, {"seconds_since_heartbeat": age})


def check_disk() -> Check:
    """The disk that holds people's files is not full."""
    root: Path = settings.MEDIA_ROOT
    disk = shutil.disk_usage(next(path for path in (root, *root.parents) if path.exists()))
    free = round(disk.free / disk.total, 3)
    return Check(free >= DISK_LIMIT, {"free": free})


CHECKS: dict[str, Callable[[], Check]] = {
    "database": check_database,
    "migrations": check_migrations,
    "worker": check_worker,
    "disk": check_disk,
}


@login_not_required
@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing of the database: a restart would not mend that."""
    return JsonResponse({"alive": True})


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when people can be served, 503 when not, and what is wrong. Tells nothing secret."""
    checks = {name: check() for name, check in CHECKS.items()}
    ready = all(check.ok for check in checks.values())
    body = {name: {"ok": check.ok, **check.facts} for name, check in checks.items()}
    return JsonResponse({"ready": ready, "checks": body}, status=200 if ready else 503)


@login_not_required
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """A few figures in Prometheus' text format; for everyone outside there is no such page."""
    if not _is_internal(request):
        raise Http404
    checks = {name: check() for name, check in CHECKS.items()}
    lines = [
        "# HELP vx_check_ok 1 when the check of that name in /readyz passes.",
        "# TYPE vx_check_ok gauge",
        *(f'vx_check_ok{{check="{name}"}} {int(check.ok)}' for name, check in checks.items()),
        *_gauge(
            "vx_worker_heartbeat_age_seconds",
            "Since a background worker last reported.",
            checks["worker"].facts.get("seconds_since_heartbeat"),
        ),
        *_gauge(
            "vx_migrations_unapplied",
            "Of this release, not yet in the database.",
            checks["migrations"].facts.get("unapplied"),
        ),
        *_gauge("vx_disk_free_ratio", "Of the disk for files.", checks["disk"].facts.get("free")),
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4")


def _gauge(name: str, meaning: str, value: float | str | None) -> list[str]:
    """The lines of one figure; none when it is not known, which is not the same as 0."""
    if value is None:
        return []
    return [f"# HELP {name} {meaning}", f"# TYPE {name} gauge", f"{name} {value}"]


def _is_internal(request: HttpRequest) -> bool:
    """Asked from this machine or its private network, and not passed on by a proxy."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:  # a socket, which is how a proxy on the same machine comes in
        return False
    return address.is_loopback or address.is_private
