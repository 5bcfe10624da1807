"""The background workers' application. What they do is in each app's tasks.py; how is in settings.

A message is only a wake-up: what must not be lost is a row in the database, and a sweep finds it.
"""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vx_portal.settings")

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
