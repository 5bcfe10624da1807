"""The office words the answers of the help page: all of them, and one with its history."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages as told
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import house
from courses.forms.curated import hash_of
from courses.wording import fill
from paperwork.forms.settings import BackForm
from paperwork.forms.wording import refusals
from paperwork.models import SettingVersion
from paperwork.services.settings import StaleSettingError, save_setting
from vx_portal import answers
from vx_portal.answers import Answer
from vx_portal.http import PortalRequest, WrongRoleError, current_user, needs_role, roles_of
from vx_portal.texts import HELP, QUESTIONS

type Both = dict[str, Answer]  # by language

LONGEST = 4000
AREA = {"rows": 12}


class AnswerForm(forms.Form):
    """A question with its answer in both languages, and why; `seen` is the version before it."""

    use_required_attribute = False

    nl_question = forms.CharField(label=gettext_lazy("The question in Dutch"), max_length=120)
    nl_text = forms.CharField(
        label=gettext_lazy("The answer in Dutch"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs=AREA | {"lang": "nl"}),
    )
    en_question = forms.CharField(label=gettext_lazy("The question in English"), max_length=120)
    en_text = forms.CharField(
        label=gettext_lazy("The answer in English"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs=AREA | {"lang": "en"}),
    )
    why = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Stands in the history beside your name."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, value in list(data.items()):
            if name.endswith(("_question", "_text")):
                for refusal in refusals(value, [], answers.allowed()):
                    self.add_error(name, refusal)
                for path in answers.dead_links(value):
                    self.add_error(
                        name,
                        _("%(path)s is no page of the portal. Write it as /help/, for example.")
                        % {"path": path or "()"},
                    )
        return data

    def both(self) -> Both:
        """What was typed."""
        return {
            one: Answer(
                " ".join(self.cleaned_data[f"{one}_question"].split()),
                self.cleaned_data[f"{one}_text"].replace("\r\n", "\n").strip(),
            )
            for one in house.LANGUAGES
        }


class Shown(NamedTuple):
    """An answer as its reader sees it."""

    language: str
    question: str
    answer: SafeString


@require_safe
@needs_role("office", "auditor")
def home(request: PortalRequest) -> HttpResponse:
    """The questions, and which of them the office has worded."""
    rows = SettingVersion.objects.visible_to(request.user).newest()
    own = set(
        rows.filter(name__startswith="help.", value__isnull=False).values_list("name", flat=True)
    )
    sections = [
        (_(title), [(slug, _now(slug), answers.name_of(slug) in own) for slug in topics])
        for title, topics in HELP.items()
    ]
    return render(request, "office/help/home.html", {"sections": sections})


def _now(slug: str) -> str:
    found = answers.own(slug)
    return fill(found.question if found else _(QUESTIONS[slug]))


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office", "auditor")
def topic(request: PortalRequest, slug: str) -> HttpResponse:
    """One answer: new words are shown as their reader will see them, then saved."""
    if request.method == "POST" and "office" not in roles_of(request.user):
        raise WrongRoleError("office")
    rows = _versions(request, slug)
    if request.method != "POST":
        return _page(request, slug, rows, _form(slug, rows))
    form = AnswerForm(request.POST.dict())
    if not form.is_valid():
        return _page(request, slug, rows, form, status=422)
    if form.cleaned_data["seen"] != (rows[0].number if rows else 0):
        return _stale(request, slug, rows, form)
    both = form.both()
    if both == _both(slug, rows[0] if rows else None):
        form.add_error(None, _("That is what it is already."))
        return _page(request, slug, rows, form, status=422)
    stored = {language: list(one) for language, one in both.items()}
    sure = hash_of(json.dumps(stored))
    if request.POST.get("sure") != sure:
        return _page(request, slug, rows, form, sure=sure)
    try:
        _save(request, slug, stored, form.cleaned_data["seen"], form.cleaned_data["why"])
    except StaleSettingError:
        return _stale(request, slug, _versions(request, slug), form)
    told.success(request, _("Saved. The help page says it so from now on."))
    return redirect("help-texts:home")


@require_POST
@needs_role("office")
def back(request: PortalRequest, slug: str) -> HttpResponse:
    """Put an earlier version back, or how it comes: as a new version."""
    rows = _versions(request, slug)
    values = {row.number: row.value for row in rows} | {0: None}
    form = BackForm(request.POST)
    if not form.is_valid() or (number := form.cleaned_data["number"]) not in values:
        told.error(request, _("There is no such version."))
        return redirect("help-texts:topic", slug)
    why = _("Put back: version %(n)s") % {"n": number} if number else ""
    try:
        _save(request, slug, values[number], form.cleaned_data["seen"], why)
    except StaleSettingError:
        rows = _versions(request, slug)
        return _stale(request, slug, rows, _form(slug, rows))
    told.success(request, _("Saved. The help page says it so from now on."))
    return redirect("help-texts:topic", slug)


def _versions(request: PortalRequest, slug: str) -> list[SettingVersion]:
    if slug not in QUESTIONS:
        raise Http404
    rows = SettingVersion.objects.visible_to(request.user)
    return list(rows.filter(name=answers.name_of(slug)))


def _save(request: PortalRequest, slug: str, value: Any, seen: int, why: str) -> None:
    save_setting(answers.name_of(slug), value, seen=seen, by=current_user(request), why=why)


def _both(slug: str, row: SettingVersion | None) -> Both:
    if row and row.value is not None:
        return {language: Answer(*row.value[language]) for language in house.LANGUAGES}
    return {one: answers.as_it_comes(slug, QUESTIONS[slug], one) for one in house.LANGUAGES}


def _form(slug: str, rows: list[SettingVersion]) -> AnswerForm:
    initial: dict[str, Any] = {"seen": rows[0].number if rows else 0}
    for language, answer in _both(slug, rows[0] if rows else None).items():
        initial |= {f"{language}_question": answer.question, f"{language}_text": answer.text}
    return AnswerForm(initial=initial)


def _stale(
    request: PortalRequest, slug: str, rows: list[SettingVersion], form: AnswerForm
) -> HttpResponse:
    """The form as it was typed, now over what another has saved."""
    if form.is_bound:
        form.data = {**form.data, "seen": str(rows[0].number if rows else 0)}
    theirs = rows[0] if rows else None
    return _page(request, slug, rows, form, status=409, theirs=theirs)


def _page(
    request: PortalRequest,
    slug: str,
    rows: list[SettingVersion],
    form: AnswerForm,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    newest = rows[0] if rows else None
    shown = form.both() if form.is_bound and not form.errors else _both(slug, newest)
    context = {
        "slug": slug,
        "question": _now(slug),
        "form": form,
        "shown": [_shown(language, one) for language, one in shown.items()],
        "past": [(row, _shown("nl", _both(slug, row)["nl"])) for row in rows],
        "newest": newest,
        "allowed": answers.allowed(),
        **more,
    }
    return render(request, "office/help/topic.html", context, status=status)


def _shown(language: str, answer: Answer) -> Shown:
    with translation.override(language):
        context = {"contact": house.text("portal.contact")}
        return Shown(language, fill(answer.question), answers.as_html(answer.text, context))
