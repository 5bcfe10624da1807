"""What the curation's forms share: no edit is lost to another one, every rule speaks at its field.

A form carries a short hash of each value it showed. When it comes back and the row holds another
value for a field, somebody else has changed that field in the meantime: the form says so, keeps
what was typed, and takes over their values where this person had typed nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.choices import flatten_choices
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _


class Change(NamedTuple):
    """What somebody else has made of a field since the form was shown."""

    label: str
    theirs: str
    anchor: str
    both: bool  # this person had changed it too


class CuratedField(BoundField):
    """A bound field that knows what somebody else has made of it."""

    @property
    def theirs(self) -> str | None:
        """Their value in words where both have changed it; None otherwise."""
        return getattr(self.form, "theirs", {}).get(self.name)


def text_of(value: object) -> str:
    """`value` in one spelling, whether it comes from the database, a form or a browser."""
    match value:
        case None:
            return ""
        case models.Model():
            return str(value.pk)
        case Decimal():
            return f"{value.normalize():f}"
        case str():
            return value.replace("\r\n", "\n").strip()
        case _:
            return str(value)


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def short_blanks(form: forms.BaseForm) -> None:
    """Show a dash where nothing has been chosen."""
    for field in form.fields.values():
        if isinstance(field, forms.TypedChoiceField):
            field.choices = [
                (key, label if key else "–") for key, label in cast(Any, field.choices)
            ]


class CuratedForm(forms.ModelForm):  # type: ignore[type-arg]  # no brackets at run time
    """A form over a row that several people edit; saves what is there, also when incomplete."""

    bound_field_class = CuratedField
    use_required_attribute = False
    # Where the message of a rule over several fields belongs: constraint → field.
    rules: ClassVar[Mapping[str, str]] = {}

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        short_blanks(self)
        self.initial["seen"] = self.token  # asked when shown: fields may still be closed
        self.theirs: dict[str, str] = {}
        self.changes: list[Change] = []

    @cached_property
    def shown(self) -> dict[str, str]:
        """The row's values as it was when this form was made."""
        return {name: text_of(value) for name, value in self.row_values().items()}

    def row_values(self) -> dict[str, object]:
        """The values of the row that this form edits; more where other rows belong to it.

        Of a row that is still to be made nobody else can have changed anything.
        """
        if self.instance.pk is None:
            return {}
        return {
            name: self.initial.get(name)
            for name, field in self.fields.items()
            if name != "seen" and not field.disabled
        }

    def token(self) -> str:
        """What this form shows, as one hash a field."""
        return ",".join(f"{name}:{hash_of(text)}" for name, text in self.shown.items())

    def is_stale(self) -> bool:
        """Whether the row has changed since this form was shown; asked after `is_valid`.

        Then `changes` says how; fields that only the others changed take their value, and `theirs`
        holds what they made of those that this person changed too.
        """
        pairs = self.data.get(self.add_prefix("seen"), "").split(",")
        seen = dict(pair.split(":", 1) for pair in pairs if ":" in pair)
        elsewhere = {
            name: seen[name]
            for name, text in self.shown.items()
            if name in seen and seen[name] != hash_of(text)
        }
        if not elsewhere:
            return False
        data = cast(QueryDict, self.data).copy()
        data[self.add_prefix("seen")] = self.token()
        self.data = data
        for name, before in elsewhere.items():
            self._settle(name, before, data)
        return True

    def _settle(self, name: str, before: str, data: QueryDict) -> None:
        """Note what the others made of `name`; take it over unless it was typed in too."""
        label, theirs = self.words(name)
        key = self.add_prefix(name)
        field = self.fields.get(name)
        typed = self.cleaned_data.get(name) if name in self.cleaned_data else object()
        both = field is None or hash_of(text_of(typed)) not in {before, hash_of(self.shown[name])}
        if field is not None and both:
            self.theirs[name] = theirs
        elif field is not None:
            self.errors.pop(name, None)
            if isinstance(field.widget, forms.CheckboxInput) and not self.initial.get(name):
                data.pop(key, None)
            else:
                data[key] = self.shown[name]
        anchor = f"id_{key}" if field else name.replace("_", "-")
        self.changes.append(Change(label, theirs, anchor, both))

    def words(self, name: str) -> tuple[str, str]:
        """The label of `name` and the value that the row holds, as a person reads them."""
        field = self.fields[name]
        value = self.shown[name]
        if isinstance(field, forms.BooleanField) and value:
            value = _("yes") if self.initial.get(name) else _("no")
        elif choices := getattr(field, "choices", None):
            names = {
                text_of(getattr(key, "value", key)): str(said)
                for key, said in cast(Any, flatten_choices(choices))
            }
            value = names.get(value, value) if value else ""
        return capfirst(str(field.label or name)), value or _("empty")

    def validate_constraints(self) -> None:
        """Let every rule of the table speak, also over what this form does not show."""
        failed = set(self.errors) & {field.name for field in self.instance._meta.fields}
        for model, constraints in self.instance.get_constraints():
            for constraint in constraints:
                try:
                    constraint.validate(model, self.instance, exclude=failed)
                except ValidationError as refusal:
                    field = self.rules.get(constraint.name, NON_FIELD_ERRORS)
                    self.add_error(field if field in self.fields else None, refusal.messages)
