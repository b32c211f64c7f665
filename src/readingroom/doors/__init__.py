"""Where requests come in: DIMSE, DICOMweb and the viewer's own interface.

Doors are thin: name the caller, ask `access`, parse, call one engine, encode.
They are strangers to each other.
"""
