"""Configuration, wiring, processes and the command line: the only room that knows everybody.

Nothing here decides anything about DICOM; it builds the other rooms' objects and starts them.
"""
