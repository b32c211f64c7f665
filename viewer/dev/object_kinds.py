"""Write viewer/domain/object-kinds.json, class-names.json and docs/objects.md.

Out of contract/objects.csv and contract/display-limits.csv.
"""

import csv
import json
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "contract" / "objects.csv"
LIMITS = ROOT / "contract" / "display-limits.csv"
SURVEY = ROOT / "contract" / "spec" / "sop_classes.csv"
KINDS = ROOT / "viewer" / "domain" / "object-kinds.json"
NAMES = ROOT / "viewer" / "domain" / "class-names.json"
PAGE = ROOT / "docs" / "objects.md"

WORDS = {
    "images": "stack of images in exact greys and colours: window, cine, planes, three dimensions, fusion",
    "video": "player with exact frames",
    "slide": "whole slide: pyramid, channels, focal planes",
    "spectra": "spectra over the image they belong to",
    "report": "report as a document; what it refers to is a link",
    "measurements": "measurements as tables",
    "waveform": "traces on millimetre paper, or sound",
    "document": "pages of the PDF, or the clinical document as a page to read",
    "mesh": "surface in three dimensions",
    "plan": "summary with tables",
    "structures": "contours on images and planes, and a list",
    "segmentation": "segments over images, planes and by themselves",
    "registration": "used by fusion and by values at the pointer; its grid over images; a list",
    "fiducials": "points over images, and a list",
    "tracts": "tracts over images and in three dimensions",
    "scan": "surface or points in three dimensions",
    "annotations": "marks over the slide they belong to",
    "presentation": "applied to the images it is for",
    "key-objects": "key images: star, filter, and a list",
    "tags": "tag browser, under what the object is",
    "curve": "curve, table or palette drawn with axes and units",
    "films": "films with their images in place",
    "overlay": "overlay by itself, and over the images it names",
}
"""What a reader meets who opens an object of that kind."""

HEAD = """# What opens each kind of object

One row for each storage class that the server takes (`readingroom conformance`), made from
contract/objects.csv by `viewer/dev/object_kinds.py`. Every object, whatever opens it, also has its tags
(`T`). "Not drawn yet": what an object of the class may hold and the viewer does not show; nothing there:
nothing that is known. What is not in the table is opened by what it holds: video by its transfer syntax,
pixels as images, waveforms, content trees as reports, else as tags.

| class | UID | opened by | not drawn yet |
| --- | --- | --- | --- |
"""


LIMITS_HEAD = """
## Where another product names a limit

The survey of other products (contract/spec/sop_classes.csv) has these limits; contract/display-limits.csv
names the test that shows what is here instead.

| class | the limit there | here | shown by |
| --- | --- | --- | --- |
"""


def rows() -> list[dict[str, str]]:
    """The table: sop_class_uid, name, opens, missing."""
    with TABLE.open(newline="", encoding="utf-8") as table:
        return list(csv.DictReader(table))


def kinds() -> str:
    """The viewer's table."""
    return json.dumps({row["sop_class_uid"]: row["opens"] for row in rows()}, indent=0) + "\n"


def name_of(row: dict[str, str]) -> str:
    """Of a class, as people say it."""
    return row["name"].removesuffix(" SOP Class").removesuffix(" Storage")


def names() -> str:
    """What the viewer calls classes."""
    return json.dumps({row["sop_class_uid"]: name_of(row) for row in rows()}, indent=0) + "\n"


def page() -> str:
    """The page for people, by name."""
    lines = (
        f"| {name_of(row)} | {row['sop_class_uid']}"
        f" | {row['opens']}: {WORDS[row['opens']]} | {row['missing'].replace('|', '/')} |\n"
        for row in sorted(rows(), key=lambda row: row["name"].lower())
    )
    return HEAD + "".join(lines) + LIMITS_HEAD + "".join(limit_lines())


def surveyed_limits() -> dict[str, str]:
    """Of classes that another product shows with a limit: by keyword, which limit."""
    with SURVEY.open(newline="", encoding="utf-8") as table:
        return {
            row["keyword"]: row["meddream_display_limit"]
            for row in csv.DictReader(table)
            if row["meddream_display_limit"]
        }


def limits() -> list[dict[str, str]]:
    """What is shown here in their place: keyword, here, test."""
    with LIMITS.open(newline="", encoding="utf-8") as table:
        return list(csv.DictReader(table))


def limit_lines() -> list[str]:
    """Lines of the second table."""
    theirs = surveyed_limits()
    return [
        f"| {row['keyword']} | {theirs.get(row['keyword'], '')} | {row['here']} | `{row['test']}` |\n"
        for row in limits()
    ]


if __name__ == "__main__":
    KINDS.write_text(kinds(), encoding="utf-8")
    NAMES.write_text(names(), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
