"""The settings of production, on the semester's clock; tasks say when they are done."""

from __future__ import annotations

from typing import Any

from celery.signals import task_postrun

from bench.semester import clock
from vx_portal.settings import *  # noqa: F403

clock.follow()


@task_postrun.connect
def say_done(task_id: str, state: str, **_more: Any) -> None:
    from django.core.cache import cache  # noqa: PLC0415  # which reads these settings

    if state != "RETRY":  # then it goes on under the same name
        cache.set(f"done-{task_id}", True, timeout=600)
