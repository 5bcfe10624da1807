"""Checking a document: its code, and the file itself, of which only a digest is ever kept."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.utils.translation import gettext_lazy as _

from paperwork.models.document import code_as_typed

LARGEST = 10 * 1024 * 1024  # bytes of a file


class CodeForm(forms.Form):
    """The code on a document."""

    use_required_attribute = False
    code = forms.CharField(
        label=_("Code on the document"),
        help_text=_("Sixteen letters and digits, such as 7KQ2-M0XD-9HTB-VW41."),
        error_messages={"required": _("Type the code that stands at the foot of the document.")},
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        """As the portal writes it."""
        code = code_as_typed(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(
                _("A code has 16 letters and digits. Compare what you typed with the document.")
            )
        return code


class Hashed(UploadedFile):  # type: ignore[type-arg]  # it has one for the type checker only
    """A file that was read and let go: its size and SHA-256."""

    def __init__(self, name: str | None, size: int, sha256: str) -> None:
        super().__init__(None, name, size=size)
        self.sha256 = sha256


class HashAndForget(FileUploadHandler):
    """Reads an upload piece by piece; it is never whole in memory and never on a disk."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.digest = hashlib.sha256()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Count it in; what is beyond the limit is read and not looked at."""
        if start < LARGEST:
            self.digest.update(raw_data)

    def file_complete(self, file_size: int) -> Hashed:
        return Hashed(self.file_name, file_size, self.digest.hexdigest())


class FileForm(forms.Form):
    """The file that somebody wants to compare with the one that the portal made."""

    use_required_attribute = False
    file = forms.FileField(
        label=_("The PDF that you were given"),
        help_text=_("At most 10 MB. We compare it and do not keep it."),
        error_messages={
            "required": _("Choose the PDF that you want to check."),
            "empty": _("This file is empty. Choose the PDF that you were given."),
        },
        widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
    )

    def clean_file(self) -> Hashed:
        """Not larger than any document of the portal is."""
        file: Hashed = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(
                _("This file is larger than 10 MB; the portal made none that large.")
            )
        return file
