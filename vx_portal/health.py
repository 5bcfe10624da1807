"""Whether the portal is alive and ready, for load balancers, the supervisor and Prometheus."""

from __future__ import annotations

import ipaddress
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from redis.exceptions import RedisError

from paperwork.models import OwedQuerySet
from vx_portal.metrics import OWED, CheckFigures, text_for_prometheus
from vx_portal.tasks import HEARTBEAT

HEARTBEAT_LIMIT = 30.0  # seconds; three missed heartbeats
OWED_LIMIT = 60.0  # seconds for which what is due may wait for a worker
DISK_LIMIT = 0.05  # of the disk that holds the files

# The migrations that this release came with: they do not change while it runs.
_shipped = SimpleLazyObject(
    lambda: set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
)


class Check(CheckFigures):
    """Whether one thing is as it should be, and the figures that say so."""


def check_database() -> Check:
    """The database answers, and lets itself be written to."""
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA query_only")
                read_only = bool(cursor.fetchone()[0])
            else:  # a standby, or a primary that was told to take no writes
                cursor.execute("SHOW transaction_read_only")
                read_only = cursor.fetchone()[0] == "on"
    except DatabaseError:
        return Check(False, {"problem": "The database does not answer."})
    if read_only:
        return Check(False, {"problem": "The database can only be read."})
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


def check_owed() -> Check:
    """Nothing that is due has waited longer than a minute; what was given up does not count."""
    since = Coalesce("lease_until", "due_at")
    try:
        oldest = [
            moment
            for model in OWED
            if (moment := OwedQuerySet(model).due().aggregate(since=Min(since))["since"])
        ]
    except DatabaseError:
        return Check(False, {"problem": "The database does not answer."})
    seconds = (timezone.now() - min(oldest)).total_seconds() if oldest else 0.0
    return Check(seconds <= OWED_LIMIT, {"oldest_seconds": round(seconds, 1)})


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
    "owed": check_owed,
    "disk": check_disk,
}


def run_checks() -> dict[str, Check]:
    """What each check says now."""
    return {name: check() for name, check in CHECKS.items()}


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
    checks = run_checks()
    ready = all(check.ok for check in checks.values())
    body = {name: {"ok": check.ok, **check.facts} for name, check in checks.items()}
    return JsonResponse({"ready": ready, "checks": body}, status=200 if ready else 503)


@login_not_required
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures in Prometheus' text format; for everyone outside there is no such page."""
    if not _is_internal(request):
        raise Http404
    return HttpResponse(text_for_prometheus(run_checks), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _is_internal(request: HttpRequest) -> bool:
    """Asked from this machine or its private network, and not passed on by a proxy."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:  # a socket, which is how a proxy on the same machine comes in
        return False
    return address.is_loopback or address.is_private
