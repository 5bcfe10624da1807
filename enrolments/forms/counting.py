"""For whom a course is to count, and how: asked by address, so that the answer can be shared."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Faculty, Programme
from enrolments.models import Purpose


class CountsForm(forms.Form):
    """Purpose, faculty and programme; a programme says its faculty by itself."""

    use_required_attribute = False

    purpose = forms.ChoiceField(
        label=_("Count as"), choices=[("", _("Choose")), *Purpose.choices], required=False
    )
    faculty = forms.ChoiceField(label=_("Your faculty"), required=False)
    programme = forms.ChoiceField(label=_("Your programme"), required=False)

    def __init__(
        self,
        *args: Any,
        faculties: Iterable[Faculty],
        programmes: Iterable[Programme],
        without: Collection[str] = (),  # purposes that are not for who asks
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        ways = [(value, label) for value, label in Purpose.choices if value not in without]
        self._offer("purpose", [("", _("Choose")), *ways])
        self.by_code = {one.code.lower(): one for one in faculties}
        self.by_key = {str(one.pk): one for one in programmes}
        by_pk = {one.pk: one for one in self.by_code.values()}
        for one in self.by_key.values():
            one.faculty = by_pk[one.faculty_id]
        named = sorted(self.by_code.items(), key=lambda pair: pair[1].name)
        self._offer("faculty", [("", _("Choose")), *((code, one.name) for code, one in named)])
        groups: dict[str, list[tuple[str, str]]] = {}
        for key, one in sorted(self.by_key.items(), key=lambda p: (p[1].faculty.name, str(p[1]))):
            groups.setdefault(one.faculty.name, []).append((key, str(one)))
        self._offer("programme", [("", _("Not in this list, or not sure")), *groups.items()])

    def _offer(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # for type checking
        field.choices = choices

    def chosen(self) -> tuple[str, Faculty | None, Programme | None]:
        """What the address asks for; what it has wrong is left out."""
        self.is_valid()
        data = self.cleaned_data
        programme = self.by_key.get(data.get("programme", ""))
        faculty = programme.faculty if programme else self.by_code.get(data.get("faculty", ""))
        return data.get("purpose", ""), faculty, programme
