"""Cases: from "I like this course" to placed, with the rules that decided them."""

from enrolments.models.enrolment import Enrolment, Purpose, State
from enrolments.models.kept import KeptPlaces
from enrolments.models.links import BoardRequest, HostLink
from enrolments.models.rules import (
    FacultyRules,
    HostRules,
    PortalRules,
    ProgrammeRules,
    RulesVersion,
)
from enrolments.models.saved import SavedCourse
from enrolments.models.working import CalendarFeed, Note, SavedView, StandIn

__all__ = [
    "BoardRequest",
    "CalendarFeed",
    "Enrolment",
    "FacultyRules",
    "HostLink",
    "HostRules",
    "KeptPlaces",
    "Note",
    "PortalRules",
    "ProgrammeRules",
    "Purpose",
    "RulesVersion",
    "SavedCourse",
    "SavedView",
    "StandIn",
    "State",
]
