"""What is owed to people and what happened: rows that know no case."""

from paperwork.models.attachment import Attachment
from paperwork.models.chain import ChainCheck, EventDigest, Seal
from paperwork.models.document import Document
from paperwork.models.event import Event
from paperwork.models.notice import MailChoice, Notice
from paperwork.models.owed import Owed, OwedQuerySet
from paperwork.models.setting import SettingVersion
from paperwork.models.subject import Subject, subject_of

__all__ = [
    "Attachment",
    "ChainCheck",
    "Document",
    "Event",
    "EventDigest",
    "MailChoice",
    "Notice",
    "Owed",
    "OwedQuerySet",
    "Seal",
    "SettingVersion",
    "Subject",
    "subject_of",
]
