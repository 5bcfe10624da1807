"""A field for several files at once: photographs of one paper, or papers of many people."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from paperwork.forms.files import UploadField, UploadInput
from paperwork.models import Attachment
from paperwork.uploads import Upload


class SeveralInput(UploadInput):
    """Files to choose together, and those that are kept already."""

    template_name = "paperwork/parts/upload_several.html"
    allow_multiple_selected = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"multiple": True, **(attrs or {})})
        self.all_kept: list[tuple[Attachment, str]] = []  # each with its token

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The files that were chosen now; or else the tokens of those chosen earlier."""
        chosen = files.getlist(name) if hasattr(files, "getlist") else []
        if chosen or data.get(f"{name}-without"):
            return chosen
        return data.getlist(f"{name}-kept") if hasattr(data, "getlist") else []

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "all_kept": self.all_kept}


class SeveralField(UploadField):
    """PDFs, JPEGs or PNGs of at most 10 MB each. Cleans to a list of what `keep` takes.

    With `each_for_itself` a file that is refused leaves the others: `refused` has its name and why.
    """

    widget = SeveralInput

    def __init__(self, *, most: int, each_for_itself: bool = False, **options: Any) -> None:
        self.most = most
        self.each_for_itself = each_for_itself
        self.refused: list[tuple[str, str]] = []
        super().__init__(**options)
        self.error_messages |= options.get("error_messages") or {}

    def clean(self, data: Any, initial: Any = None) -> Any:
        widget = self.widget
        assert isinstance(widget, SeveralInput)  # noqa: S101  # says so above
        widget.all_kept, self.refused = [], []
        if not data:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return []
        if len(data) > self.most:
            raise ValidationError(
                ngettext("Choose %(most)d file only.", "Choose at most %(most)d files.", self.most)
                % {"most": self.most}
            )
        taken: list[Upload] = []
        problems = []
        silent: ValidationError | None = None  # a scanner that does not answer is asked once
        for one in data:
            try:
                if silent is not None:
                    raise silent
                upload = super().clean(one)
            except ValidationError as problem:
                silent = problem if problem.code == "not_scanned" else None
                name = getattr(one, "name", "") or _("A file")
                self.refused.append((name, " ".join(problem.messages)))
                problems.append(f"{name}: {' '.join(problem.messages)}")
            else:
                if upload is not None:
                    taken.append(upload)
        if problems and not (self.each_for_itself and taken):
            raise ValidationError(problems)
        return taken

    def _show(self, kept: Attachment) -> None:
        super()._show(kept)
        widget = self.widget
        assert isinstance(widget, SeveralInput)  # noqa: S101  # says so above
        widget.all_kept.append((kept, widget.token))
