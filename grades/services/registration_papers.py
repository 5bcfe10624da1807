"""The documents of a registration: which is owed when, and which one stands."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from accounts.models import User
from grades import form
from grades.models import HonoursLink, Registration, RegistrationState, UsisRow
from paperwork.models import Document
from paperwork.models.document import DocumentQuerySet
from paperwork.services.documents import make_again, owe_document, reinstate, withdraw

S = RegistrationState
Route = Registration.Route
PAPER = {  # which document a move owes, by the route and the state that it comes to
    (Route.PETITION, S.REQUESTED): "petition",
    (Route.OWN_FORM, S.REQUESTED): "petition",
    (Route.PETITION, S.PREPARED): "registration",
    (Route.OWN_FORM, S.PREPARED): "registration",
    (Route.HONOURS, S.PREPARED): "honours",
}
KINDS = ("petition", "registration", "honours")


def owe_paper(row: Registration) -> Document | None:
    """The document of where `row` is now, when it says otherwise than the last one."""
    kind = PAPER.get((Route(row.route), S(row.state)))
    if kind is None:
        return None
    language = form.language_of(row)
    if kind == "petition":
        language = row.enrolment.student.language
    data = form.data_of(row, language, kind=kind)
    last = Document.objects.about(row).filter(kind=f"grades.{kind}").order_by("-version").first()
    standing = last and last.withdrawn_at is None and last.state != Document.State.CANCELLED
    if last and standing and last.data.get("facts") == data["facts"]:
        return last
    return owe_document(
        f"grades.{kind}",
        f"{row.enrolment.reference}-{row.pk}",
        title=form.title_of(row, language, kind=kind),
        language=language,
        data=data,
        about=row,
        by=None,
    )


def end(row: Registration, *, by: User | None) -> None:
    """The documents of `row` no longer count; those that are not made yet are not made.

    Nor does a link to its overview work any longer.
    """
    papers = Document.objects.about(row)
    if by is not None:
        for paper in papers:
            withdraw(paper, by=by)
    papers.unfinished().update(state=Document.State.CANCELLED)
    links = HonoursLink.objects.filter(registration=row, spent_at=None, revoked_at=None)
    links.update(revoked_at=timezone.now())


def restore(row: Registration, *, since: datetime, by: User) -> None:
    """What `end` did from `since` on is taken back: the documents count, the link works."""
    papers = Document.objects.about(row)
    for paper in papers.filter(withdrawn_at__gte=since):
        reinstate(paper, by=by)
    last = papers.order_by("-created_at").first()
    if last is not None and last.state == Document.State.CANCELLED:
        make_again(last, by=by)
    HonoursLink.objects.filter(registration=row, revoked_at__gte=since).update(revoked_at=None)


def paper_of(row: Registration, *, kinds: tuple[str, ...] = KINDS) -> Document | None:
    """The newest document of `row` that stands, made or being made. Ask its gate before."""
    names = [f"grades.{kind}" for kind in kinds]
    rows = Document.objects.about(row).filter(kind__in=names, withdrawn_at=None, replaced_at=None)
    return rows.defer("data").order_by("-created_at").first()


def papers_of(row: Registration) -> DocumentQuerySet:
    """The documents of `row` that were made, older ones too. Ask its gate before."""
    return Document.objects.about(row).filter(state=Document.State.DONE)


def differences_of(row: Registration) -> list[dict[str, str]]:
    """What uSis holds otherwise than was sent, by the newest list that has it."""
    rows = UsisRow.objects.filter(registration=row, usis_list__faculty=row.enrolment.faculty_id)
    last = rows.order_by("-usis_list_id", "-line").first()
    return last.differences if last and last.outcome == UsisRow.Outcome.DIFFERS else []
