"""The university whose portal this is, before anybody works with it."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from vx_portal.first_house import HouseError, begin, read


class Command(BaseCommand):
    help = "Start the portal as that of a university, from a file such as houses/example.json."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            with translation.override("en"):
                home = begin(read(file))
        except HouseError as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"This is now the portal of {home.name}.")
