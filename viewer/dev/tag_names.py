"""Write viewer/domain/tag-names.json: names of the data elements of PS3.6, out of pydicom's dictionary."""

import json
from pathlib import Path

from pydicom.datadict import DicomDictionary

COMMAND_GROUP, ITEM_GROUP = 0x0000, 0xFFFE

names = {
    f"{tag:08X}": name
    for tag, (_, _, name, _, _) in sorted(DicomDictionary.items())
    if name and tag >> 16 not in (COMMAND_GROUP, ITEM_GROUP)
}
Path(__file__).parents[1].joinpath("domain/tag-names.json").write_text(
    json.dumps(names, separators=(",", ":"))
)
