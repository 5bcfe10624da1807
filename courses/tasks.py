"""What the range of courses has done in the background."""

from __future__ import annotations

from celery import shared_task

from courses.models import ImportRun


@shared_task(ignore_result=True)
def remove_old_imports() -> None:
    """Every night: remove imports that nobody applied for a month. Harmless when run twice."""
    ImportRun.objects.outdated().delete()
