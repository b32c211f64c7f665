"""Reading Room: one program that gives everything from DICOM objects to a diagnosis.

Rooms lie flat below this package; docs/architecture.md says which room may import which.
"""

__version__ = "0.1.0.dev0"
