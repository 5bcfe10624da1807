"""`manage.py backup`: what vx_portal/backup.py describes."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from vx_portal.backup import BackupError, make_backup, prune


class Command(BaseCommand):
    help = "Back up the database and people's files, while the portal runs."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        default = settings.VAR_DIR / "backups"
        parser.add_argument(
            "--to", type=Path, default=default, metavar="DIR", help=f"where it goes ({default})"
        )
        parser.add_argument(
            "--keep", type=int, metavar="N", help="remove all but the newest N (else none)"
        )

    def handle(self, *args: Any, to: Path, keep: int | None, **options: Any) -> None:
        if keep is not None and keep < 1:
            raise CommandError("--keep takes a number from 1.")
        try:
            made = make_backup(to)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(str(made))
        for old in prune(to, keep) if keep is not None else []:
            self.stdout.write(f"Removed {old.name}.")
