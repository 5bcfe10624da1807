"""A person's notices: what is up to them, what happened, and which of it they want by mail."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paperwork import centre
from paperwork.forms.notices import MailChoicesForm, NoticeFilter
from paperwork.models import MailChoice, Notice
from paperwork.registry import NOTICES, kinds_for
from paperwork.services import reading
from paperwork.text import blocks
from vx_portal.http import PortalRequest, current_user, roles_of

PAGE = 25
SHORT = 3  # paragraphs; of a longer text the page shows the first, and the others on demand


@require_safe
def notices(request: PortalRequest) -> HttpResponse:
    """What is up to the reader first, then what is only to know. Looking marks nothing as read."""
    form = NoticeFilter(request.GET, kinds=kinds_for(roles_of(request.user)))
    filters = form.filters()
    page = Paginator(centre.listed(request.user, filters), PAGE).get_page(request.GET.get("page"))
    for notice in page:
        _dress(notice)
    numbers = centre.counts(request.user)
    view = filters.get("view", "")
    context = {
        "form": form,
        "page_obj": page,
        "narrowed": set(filters) - {"view"},
        "view": view,
        "views": [
            {"name": name, "label": label, "number": numbers[name], "current": name == view}
            for name, label in NoticeFilter.VIEWS
        ],
        "new": numbers["new"],
        "now": timezone.now().isoformat(),
        "here": request.get_full_path(),
    }
    template = "paperwork/notices.html"
    response = render(request, f"{template}#results" if request.htmx else template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _dress(notice: Notice) -> None:
    """What the page shows of a notice beside its fields."""
    kind = NOTICES.get(notice.kind)
    parts = blocks(notice.text)
    shown = len(parts) if len(parts) <= SHORT else 1
    notice.kind_label = kind.label if kind else ""  # type: ignore[attr-defined]
    notice.first, notice.rest = parts[:shown], parts[shown:]  # type: ignore[attr-defined]
    notice.is_new = notice.is_unread and notice.settled_at is None  # type: ignore[attr-defined]


def _find(request: PortalRequest, pk: UUID) -> Notice:
    return get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)


def _back(request: PortalRequest) -> HttpResponse:
    """To the list as it was filtered; to no other page."""
    home, back = reverse("notices:list"), request.POST.get("back", "")
    return redirect(back if back.startswith(f"{home}?") else home)


@require_POST
def open_notice(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Mark it as read and go where it leads."""
    notice = _find(request, pk)
    reading.mark_read(notice)
    return redirect(notice.link) if notice.link else _back(request)


@require_POST
def read(request: PortalRequest, pk: UUID) -> HttpResponse:
    reading.mark_read(_find(request, pk))
    return _back(request)


@require_POST
def read_all(request: PortalRequest) -> HttpResponse:
    """All that the list showed when it was made; what came since stays new."""
    try:
        seen = parse_datetime(request.POST.get("seen", ""))
    except ValueError:
        seen = None
    if seen is not None and timezone.is_aware(seen):
        count = reading.mark_all_read(current_user(request), seen)
        text = ngettext(
            "%(count)s message is marked as read.", "%(count)s messages are marked as read.", count
        )
        messages.success(request, text % {"count": count})
    return redirect("notices:list")


@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: PortalRequest) -> HttpResponse:
    """Which kinds come by mail, and when."""
    user = current_user(request)
    kinds = kinds_for(roles_of(user))
    free = [kind for kind in kinds if not kind.always]
    chosen = dict(MailChoice.objects.visible_to(user).values_list("kind", "when"))
    switch = request.POST.get("all", "")
    if user.is_staff_member and switch in {MailChoice.When.AT_ONCE, MailChoice.When.DAILY}:
        reading.choose(user, {kind.name: switch for kind in free})
        return _saved(request)
    sent = request.POST if request.method == "POST" else None
    form = MailChoicesForm(sent, kinds=free, chosen=chosen)
    if form.is_valid():
        reading.choose(user, form.choices())
        return _saved(request)
    context = {"form": form, "always": [kind for kind in kinds if kind.always]}
    status = 422 if form.errors else 200
    return render(request, "paperwork/choices.html", context, status=status)


def _saved(request: PortalRequest) -> HttpResponse:
    messages.success(request, _("Saved. It counts for messages from now on."))
    return redirect("notice-choices")
