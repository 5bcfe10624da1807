"""Mail as files, for a portal without a mail server: one file a message, named by what it is.

A notice that is delivered twice (its worker died before it could say so) overwrites its own file,
as a mail program shows two mails with one Message-ID as one.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

NAME = re.compile(r"[0-9A-Za-z-]{1,100}\.eml")
_OURS = re.compile(r"<(notice-[0-9a-f-]{36})@")


def name_of(message: EmailMessage) -> str:
    """The file's name: of a notice always the same, of anything else a new one."""
    found = _OURS.match(str(message.extra_headers.get("Message-ID", "")))
    return f"{found[1] if found else uuid.uuid4()}.eml"


class MailFiles(BaseEmailBackend):
    """Django's file backend with files of one message each. Raises OSError as a mail server would.

    `file_path` is the folder; it is made when it is missing.
    """

    def __init__(self, *, file_path: str, **options: Any) -> None:
        super().__init__(**options)
        self.folder = Path(file_path)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each; a reader of the folder never meets half a file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            path = self.folder / name_of(message)
            half = path.with_suffix(f".{uuid.uuid4().hex}")
            half.write_bytes(message.message().as_bytes() + b"\n")
            os.replace(half, path)
        return len(email_messages)
