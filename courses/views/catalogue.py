"""The catalogue: every course on offer, searched and filtered."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from copy import copy
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.html import escape
from django.utils.translation import get_language, ngettext
from django.views.decorators.http import require_safe

from courses.board import chips, counts_of, drops, facet_groups, facet_holes, rows, sorts
from courses.catalogue import Catalogue, current_catalogue
from courses.personal import Masks, kept_for, masks_for, masks_of_places
from courses.selection import PAGE_SIZE, Found, Selection, find, read_selection
from courses.stencil import Stencil, hole
from vx_portal.http import PortalRequest, accepts_gzip, is_visitor, kept

PAGE = "courses/catalogue.html"
QUERY = "the-query"  # stands for any query while the frame is rendered


@login_not_required
@require_safe
@kept
def catalogue(request: PortalRequest) -> HttpResponse:
    offer = current_catalogue()
    kept = kept_for(request.user, offer.kept)
    personal = {**masks_for(request.user, offer), **masks_of_places(offer, kept)}
    found = find(offer, read_selection(request.GET, offer, personal), personal)
    html = results(offer, found, kept)
    if not request.htmx:
        html = page(request, offer, found, html, facets(offer, found, personal))
    response = packed(request, html)
    if request.htmx:
        address = reverse("courses:catalogue") + found.selection.query
        is_here = request.htmx.current_url_abs_path == address
        response["HX-Push-Url"] = "false" if is_here else address
    patch_vary_headers(response, ["HX-Request"])
    return response


def packed(request: PortalRequest, html: str) -> HttpResponse:
    """`html` as an answer: for visitors gzipped at the level that costs least.

    What signed-in people get is left to Django, which hides the length of their tokens.
    """
    if not (is_visitor(request) and accepts_gzip(request)):
        return HttpResponse(html)
    response = HttpResponse(gzip.compress(html.encode(), compresslevel=2, mtime=0))
    response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def results(offer: Catalogue, found: Found, kept: Mapping[int, int]) -> str:
    """The count, the chips, the rows and the pager. The rows are not put through the template."""
    html: str = render_to_string(f"{PAGE}#results", results_context(offer, found))
    return html.replace(hole("rows"), "".join(rows(offer, found.positions, kept)), 1)


def results_context(offer: Catalogue, found: Found) -> dict[str, Any]:
    """What the results need: all but the rows is small."""
    selection, count = found.selection, {"count": found.count}
    suggested = selection.with_words(found.suggestion).query if found.suggestion else ""
    return {
        "found": found,
        "selection": selection,
        "title": ngettext("One course", "%(count)d courses", found.count) % count,
        "show": ngettext("Show one course", "Show %(count)d courses", found.count) % count,
        "rows": hole("rows") if found.positions else "",
        "first_number": (selection.page - 1) * PAGE_SIZE + 1,
        "chips": chips(selection),
        "drops": drops(found),
        "order": order(offer, selection) if found.count > 1 else "",
        "counts": counts_of(found),
        "suggested": suggested,
        "previous": selection.on_page(selection.page - 1) if selection.page > 1 else None,
        "next": selection.on_page(selection.page + 1) if selection.page < found.pages else None,
    }


def order(offer: Catalogue, selection: Selection) -> str:
    """The choice of an order, rendered once for each."""
    key = ("order", get_language(), selection.sort, selection.default_sort)
    if key not in offer.fragments:
        context = {"sorts": sorts(selection)}
        offer.fragments[key] = render_to_string(f"{PAGE}#order", context)
    html: str = offer.fragments[key]
    return html


def page(request: PortalRequest, offer: Catalogue, found: Found, html: str, filters: str) -> str:
    """The whole page. A visitor's frame around it is rendered once, and filled from then on."""
    selection, language = found.selection, get_language() or "nl"
    holes = {
        "results": html,
        "facets": filters,
        "words": escape(selection.words),
        "chosen": str(sum(map(len, selection.chosen.values())) or ""),
        "query": escape(selection.query),
        "quoted query": quote(selection.query),
    }
    if not is_visitor(request):
        return frame(request).fill(holes)
    theme = request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    key = ("frame", language, theme if theme in ("light", "dark") else "")
    if key not in offer.fragments:
        offer.fragments[key] = frame(request)
    stencil: Stencil = offer.fragments[key]
    return stencil.fill(holes)


def frame(request: PortalRequest) -> Stencil:
    """The page with holes, also where it repeats the address's query (other language, sign-in)."""
    asked = copy(request)
    asked.META = {**request.META, "QUERY_STRING": QUERY}
    context = {name: hole(name) for name in ("results", "facets", "words", "chosen")}
    html = str(render_to_string(PAGE, context, asked)).replace(f"?{QUERY}", hole("query"))
    return Stencil(html.replace(f"%3F{QUERY}", hole("quoted query")))


def facets(offer: Catalogue, found: Found, personal: Masks) -> str:
    """The filters, with what is chosen and the counts."""
    own = tuple(way for ways in personal.values() for way in ways)
    key = ("facets", get_language(), own)
    if key not in offer.fragments:
        html = render_to_string("courses/_facets.html", {"groups": facet_groups(offer, personal)})
        offer.fragments[key] = Stencil(html)
    stencil: Stencil = offer.fragments[key]
    return stencil.fill(facet_holes(found))
