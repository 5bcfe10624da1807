"""The semester's first months: requests, decisions, hosts, who leaves and who comes in."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from accounts.models import StudentProfile, User
from bench.semester import days, opening, papers
from bench.semester.semester import Semester
from bench.semester.world import World
from courses.forms.edition import EditionForm
from courses.models import Edition
from courses.services import curation
from enrolments import hosting as hosted
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import Board, Kind, Purpose
from enrolments.services import acting, asking, board, bulk, drafts, hosting, requests

S = State
SHOWN = ("student", "edition__course__university", "faculty", "programme", "home_university")
RUSH = 600  # students at most who send their request at nine o'clock
WORDS = "Because I want to learn how others do it and take that home to my own programme. " * 14


def cases_in(*states: State) -> list[Enrolment]:
    rows = Enrolment.objects.filter(state__in=states).select_related(*SHOWN)
    return list(rows.order_by("pk"))


# --- Applying -------------------------------------------------------------------------------------
def wishes(
    world: World, students: Iterable[StudentProfile], dice: random.Random
) -> list[tuple[StudentProfile, Edition]]:
    """Who wants what: large courses more than small ones, each student one to three."""
    editions = [one for one in world.editions if one.pk != world.popular.pk]
    ours = [one for one in editions if one.course.university.is_home]
    liked = [min(dice.paretovariate(1.4), 6) for _edition in editions]
    found = []
    for profile in students:
        if profile.home_university_id != world.home.pk:
            wanted = [dice.choice(ours)]
        else:
            many = dice.choices((1, 2, 3), (75, 20, 5))[0]
            at = set(dice.choices(range(len(editions)), liked, k=many))
            wanted = [editions[place] for place in sorted(at)]
        found += [(profile, edition) for edition in wanted]
    return found


def purpose_of(profile: StudentProfile, edition: Edition, dice: random.Random) -> str:
    if profile.honours and edition.course.honours and dice.random() < 0.7:
        return Purpose.HONOURS
    allowed = [Purpose.ELECTIVE, Purpose.MINOR]
    if profile.faculty and not profile.faculty.no_extracurricular:
        allowed.append(Purpose.EXTRACURRICULAR)
    return dice.choice(allowed)


def draft(profile: StudentProfile, edition: Edition, dice: random.Random) -> Enrolment:
    """Begun and written, ready to be sent."""
    case = requests.begin(edition, by=profile.user)
    if case.kind == Kind.INCOMING:
        return case
    case.edition = edition
    purpose = purpose_of(profile, edition, dice)
    drafts.save_purpose(case, purpose, WORDS, seen=case.changed_at)
    if drafts.PERMISSION in drafts.pages(case):
        letter = papers.letter() if dice.random() < 0.1 else None
        how = "letter" if letter else "asked"
        asked = None if letter else timezone.localdate()
        drafts.save_permission(case, how, asked, letter, by=profile.user, seen=case.changed_at)
    return case


def apply(semester: Semester, world: World, students: list[StudentProfile], name: str) -> None:
    """These students look for courses and send their requests; some leave a draft behind."""
    dice = semester.dice(name)
    with semester.step(name, kill=True) as done:
        for profile, edition in wishes(world, students, dice):
            case = draft(profile, edition, dice)
            if dice.random() < 0.03:
                done["drafts left"] += 1
                continue
            drafts.send(
                case, by=profile.user, seen=case.changed_at, acknowledged=True, consents=True
            )
            done[f"{case.state}"] += 1


# --- The home side --------------------------------------------------------------------------------
def home_side(world: World, case: Enrolment, number: int = 0) -> User:
    """Who decides about it at home."""
    if case.kind == Kind.INCOMING:
        key = f"partner {case.home_university_id}"
    elif case.is_honours:
        key = "honours"
    else:
        assert case.faculty is not None
        key = f"coordinator {case.faculty.code}"
    people = world.staff[key]
    return people[number % len(people)]


def ask_boards(semester: Semester, world: World) -> None:
    """Coordinators ask Boards by a link, or write down what a Board has said."""
    dice = semester.dice("boards")
    waiting = [case for case in cases_in(S.SUBMITTED, S.WAITING) if case.board == Board.ASKED]
    asked = []
    with semester.step("Boards are asked") as done:
        for case in waiting:
            by = home_side(world, case)
            if asking.latest_request(case) is not None:
                continue
            if dice.random() < 0.6:
                email = f"board-{case.pk}@university.example"
                asking.ask(case, email=email, language="nl", message="", by=by)
                asked.append(email)
                done["by link"] += 1
            else:
                granted = dice.random() > 0.04
                board.record_board(
                    case, by=by, granted=granted, decided_on=timezone.localdate(), name="Board",
                    reason="" if granted else "It overlaps with the programme.",
                )  # fmt: skip
                done["written down"] += 1
    with semester.step("Boards answer by their links") as done:
        for email in asked:
            if dice.random() < 0.05:
                done["silent"] += 1
                continue
            (token,) = semester.processes.post.take_links(email, "board")
            granted = dice.random() > 0.04
            asking.answer(
                token, granted=granted, name="A member", reference=f"EC {email}"[:60],
                reason="" if granted else "It overlaps with the programme.",
            )  # fmt: skip
            done["given" if granted else "refused"] += 1


def decide(semester: Semester, world: World) -> None:
    """Coordinators, honours coordinators and partners decide what they can."""
    dice = semester.dice(f"deciding {timezone.localdate()}")
    with semester.step("Home side decides") as done:
        approvable: dict[int, list[Enrolment]] = defaultdict(list)
        by_pk: dict[int, User] = {}
        for case in cases_in(S.SUBMITTED, S.WAITING):
            by = home_side(world, case)
            case.refresh_from_db(fields=["state"])  # a rejection may have let it move up
            chance = dice.random()
            if case.state == S.WAITING and (chance < 0.4 or case.home_approved_at):
                continue
            if case.board == Board.REFUSED or chance > 0.97:
                acting.act(case, "reject", by=by, reason="It does not fit the programme.")
                done["rejected"] += 1
            elif case.board == Board.ASKED:
                done["wait for a Board"] += 1
            elif chance > 0.92 and case.state == S.SUBMITTED:
                acting.act(case, "return", by=by, reason="Which course does it replace?")
                done["asked"] += 1
            else:
                approvable[by.pk].append(case)
                by_pk[by.pk] = by
        for pk, cases in approvable.items():
            for first in range(0, len(cases), bulk.MOST):
                for verdict in bulk.approve_all(cases[first : first + bulk.MOST], by=by_pk[pk]):
                    done["approved" if not verdict.why else "had moved on"] += 1


def answer_questions(semester: Semester) -> None:
    """Most students answer what they were asked."""
    dice = semester.dice("answers")
    with semester.step("Students answer questions") as done:
        for case in cases_in(S.RETURNED):
            if dice.random() < 0.8:
                acting.act(case, "answer", by=case.student, reason="My second elective.")
                done["answered"] += 1


# --- The hosts ------------------------------------------------------------------------------------
def hosts_answer(semester: Semester, world: World) -> None:
    """By account, by the link that came by mail, or through the office."""
    dice = semester.dice(f"hosts {timezone.localdate()}")
    office = world.staff["office"]
    with semester.step("Hosts confirm and decline", kill=True) as done:
        waiting: dict[int, list[Enrolment]] = defaultdict(list)
        for case in cases_in(S.APPROVED):
            waiting[case.edition.course.university_id].append(case)
        for host in [world.home, *world.partners]:
            cases = waiting.get(host.pk, [])
            contact = office[0] if host.is_home else world.contact(host)
            if contact is not None:
                _answer(cases, contact, dice, done)
            elif host.contact_email:
                for token in semester.processes.post.take_links(host.contact_email, "host"):
                    link = hosting.find(token)
                    assert link is not None
                    rows = hosted.students_of([host.pk]).filter(state=S.APPROVED)
                    by = hosting.actor_of(link, "A contact")
                    hosting.note_use(link, "A contact")
                    _answer(list(rows.select_related(*SHOWN)), by, dice, done)
            else:
                for case in cases:
                    hosting.answer_by_mail(
                        case, confirmed=True, reason="", answered_on=timezone.localdate(),
                        upload=papers.letter("answer.pdf"), by=office[1],
                    )  # fmt: skip
                    done["by mail"] += 1


def _answer(cases: list[Enrolment], by: object, dice: random.Random, done: Counter[str]) -> None:
    refused = [case for case in cases if dice.random() < 0.05]
    for case in refused:
        acting.act(case, "decline", by=by, reason="The course is full here.")  # type: ignore[arg-type]
        done["declined"] += 1
    left = [case for case in cases if case not in refused]
    outcome = hosting.confirm(left, by=by)  # type: ignore[arg-type]
    done["confirmed"] += len(outcome.done)
    if outcome.refused:
        raise SystemExit(f"{outcome.refused[0].case}: {outcome.refused[0].why}")


# --- Leaving and coming in ------------------------------------------------------------------------
def withdraw(semester: Semester, part: float) -> None:
    """Some leave; whoever waits gets the place, or an offer when the course begins soon."""
    dice = semester.dice(f"withdrawing {timezone.localdate()}")
    with semester.step("Students withdraw") as done:
        for case in cases_in(S.SUBMITTED, S.WAITING, S.APPROVED, S.ENROLLED):
            if dice.random() < part:
                case.refresh_from_db()  # somebody's leaving may have moved it on
                acting.act(case, "withdraw", by=case.student)
                done["left"] += 1
                done["promoted"] += 0
        done["offered"] += Enrolment.objects.filter(state=S.OFFERED).count()


def answer_offers(semester: Semester) -> None:
    """Some take the place that was offered, some do not want it, some let it end."""
    dice = semester.dice(f"offers {timezone.localdate()}")
    with semester.step("Students answer offers") as done:
        for case in cases_in(S.OFFERED):
            chance = dice.random()
            if chance < 0.5:
                acting.act(case, "accept", by=case.student)
                done["taken"] += 1
            elif chance < 0.7:
                acting.act(case, "pass", by=case.student)
                done["passed on"] += 1
            else:
                done["unanswered"] += 1


def leave_late(semester: Semester, world: World) -> None:
    """After the last day the office withdraws for some; a host declines one it had confirmed."""
    dice = semester.dice("late")
    with semester.step("The office withdraws for students") as done:
        for case in cases_in(S.ENROLLED):
            chance = dice.random()
            if chance < 0.01:
                by = world.staff["office"][0]
                acting.act(case, "withdraw_late", by=by, reason="Illness.")
                done["withdrawn"] += 1
            elif chance < 0.015 and (contact := world.contact(case.edition.course.university)):
                acting.act(case, "decline", by=contact, reason="Not enrolled with us after all.")
                done["declined"] += 1


def change_a_line(semester: Semester, world: World) -> None:
    """The office lets the last in a line go first, with a reason."""
    line = Enrolment.objects.filter(state=S.WAITING).order_by("edition", "rank")
    editions = Counter(line.values_list("edition", flat=True))
    with semester.step("The office changes a waiting list") as done:
        for edition, many in editions.most_common(1):
            if many < 2:
                continue
            order = list(line.filter(edition=edition).values_list("pk", flat=True))
            order.insert(0, order.pop())
            by = world.staff["office"][0]
            acting.change_order(edition, order, by=by, reason="A mistake of ours.")
            done["lines"] += 1


def more_places(semester: Semester, world: World) -> None:
    """A host gives two more where many wait; somebody new applies there at that very moment."""
    dice = semester.dice("more places")
    with semester.step("A host gives more places") as done:
        edition = Edition.objects.select_related("course__university").get(pk=world.popular.pk)
        shown = EditionForm(instance=edition)
        data = {name: "" if (v := shown[name].value()) is None else v for name in shown.fields}
        data |= {"seen": shown.token(), "places": edition.places + 2}
        form = EditionForm(data, instance=edition)
        if not form.is_valid():
            raise SystemExit(f"{form.errors}")
        curation.save(form, by=world.staff["office"][0])
        case = draft(world.students[-1], edition, dice)
        drafts.send(case, by=case.student, seen=case.changed_at, acknowledged=True, consents=True)
        done["places"] += 2


# --- In their order -------------------------------------------------------------------------------
def first_months(semester: Semester, world: World) -> None:
    """From the opening until the courses have begun."""
    ours, incoming = world.students, world.incoming
    early, late = ours[: len(ours) * 2 // 3], ours[len(ours) * 2 // 3 :]
    semester.go_to(days.OPENS, 9)
    dice = semester.dice("popular")
    with semester.step("Students write to the popular course") as done:
        early_birds = ours[: min(RUSH, len(ours) // 4)]
        cases = [draft(profile, world.popular, dice) for profile in early_birds]
        done["drafts"] += len(cases)
    opening.nine_o_clock(semester, world, cases)
    apply(semester, world, [*early, *incoming], "Students apply")
    semester.night(days.OPENS + timedelta(days=4))
    ask_boards(semester, world)
    decide(semester, world)
    semester.night(days.OPENS + timedelta(days=8))
    answer_questions(semester)
    hosts_answer(semester, world)
    semester.night(days.DECIDED)
    withdraw(semester, 0.06)
    change_a_line(semester, world)
    more_places(semester, world)
    apply(semester, world, late, "More students apply")
    ask_boards(semester, world)
    decide(semester, world)
    semester.night(days.CLOSES + timedelta(days=2))  # unanswered questions and drafts end
    decide(semester, world)
    hosts_answer(semester, world)
    semester.night(days.STARTS - timedelta(days=10))
    withdraw(semester, 0.05)
    answer_offers(semester)
    semester.night(days.STARTS - timedelta(days=7))  # offers that nobody answered have ended
    answer_offers(semester)
    semester.night(days.STARTS - timedelta(days=4))
    answer_offers(semester)
    decide(semester, world)
    hosts_answer(semester, world)
    semester.night(days.STARTS)
    hosts_answer(semester, world)
    semester.night(days.WITHDRAW_UNTIL + timedelta(days=3))
    leave_late(semester, world)
