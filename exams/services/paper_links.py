"""Links to an exam paper: a host sends its own; a home university gets ours, and answers.

A link works until its day: by the same one a host sends a better version and confirms the answers.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from courses import anew, house
from courses.models import SignedLink, University
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import Kind
from exams import elsewhere, people
from exams.models import Exam, ExamLink, Held, Paper, PaperStep
from exams.services import papers
from exams.services.papers import PaperError
from paperwork.models import Notice
from paperwork.services.events import Outsider, record
from paperwork.services.files import keep
from paperwork.services.notices import Address, Link, owe_notice, settle
from paperwork.uploads import Upload


@transaction.atomic
def ask(exam: Exam, *, email: str, language: str, by: User | None) -> ExamLink:
    """Mail the host a link for its paper and the answers; an earlier one stops working.

    Of an exam of our own: who makes it.
    `by` nobody: the portal itself. Raises PaperError when `by` may not ask.
    """
    if by is not None and not people.arranger_role(by):
        raise PaperError(_("You cannot ask this."))
    return _send(exam, None, email, language, by, _kind(exam, None))


@transaction.atomic
def send_out(
    exam: Exam, university: University, *, email: str, language: str, by: User
) -> ExamLink:
    """Mail a home university the link to our paper, for its students who follow our course.

    Raises PaperError when there is no paper yet, or none of its students follow the course.
    """
    if not people.arranger_role(by):
        raise PaperError(_("You cannot ask this."))
    if refusal := _why_not_out(exam, university):
        raise PaperError(refusal)
    link = _send(exam, university, email, language, by, "exams.paper_out")
    paper = Paper.objects.current().get(exam=exam)
    record(paper, "sent_out", by=by, role="exams", details={"university": university.code})
    if elsewhere.is_all_sent(exam):
        settle(exam, "exams.own_paper_out")
    return link


def ask_for_answers(exam: Exam, university: University) -> bool:
    """Mail a home university for the answers of its students, where our paper went; whether it did.

    The link it had stops working: this one lasts longer. In the caller's transaction.
    """
    Exam.objects.select_for_update(no_key=True).get(pk=exam.pk)  # two workers
    links = ExamLink.objects.filter(
        edition=exam.edition_id, attempt=exam.attempt, purpose="paper", university=university
    )
    last = links.order_by("-created_at", "-pk").first()
    asked = Notice.objects.filter(kind="exams.answers_wanted", created_at__gt=lately())
    if last is None or asked.filter(key__in=[f"exam-link-{link.pk}" for link in links]).exists():
        return False
    _send(exam, university, last.email, last.language, None, "exams.answers_wanted")
    return True


def lately() -> datetime:
    """Who was asked since then is not asked again yet."""
    return timezone.now() - house.span("exams.remind_days")


def _kind(exam: Exam, university: University | None) -> str:
    """Which message brings the link."""
    if university is not None:
        return "exams.paper_out"
    is_ours = exam.edition.course.university.is_home
    return "exams.own_paper_ask" if is_ours else "exams.paper_ask"


def _why_not_out(exam: Exam, university: University) -> str:
    """Why our paper cannot go to `university`; empty when it can."""
    if exam.held != Held.HOME:
        return _("This exam is not held at the home universities.")
    paper = Paper.objects.current().filter(exam=exam).first()
    if paper is None or not paper.file:
        return _("The exam paper is not here yet.")
    if university.pk not in {home.pk for home in homes_of(exam)}:
        return _("None of its students follow this course.")
    return ""


def homes_of(exam: Exam) -> list[University]:
    """The home universities whose students sit our exam."""
    incoming = Enrolment.objects.filter(
        edition=exam.edition_id, kind=Kind.INCOMING, state__in=[State.ENROLLED, State.FINISHED]
    )
    return list(University.objects.filter(pk__in=incoming.values("home_university")))


def _send(
    exam: Exam,
    university: University | None,
    email: str,
    language: str,
    by: User | Outsider | None,
    kind: str,
) -> ExamLink:
    now = timezone.now()
    links = ExamLink.objects.filter(
        edition=exam.edition, attempt=exam.attempt, purpose="paper", university=university
    )
    links.filter(revoked_at=None).update(revoked_at=now)
    token = SignedLink.new_token()
    link = ExamLink(
        edition=exam.edition,
        attempt=exam.attempt,
        purpose=ExamLink.Purpose.PAPER,
        university=university,
        digest=SignedLink.digest_of(token),
        expires_at=max(now, exam.latest_end_at) + house.span("exams.paper_link_days"),
        email=email,
        language=language,
        made_by=by if isinstance(by, User) else None,
    )
    link.full_clean(exclude=["made_by"])
    link.save()
    owe_notice(
        kind,
        f"exam-link-{link.pk}",
        Address(email, language),
        {"link": link, "exam": exam, "course": exam.edition.course},
        link=Link("paper-link:paper", [token], secret=True),
        until=link.expires_at,
    )
    role = people.arranger_role(by) if isinstance(by, User) else by.role if by else "portal"
    record(exam, "ask_paper", by=by, role=role)
    return link


def find(token: str) -> ExamLink | None:
    """The link with this token, whether it can be used or not."""
    rows = ExamLink.objects.select_related("edition__course__university", "university")
    return rows.filter(digest=SignedLink.digest_of(token), purpose="paper").first()


def can_send_anew(link: ExamLink) -> bool:
    """Whether it has expired, and what it was for is still there."""
    exam = exam_of(link)
    if not link.is_expired or exam is None:
        return False
    return link.university is None or not _why_not_out(exam, link.university)


def send_anew(link: ExamLink) -> None:
    """Send another to who had this one."""
    exam = exam_of(link)
    if exam is not None:
        kind = _kind(exam, link.university)
        by = actor_of(link, anew.holder())
        _send(exam, link.university, link.email, link.language, by, kind)


def exam_of(link: ExamLink) -> Exam | None:
    """The exam that the link is about."""
    rows = Exam.objects.select_related("edition__course__university")
    return rows.filter(edition=link.edition_id, attempt=link.attempt).first()


def actor_of(link: ExamLink, name: str) -> Outsider:
    """Who acts through the link: the name that they gave, for that university alone."""
    university = link.university or link.edition.course.university
    return Outsider(
        f"{name.strip()} ({university.code})"[:150], "home" if link.university else "host"
    )


def note_use(link: ExamLink, name: str) -> None:
    """Remember who used it."""
    ExamLink.objects.filter(pk=link.pk).update(used_by=name.strip()[:150])


# --- our own paper, at a home university ----------------------------------------------------------
def why_not_open(paper: Paper, now: datetime | None = None) -> str:
    """Why a home university cannot open our paper yet; empty when it can."""
    now = now or timezone.now()
    if paper.readable_from is not None and now < paper.readable_from:
        return _("The paper can be opened from the hour that stands on this page.")
    return ""


@transaction.atomic
def open_there(link: ExamLink, paper: Paper, *, first: str, second: str) -> bytes:
    """Two people of the home university open our paper; who, is written down each time.

    Raises PaperError too early, with one name, or when the file is not the one that was received.
    """
    if why := why_not_open(paper):
        raise PaperError(why)
    if first.strip().casefold() == second.strip().casefold():
        raise PaperError(_("Name two different people."))
    content = papers.content_of(paper)
    by = actor_of(link, first)
    papers.add(
        paper,
        PaperStep.Kind.OPENED,
        by=by,
        with_name=second.strip(),
        university=link.university_id,
    )
    record(paper, "read", by=by)
    note_use(link, first)
    return content


@transaction.atomic
def give_answers(
    link: ExamLink, paper: Paper, upload: Upload, *, number: int, name: str
) -> PaperStep:
    """A home university sends the answers of its students in. Raises FileRefusedError."""
    by = actor_of(link, name)
    kept = keep(upload, purpose=papers.ANSWERS, by=by, about=paper, quota_of=link)
    note_use(link, name)
    step = papers.add(
        paper,
        PaperStep.Kind.SENT,
        by=by,
        number=number,
        sha256=kept.sha256,
        university=link.university_id,
    )
    if elsewhere.is_all_back(paper.exam):
        settle(paper.exam, "exams.own_answers")
    for reader in people.exam_staff():
        owe_notice(
            "exams.answers_in",
            f"exam-answers-{step.pk}-{reader.pk}",
            reader,
            {"course": link.edition.course, "university": link.university, "number": number},
            about=paper.exam,
            link=Link("papers:exam", [paper.exam_id]),
        )
    return step
