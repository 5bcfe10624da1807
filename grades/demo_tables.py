"""The demo's grade tables: what grades of two hosts may mean here."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from courses.models import University
from grades.models import GradeTable, GradeTableRow

# What a host's grade may mean here. Made up, as its source says; nothing is filled in by it.
TABLES: dict[str, tuple[tuple[str, str, str, str, str], ...]] = {
    "EPFL": (
        ("6", "6", "10", "9.5", "10"),
        ("5.5", "5.99", "8.5", "8", "9"),
        ("5", "5.49", "8", "7.5", "8.5"),
        ("4.5", "4.99", "7", "6.5", "7.5"),
        ("4", "4.49", "6", "6", "6.5"),
        ("1", "3.99", "4", "1", "5"),
    ),
    "UQ": (
        ("7", "7", "9", "8.5", "10"),
        ("6", "6", "8", "7.5", "8.5"),
        ("5", "5", "7", "6.5", "7.5"),
        ("4", "4", "6", "6", "6.5"),
        ("1", "3", "4", "1", "5"),
    ),
}


def make_tables() -> None:
    """Make them."""
    for code, rows in TABLES.items():
        university = University.objects.get(code=code)
        table = GradeTable.objects.create(
            university=university,
            scale=university.grade_scale,
            source="Demo (verzonnen / made up)",
            method_nl="Gelijke afstand tot de grens om te slagen; verzonnen voor de demo.",
            method_en="At the same distance from the pass mark; made up for the demo.",
            confirmed_on=timezone.localdate() - timedelta(days=40),
        )
        GradeTableRow.objects.bulk_create(
            GradeTableRow(
                table=table,
                printed_from=Decimal(low),
                printed_to=Decimal(high),
                suggests=suggests,
                lowest=lowest,
                highest=highest,
            )
            for low, high, suggests, lowest, highest in rows
        )
