"""What is owed to people and what happened: rows that know no case."""

from paperwork.models.attachment import Attachment
from paperwork.models.document import Document
from paperwork.models.event import Event
from paperwork.models.notice import MailChoice, Notice
from paperwork.models.owed import Owed, OwedQuerySet
from paperwork.models.subject import Subject, subject_of

__all__ = [
    "Attachment",
    "Document",
    "Event",
    "MailChoice",
    "Notice",
    "Owed",
    "OwedQuerySet",
    "Subject",
    "subject_of",
]
