"""The books of a portal. They count anew what its rows say, and compare it with what came out."""

from __future__ import annotations

from bench.semester.books_of_cases import places_, registrations, usis, waiting_lists
from bench.semester.books_of_exams import seats
from bench.semester.books_of_papers import documents, notices
from bench.semester.books_of_traces import files, history, integrity_
from bench.semester.evidence import Book, Evidence

BOOKS: dict[str, Book] = {
    "places": places_,
    "waiting lists": waiting_lists,
    "notices": notices,
    "documents": documents,
    "registrations": registrations,
    "uSis": usis,
    "seats": seats,
    "history": history,
    "files": files,
    "integrity": integrity_,
}


def balance(evidence: Evidence) -> dict[str, list[str]]:
    """What is wrong in each book; nothing, when it balances."""
    return {name: book(evidence) for name, book in BOOKS.items()}
