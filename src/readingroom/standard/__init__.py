"""The DICOM standard as tables: SOP classes, transfer syntaxes, keys, character sets, statuses.

Code walks these tables and cites part and section; nothing here decides anything. The requirement tables
of `contract/spec` are read as they are (the folder `spec` beside this file is a link to them).
"""
