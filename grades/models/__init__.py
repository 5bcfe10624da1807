"""From transcript to uSis: what came, what it says, and where it was registered."""

from grades.models.experience import Experience
from grades.models.honours import HonoursLink, PurposeChange
from grades.models.no_transcript import NoTranscript
from grades.models.registration import Batch, Registration, RegistrationState, RequestType
from grades.models.result import Result
from grades.models.tables import GradeTable, GradeTableRow
from grades.models.transcript import Transcript, TranscriptState
from grades.models.usis import UsisList, UsisRow

__all__ = [
    "Batch",
    "Experience",
    "GradeTable",
    "GradeTableRow",
    "HonoursLink",
    "NoTranscript",
    "PurposeChange",
    "Registration",
    "RegistrationState",
    "RequestType",
    "Result",
    "Transcript",
    "TranscriptState",
    "UsisList",
    "UsisRow",
]
