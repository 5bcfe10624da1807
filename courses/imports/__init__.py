"""Taking in courses and universities from a file: read, check, compare, apply; and giving them out.

A file becomes tables of cells (reading), the cells become values or faults (checking), the values
are laid beside the portal's rows (comparing), and what the office accepts is written (applying).
"""
