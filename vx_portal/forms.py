"""How every form is rendered, allauth's included."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_noop

# Django's first line of a choice, which it has no Dutch for.
NOTHING_CHOSEN = gettext_noop("- Select an option -")


class PortalRenderer(TemplatesSetting):
    """The portal's own parts for a form and its fields; Django's for the widgets."""

    form_template_name = "parts/form.html"
    field_template_name = "parts/field.html"
