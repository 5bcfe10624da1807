"""`manage.py check_integrity`: whether database and files belong together."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from paperwork.models import Attachment, Document
from vx_portal.integrity import faults

SHOWN = 50  # faults


class Command(BaseCommand):
    help = "Check that every row's file is there as it was, and that the database is sound."

    def handle(self, *args: Any, **options: Any) -> None:
        number = 0
        for fault in faults():
            number += 1
            if number <= SHOWN:
                self.stderr.write(fault)
        if number:
            raise CommandError(f"Faults: {number}.")
        files = sum(
            model._default_manager.exclude(file="").count() for model in (Attachment, Document)
        )
        self.stdout.write(f"Sound: {files} files, each as its row says.")
