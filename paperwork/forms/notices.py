"""Finding one's notices, and choosing which of them come by mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.search import MAX_QUERY
from paperwork.models import MailChoice
from paperwork.registry import NoticeKind


class NoticeFilter(forms.Form):
    """What to show; what is not understood is left out."""

    use_required_attribute = False

    VIEWS = (
        ("", pgettext_lazy("notices", "All")),
        ("new", pgettext_lazy("notices", "New")),
        ("to-do", _("Now with you")),
    )

    q = forms.CharField(label=_("Words in the message"), max_length=MAX_QUERY, required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    view = forms.ChoiceField(choices=VIEWS, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, kinds: Iterable[NoticeKind]) -> None:
        super().__init__(data, auto_id="id_%s")
        field = cast("forms.ChoiceField", self.fields["kind"])
        field.choices = [("", _("All kinds")), *((kind.name, kind.label) for kind in kinds)]

    def filters(self) -> dict[str, Any]:
        """Those that are filled in and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class MailChoicesForm(forms.Form):
    """For each kind: at once, once a day together, or not by mail."""

    use_required_attribute = False

    def __init__(
        self, data: Any, *, kinds: Iterable[NoticeKind], chosen: Mapping[str, str]
    ) -> None:
        super().__init__(data)
        self.kinds = {self._name(kind): kind for kind in kinds}
        for name, kind in self.kinds.items():
            self.fields[name] = forms.ChoiceField(
                label=str(kind.label),
                choices=MailChoice.When.choices,
                initial=chosen.get(kind.name, MailChoice.When.AT_ONCE),
                error_messages={"invalid_choice": _("Choose one of the three.")},
            )

    @staticmethod
    def _name(kind: NoticeKind) -> str:
        return kind.name.replace(".", "-")

    def rows(self) -> list[BoundField]:
        """The fields, one for each kind."""
        return [self[name] for name in self.kinds]

    def choices(self) -> dict[str, str]:
        """What was chosen, by the kind's own name."""
        return {kind.name: self.cleaned_data[name] for name, kind in self.kinds.items()}
