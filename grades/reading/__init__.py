"""Reading a transcript: words with places come in, values with places and differences come out.

Pure: knows no database and no file. What it finds is a proposal; a person decides.
"""
