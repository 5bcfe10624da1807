"""What reads a file that somebody gave us: a process of its own, with little memory and time.

Nothing here knows the portal or its database, and the portal imports only this page: the rest is
started by `paperwork/limited.py`, gets the file as an open one, and says what it found.
"""

import struct

# How what is asked begins: the number of the reading, and how many bytes of JSON follow; with 0 the
# reading is over.
HEAD = struct.Struct("!II")


class RefusedError(Exception):
    """The file is not taken; the message is the code of the reason (`paperwork/refusals.py`)."""
