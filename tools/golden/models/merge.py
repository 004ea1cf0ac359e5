"""Joins the tables of several environments with the known sizes: src/engine/models/known/table.json.

Usage: python3 merge.py OUT FILE..., files of table.py and of targets.py. A head is kept for every release from which on it differs from the release before.
"""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def order(version: str) -> list[int]:
    return [int(part) for part in version.split(".")[:3] if part.isdigit()]


class Shared:
    """Texts by number, equal ones once."""

    def __init__(self):
        self.index: dict[str, int] = {}

    def add(self, text: str) -> int:
        return self.index.setdefault(text, len(self.index))


class Joined:
    def __init__(self):
        self.nodes, self.flows, self.heads = Shared(), Shared(), Shared()

    def node(self, table: dict, index: int, cache: dict) -> int:
        """A node of one environment under the numbers of all."""
        if index not in cache:
            fields = table["nodes"][index].split("|")
            children = fields[3] if len(fields) > 3 else ""
            if children.startswith("["):
                count, _, rest = children.partition("]")
                parts = [p.rpartition("@") for p in rest.split(",")]
                fields[3] = f"{count}]" + ",".join(f"{a}{at}{self.node(table, int(n), cache)}" for a, at, n in parts)
            elif children:
                pairs = [p.rpartition(":") for p in children.split(",")]
                fields[3] = ",".join(f"{name}:{self.node(table, int(n), cache)}" for name, _, n in pairs)
            if len(fields) > 5:
                fields[5] = str(self.flows.add(table["flows"][int(fields[5])]))
            cache[index] = self.nodes.add("|".join(fields))
        return cache[index]

    def head(self, table: dict, head: dict, cache: dict) -> int:
        record = {"n": self.node(table, head["node"], cache), "h": head["hook"], "o": head.get("output"), "k": head["keep"],
                  "t": head["tied"], "u": head["untied"]}
        if "flow" in head:
            flow = table["flows"][head["flow"]]
            record |= {"f": self.flows.add(flow), "c": head["checkpoints"]}
            if head["checkpoints"] and head["checkpoints"] == stacks_of(flow):
                record["c"] = 1
            if head["keep"] == [record["o"] or flow.split(";")[-2].partition("<")[0]]:
                del record["k"]
        elif not head["keep"]:
            record["k"] = []
        if head["tied"] == [[f"{record['h']}.weight", f"{record['o']}.weight"]]:
            del record["t"]
        kept = {k: v for k, v in record.items() if v is not None and (v not in ([], "") or k in ("k", "c") or (k == "t" and record["o"]))}
        return self.heads.add(json.dumps(kept, separators=(",", ":")))


def stacks_of(flow: str) -> list[str]:
    """Stacks of a flow, in the order of their names."""
    return sorted(step.partition(".*<")[0] for step in flow.split(";") if ".*<" in step)


def sizes() -> tuple[list[str], dict[str, int]]:
    lines, ids = [], {}
    with open(os.path.join(HERE, "sizes.txt"), encoding="utf-8") as file:
        for line in file:
            if line.startswith("#") or not line.strip():
                continue
            kind, numbers, tied, names = line.strip().split("|")
            for name in names.split():
                ids[name] = len(lines)
            lines.append(f"{kind}|{numbers}|{tied}")
    return lines, ids


def targets(tables: list[dict]) -> dict:
    """peft_type → model type → [first version of PEFT, names or null], where it differs from the version before."""
    found: dict = {}
    for method in (key for key in tables[-1] if key != "peft"):
        types = sorted({name for table in tables for name in table[method]})
        for name in types:
            since: list = []
            for table in tables:
                names = table[method].get(name)
                written = names if isinstance(names, str) or names is None else " ".join(names)
                if (since[-1][1] if since else None) != written:
                    since.append([table["peft"], written])
            found.setdefault(method, {})[name] = since
    return found


def main() -> None:
    files = [json.load(open(path, encoding="utf-8")) for path in sys.argv[2:]]
    tables = sorted((t for t in files if "transformers" in t), key=lambda t: order(t["transformers"]))
    for i, table in enumerate(tables):
        # A later file of the same release says its types again.
        for later in tables[i + 1 :]:
            if later["transformers"] == table["transformers"]:
                table["types"] = {name: found for name, found in table["types"].items() if name not in later["types"]}
    defaults = targets(sorted((t for t in files if "LORA" in t), key=lambda t: order(t["peft"])))
    joined, types = Joined(), {}
    for table in tables:
        cache: dict[int, int] = {}
        for name, variants in table["types"].items():
            for variant, found in variants.items():
                place = types.setdefault(name, {}).setdefault(variant, {"knobs": found["knobs"], "heads": {}})
                for head, record in found["heads"].items():
                    number = joined.head(table, record, cache)
                    since = place["heads"].setdefault(head, [])
                    if not since or since[-1][1] != number:
                        since.append([table["transformers"], number])
    lines, ids = sizes()
    for name, number in ids.items():
        kind, _, variant = lines[number].split("|")[0].partition("/")
        if kind not in types:
            print(f"{name}: no type {kind}", file=sys.stderr)
        elif len(types[kind][variant]["knobs"]) != len(lines[number].split("|")[1].split()):
            raise SystemExit(f"{name}: {lines[number]} for {types[kind][variant]['knobs']}")
    out = {"nodes": list(joined.nodes.index), "flows": list(joined.flows.index), "heads": [json.loads(h) for h in joined.heads.index],
           "types": types, "sizes": lines, "ids": group(ids), "targets": defaults}
    rows = [f'"{k}":{block(v)}' for k, v in out.items()]
    with open(sys.argv[1], "w", encoding="utf-8", newline="\n") as file:
        file.write("{" + ",\n".join(rows) + "}\n")
    print({k: len(json.dumps(v, separators=(",", ":"))) for k, v in out.items()}, os.path.getsize(sys.argv[1]), file=sys.stderr)


def verified() -> set[str]:
    """Ids whose numbers verify.py held against another public source."""
    with open(os.path.join(HERE, "verified.txt"), encoding="utf-8") as file:
        return {line.split()[0] for line in file if not line.startswith("#")}


def group(ids: dict[str, int]) -> dict[str, str]:
    """Owner → its ids: `name size name size …`; a `?` behind the size of one whose numbers nothing else vouches for."""
    owners: dict[str, list[str]] = {}
    held = verified()
    for name, number in ids.items():
        owner, _, rest = name.rpartition("/")
        owners.setdefault(owner, []).append(f"{rest} {number}{'' if name in held else '?'}")
    return {owner: " ".join(names) for owner, names in owners.items()}


def block(value) -> str:
    text = lambda v: json.dumps(v, separators=(",", ":"), ensure_ascii=False)
    if isinstance(value, list):
        return "[\n" + ",\n".join(text(v) for v in value) + "]"
    return "{\n" + ",\n".join(f"{text(k)}:{text(v)}" for k, v in value.items()) + "}"


main()
