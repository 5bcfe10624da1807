"""The demo's offer and people: `manage.py demo_data`, called by `make demo`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from courses import demo


class Command(BaseCommand):
    help = "Fill the embedded portal with the demo's courses and people. Harmless when run again."

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO and settings.EMBEDDED):
            raise CommandError("Demo data is for the demo only: DEMO=1 and no DATABASE_URL")
        demo.load()
        if find_spec("accounts.demo"):
            from accounts.demo import make_people  # noqa: PLC0415

            make_people()
