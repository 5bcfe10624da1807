"""What is on offer: universities, faculties, courses and their editions."""

from courses.models.course import Course, Edition, LiveSession
from courses.models.links import SignedLink
from courses.models.offer import OfferVersion
from courses.models.university import EmailDomain, Faculty, Programme, University, Video

__all__ = [
    "Course",
    "Edition",
    "EmailDomain",
    "Faculty",
    "LiveSession",
    "OfferVersion",
    "Programme",
    "SignedLink",
    "University",
    "Video",
]
