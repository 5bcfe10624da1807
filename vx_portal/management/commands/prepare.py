"""All that a new version needs before it serves: run once, before web servers and workers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from vx_portal.build import build
from vx_portal.refusal_pages import write_pages


class Command(BaseCommand):
    help = "Bring the database, fonts, translations and static files up to date. Harmless again."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=1)
        call_command("createcachetable")  # used with Redis too, while that is away
        # An image has been built with all of it, and cannot be written to.
        if os.access(settings.VAR_DIR, os.W_OK) and (made := build()):
            self.stdout.write(f"Made: {', '.join(made)}.")
        if settings.PAGES_ROOT:
            write_pages(Path(settings.PAGES_ROOT))
        self.stdout.write("The portal is ready to start.")
