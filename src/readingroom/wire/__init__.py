"""Forms on the web's line, both ways: DICOM JSON and XML, multipart, Accept, ranges, problems (PS3.18).

Pure functions and readers that are fed; never opens a file or a socket, never knows a store, a route or
a framework. What comes in is read tolerantly and within limits, what goes out is written by the book.
"""

from .accept import ANYTHING, MULTIPART, Acceptable, Offer, choose, parse_accept
from .bulk_data import (
    BINARY_VRS,
    PIXEL_DATA,
    AttributePath,
    BulkData,
    BulkLocator,
    beyond,
    format_path,
    parse_path,
)
from .byte_range import content_range, parse_range, unsatisfied_range
from .content_coding import BROTLI, GZIP, choose_coding, encoded
from .dicom_json import (
    DICOM_JSON,
    JsonChoice,
    JsonObject,
    dump_dicom_json,
    from_dicom_json,
    load_dicom_json,
    to_dicom_json,
)
from .media_type import MediaType, parse_media_type
from .multipart_reader import (
    Limits,
    MultipartReader,
    PartEnd,
    PartHead,
    ReceivedPart,
    boundary_of,
    read_parts,
)
from .multipart_writer import Part, length_of_parts, new_boundary, related, write_parts
from .native_xml import DICOM_XML, from_native_xml, to_native_xml
from .openapi import openapi_document, openapi_path
from .operation import (
    ANY_ROLE,
    FLAG,
    NUMBER,
    TEXT,
    WHOLE,
    Operation,
    Parameter,
    Schema,
    between,
    listed,
    members,
    named,
    one_of,
    or_null,
)
from .problem import PROBLEM_JSON, STATUS_OF_KIND, Problem, problem, status_of
from .zip_reader import ZipLimits, ZipMember, read_zip
from .zip_writer import ZIP, ZipEntry, write_zip

__all__ = [
    "ANYTHING",
    "ANY_ROLE",
    "BINARY_VRS",
    "BROTLI",
    "DICOM_JSON",
    "DICOM_XML",
    "FLAG",
    "GZIP",
    "MULTIPART",
    "NUMBER",
    "PIXEL_DATA",
    "PROBLEM_JSON",
    "STATUS_OF_KIND",
    "TEXT",
    "WHOLE",
    "ZIP",
    "Acceptable",
    "AttributePath",
    "BulkData",
    "BulkLocator",
    "JsonChoice",
    "JsonObject",
    "Limits",
    "MediaType",
    "MultipartReader",
    "Offer",
    "Operation",
    "Parameter",
    "Part",
    "PartEnd",
    "PartHead",
    "Problem",
    "ReceivedPart",
    "Schema",
    "ZipEntry",
    "ZipLimits",
    "ZipMember",
    "between",
    "beyond",
    "boundary_of",
    "choose",
    "choose_coding",
    "content_range",
    "dump_dicom_json",
    "encoded",
    "format_path",
    "from_dicom_json",
    "from_native_xml",
    "length_of_parts",
    "listed",
    "load_dicom_json",
    "members",
    "named",
    "new_boundary",
    "one_of",
    "openapi_document",
    "openapi_path",
    "or_null",
    "parse_accept",
    "parse_media_type",
    "parse_path",
    "parse_range",
    "problem",
    "read_parts",
    "read_zip",
    "related",
    "status_of",
    "to_dicom_json",
    "to_native_xml",
    "unsatisfied_range",
    "write_parts",
    "write_zip",
]
