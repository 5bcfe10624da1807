"""docs/states.md, drawn from the tables that the portal itself goes by (`python -m docs`).

What a case, a sitting, a transcript and a registration can become, and by whom, stands in the
`ACTIONS` of four services. Here they get words and arrows, and nothing is added but the moves that
another service makes (`ELSEWHERE`). tests/docs/test_docs.py holds the page against the tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.utils import translation

from enrolments.models import State
from enrolments.services import actions as applications
from exams.models import SittingState
from exams.services import sittings
from grades.models import RegistrationState, TranscriptState
from grades.services import actions as transcripts
from grades.services import registration_actions as registrations

HOME = "home side"
RECORDER = "administration of the faculty, or a colleague of who verified"
WHO = {  # by the name of the rule in people.py or registrars.py
    "student_role": "student",
    "consenter_role": "student, who has consented",
    "home_role": HOME,
    "verifier_role": HOME,
    "handler_role": HOME,
    "type_role": "exchange coordinator",
    "honours_role": "honours coordinator",
    "filer_role": "student, or exchange coordinator",
    "recorder_role": RECORDER,
    "honours_recorder_role": "another honours coordinator",
    "host_role": "host",
    "office_role": "office",
    "portal_role": "the portal",
    "arranger_role": "exam staff, or office",
}
UNLESS = {  # by the name of the rule beside the table
    "_permission_missing": "the Board's permission is needed and missing",
    "_cannot_be_approved_ahead": "it is approved already, or the Board's permission is missing",
    "_too_late_to_withdraw": "the withdrawal date is over",
    "_offer_over": "the offer has ended",
    "_filed_already": "it is filed already",
    "_not_filed": "it is not filed yet, or is honours",
    "_incomplete": "the form lacks something",
    "_verified_it": "they verified the result",
    "_taken": "somebody has taken it, or they verified the result",
}


class Move(NamedTuple):
    """One arrow, or several from different states to one."""

    name: str
    sources: tuple[str, ...]  # empty: it begins so
    targets: tuple[str, ...]  # empty: the state stays
    who: str
    unless: str = ""
    notes: str = ""


class Elsewhere(NamedTuple):
    """A move that a service makes without the table, and where."""

    move: Move
    module: str
    function: str


class Thing(NamedTuple):
    """Something with states: its table, and the moves besides."""

    title: str
    about: str
    states: Any  # a TextChoices
    moves: list[Move]
    elsewhere: list[Elsewhere]
    table: str


# `target` None in the table of applications: the service decides by the places that are left.
BY_PLACES = {"submit": ("submitted", "waiting"), "promote": ("submitted", "offered")}
NOTES = {
    "accept": "who is approved already goes on to the host at once",
    "promote": "when a place comes free; who is approved already goes on to the host at once,"
    " who would pass a cap on credits keeps the turn, and nobody gets one on a withdrawn course",
    "expire": "by date",
    "finish": "by date",
}


def moves_of(actions: Mapping[str, Any], order: list[str], who: str = "") -> list[Move]:
    """The table as moves, its states in the order of their choices."""
    moves = []
    for name, action in actions.items():
        targets = (str(action.target),) if action.target else BY_PLACES.get(name, ())
        rule = getattr(action, "hinder", None)
        notes = ["with a reason"] if getattr(action, "needs_reason", False) else []
        if getattr(action, "undo", False):
            notes.append("can be undone for ten seconds")
        if name in NOTES:
            notes.append(NOTES[name])
        moves.append(
            Move(
                name,
                tuple(sorted(map(str, action.sources), key=order.index)),
                targets,
                WHO[who or action.who.__name__],
                "" if rule is None or rule.__name__ == "_nothing" else UNLESS[rule.__name__],
                ", ".join(notes),
            )
        )
    return moves


def things() -> list[Thing]:
    """The four tables."""

    def order(states: Any) -> list[str]:
        return [str(state) for state in states]

    counting = tuple(s for s in order(TranscriptState) if s != "superseded")
    return [
        Thing(
            "Applications",
            "One student's request for one edition. The *home side* is the exchange coordinator of "
            "the student's faculty or programme; on the honours route the honours coordinator; for "
            "an incoming student the contact of the home university, whose mail the office passes "
            "on where nobody there has an account. The *host* is the contact of the host "
            "university, by account or by a signed link; the office for our own courses and for "
            "partners without an account. Nobody decides in a case of their own.",
            State,
            moves_of(applications.ACTIONS, order(State)),
            [],
            "enrolments/services/actions.py",
        ),
        Thing(
            "Sittings",
            "An exam in a room from one moment until another.",
            SittingState,
            moves_of(sittings.ACTIONS, order(SittingState), who="arranger_role"),
            [
                Elsewhere(
                    Move(
                        "hold",
                        ("published",),
                        ("held",),
                        "exam staff, by the first mark; beforehand, by one that says who came",
                    ),
                    "exams.services.marking",
                    "mark",
                ),
                Elsewhere(
                    Move(
                        "close",
                        ("published", "held"),
                        ("closed",),
                        "exam staff",
                        "a seat is not marked, or it has not begun",
                    ),
                    "exams.services.closing",
                    "close",
                ),
            ],
            "exams/services/sittings.py",
        ),
        Thing(
            "Transcripts",
            "One version of a transcript of records. The home side verifies.",
            TranscriptState,
            moves_of(transcripts.ACTIONS, order(TranscriptState)),
            [
                Elsewhere(
                    Move("receive", (), ("received",), "student, home side, host, or office"),
                    "grades.services.receiving",
                    "receive",
                ),
                Elsewhere(
                    Move("supersede", counting, ("superseded",), "who gives a newer one"),
                    "grades.services.receiving",
                    "receive",
                ),
            ],
            "grades/services/actions.py",
        ),
        Thing(
            "Registrations",
            "From a verified pass to uSis or the honours route. Who verified the result never "
            "records the registration: the database refuses it too.",
            RegistrationState,
            moves_of(registrations.ACTIONS, order(RegistrationState)),
            [
                Elsewhere(
                    Move("open", (), ("requested",), "the portal, when a pass is verified"),
                    "grades.services.registering",
                    "open_registration",
                ),
                Elsewhere(
                    Move(
                        "purpose",
                        ("requested", "prepared"),
                        ("requested",),
                        "both coordinators",
                        notes="the case goes to or from the honours route",
                    ),
                    "grades.services.registering",
                    "change_route",
                ),
            ],
            "grades/services/registration_actions.py",
        ),
    ]


def drawing(moves: Iterable[Move], states: Any) -> list[str]:
    """A Mermaid diagram: an arrow for each pair of states, with all that leads along it."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for move in moves:
        for source in move.sources or ("[*]",):
            for target in move.targets:
                if source == target:
                    continue  # in the table; an arrow to itself hides the others
                arrows.setdefault((source, target), []).append(move.name)
    lines = ["```mermaid", "stateDiagram-v2", "  direction LR"]
    first = next(str(state) for state in states)
    if not any(source == "[*]" for source, _target in arrows):
        lines.append(f"  [*] --> {first}")
    for (source, target), names in arrows.items():
        lines.append(f"  {source} --> {target} : {', '.join(names)}")
    return [*lines, "```"]


def rows(moves: Iterable[Move]) -> list[str]:
    """The same as a table, with who and what stands in the way."""
    lines = ["| Action | From | To | Who | Not when |", "|---|---|---|---|---|"]
    for move in moves:
        who = f"{move.who}; {move.notes}" if move.notes else move.who
        cells = [
            f"`{move.name}`",
            ", ".join(move.sources) or "–",
            " or ".join(move.targets) or "stays",
            who,
            move.unless or "",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


# What a portal without a house of its own would say.
AS_IT_COMES = {"system": "the student information system", "honours": "honours organisation"}


def page() -> str:
    """All of docs/states.md."""
    lines = [
        "# What can happen, and by whom",
        "",
        "Drawn by `python -m docs` from the tables that the buttons and the server ask; a "
        "test fails when this page differs from them. Every move is a compare-and-swap with an "
        "event in the same transaction: of two at once one wins, the other reads what happened.",
        "",
    ]
    with translation.override(None):  # names of a house stay as they stand in the texts
        for thing in things():
            moves = thing.moves + [one.move for one in thing.elsewhere]
            words = [f"`{state}` ({state.label})" for state in thing.states]
            lines += [f"## {thing.title}", "", thing.about, "", f"The table: `{thing.table}`."]
            if thing.elsewhere:
                said = [
                    f"`{one.move.name}` (`{one.module}.{one.function}`)" for one in thing.elsewhere
                ]
                lines.append(f"Besides: {', '.join(said)}.")
            lines += ["", f"States: {', '.join(words)}.", ""]
            lines += [*drawing(moves, thing.states), "", *rows(moves), ""]
    text = "\n".join(lines).rstrip() + "\n"
    for name, said in AS_IT_COMES.items():
        text = text.replace(f"{{{name}}}", said)
    return text
