"""The exam in Leiden: as the host fixes it, where it is held, and what happens on the day."""

from exams.models.day import Mark
from exams.models.exam import Exam, ExamLink, Held, Mode, SlotChoice, SlotOffer
from exams.models.facility import ARRANGEMENTS, Facility
from exams.models.invigilators import Invigilator, InvigilatorHours
from exams.models.own import OwnExam
from exams.models.paper import Paper, PaperStep
from exams.models.plan import Plan
from exams.models.resit import Resit
from exams.models.rooms import Building, Room, RoomClosure, RoomHours
from exams.models.sitting import Attendance, Duty, Seat, Sitting, SittingState
from exams.models.weeks import ExamWeek

__all__ = [
    "ARRANGEMENTS",
    "Attendance",
    "Building",
    "Duty",
    "Exam",
    "ExamLink",
    "ExamWeek",
    "Facility",
    "Held",
    "Invigilator",
    "InvigilatorHours",
    "Mark",
    "Mode",
    "OwnExam",
    "Paper",
    "PaperStep",
    "Plan",
    "Resit",
    "Room",
    "RoomClosure",
    "RoomHours",
    "Seat",
    "Sitting",
    "SittingState",
    "SlotChoice",
    "SlotOffer",
]
