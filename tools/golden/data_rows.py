"""Writes tests/golden/data-rows.json: the rows that the script makes of a person's file, by running the part of it that does.

Reads the cases of writeRows.ts from standard input.
"""

import json
import os
import sys
import tempfile

from datasets import Dataset, Features, Value, concatenate_datasets, load_dataset

from encoding import versions, write


def main():
    cases = json.load(sys.stdin)
    made = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HF_DATASETS_CACHE"] = folder
        for index, (name, case) in enumerate(cases.items()):
            place = os.path.join(folder, str(index))
            os.mkdir(place)
            path = os.path.join(place, case["file"])
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(case["text"])
            scope = {"DATA": path, "json": json, "Features": Features, "Value": Value, "load_dataset": load_dataset}
            scope |= {"Dataset": Dataset, "concatenate_datasets": concatenate_datasets}
            exec(case["source"], scope)  # noqa: S102
            made[name] = {"source": case["source"], "rows": list(scope["dataset"])}
    write("data-rows.json", {"versions": versions("datasets"), "cases": made}, depth=2)


if __name__ == "__main__":
    main()
