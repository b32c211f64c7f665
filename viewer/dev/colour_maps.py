"""Write viewer/core/colour-maps.json: the well-known palettes of PS3.6 Annex B, out of pydicom's files.

Each is 256 colours as 'rrggbb' one after the other.
"""

import json
from pathlib import Path

import numpy as np
from pydicom.pixels import apply_color_lut

PALETTES = ["Hot iron", "PET", "Hot metal blue", "PET 20 step", "Spring", "Summer", "Fall", "Winter"]
"""In the order of their UIDs, 1.2.840.10008.1.5.1 to .8."""

ramp = np.arange(256, dtype=np.uint8).reshape(1, 256)
maps = [
    {
        "id": name.lower().replace(" ", "-"),
        "name": name,
        "colours": apply_color_lut(ramp, palette=f"1.2.840.10008.1.5.{number}").tobytes().hex(),
    }
    for number, name in enumerate(PALETTES, 1)
]
Path(__file__).parents[1].joinpath("core/colour-maps.json").write_text(json.dumps(maps, indent=1) + "\n")
