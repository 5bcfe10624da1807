"""Is this document genuine? For anybody who holds one, without an account."""

from __future__ import annotations

import time

from allauth.core.internal import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from paperwork.forms.verify import CodeForm, FileForm, HashAndForget
from paperwork.services import verification
from vx_portal.http import PortalRequest

# Codes that do not exist, for one address. Nobody guesses 80 bits; this keeps machines from trying.
LIMIT = {"verify": "60/m/ip"}


@require_safe
@login_not_required
def start(request: PortalRequest) -> HttpResponse:
    """Where somebody types the code of a document."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("verify:document", form.cleaned_data["code"])
    status = 422 if form.is_bound else 200
    return _public(render(request, "paperwork/verify/start.html", {"form": form}, status=status))


# There is nothing to forge: the answer is the same for everybody, and nothing is written.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def document(request: PortalRequest, code: str) -> HttpResponse:
    """What the portal says of one document; on POST also whether a file is that document."""
    request.upload_handlers = [HashAndForget(request)]
    if _guesses_too_much(request):
        refused: HttpResponse = ratelimit.respond_429(request)
        return refused
    verdict = verification.look_up(code)
    if verdict is None:
        return _unknown(request, code)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    context = {"verdict": verdict, "form": form, "checked": form.is_valid()}
    if form.is_valid():
        context["genuine"] = form.cleaned_data["file"].sha256 == verdict.sha256
    status = 422 if form.errors else 200
    return _public(render(request, "paperwork/verify/document.html", context, status=status))


def _guesses_too_much(request: PortalRequest) -> bool:
    """Whether this address has asked for too many codes that do not exist. Writes nothing."""
    (rate,) = ratelimit.get_rates(app="paperwork", action="verify", config=LIMIT)
    key = ratelimit.get_cache_key(request, app="paperwork", action="verify", rate=rate)
    allowed, _history = ratelimit.apply_rate(cache.get(key, []), time.time(), rate, dry_run=True)
    return not allowed


def _unknown(request: PortalRequest, code: str) -> HttpResponse:
    """A page that helps to find out what went wrong; it counts as a guess."""
    ratelimit.consume(request, app="paperwork", action="verify", config=LIMIT, limit_get=True)
    form = CodeForm(initial={"code": code[:60]})
    page = render(request, "paperwork/verify/unknown.html", {"form": form}, status=404)
    return _public(page)


def _public(response: HttpResponse) -> HttpResponse:
    """No search engine lists it, and no cache keeps what may be withdrawn tomorrow."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response
