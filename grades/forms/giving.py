"""Giving a transcript: the file or its photographs, and the grade as it is printed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enrolments.forms.host import NameForm
from grades.services.receiving import MOST_PHOTOGRAPHS
from paperwork.forms.files import KeepsFiles
from paperwork.forms.several import SeveralField


class TranscriptForm(KeepsFiles, forms.Form):
    """What a student sends, or somebody for one student."""

    use_required_attribute = False

    papers = SeveralField(
        label=_("Transcript"),
        most=MOST_PHOTOGRAPHS,
        help_text=_(
            "One PDF; or photographs (JPEG or PNG) of all its pages, of which we make one PDF. "
            "At most 10 MB together."
        ),
        error_messages={"required": _("Choose the transcript that you got from your host.")},
    )
    grade = forms.CharField(
        label=_("Grade as printed"),
        max_length=40,
        help_text=_("Exactly as it stands there, such as 5.5, A- or 85 %."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "short"}),
        error_messages={"required": _("Type the grade as it stands on the transcript.")},
    )


class GivenForm(TranscriptForm):
    """What a coordinator, or the office for a host, adds for a student: the grade may be left out.

    Who verifies reads it there.
    """

    field_order = ["papers", "grade"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grade"].required = False
        self.fields["papers"].error_messages["required"] = _("Choose the transcript.")


class ManyForm(KeepsFiles, forms.Form):
    """Many transcripts that a host sends at once, a PDF for each student."""

    use_required_attribute = False
    MOST = 25

    papers = SeveralField(
        label=_("Transcripts"),
        most=MOST,
        each_for_itself=True,
        allow_images=False,
        help_text=_("A PDF for each student; choose up to 25 together, at most 10 MB in all."),
        error_messages={"required": _("Choose at least one transcript.")},
    )


class NamedManyForm(ManyForm):
    """The same for who comes by a link."""

    name = NameForm.base_fields["name"]
