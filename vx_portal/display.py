"""Light or dark, and the language to begin in: choices kept in this browser, not in an account."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from vx_portal.context import THEMES
from vx_portal.http import PortalRequest

A_YEAR = 365 * 24 * 3600
SYSTEM = "system"


class DisplayForm(forms.Form):
    """What the reader prefers."""

    use_required_attribute = False

    theme = forms.ChoiceField(
        label=_("Light or dark"),
        choices=[
            (SYSTEM, _("As your device")),
            ("light", _("Light")),
            ("dark", _("Dark")),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose light, dark, or as your device."),
            "invalid_choice": _("Choose light, dark, or as your device."),
        },
    )
    language = forms.ChoiceField(
        label=_("Language"),
        help_text=_("For when you come to the home page. On every page you can still switch."),
        choices=[("nl", "Nederlands"), ("en", "English")],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose Dutch or English."),
            "invalid_choice": _("Choose Dutch or English."),
        },
    )


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def display(request: PortalRequest) -> HttpResponse:
    """Choose; keeps two cookies for a year, and none for a theme that follows the device."""
    theme = request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    now = {"theme": theme if theme in THEMES else SYSTEM, "language": get_language()}
    form = DisplayForm(request.POST if request.method == "POST" else None, initial=now)
    if request.method != "POST":
        return render(request, "display.html", {"form": form, "kept": "kept" in request.GET})
    if not form.is_valid():
        return render(request, "display.html", {"form": form}, status=422)
    with override(form.cleaned_data["language"]):
        response = HttpResponseRedirect(f"{reverse('display')}?kept")
    _keep(response, settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"])
    if form.cleaned_data["theme"] == SYSTEM:
        response.delete_cookie(settings.THEME_COOKIE_NAME, samesite="Lax")
    else:
        _keep(response, settings.THEME_COOKIE_NAME, form.cleaned_data["theme"])
    return response


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=A_YEAR, samesite="Lax", secure=settings.HTTPS, httponly=True
    )
