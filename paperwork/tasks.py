"""What is owed is done here. Tasks take ids; each may run twice, late, or for nothing."""

from __future__ import annotations

from celery import current_app, shared_task

from paperwork import delivery
from paperwork.models import Document, Notice

AT_A_TIME = 500  # rows that one sweep hands out


@shared_task(ignore_result=True)
def send_notice(notice_id: str) -> None:
    """Mail one notice that is owed."""
    delivery.send(notice_id)


@shared_task(ignore_result=True)
def make_document(document_id: str) -> None:
    """Make one document that is owed."""


@shared_task(ignore_result=True)
def sweep() -> None:
    """Every few seconds: hand out what is due and nobody has taken."""
    for model, task in ((Notice, "send_notice"), (Document, "make_document")):
        due = model._default_manager.due().order_by("due_at")
        for pk in due.values_list("pk", flat=True)[:AT_A_TIME]:
            current_app.send_task(f"paperwork.tasks.{task}", args=[str(pk)])
