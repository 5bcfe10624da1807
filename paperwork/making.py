"""Making one document that is owed: the file first, then the row that names it."""

from __future__ import annotations

import hashlib

import structlog

from paperwork import filing
from paperwork.models import Document
from paperwork.press import NotMadeError, press
from paperwork.rendering import sheet_of

log = structlog.get_logger("paperwork.making")

FOLDER = "documents"


def make(document_id: str) -> None:
    """Make the document with this id if it is owed and nobody else has it.

    A document that was made is never made again. Who dies after writing the file leaves a file
    without a row, and not a row without a file: the document is made once more, under a new name.
    """
    document = Document.objects.filter(pk=document_id).first()
    if document is None or not document.claim():
        return
    try:
        made = press().make(sheet_of(document))
    except NotMadeError as problem:
        _failed(document, str(problem))
        return
    except Exception as problem:  # noqa: BLE001  # a template or data that is wrong: others go on
        _failed(document, type(problem).__name__)
        return
    name = filing.write(FOLDER, ".pdf", made.content)
    done = document.finish(
        file=name,
        sha256=hashlib.sha256(made.content).hexdigest(),
        size=len(made.content),
        pages=made.pages,
    )
    if not done:  # it took longer than the lease, and somebody else has it
        filing.remove(name)


def _failed(document: Document, problem: str) -> None:
    log.warning("document not made", document=str(document.pk), problem=problem)
    document.fail(problem)
