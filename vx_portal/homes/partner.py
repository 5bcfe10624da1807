"""What is up to a partner university: its students, its exams, its transcripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from enrolments import queue
from enrolments.models import Enrolment, State
from enrolments.scopes import scopes_of
from exams import agenda
from grades import awaiting, own_results
from vx_portal.homes import recent
from vx_portal.homes.counting import count_together
from vx_portal.homes.desk import Group
from vx_portal.homes.lines import address_of, line_of, with_addresses

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User
    from vx_portal.http import PortalRequest

SHOWN = 5  # of each list
TO_CONFIRM = ngettext_lazy("%(n)s student to confirm", "%(n)s students to confirm", "n")
OF_OURS = ngettext_lazy(
    "%(n)s of your own students to approve", "%(n)s of your own students to approve", "n"
)


def home_of(request: PortalRequest, user: User) -> dict[str, Any]:
    """What the page shows."""
    mine = Enrolment.objects.visible_to(user).filter(
        edition__course__university__in=scopes_of(user).partner_of, state=State.APPROVED
    )
    today = timezone.localdate()
    conditions = queue.conditions_of(user, today)
    ours = queue.listed(user).filter(conditions["mine"])
    late = {"all": Q(), "late": Q(due_on__lt=today)}
    counts = count_together({"confirm": (mine, late), "ours": (ours, late)})
    references = recent.references(request)
    first = Q(pk__in=_first(mine)) | Q(pk__in=_first(ours))
    shown = recent.seen_by(request, first | Q(reference__in=references))
    shown.sort(key=lambda case: (case.due_on is None, case.due_on, case.since, case.pk))
    confirming = f"{reverse('partner:home')}?view=confirm"
    groups = [
        Group.of(TO_CONFIRM, _("No student waits for your answer"), counts["confirm"], confirming),
        Group.of(OF_OURS, "", counts["ours"], f"{reverse('desk:queue')}?view=mine"),
    ]
    reach = scopes_of(user).partner_of
    for case in shown:
        is_host = case.edition.course.university_id in reach
        group = groups[0 if is_host else 1]
        state = State.APPROVED if is_host else State.SUBMITTED
        if case.state == state and len(group.lines) < SHOWN:
            page = f"{confirming}&q={case.reference}" if is_host else address_of(user, case)
            group.lines.append(line_of(user, case)._replace(address=page))
    return {
        "groups": [group for group in groups if group.number or group.heading],
        "needs": agenda.of_hosts(user),
        "transcripts": awaiting.of_hosts(user),
        "results": own_results.of_home_universities(user)[:SHOWN],
        "recent": with_addresses(user, recent.in_order(references, shown)),
    }


def _first(rows: QuerySet[Enrolment]) -> QuerySet[Any]:
    """The keys of the first ones: what is due first, then what waits longest."""
    return rows.order_by(F("due_on").asc(nulls_last=True), "since", "pk").values("pk")[:SHOWN]
