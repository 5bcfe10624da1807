"""The demo's offer and people: `manage.py demo_data`, called by `make demo`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

import accounts.demo
import courses.demo
import enrolments.demo
import exams.demo
import grades.demo
import grades.demo_registrations
import grades.demo_results
import paperwork.demo
import paperwork.demo_files
from paperwork import limited
from paperwork.press import press
from paperwork.waking import nobody_woken
from vx_portal import first_house


class Command(BaseCommand):
    help = "Fill the demo with courses, people and applications. Harmless when run again."

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO and settings.EMBEDDED):
            raise CommandError("Demo data is for the demo only: DEMO=1 and no DATABASE_URL")
        with nobody_woken():
            courses.demo.load()
            first_house.settle(first_house.read(courses.demo.HOUSE))
            accounts.demo.make_people()
            paperwork.demo.make_notices()
            paperwork.demo_files.make_files()
            enrolments.demo.load()
            exams.demo.load()
            grades.demo.load()
            grades.demo_registrations.load()
            grades.demo_results.load()
        press().close()  # which made the transcripts; the demo goes on without it
        limited.readers().close()  # the same of what read them
