"""`manage.py restore DIR`: what vx_portal/restore.py describes."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from vx_portal.backup import BackupError
from vx_portal.restore import restore, verify


class Command(BaseCommand):
    help = (
        "Restore a backup into the empty database of DATABASE_URL and the empty folder MEDIA_ROOT."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="one backup, vx-…Z")
        parser.add_argument("--verify", action="store_true", help="look whether it is whole, only")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            if options["verify"]:
                self.stdout.write(f"Whole, of {verify(folder)['made_at']}.")
                return
            held = restore(folder, self.stdout.write)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        call_command("check_integrity", stdout=self.stdout)
        self.stdout.write(
            f"Held for the office to decide: {held.notices} messages that may have gone already."
        )
        self.stdout.write("Everybody signs in anew.")
