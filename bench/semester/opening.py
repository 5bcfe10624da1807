"""The opening at nine o'clock: many send their request for one course at once, by the browser."""

from __future__ import annotations

import asyncio

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from bench.open_model import Door, percentile
from bench.semester.semester import Semester
from bench.semester.world import World
from bench.under_load.asking import rush
from enrolments.models import Enrolment
from tests.production import HOST

BACKEND = "accounts.backends.Backend"
A_SECOND = 60  # of them


def session_of(user: User) -> str:
    """The cookie of somebody who has just signed in, with their second factor."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["second_factor_elsewhere"] = True
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def send_page(case: Enrolment, cookie: str) -> dict[str, str]:
    """Where a draft is sent, and by whom."""
    with translation.override("en"):
        page = reverse("exchange:check", args=[case.reference])
    return {"cookie": cookie, "check": page, "reference": case.reference}


def nine_o_clock(semester: Semester, world: World, cases: list[Enrolment]) -> None:
    """These drafts are for the popular course; they stand open, and all are sent at once."""
    dice = semester.dice("rush")
    drafts = [send_page(case, session_of(case.student)) for case in cases]
    door = Door(semester.processes.production.ports["8443"], HOST)
    with semester.step("They send it at nine o'clock", kill=True) as done:
        times = asyncio.run(rush(door, drafts, len(drafts) / A_SECOND, dice))
        done["requests"] += len(drafts)
    if times.wrong:
        raise SystemExit(f"the rush: {dict(times.wrong)}")
    semester.rush = [percentile(times.all, 50), percentile(times.all, 99)]
    holding = world.popular.enrolments.holding().count()
    if holding != world.popular.places:
        raise SystemExit(f"the rush: {holding} hold one of {world.popular.places} places")
