"""Which attributes belong to which level of the Query/Retrieve models (PS3.4 C.6.1, C.3; PS3.3 C.7).

The keys of contract/spec/query_keys.csv come first: whatever a seed asks for is indexed. The standard's
other key attributes and what a study list shows are added below by keyword.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from pydicom.datadict import dictionary_VR, tag_for_keyword

SPEC = Path(__file__).parent / "spec"

PATIENT, STUDY, SERIES, IMAGE = range(4)
_NAMES = {"PATIENT": PATIENT, "STUDY": STUDY, "SERIES": SERIES, "IMAGE": IMAGE, "INSTANCE": IMAGE}

_KEYWORDS = {
    PATIENT: """PatientName PatientID IssuerOfPatientID TypeOfPatientID IssuerOfPatientIDQualifiersSequence
        PatientBirthDate PatientBirthTime PatientSex OtherPatientNames EthnicGroup PatientSpeciesDescription
        PatientBreedDescription ResponsiblePerson PatientComments ReferencedPatientSequence""",
    STUDY: """StudyInstanceUID StudyDate StudyTime AccessionNumber IssuerOfAccessionNumberSequence StudyID
        StudyDescription ReferringPhysicianName NameOfPhysiciansReadingStudy PhysiciansOfRecord
        ProcedureCodeSequence AdmittingDiagnosesDescription ReferencedStudySequence PatientAge PatientSize
        PatientWeight Occupation AdditionalPatientHistory TimezoneOffsetFromUTC""",
    SERIES: """SeriesInstanceUID Modality SeriesNumber SeriesDescription SeriesDate SeriesTime Manufacturer
        InstitutionName InstitutionalDepartmentName StationName PerformingPhysicianName OperatorsName
        ManufacturerModelName DeviceSerialNumber BodyPartExamined ProtocolName PatientPosition Laterality
        FrameOfReferenceUID PerformedProcedureStepStartDate PerformedProcedureStepStartTime
        PerformedProcedureStepID PerformedProcedureStepDescription RequestAttributesSequence
        PresentationIntentType AnatomicalOrientationType""",
    IMAGE: """SOPClassUID SOPInstanceUID SpecificCharacterSet ImageType InstanceNumber InstanceCreationDate
        InstanceCreationTime AcquisitionDate AcquisitionTime AcquisitionDateTime AcquisitionNumber ContentDate
        ContentTime ImagePositionPatient ImageOrientationPatient ImageLaterality SliceLocation SliceThickness
        NumberOfFrames Rows Columns SamplesPerPixel PhotometricInterpretation BitsAllocated BitsStored
        PixelRepresentation PixelSpacing ContentTemplateSequence ConceptNameCodeSequence
        ReferencedRequestSequence CompletionFlag VerificationFlag ContentLabel ContentDescription
        PresentationCreationDate PresentationCreationTime ContentCreatorName DocumentTitle
        ViewPosition BurnedInAnnotation LossyImageCompression ConcatenationUID""",
}

MODALITIES_IN_STUDY = 0x00080061
SOP_CLASSES_IN_STUDY = 0x00080062
INSTANCE_AVAILABILITY = 0x00080056
RETRIEVE_AE_TITLE = 0x00080054
NUMBER_OF_PATIENT_RELATED_STUDIES = 0x00201200
NUMBER_OF_PATIENT_RELATED_SERIES = 0x00201202
NUMBER_OF_PATIENT_RELATED_INSTANCES = 0x00201204
NUMBER_OF_STUDY_RELATED_SERIES = 0x00201206
NUMBER_OF_STUDY_RELATED_INSTANCES = 0x00201208
NUMBER_OF_SERIES_RELATED_INSTANCES = 0x00201209
AVAILABLE_TRANSFER_SYNTAX_UID = 0x00083002
RECEIVED = 0
"""No attribute: stands for the time of the last arrival where a study list is ordered by it."""
SOURCE = 1
"""No attribute: who sent the study, an AE title or a user."""
BODY_PARTS = 2
"""No attribute: Body Part Examined of all series of a study."""

COMPUTED: dict[int, frozenset[int]] = {
    PATIENT: frozenset(
        {
            NUMBER_OF_PATIENT_RELATED_STUDIES,
            NUMBER_OF_PATIENT_RELATED_SERIES,
            NUMBER_OF_PATIENT_RELATED_INSTANCES,
        }
    ),
    STUDY: frozenset(
        {
            MODALITIES_IN_STUDY,
            SOP_CLASSES_IN_STUDY,
            NUMBER_OF_STUDY_RELATED_SERIES,
            NUMBER_OF_STUDY_RELATED_INSTANCES,
        }
    ),
    SERIES: frozenset({NUMBER_OF_SERIES_RELATED_INSTANCES}),
    IMAGE: frozenset({INSTANCE_AVAILABILITY, AVAILABLE_TRANSFER_SYNTAX_UID}),
}
"""Attributes that no object carries: the archive answers them from what it holds."""

_OF_THE_ANSWER = frozenset({0x00080052, RETRIEVE_AE_TITLE, 0x00081190, 0x00400009, 0x00401001})
# Query/Retrieve Level, Retrieve AE Title and URL belong to the answer; the two IDs live in sequences.

UNIQUE_KEY = {PATIENT: 0x00100020, STUDY: 0x0020000D, SERIES: 0x0020000E, IMAGE: 0x00080018}
"""The unique key of each level, PS3.4 C.6.1.1, C.6.2.1."""


@cache
def stored_tags() -> dict[int, frozenset[int]]:
    """Tags that objects carry and the index keeps, by level."""
    tags: dict[int, set[int]] = {
        level: {tag for word in words.split() if (tag := tag_for_keyword(word)) is not None}
        for level, words in _KEYWORDS.items()
    }
    known = set().union(*tags.values(), *COMPUTED.values(), _OF_THE_ANSWER)
    with (SPEC / "query_keys.csv").open(newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            if row["level"] not in _NAMES or len(row["tag"]) != 8:  # settings and sequence paths
                continue
            tag = int(row["tag"], 16)
            if tag not in known:
                tags[_NAMES[row["level"]]].add(tag)
                known.add(tag)
    return {level: frozenset(found) for level, found in tags.items()}


@cache
def level_of() -> dict[int, int]:
    """The level at which each indexed or computed attribute is answered."""
    levels = {tag: level for level, tags in stored_tags().items() for tag in tags}
    levels.update({tag: level for level, tags in COMPUTED.items() for tag in tags})
    return levels


@cache
def wanted_tags() -> frozenset[int]:
    """Every tag that ingest reads from the head of a Data Set."""
    return frozenset().union(*stored_tags().values())


@cache
def vr_of(tag: int) -> str:
    """The VR of a standard attribute (the first where the dictionary names several), UN when unknown."""
    try:
        return dictionary_VR(tag).split(" or ")[0]
    except KeyError:
        return "UN"
