"""What is owed is done here. Tasks take ids; each may run twice, late, or for nothing."""

from __future__ import annotations

import time

import structlog
from celery import shared_task
from django.utils import timezone

from paperwork import delivery, digest, making, previews
from paperwork.models import Attachment, ChainCheck, Document, Notice
from paperwork.services import chain, files

log = structlog.get_logger("paperwork.tasks")

AT_A_TIME = 500  # rows that one sweep looks at
TURN = 5.0  # seconds after which a sweep goes to the back of the queue: others have work too
STALE = 5  # seconds after which a sweep that waited is dropped: the clock has sent another


@shared_task(ignore_result=True)
def send_notice(notice_id: str) -> None:
    """Mail one notice that is owed."""
    delivery.send(notice_id)


@shared_task(ignore_result=True)
def make_document(document_id: str) -> None:
    """Make one document that is owed."""
    making.make(document_id)


@shared_task(ignore_result=True)
def sweep() -> None:
    """Every few seconds: do what is due and nobody has taken, and settle what nobody may take.

    It does the work itself: handing it out would fill the queue again and again while the work is
    held up. Several sweeps share the rows by their claims.
    """
    until = time.monotonic() + TURN
    for model, do in ((Notice, send_notice), (Document, make_document)):
        rows = model._default_manager.all()
        if settled := rows.settle_lapsed():
            log.warning("work given up", what=model.__name__, rows=settled)
        for pk in rows.due().order_by("due_at").values_list("pk", flat=True)[:AT_A_TIME]:
            if time.monotonic() > until:
                sweep.apply_async(expires=STALE, retry=False)
                return
            do(str(pk))


@shared_task(ignore_result=True)
def gather_digests() -> None:
    """On working days from seven: owe each reader the digest of the day, once."""
    if until := digest.moment(timezone.now()):
        for user_id in digest.readers(until):
            digest.gather(user_id, until)


@shared_task(ignore_result=True)
def draw_pages(attachment_id: str) -> None:
    """Draw the pages of a file beforehand; who looks sooner has them drawn."""
    attachment = Attachment.objects.filter(pk=attachment_id).first()
    if attachment is not None:
        previews.draw(attachment)


@shared_task(ignore_result=True)
def sweep_files() -> None:
    """Every hour: take away files that belong to nothing for a day."""
    files.sweep()


@shared_task(ignore_result=True)
def drop_fleeting() -> None:
    """Every hour: take away mails that were not sent while they were worth something."""
    if dropped := delivery.drop_fleeting():
        log.warning("mails dropped, they are worth nothing any more", rows=dropped)


@shared_task(ignore_result=True)
def seal_events() -> None:
    """Every minute: seal what happened, carry the seals out, and look at the chain if asked to."""
    chain.seal()
    try:
        chain.export()
    except OSError as error:
        log.error("seals not carried out", reason=type(error).__name__)  # noqa: TRY400
    for pk in ChainCheck.objects.left().order_by("pk").values_list("pk", flat=True):
        go_on_checking(pk)


@shared_task(ignore_result=True)
def check_chain() -> None:
    """Every night: begin to look at the whole chain."""
    go_on_checking(chain.begin_check().pk)


@shared_task(ignore_result=True)
def go_on_checking(check_id: int) -> None:
    """Go on with one check; what a turn leaves goes to the back of the queue.

    When that hint is lost, the task of every minute goes on some minutes later.
    """
    if not chain.go_on(check_id):
        go_on_checking.apply_async([check_id], countdown=1, expires=60, retry=False)
