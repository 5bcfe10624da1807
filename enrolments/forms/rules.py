"""The office's forms over the rules. Empty means: as the rule above it, whose value is shown."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from courses.forms.curated import CuratedForm
from courses.models import Edition, University
from enrolments.models import FacultyRules, HostRules, PortalRules, ProgrammeRules
from enrolments.rulebook import HOME_SETTINGS, PORTAL_SETTINGS

YES_NO = {"True": True, "False": False}
MOST_DAYS = 100  # that anybody may take


def _as_answer(value: str) -> bool | None:
    return YES_NO.get(value)


def in_words(value: Any) -> str:
    """A setting's value as people read it."""
    match value:
        case None | "":
            return pgettext("rule", "none")
        case True:
            return _("yes")
        case False:
            return _("no")
        case _:
            return str(number_format(value)) if not isinstance(value, str) else value


class RulesForm(CuratedForm):
    """One row of rules; `above` has the values that hold where it says nothing."""

    def __init__(self, *args: Any, above: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.above = above
        for name, field in self.fields.items():
            if isinstance(field, forms.NullBooleanField):
                self._answer(name)
            elif isinstance(field, forms.DecimalField):  # which is an IntegerField too
                if above is not None:
                    field.help_text = self._empty(name)
            elif isinstance(field, forms.IntegerField):
                self._days(name, field)

    def _empty(self, name: str) -> str:
        said = in_words((self.above or {}).get(name))
        return _("Empty: %(value)s, as the rule above.") % {"value": said}

    def _answer(self, name: str) -> None:
        before = self.fields[name]
        choices = [("True", _("Yes")), ("False", _("No"))]
        if self.above is not None:
            said = in_words(self.above.get(name))
            choices.insert(0, ("", _("As the rule above: %(value)s") % {"value": said}))
        self.fields[name] = forms.TypedChoiceField(
            label=before.label,
            help_text=before.help_text,
            choices=choices,
            coerce=_as_answer,
            empty_value=None,
            required=self.above is None,
        )

    def _days(self, name: str, field: forms.IntegerField) -> None:
        if name.endswith("_days"):
            field.validators += [MinValueValidator(1), MaxValueValidator(MOST_DAYS)]
            cast("Any", field.widget).attrs |= {"min": 1, "max": MOST_DAYS}
        if self.above is None:
            field.required = True
        elif name in self.above:
            field.help_text = self._empty(name)


class PortalRulesForm(RulesForm):
    class Meta:
        model = PortalRules
        fields = [*HOME_SETTINGS, *PORTAL_SETTINGS, "honours_email"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        draft = cast("forms.IntegerField", self.fields["draft_days"])
        draft.validators.pop()  # which is for people, not for drafts
        draft.validators.append(MaxValueValidator(1000))
        cast("Any", draft.widget).attrs["max"] = 1000


class FacultyRulesForm(RulesForm):
    class Meta:
        model = FacultyRules
        fields = [*HOME_SETTINGS, "own_form", "paper_language"]


class ProgrammeRulesForm(RulesForm):
    class Meta:
        model = ProgrammeRules
        fields = list(HOME_SETTINGS)


class HostRulesForm(RulesForm):
    class Meta:
        model = HostRules
        fields = [
            "credit_cap",
            "needs_consent",
            "transcript_days",
            "conditions_nl",
            "conditions_en",
        ]
        widgets = {
            "conditions_nl": forms.Textarea(attrs={"rows": 4, "lang": "nl"}),
            "conditions_en": forms.Textarea(attrs={"rows": 4, "lang": "en"}),
        }


class PlacesForm(forms.Form):
    """Places of an edition kept for the students of universities, and the hours of an offer."""

    use_required_attribute = False

    offer_hours = forms.IntegerField(
        label=gettext_lazy("Hours to accept an offered place"),
        min_value=1,
        max_value=336,
        help_text=gettext_lazy("When a place comes free shortly before the start."),
    )
    university = forms.ModelChoiceField(
        University.objects.none(),
        label=gettext_lazy("Also for students of"),
        required=False,
        empty_label=gettext_lazy("No other university"),
    )
    number = forms.IntegerField(
        label=gettext_lazy("So many places"), required=False, min_value=1, max_value=100_000
    )

    def __init__(self, *args: Any, edition: Edition, kept: Any, universities: Any, **kw: Any):
        kw["initial"] = {"offer_hours": edition.offer_hours}
        super().__init__(*args, **kw)
        self.kept = list(kept)
        others = universities.exclude(pk__in=[row.university_id for row in self.kept])
        self.fields["university"].queryset = others  # type: ignore[attr-defined]
        for row in self.kept:
            self.fields[f"kept-{row.university_id}"] = forms.IntegerField(
                label=str(row.university),
                initial=row.places,
                min_value=0,
                max_value=100_000,
                help_text=_("%(taken)s taken. 0: none are kept any more.") % {"taken": row.taken},
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("university") and not data.get("number") and "number" not in self.errors:
            self.add_error("number", _("Say how many places."))
        if data.get("number") and not data.get("university"):
            self.add_error("university", _("Choose the university."))
        return data

    def rows(self) -> list[Any]:
        """The fields of the places that are kept already."""
        return [self[f"kept-{row.university_id}"] for row in self.kept]

    def places(self) -> dict[int, int]:
        """How many to keep for each university, by its key."""
        data = self.cleaned_data
        wanted = {row.university_id: data[f"kept-{row.university_id}"] for row in self.kept}
        if data.get("university"):
            wanted[data["university"].pk] = data["number"]
        return wanted
