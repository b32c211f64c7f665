"""Write viewer/domain/object-kinds.json: what opens each storage class, out of contract/objects.csv."""

import csv
import json
from pathlib import Path

ROOT = Path(__file__).parents[2]

with ROOT.joinpath("contract/objects.csv").open(newline="", encoding="utf-8") as table:
    kinds = {row["sop_class_uid"]: row["opens"] for row in csv.DictReader(table)}
ROOT.joinpath("viewer/domain/object-kinds.json").write_text(json.dumps(kinds, indent=0) + "\n")
