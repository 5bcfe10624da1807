"""What people tell about themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import StudentProfile, User
from courses.models import Faculty, Programme, University

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.oidc import Claims

NUMBER_TAKEN = _(
    "Somebody else has already signed up with this student number. Check the number. Is it really"
    " yours? Ask the programme office."
)


class PersonForm(forms.Form):
    """Everybody's name and language."""

    use_required_attribute = False

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        help_text=_("As your university knows you."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=_("Language of our e-mails"), choices=User.Language, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        kwargs.setdefault("initial", {})
        kwargs["initial"] = {"name": user.name, "language": user.language, **kwargs["initial"]}
        super().__init__(*args, **kwargs)


class ProgrammeField(forms.ChoiceField):
    """Our programmes, under their faculty's name; the level stands behind each."""

    OTHER = "other"

    def offer(self, programmes: Iterable[Programme]) -> None:
        """Show `programmes` in groups, in the reader's alphabet, and one for what is not there."""
        groups: dict[str, list[tuple[int | str, Any]]] = {}
        self.by_key = {str(programme.pk): programme for programme in programmes}
        for programme in sorted(self.by_key.values(), key=lambda p: (p.faculty.name, str(p))):
            groups.setdefault(programme.faculty.name, []).append((programme.pk, str(programme)))
        self.choices = [
            ("", _("Choose your programme")),
            *groups.items(),
            (self.OTHER, _("My programme is not in this list")),
        ]

    def clean(self, value: Any) -> Programme | None:
        """The programme; None: not in the list."""
        return self.by_key.get(super().clean(value))


class StudentForm(PersonForm):
    """What an application needs to know of a student. The university is known and not asked."""

    student_number = forms.CharField(
        label=_("Student number"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    programme = ProgrammeField(
        label=_("Programme"), error_messages={"required": _("Choose your programme.")}
    )
    programme_name = forms.CharField(
        label=_("Name of your programme"),
        max_length=150,
        help_text=_("As your own university calls it."),
    )
    faculty = forms.ModelChoiceField(
        Faculty.objects.none(), label=_("Faculty"), required=False, empty_label=_("Choose")
    )
    level = forms.ChoiceField(
        label=_("Level"), choices=Programme.Level, required=False, widget=forms.RadioSelect
    )
    year = forms.IntegerField(
        label=_("Year of study"),
        min_value=1,
        max_value=9,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 3}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"),
            _("Give your year of study as a number from 1 to 9."),
        ),
    )
    honours = forms.BooleanField(label=_("I take part in the honours programme"), required=False)

    def __init__(
        self, *args: Any, university: University, claims: Claims | None, **kwargs: Any
    ) -> None:
        user: User = kwargs["user"]
        self.university = university
        self.profile = StudentProfile.objects.filter(user=user).first()
        said = {"student_number": claims.student_number, "esi": claims.esi} if claims else {}
        self.known = {key: value for key, value in said.items() if value}
        shown = (
            {field: getattr(self.profile, field) for field in _ASKED}
            | {
                "programme": self.profile.programme_id or ProgrammeField.OTHER,
                "faculty": self.profile.faculty_id,
            }
            if self.profile
            else {}
        )
        super().__init__(*args, initial={**shown, **self.known}, **kwargs)
        if "student_number" in self.known:
            self.fields["student_number"].disabled = True
            self.fields["student_number"].help_text = _("As your university told us.")
        if not university.is_home:
            for name in ("programme", "faculty", "honours"):
                del self.fields[name]
            self.fields["level"].required = True
            return
        listed = Programme.objects.select_related("faculty")
        cast("ProgrammeField", self.fields["programme"]).offer(listed)
        faculty = cast("forms.ModelChoiceField[Faculty]", self.fields["faculty"])
        faculty.queryset = Faculty.objects.all()
        self.fields["programme_name"].required = False

    def clean_student_number(self) -> str:
        number: str = self.cleaned_data["student_number"].strip()
        others = StudentProfile.objects.exclude(user=self.user)
        if others.filter(home_university=self.university, student_number__iexact=number).exists():
            raise forms.ValidationError(NUMBER_TAKEN)
        return number

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.university.is_home or data.get("programme") or "programme" in self.errors:
            return data
        for name, message in _MISSING.items():
            if not data.get(name):
                self.add_error(name, message)
        return data

    @property
    def esi(self) -> str:
        """The European Student Identifier, shown and not asked."""
        return self.known.get("esi") or (self.profile.esi if self.profile else "")

    @property
    def shows_other(self) -> bool:
        """Whether the fields for a programme that is not in the list stand open."""
        return str(self["programme"].value()) == ProgrammeField.OTHER

    def to_profile(self) -> StudentProfile:
        """The profile as filled in, not saved; a listed programme gives its faculty and level."""
        data = self.cleaned_data
        profile = self.profile or StudentProfile(home_university=self.university)
        programme: Programme | None = data.get("programme")
        profile.programme = programme
        profile.programme_name = "" if programme else data["programme_name"]
        profile.faculty = programme.faculty if programme else data.get("faculty")
        profile.level = programme.level if programme else data["level"]
        profile.student_number = data["student_number"]
        profile.year = data["year"]
        profile.honours = data.get("honours", False)
        profile.esi = self.esi
        return profile


_ASKED = ("student_number", "programme_name", "level", "year", "honours")
_MISSING = {
    "programme_name": _("Fill in the name of your programme."),
    "faculty": _("Choose your faculty."),
    "level": _("Choose bachelor or master."),
}
