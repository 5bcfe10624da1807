"""Fields for files, and forms that do not lose a file because of a mistake elsewhere.

    class PermissionForm(KeepsFiles, forms.Form):
        letter = PdfField(label=_("The permission"))

    form = PermissionForm(request.POST, request.FILES, giver=current_user(request))
    if form.is_valid():
        keep(form.cleaned_data["letter"], purpose="board_permission", by=user, about=case)

The field checks the file while the form is cleaned, so that what is wrong stands at the field. A
form that `KeepsFiles` also keeps it at once, without a case, in its giver's name: when another
field is wrong, or the service refuses, the page comes back with the file's name and a signed token
in place of it. `keep` then gives it its case. What nobody claims is swept after a day.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from paperwork.models import Attachment
from paperwork.refusals import REASONS, FileRefusedError
from paperwork.services.events import Actor
from paperwork.services.files import UNCLAIMED_FOR, keep
from paperwork.uploads import LARGEST_FILE, CheckedUpload, KeptUpload, Upload, check

SALT = "paperwork.kept-upload"


class UploadInput(forms.FileInput):
    """A file to choose, and the one that is kept already, if any."""

    template_name = "paperwork/parts/upload.html"
    kept: Attachment | None = None
    token = ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Upload | str | None:
        """The file that was chosen now; or else the token of the one chosen earlier."""
        chosen: Upload | None = super().value_from_datadict(data, files, name)
        if chosen is not None:
            return chosen
        if data.get(f"{name}-without"):
            return None
        return data.get(f"{name}-kept") or None

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in files and f"{name}-kept" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        return {
            **context,
            "kept": self.kept,
            "token": self.token,
            "optional": not self.is_required,
            "too_large": REASONS["too_large"],
        }


class UploadField(forms.FileField):
    """A PDF, JPEG or PNG of at most 10 MB; with `allow_images=False` a PDF alone.

    Cleans to what `services.files.keep` takes, None when it is optional and left out.
    """

    widget = UploadInput

    def __init__(self, *, allow_images: bool = True, **options: Any) -> None:
        self.allow_images = allow_images
        self.giver: Actor = None
        self.keeps = False  # whether the form keeps files: `KeepsFiles` says so
        options.setdefault(
            "help_text",
            _("A PDF, or a photo as JPEG or PNG, of at most 10 MB.")
            if allow_images
            else _("A PDF of at most 10 MB and 40 pages."),
        )
        super().__init__(**options)
        self.error_messages["required"] = _("Choose a file.")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        # With these types an iPhone sends its photos as JPEG.
        images = ",image/jpeg,image/png" if self.allow_images else ""
        return {"accept": f"application/pdf{images}", "data-most": str(LARGEST_FILE)}

    def clean(self, data: Any, initial: Any = None) -> Upload | None:
        if not data:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        try:
            if isinstance(data, str):
                upload: Upload = KeptUpload(self._kept(data))
            else:
                upload = CheckedUpload(data, check(data, allow_images=self.allow_images))
                if self.keeps:
                    upload = KeptUpload(keep(upload, purpose="", by=self.giver))
        except FileRefusedError as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from None
        if isinstance(upload, KeptUpload):
            self._show(upload.attachment)
        return upload

    def _kept(self, token: str) -> Attachment:
        """The file that `token` stands for, if it still waits and is this giver's."""
        try:
            key, whose = signing.loads(token, salt=SALT, max_age=UNCLAIMED_FOR)
        except (signing.BadSignature, ValueError):
            key, whose = None, ""
        waiting = Attachment.objects.unclaimed().filter(pk=key).first()
        if waiting is None or whose != _key_of(self.giver):
            raise FileRefusedError(str(REASONS["gone"]))
        if not self.allow_images and waiting.content_type != Attachment.ContentType.PDF:
            raise FileRefusedError(str(REASONS["photo"]))
        return waiting

    def _show(self, kept: Attachment) -> None:
        assert isinstance(self.widget, UploadInput)  # noqa: S101  # says so above
        self.widget.kept = kept
        self.widget.token = signing.dumps([str(kept.pk), _key_of(self.giver)], salt=SALT)


class PdfField(UploadField):
    """A PDF alone, of at most 10 MB and 40 pages."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_images=False, **options)


class KeepsFiles(forms.BaseForm):
    """A form whose accepted files stay when it has to be sent again. `giver`: who fills it in."""

    def __init__(self, *args: Any, giver: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, UploadField):
                field.giver, field.keeps = giver, True


def _key_of(giver: Actor) -> str:
    """Whom a token is for."""
    if isinstance(giver, User):
        return str(giver.pk)
    return f"{giver.role}:{giver.through.pk if giver.through else giver.name}" if giver else ""
