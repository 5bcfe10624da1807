"""What is kept of people, for how long, and what they ask of it."""

from privacy.models.copy import DataCopy
from privacy.models.hold import LegalHold
from privacy.models.retention import DueRow, Preview

__all__ = ["DataCopy", "DueRow", "LegalHold", "Preview"]
