"""Where each role begins: what is up to somebody now, the search for staff, recent cases."""
