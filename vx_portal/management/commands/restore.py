"""`manage.py restore DIR`: what vx_portal/restore.py describes."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from vx_portal.backup import BackupError
from vx_portal.restore import restore, verify


class Command(BaseCommand):
    help = (
        "Restore a backup into the empty database of DATABASE_URL and the empty folder MEDIA_ROOT,"
        " or with --into beside the portal that is there."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="one backup, vx-…Z")
        parser.add_argument("--verify", action="store_true", help="look whether it is whole, only")
        parser.add_argument(
            "--into",
            nargs="+",
            metavar="WHERE",
            help="a new folder; on PostgreSQL also the address of an empty database",
        )

    def handle(
        self, *args: Any, folder: Path, into: list[str] | None = None, **options: Any
    ) -> None:
        if into:
            where = elsewhere(into)
            command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "restore", str(folder)]
            if subprocess.run(command, env=where, check=False).returncode:
                raise CommandError("Nothing was restored, or not all of it.")
            return
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
        if held.until:
            until = f"{timezone.localtime(held.until):%A %-d %B, %H:%M}"
            self.stdout.write(
                "A clock failed (see above), so what the portal sends by itself is held until"
                f" {until}."
            )
        self.stdout.write("Everybody signs in anew.")


def elsewhere(into: list[str]) -> dict[str, str]:
    """The environment of a portal that has its data there, and its cache in its own database."""
    addresses = [word for word in into if "://" in word]
    folders = [Path(word).resolve() for word in into if "://" not in word]
    on_sqlite = settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
    if len(folders) != 1 or len(addresses) != (0 if on_sqlite else 1):
        wanted = "a folder" if on_sqlite else "a folder and the address of an empty database"
        raise CommandError(f"--into wants {wanted}.")
    folder = folders[0]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ours = {"DATABASE_URL", "MEDIA_ROOT", "SEALS_FILE", "REDIS_URL"}
    ours |= {f"{name}_FILE" for name in ours}
    return {name: value for name, value in os.environ.items() if name not in ours} | {
        "DATABASE_URL": addresses[0] if addresses else f"sqlite:///{folder / 'db.sqlite3'}",
        "MEDIA_ROOT": str(folder / "media"),
        "SEALS_FILE": str(folder / "seals.jsonl"),
        **({"SECRET_KEY": settings.SECRET_KEY} if settings.EMBEDDED else {}),
    }
