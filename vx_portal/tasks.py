"""What the portal as a whole does in the background."""

import time

from celery import shared_task
from django.core.cache import BaseCache, caches
from django.core.management import call_command

HEARTBEAT = "worker-heartbeat"  # in the shared cache: seconds since the epoch


def heartbeats() -> BaseCache:
    """Where the heartbeat is kept: in Redis itself, since no worker works while that is away."""
    return caches["redis" if "redis" in caches.settings else "default"]


@shared_task(ignore_result=True)
def report_alive() -> None:
    """Every ten seconds: a worker took a task and reached the shared cache."""
    heartbeats().set(HEARTBEAT, time.time(), timeout=None)


@shared_task(ignore_result=True)
def clear_sessions() -> None:
    """Every night: forget the sessions that have expired. Harmless when run twice."""
    call_command("clearsessions")
