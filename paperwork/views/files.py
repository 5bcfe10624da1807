"""A person's own files: what they gave us, when and for what, and who opened it."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from paperwork import previews
from paperwork.models import Attachment
from paperwork.openings import openings_of
from paperwork.registry import FILES
from paperwork.serving import serve
from vx_portal.http import PortalRequest

PAGE = 20


@require_safe
def files(request: PortalRequest) -> HttpResponse:
    """What one gave us, the latest first; `?purpose=` leaves one kind."""
    own = Attachment.objects.visible_to(request.user)
    purpose = request.GET.get("purpose", "")
    chosen = own.filter(purpose=purpose) if purpose in FILES else own
    page = Paginator(chosen.order_by("-given_at", "pk"), PAGE).get_page(request.GET.get("page"))
    opened = openings_of(page.object_list, request.user)
    counts = dict(own.order_by().values_list("purpose").annotate(Count("pk")))
    views: list[tuple[str, str | Promise, int]] = [("", "", sum(counts.values()))]
    views += [
        (kind.name, kind.label, counts[name]) for name, kind in FILES.items() if name in counts
    ]
    context = {
        "page_obj": page,
        "files": [(file, opened.get(str(file.pk), [])) for file in page.object_list],
        "views": views if len(views) > 2 else [],
        "purpose": purpose,
    }
    return render(request, "paperwork/files.html", context)


@require_safe
def file(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One of them: its pages, and who opened it."""
    attachment = _own(request, pk)
    pages = previews.pages(request, attachment, lambda n: reverse("files:page", args=[pk, n]))
    context = {
        "file": attachment,
        "pages": pages,
        "original": reverse("files:download", args=[pk]),
        "opened": openings_of([attachment], request.user).get(str(pk), []),
    }
    return render(request, "paperwork/file.html", context)


@require_safe
def page(request: PortalRequest, pk: UUID, number: int) -> HttpResponse:
    """The picture of one page."""
    return previews.respond(request, _own(request, pk), number)


@require_safe
def download(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The file as it was given."""
    return serve(request, _own(request, pk))


def _own(request: PortalRequest, pk: UUID) -> Attachment:
    return get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)
