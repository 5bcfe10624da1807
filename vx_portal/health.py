"""Whether the portal is alive and ready, for load balancers, the supervisor and Prometheus."""

from __future__ import annotations

import ipaddress
import select
import shutil
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min, Q
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from redis.exceptions import RedisError

from paperwork import scanner
from paperwork.models import Owed, OwedQuerySet
from vx_portal.metrics import OWED, CheckFigures, text_for_prometheus
from vx_portal.tasks import HEARTBEAT, heartbeats

HEARTBEAT_LIMIT = 30.0  # seconds; three missed heartbeats
OWED_LIMIT = 60.0  # seconds for which what is due may wait for a worker
DATABASE_LIMIT = 2.0  # seconds in which the database must say something
DISK_LIMIT = 0.05  # of the disk that holds the files
SIGNATURES_LIMIT = 7.0  # days; new ones come every day

# The migrations that this release came with: they do not change while it runs.
_shipped = SimpleLazyObject(
    lambda: set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
)


class Check(CheckFigures):
    """Whether one thing is as it should be, and the figures that say so."""


SILENT = Check(False, {"problem": "The database does not answer."})


def postgres_answers(parameters: dict[str, Any], seconds: float = DATABASE_LIMIT) -> bool:
    """Whether PostgreSQL answers a new connection in time: one that is frozen takes it, and waits.

    Nothing waits longer than `seconds`, whatever the other side does; no thread is left behind.
    """
    end = time.monotonic() + seconds
    asked = None
    try:
        asked = psycopg2.connect(**parameters, async_=True)
        if not _finished(asked, end):
            return False
        cursor = asked.cursor()  # held: psycopg2 wants it to be there when the answer comes
        cursor.execute("SELECT 1")
        return _finished(asked, end)
    except psycopg2.Error:
        return False
    finally:
        if asked is not None:
            asked.close()


def _finished(asked: Any, end: float) -> bool:
    """Wait until what was begun is done; False when it is not by `end`."""
    while (state := asked.poll()) != psycopg2.extensions.POLL_OK:
        left = end - time.monotonic()
        if left <= 0:
            return False
        waits_to_write = state == psycopg2.extensions.POLL_WRITE
        writers = [asked] if waits_to_write else []
        readers = [] if waits_to_write else [asked]
        select.select(readers, writers, [], left)
    return True


def database_answers() -> bool:
    """Whether the other checks can ask the database without waiting for ever."""
    if connection.vendor != "postgresql":
        return True
    return postgres_answers(connection.get_connection_params())


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
        return SILENT
    if read_only:
        return Check(False, {"problem": "The database can only be read."})
    return Check(True, {"engine": connection.vendor})


def check_migrations() -> Check:
    """Every migration of this release has been applied."""
    try:
        applied = set(MigrationRecorder(connection).applied_migrations())
    except DatabaseError:
        return SILENT
    missing = len(set(_shipped) - applied)
    return Check(not missing, {"unapplied": missing})


def check_worker() -> Check:
    """A background worker has reported within the last half minute."""
    try:
        seen = heartbeats().get(HEARTBEAT)
    except (DatabaseError, RedisError):
        return Check(False, {"problem": "The shared cache does not answer."})
    age = None if seen is None else round(max(0.0, time.time() - seen), 1)
    return Check(age is not None and age <= HEARTBEAT_LIMIT, {"seconds_since_heartbeat": age})


def check_owed() -> Check:
    """Nothing that is due has waited longer than a minute without anybody taking it up.

    While workers try in vain, or have more than they can do, people are served all the same: then
    it passes, and says that it is degraded. What was given up does not count.
    """
    since = Coalesce("lease_until", "due_at")
    now = timezone.now()
    longest, idle, degraded = 0.0, False, False
    try:
        for model in OWED:
            rows: OwedQuerySet[Owed] = OwedQuerySet(model)
            oldest = rows.due().aggregate(since=Min(since))["since"]
            seconds = (now - oldest).total_seconds() if oldest else 0.0
            longest = max(longest, seconds)
            if seconds > OWED_LIMIT:
                taken_up = rows.filter(_taken_up(now)).exists()
                idle, degraded = idle or not taken_up, degraded or taken_up
    except DatabaseError:
        return SILENT
    facts: dict[str, float | str | None] = {"oldest_seconds": round(longest, 1)}
    if idle:
        facts["problem"] = "Nobody takes up what is due."
    elif degraded:
        facts |= {"degraded": True, "problem": "What is due is tried, and waits."}
    return Check(not idle, facts)


def _taken_up(now: datetime) -> Q:
    """Rows that a worker took within the last minute: it holds them, or put them off."""
    last = timedelta(seconds=OWED_LIMIT)
    lease = timedelta(seconds=settings.LEASE_SECONDS)
    held = Q(state__in=[Owed.State.LEASED, Owed.State.SENDING], lease_until__gt=now + lease - last)
    put_off = Q(state=Owed.State.NEW, due_at__gt=now - last) & ~Q(error="")
    return held | put_off


def check_disk() -> Check:
    """The disk that holds people's files is not full."""
    root: Path = settings.MEDIA_ROOT
    disk = shutil.disk_usage(next(path for path in (root, *root.parents) if path.exists()))
    free = round(disk.free / disk.total, 3)
    return Check(free >= DISK_LIMIT, {"free": free})


def check_scanner() -> Check:
    """The virus scanner answers, with signatures that are new.

    It always passes, and says that it is degraded: without the scanner only files are refused, and
    no web server serves people better than another.
    """
    try:
        said = scanner.version()
    except OSError:
        problem = "The virus scanner does not answer: no file is taken."
        return Check(True, {"answers": False, "degraded": True, "problem": problem})
    days = _days_since(said)
    facts: dict[str, float | str | None] = {"answers": True, "signatures_days": days}
    if days is not None and days > SIGNATURES_LIMIT:
        facts |= {"degraded": True, "problem": "The virus scanner's signatures are old."}
    return Check(True, facts)


def _days_since(version: str) -> float | None:
    """How old the signatures are, from `ClamAV 1.4.6/27823/Mon Nov 23 08:12:11 2026` (UTC)."""
    try:
        said = version.rpartition("/")[2]
        made = datetime.strptime(f"{said} +0000", "%a %b %d %H:%M:%S %Y %z")
    except ValueError:  # none but the installation's own
        return None
    return round((timezone.now() - made).total_seconds() / 86400, 1)


CHECKS: dict[str, Callable[[], Check]] = {
    "database": check_database,
    "migrations": check_migrations,
    "worker": check_worker,
    "owed": check_owed,
    "disk": check_disk,
}


def run_checks() -> dict[str, Check]:
    """What each check says now. A database that is silent is asked once, and not waited for."""
    checks = {**CHECKS, "scanner": check_scanner} if settings.CLAMD else CHECKS
    if database_answers():
        return {name: check() for name, check in checks.items()}
    apart = {"disk", "scanner"} | ({"worker"} if settings.REDIS_URL else set())
    return {name: check() if name in apart else SILENT for name, check in checks.items()}


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
    """200 when people can be served, 503 when not, and what is wrong. Tells nothing secret.

    `degraded` is true when they are served, but something goes slower than it should.
    """
    checks = run_checks()
    ready = all(check.ok for check in checks.values())
    degraded = any(check.facts.get("degraded") for check in checks.values())
    body = {name: {"ok": check.ok, **check.facts} for name, check in checks.items()}
    said = {"ready": ready, "degraded": degraded, "checks": body}
    return JsonResponse(said, status=200 if ready else 503)


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
