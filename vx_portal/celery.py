"""The background workers' application. What they do is in each app's tasks.py; how is in settings.

A message is only a wake-up: what must not be lost is a row in the database, and a sweep finds it.
"""

import logging.config
import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.beat import PersistentScheduler
from celery.bootsteps import StartStopStep
from celery.signals import setup_logging, worker_ready
from celery.worker import WorkController
from django.conf import settings

from vx_portal.brokers import use_ours

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vx_portal.settings")

use_ours()

app = Celery("vx_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_configure.connect
def make_the_brokers_folders(sender: Celery, **_kwargs: Any) -> None:
    """Make what the embedded portal's broker, a folder, expects to find."""
    if folder := sender.conf.broker_transport_options.get("control_folder"):
        Path(folder).mkdir(parents=True, exist_ok=True)


@worker_ready.connect
def report_at_once(**_kwargs: Any) -> None:
    """Show a new worker on /readyz now, not at the first tick of the clock."""
    app.send_task("vx_portal.tasks.report_alive")


@setup_logging.connect
def log_as_the_portal_does(**_kwargs: Any) -> None:
    """One JSON line an event, without what is personal (vx_portal/logs.py)."""
    logging.config.dictConfig(settings.LOGGING)


class PulsingScheduler(PersistentScheduler):  # type: ignore[misc]  # comes without types
    """The clock in a process of its own, which touches the file at each turn."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        if settings.PULSE_PATH:
            Path(settings.PULSE_PATH).touch()
        return float(super().tick(*args, **kwargs))


class Pulse(StartStopStep):  # type: ignore[misc]  # comes without types
    """A file that a worker touches every ten seconds: its container is healthy while it does."""

    requires = {"celery.worker.components:Timer"}

    def start(self, worker: WorkController) -> None:
        if settings.PULSE_PATH:
            pulse = Path(settings.PULSE_PATH)
            worker.timer.call_repeatedly(10, pulse.touch)
            pulse.touch()


app.steps["worker"].add(Pulse)
