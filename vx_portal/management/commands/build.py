from typing import Any

from django.core.management.base import BaseCommand

from vx_portal.build import build


class Command(BaseCommand):
    help = "Make the fonts, translations, static files and compiled readers that are missing."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if made := build():
            self.stdout.write(f"Made: {', '.join(made)}.")
