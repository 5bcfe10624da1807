"""The desk's forms: the filter in the address, and what people write about a case."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms.people import DayField
from accounts.models import User
from enrolments.models import Purpose, State
from enrolments.models.enrolment import Kind
from enrolments.queue import VIEWS, choices
from enrolments.scopes import scopes_of

SORTS = [
    ("oldest", pgettext_lazy("order", "longest waiting first")),
    ("newest", pgettext_lazy("order", "newest first")),
    ("due", pgettext_lazy("order", "first due first")),
    ("student", pgettext_lazy("order", "by student")),
    ("course", pgettext_lazy("order", "by course")),
]
SHOWN_STATES = [state for state in State if state != State.DRAFT]


def capitals(pairs: Any) -> list[tuple[Any, str]]:
    """Choices whose words begin with a capital."""
    return [(value, str(label)[:1].upper() + str(label)[1:]) for value, label in pairs]


class QueueFilter(forms.Form):
    """The filter of the queue, from its address; what is unknown is left out, never an error."""

    use_required_attribute = False

    q = forms.CharField(
        label=_("Name, number, reference or course"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(label=_("State"), required=False)
    purpose = forms.ChoiceField(label=_("How it counts"), required=False)
    faculty = forms.ChoiceField(label=_("Faculty"), required=False)
    programme = forms.ChoiceField(label=_("Programme"), required=False)
    host = forms.ChoiceField(label=_("Host university"), required=False)
    kind = forms.ChoiceField(label=_("Kind of case"), required=False)
    sort = forms.ChoiceField(label=_("Order"), required=False)
    overdue = forms.BooleanField(label=_("Only what is too late"), required=False)
    # From links alone: a course or an edition has too many to choose from.
    course = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    edition = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    view = forms.ChoiceField(required=False, choices=[(name, name) for name in VIEWS])

    def __init__(self, data: Any, *, by: User) -> None:
        super().__init__(data, auto_id="id_%s")
        scopes = scopes_of(by)
        known = choices()
        own = scopes.coordinates_faculties | scopes.honours_faculties | scopes.administers
        all_faculties = scopes.reads_all or scopes.all_honours
        of_some = {p.faculty_id for p in known.programmes if p.pk in scopes.coordinates_programmes}
        faculties = [f for f in known.faculties if all_faculties or f.pk in own | of_some]
        programmes = [
            programme
            for programme in known.programmes
            if all_faculties
            or programme.faculty_id in own
            or programme.pk in scopes.coordinates_programmes
        ]
        several = len(faculties) > 1
        self._offer("state", _("All states"), capitals((s.value, s.label) for s in SHOWN_STATES))
        self._offer("purpose", _("All ways"), capitals(Purpose.choices))
        self._offer("faculty", _("All faculties"), [(str(f.pk), f.name) for f in faculties])
        self._offer(
            "programme",
            _("All programmes"),
            [(str(p.pk), f"{p} ({p.faculty.code})" if several else str(p)) for p in programmes],
        )
        self._offer("host", _("All universities"), [(str(u.pk), str(u)) for u in known.hosts])
        self._offer("kind", _("All kinds"), capitals(Kind.choices))
        self._offer("sort", _("As usual in this view"), capitals(SORTS))
        for name, least in (("faculty", 2), ("programme", 2)):
            if len(self.fields[name].choices) <= least:  # type: ignore[attr-defined]
                del self.fields[name]
        if scopes.partner_of and not own and not scopes.reads_all:
            del self.fields["kind"], self.fields["host"]

    def _offer(self, name: str, empty: Any, pairs: list[tuple[Any, str]]) -> None:
        self.fields[name].choices = [("", empty), *pairs]  # type: ignore[attr-defined]

    def filters(self) -> dict[str, Any]:
        """What is asked for and makes sense; `view` is always there."""
        self.is_valid()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        asked.setdefault("view", "mine")
        return asked

    def shown_fields(self) -> list[Any]:
        """The fields that a reader sees."""
        hidden = {"course", "edition", "view", "overdue", "q"}
        return [field for field in self if field.name not in hidden]


def query_of(filters: dict[str, Any]) -> str:
    """The filters as the query of an address, in one order."""
    pairs = ((name, "1" if value is True else value) for name, value in sorted(filters.items()))
    return urlencode(list(pairs))


class ReasonForm(forms.Form):
    """What the student reads: a question, or why not."""

    use_required_attribute = False

    reason = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write what the student should read.")},
    )

    def __init__(self, *args: Any, label: Any, hint: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label
        self.fields["reason"].help_text = hint
        if not self.is_bound:  # one presses a key and writes; after a mistake the summary has it
            self.fields["reason"].widget.attrs["autofocus"] = True


class BoardForm(forms.Form):
    """What the Board of Examiners decided, as its letter says."""

    use_required_attribute = False

    answer = forms.ChoiceField(
        label=_("What did the Board decide?"),
        choices=[("granted", _("Permission given")), ("refused", _("Permission refused"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the Board decided.")},
    )
    decided_on = DayField(label=_("On"), initial=timezone.localdate)
    name = forms.CharField(
        label=_("Who decided for the Board"), max_length=150, help_text=_("As the letter says.")
    )
    reference = forms.CharField(label=_("Reference of the Board"), max_length=60, required=False)
    reason = forms.CharField(
        label=_("Explanation for the student"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_decided_on(self) -> date:
        day: date = self.cleaned_data["decided_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come. Choose today or earlier."))
        return day


class NoteForm(forms.Form):
    """A note among staff."""

    use_required_attribute = False

    text = forms.CharField(
        label=_("New note"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For colleagues. The student and the host do not see it."),
        error_messages={"required": _("Write something first.")},
    )


class SavedViewForm(forms.Form):
    """The name of a view of one's own."""

    use_required_attribute = False

    name = forms.CharField(
        label=_("Name"), max_length=40, error_messages={"required": _("Give the view a name.")}
    )


class StandInForm(forms.Form):
    """Who does one's work, or that of somebody else, and on which days."""

    use_required_attribute = False

    absent = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Who is away"),
        empty_label=_("Choose a colleague"),
        error_messages={"required": _("Choose who is away.")},
    )
    stand_in = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Colleague"),
        empty_label=_("Choose a colleague"),
        help_text=_("An exchange coordinator or honours coordinator."),
        error_messages={"required": _("Choose who stands in for you.")},
    )
    starts_on = DayField(label=_("From"), initial=timezone.localdate)
    ends_on = DayField(label=_("Until"), help_text=_("The last day."))

    def __init__(self, *args: Any, colleagues: Any, absent: Any = None, **kwargs: Any) -> None:
        """`absent`: among whom to choose who is away; None: it is about oneself."""
        super().__init__(*args, **kwargs)
        self.fields["stand_in"].queryset = colleagues  # type: ignore[attr-defined]
        if absent is None:
            del self.fields["absent"]
        else:
            self.fields["absent"].queryset = absent  # type: ignore[attr-defined]
            self.fields["stand_in"].label = _("Who stands in")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts_on, ends_on = data.get("starts_on"), data.get("ends_on")
        if starts_on and starts_on < timezone.localdate():
            self.add_error("starts_on", _("This day has passed. Choose today or later."))
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("The last day must be on or after the first day."))
        if data.get("absent") and data.get("absent") == data.get("stand_in"):
            self.add_error("stand_in", _("Choose somebody else than who is away."))
        return data
