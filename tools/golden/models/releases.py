"""From which release on transformers knows a model type: for each type of table.json, the newest of the asked ones that has it not.
`python releases.py ENVIRONMENT...` reads the sources in each environment, runs none, and writes src/engine/models/known/releases.json."""

import glob
import json
import os
import re
import sys

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "src", "engine", "models", "known", "releases.json")


def numbers(release: str) -> list[int]:
    return [int(part) for part in release.split(".")]


def types_of(environment: str) -> tuple[str, set[str]]:
    site = glob.glob(os.path.join(environment, "lib", "python3*", "site-packages"))[0]
    release = re.search(r"transformers-([\d.]+)\.dist-info", glob.glob(os.path.join(site, "transformers-*.dist-info"))[0])[1]
    text = ""
    for name in ("configuration_auto.py", "auto_mappings.py"):
        path = os.path.join(site, "transformers", "models", "auto", name)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                text += file.read()
    start = re.search(r"^CONFIG_MAPPING_NAMES\b[^\n]*= OrderedDict", text, re.M).start()
    return release, set(re.findall(r'\("([\w.-]+)",\s*"\w+Config"\)', text[start:])) | set(re.findall(r'"([\w.-]+)":\s*"\w+Config"', text[start:]))


def main() -> None:
    asked = dict(types_of(one) for one in sys.argv[1:])
    releases = sorted(asked, key=numbers)
    with open(os.path.join(os.path.dirname(OUT), "table.json"), encoding="utf-8") as file:
        ours = set(json.load(file)["types"])
    known = set().union(*asked.values()) & ours
    lacks = {}
    for name in sorted(known):
        first = next(at for at, release in enumerate(releases) if name in asked[release])
        if first > 0:
            lacks[name] = releases[first - 1]
    with open(OUT, "w", encoding="utf-8", newline="\n") as file:
        file.write("{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(release)}" for name, release in lacks.items()) + "\n}\n")


main()
