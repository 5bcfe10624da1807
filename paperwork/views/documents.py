"""Documents in the office: the list, one document, and test documents."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paperwork.forms.documents import DocumentFilter, SampleForm
from paperwork.models import Document
from paperwork.models.document import DocumentQuerySet, code_as_typed
from paperwork.rendering import address_of
from paperwork.samples import sample
from paperwork.services.background import try_again
from paperwork.services.documents import (
    TakenError,
    make_again,
    owe_document,
    withdraw,
)
from paperwork.serving import serve
from vx_portal.http import PortalRequest, current_user, needs_role

PAGE = 50
State = Document.State
STATES = {
    "made": Q(state=State.DONE),
    "waiting": Q(state__in=[State.NEW, State.LEASED]),
    "dead": Q(state=State.DEAD),
}


@require_safe
@needs_role("office", "auditor")
def documents(request: PortalRequest) -> HttpResponse:
    form = DocumentFilter(request.GET)
    filters = form.filters()
    rows = _narrowed(Document.objects.visible_to(request.user), filters)
    if wanted := STATES.get(filters.get("state", "")):
        rows = rows.filter(wanted)
    page = Paginator(rows.defer("data").select_related("asked_by"), PAGE)
    context = {
        "form": form,
        "filters": filters,
        "narrowed": set(filters) - {"state"},
        "page_obj": page.get_page(request.GET.get("page")),
        "views": _views(request, filters.get("state", "")),
    }
    template = "paperwork/office/documents.html"
    response = render(request, f"{template}#results" if request.htmx else template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _narrowed(rows: DocumentQuerySet, filters: dict[str, str]) -> DocumentQuerySet:
    if kind := filters.get("kind"):
        rows = rows.filter(kind=kind)
    if words := filters.get("q"):
        rows = rows.filter(Q(title__icontains=words) | Q(code=code_as_typed(words) or None))
    return rows


def _views(request: PortalRequest, current: str) -> list[dict[str, Any]]:
    """The views of the list with how many documents each has."""
    counts = {name: Count("pk", filter=wanted) for name, wanted in STATES.items()}
    rows = Document.objects.visible_to(request.user).order_by()
    numbers = rows.aggregate(all=Count("pk"), **counts)
    return [
        {"state": s, "label": label, "number": numbers[s or "all"], "current": s == current}
        for s, label in DocumentFilter.STATES
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def test_document(request: PortalRequest) -> HttpResponse:
    """A letter or form about nobody, to see that documents are made and how they look."""
    form = SampleForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "paperwork/office/test_document.html", {"form": form}, status=status)
    kind, language = form.cleaned_data["kind"], form.cleaned_data["language"]
    made = sample(kind, language)
    document = owe_document(
        kind,
        f"test-{uuid4().hex}",
        title=made.title,
        language=language,
        data=made.data,
        by=current_user(request),
    )
    return redirect("documents:document", document.pk)


def _find(request: PortalRequest, pk: UUID) -> Document:
    rows = Document.objects.visible_to(request.user).select_related("asked_by")
    return get_object_or_404(rows, pk=pk)


@require_safe
@needs_role("office", "auditor")
def document(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One document; htmx asks for its part again while it is waited for."""
    response = _page(request, _find(request, pk))
    patch_vary_headers(response, ["HX-Request"])
    return response


def _page(
    request: PortalRequest, found: Document, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    same = Document.objects.visible_to(request.user).filter(kind=found.kind, key=found.key)
    versions = list(same.defer("data").order_by("-version"))
    context = {
        "document": found,
        "versions": versions,
        "is_latest": versions[0].pk == found.pk,
        "address": address_of(found),
        "refusal": refusal,
    }
    template = "paperwork/office/document.html"
    name = f"{template}#progress" if request.htmx and not refusal else template
    return render(request, name, context, status=status)


@require_safe
@needs_role("office", "auditor")
def open_document(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The PDF itself."""
    found = _find(request, pk)
    if found.state != State.DONE:
        raise Http404
    return serve(request, found, inline=True)


@require_POST
@needs_role("office")
def again(request: PortalRequest, pk: UUID) -> HttpResponse:
    """A next version that says the same."""
    found = _find(request, pk)
    try:
        newer = make_again(found, by=current_user(request))
    except TakenError:
        refusal = _("There is a newer version already. Open that one.")
        return _page(request, found, refusal=refusal, status=409)
    return redirect("documents:document", newer.pk)


@require_POST
@needs_role("office")
def retry(request: PortalRequest, pk: UUID) -> HttpResponse:
    """What the workers gave up is tried once more."""
    found = _find(request, pk)
    if not try_again(found, by=current_user(request)):
        refusal = _("This document is not given up any more: look at what it is now.")
        return _page(request, _find(request, pk), refusal=refusal, status=409)
    return redirect("documents:document", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def withdraw_document(request: PortalRequest, pk: UUID) -> HttpResponse:
    """First what withdrawing means; then, on POST, that."""
    found = _find(request, pk)
    if request.method != "POST":
        return render(request, "paperwork/office/withdraw.html", {"document": found})
    if not withdraw(found, by=current_user(request)):
        refusal = _("Only a document that was made and still counts can be withdrawn.")
        return _page(request, _find(request, pk), refusal=refusal, status=409)
    messages.success(request, _("The document is withdrawn. Its verification page says so."))
    return redirect("documents:document", pk)
