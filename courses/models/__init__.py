"""What is on offer: universities, faculties, courses and their editions."""

from courses.models.course import Assessment, Course, PublicState
from courses.models.edition import Edition, LiveSession
from courses.models.imports import ImportRun
from courses.models.links import ConfirmationRequest, SignedLink
from courses.models.offer import OfferVersion
from courses.models.university import EmailDomain, Faculty, Programme, University, Video

__all__ = [
    "Assessment",
    "ConfirmationRequest",
    "Course",
    "Edition",
    "EmailDomain",
    "Faculty",
    "ImportRun",
    "LiveSession",
    "OfferVersion",
    "Programme",
    "PublicState",
    "SignedLink",
    "University",
    "Video",
]
