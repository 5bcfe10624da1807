"""Reports: what happened to the cases, counted. No report holds a person's name or number.

A report is a function of a reader and filters that returns a `Table`; the page, the picture and
the files are all made from that table.
"""
