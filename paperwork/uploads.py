"""Uploads on their way in: counted while they come, then checked, then kept."""

from __future__ import annotations

import time
from typing import IO, TYPE_CHECKING, Any, NamedTuple, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from paperwork import limited, scanner
from paperwork.models import Attachment
from paperwork.refusals import refused

if TYPE_CHECKING:
    Upload = UploadedFile[bytes]
else:
    Upload = UploadedFile

LARGEST_FILE = 10 * 1024 * 1024  # bytes
LARGEST_REQUEST = 12 * 1024 * 1024  # bytes: a file and the fields of its form; nginx says the same
LINGER = 32 * 1024 * 1024  # bytes that are read and dropped, so that the answer can be heard,
LINGER_SECONDS = 3.0  # and for how long


class FileTooLargeError(RequestDataTooBig):
    """An upload was ended on its way in: a file is too large."""


class TogetherTooLargeError(RequestDataTooBig):
    """An upload was ended on its way in: all that was sent together is too large."""


class CountingHandler(FileUploadHandler):
    """Ends a request that has a file of more than 10 MiB, before it is all there."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803  # Django calls it so
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        self.incoming: IO[bytes] = input_data
        self.counted = 0
        if content_length > LARGEST_REQUEST:
            self._end(TogetherTooLargeError("the whole request is too large"))

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.counted = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.counted += len(raw_data)
        if self.counted > LARGEST_FILE:
            self._end(FileTooLargeError("a file is too large"))
        return raw_data  # for the next handler, which stores it

    def file_complete(self, file_size: int) -> None:
        return None

    def _end(self, reason: RequestDataTooBig) -> NoReturn:
        """Raise `reason`, and before that drop a little more of what comes in.

        A browser that is still sending does not read an answer. What is there of the file goes too;
        Django leaves it lying when a handler raises.
        """
        for handler in self.request.upload_handlers if self.request else []:
            if file := getattr(handler, "file", None):
                file.close()
        end, left = time.monotonic() + LINGER_SECONDS, LINGER
        while left > 0 and time.monotonic() < end and (chunk := self.incoming.read(64 * 1024)):
            left -= len(chunk)
        raise reason


class Found(NamedTuple):
    """What a file is, by its content."""

    content_type: str
    pages: int


class CheckedUpload(Upload):
    """An upload that was checked already: `services.files.keep` does not check it again."""

    def __init__(self, upload: Upload, found: Found) -> None:
        super().__init__(upload.file, upload.name, found.content_type, upload.size)
        self.found = found


class KeptUpload(Upload):
    """An upload that is kept already, and waits for what it is for: `keep` gives it that."""

    def __init__(self, attachment: Attachment) -> None:
        super().__init__(None, attachment.name, attachment.content_type, attachment.size)
        self.attachment = attachment


def check(upload: Upload, *, allow_images: bool = True) -> Found:
    """What `upload` is. Raises FileRefusedError, with the reason in the reader's language.

    It is read, then looked through by the virus scanner where there is one: no transaction may
    have begun by then.
    """
    if isinstance(upload, CheckedUpload):
        found = upload.found
    elif not upload.size:
        raise refused("empty")
    elif upload.size > LARGEST_FILE:
        raise refused("too_large")
    else:
        said = limited.read_upload("check", upload.file)  # type: ignore[arg-type]
        if said.refusal:
            raise refused(
                "not_known" if allow_images and said.refusal == "not_pdf" else said.refusal
            )
        found = Found(str(said.found["type"]), int(said.found["pages"]))
    if not allow_images and found.content_type != Attachment.ContentType.PDF:
        raise refused("photo")
    if not isinstance(upload, CheckedUpload) and (code := scanner.refusal(upload.file)):  # type: ignore[arg-type]
        raise refused(code)
    return found
