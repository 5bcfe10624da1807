"""The form in which facts were collected from public sources: other names, and prose for fields."""

from __future__ import annotations

from typing import Any

from courses import isced

# What the sources call it, and our column. What is not here and not ours is left out.
UNIVERSITY_NAMES = {"url": "website", "grade_scale_general_knowledge": "grade_scale"}
COURSE_NAMES = {
    "university_code": "university",
    "course_code": "code",
    "title_en": "title",
    "title_nl": "title_nl",
    "credits": "host_credits",
    "prerequisites": "entry_en",
    "summary": "about_en",
    "exam_form": "assessed_en",
    "language": "language",
    "source": "source",
}
LEFT_OUT = {
    "universities": {"role", "general_knowledge_fields"},
    "courses": {"university", "credit_system", "period", "more_sources"},
}
# A word of a subject, and the narrow field of ISCED-F 2013 that it belongs to; the first one wins.
SUBJECTS = {
    "environment": "052",
    "hydraulic": "073",
    "civil engineering": "073",
    "architecture": "073",
    "design": "021",
    "electrical": "071",
    "aerospace": "071",
    "biomedical": "071",
    "sustainable energy": "071",
    "engineering": "071",
    "physics": "053",
    "chemistry": "053",
    "astronomy": "053",
    "data science": "054",
    "statistics": "054",
    "mathematics": "054",
    "computer": "061",
    "biology": "051",
    "linguistics": "023",
    "language": "023",
    "psychology": "031",
    "public administration": "031",
    "international relations": "031",
    "area studies": "031",
    "political": "031",
    "economics": "031",
    "management": "041",
    "business": "041",
    "law": "042",
    "nutrition": "091",
    "medicine": "091",
    "health": "091",
    "agriculture": "081",
    "history": "022",
    "philosophy": "022",
    "education": "011",
}


def is_from_sources(kind: str, record: dict[str, Any]) -> bool:
    """Whether `record` speaks of the sources' names rather than of our columns."""
    mark = "university_code" if kind == "courses" else "grade_scale_general_knowledge"
    return mark in record


def in_our_columns(kind: str, record: dict[str, Any]) -> dict[str, Any]:
    """`record` under our columns' names; names that neither side knows stay, to be reported."""
    names = COURSE_NAMES if kind == "courses" else UNIVERSITY_NAMES
    ours = {
        names.get(name, name): value
        for name, value in record.items()
        if name not in LEFT_OUT[kind] and name not in {"ve_status", "note", "host_certainty"}
    }
    if kind == "courses":
        ours["field"] = field_of(record.get("field"))
        ours["level"] = level_of(record.get("level"))
        ours["source_note"] = note_of(record)
    return ours


def field_of(subject: Any) -> Any:
    """The narrow field that a subject in words belongs to, else what was said."""
    if not isinstance(subject, str) or subject in isced.NARROW:
        return subject
    low = subject.lower()
    return next((code for word, code in SUBJECTS.items() if word in low), subject)


def level_of(said: Any) -> Any:
    """The level in "bachelor, first year" or "master (elective)"."""
    return said.replace(",", " ").split()[0] if isinstance(said, str) and said.split() else said


def note_of(record: dict[str, Any]) -> str | None:
    """How sure the sources are, in one line."""
    host = record.get("host_certainty")
    parts = [record.get("ve_status"), f"host: {host}" if host else None, record.get("note")]
    said = "; ".join(str(part) for part in parts if part)
    return said[:300] or None
