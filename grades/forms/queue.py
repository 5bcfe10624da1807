"""The filter of the queue of registrations, from its address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from enrolments.forms.desk import capitals
from enrolments.queue import choices
from enrolments.scopes import scopes_of
from grades.models import RegistrationState, RequestType
from grades.registrations import VIEWS, views_for

SORTS = [
    ("oldest", pgettext_lazy("order", "longest waiting first")),
    ("newest", pgettext_lazy("order", "newest first")),
    ("due", pgettext_lazy("order", "first due first")),
    ("student", pgettext_lazy("order", "by student")),
]


class RegistrationFilter(forms.Form):
    """What is unknown is left out, never an error."""

    use_required_attribute = False

    q = forms.CharField(
        label=_("Name, number, reference or course"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(label=_("State"), required=False)
    type = forms.ChoiceField(label=_("Type of request"), required=False)
    faculty = forms.ChoiceField(label=_("Faculty"), required=False)
    host = forms.ChoiceField(label=_("Host university"), required=False)
    sort = forms.ChoiceField(label=_("Order"), required=False)
    batch = forms.IntegerField(required=False, min_value=1, max_value=2**31)  # from links alone
    view = forms.ChoiceField(required=False, choices=[(name, name) for name in VIEWS])

    def __init__(self, data: Any, *, by: User) -> None:
        super().__init__(data, auto_id="id_%s")
        scopes = scopes_of(by)
        known = choices()
        own = scopes.coordinates_faculties | scopes.honours_faculties | scopes.administers
        all_of_them = scopes.is_auditor or scopes.all_honours
        faculties = [row for row in known.faculties if all_of_them or row.pk in own]
        self._offer("state", _("All states"), capitals(RegistrationState.choices))
        self._offer("type", _("All types"), capitals(RequestType.choices))
        self._offer("faculty", _("All faculties"), [(str(f.pk), f.name) for f in faculties])
        self._offer("host", _("All universities"), [(str(u.pk), str(u)) for u in known.hosts])
        self._offer("sort", _("As usual in this view"), capitals(SORTS))
        if len(faculties) < 2:
            del self.fields["faculty"]
        self.first = views_for(by)[0].name

    def _offer(self, name: str, empty: Any, pairs: list[tuple[Any, str]]) -> None:
        self.fields[name].choices = [("", empty), *pairs]  # type: ignore[attr-defined]

    def filters(self) -> dict[str, Any]:
        """What is asked for and makes sense; `view` is always there."""
        self.is_valid()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        asked.setdefault("view", self.first)
        return asked

    def shown_fields(self) -> list[Any]:
        """The fields behind "More filters"."""
        return [field for field in self if field.name not in {"batch", "view", "q"}]
