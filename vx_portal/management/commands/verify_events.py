"""`manage.py verify_events`: whether the audit trail is as it was written."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from paperwork.verifying import SHOWN, anchors_in, in_words, verify


class Command(BaseCommand):
    help = "Look at every event and seal of the audit trail; names those that were changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seals",
            type=Path,
            action="append",
            metavar="FILE",
            help=f"seals as they were carried out of the portal ({settings.SEALS_FILE})",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        files: list[Path] = options["seals"] or [settings.SEALS_FILE]
        if options["seals"]:
            for path in files:
                if not path.is_file():
                    raise CommandError(f"{path} is not there.")
        found = verify(anchor for path in files for anchor in anchors_in(path))
        with translation.override("en"):
            for fault in found.faults[:SHOWN]:
                self.stderr.write(in_words(fault))
        said = f"{found.seals} seals over {found.events} events"
        said += f", {found.let_go} more whose time was over, {found.unsealed} not sealed yet"
        if found.faults:
            raise CommandError(f"Faults: {len(found.faults)}, in {said}.")
        self.stdout.write(f"Intact: {said}.")
