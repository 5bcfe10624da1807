"""What reads a file that somebody gave us: a process of its own, with little memory and time.

Nothing here knows the portal or its database, and nothing of the portal imports it: it is started
by `paperwork/limited.py`, gets the file as its standard input, and says what it found.
"""


class RefusedError(Exception):
    """The file is not taken; the message is the code of the reason (`paperwork/refusals.py`)."""
