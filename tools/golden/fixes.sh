#!/usr/bin/env bash
# Runs the first repair of every handed script under the real libraries and writes tests/golden/handed-fixes.json:
# `bash tools/golden/fixes.sh [PART...]`, a PART runs again only the scripts whose name holds it. Environments as in golden.sh
# ($GOLDEN_ENVS/<stack>); what a script's own releases need beyond those is in EXTRA and made there too. About fifteen minutes on two cores.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
export GOLDEN_ENVS=${GOLDEN_ENVS:-$root/.envs} PYTHONHASHSEED=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$root" && node tools/run.mjs tools/golden/writeFixes.ts "$work/fixed" "$@") >"$work/list"
python3 - "$here" "$work" <<'PY'
import hashlib, json, os, subprocess, sys
here, work = sys.argv[1:]
envs = os.environ["GOLDEN_ENVS"]
# Between two stacks: the release that its own first line pins, whose `gradient_checkpointing_kwargs` the stack before has not.
EXTRA = {"48-sft-bf16-checkpoint-old-trl.py": ("trl-0.7.4", ["torch==2.1.2", "transformers==4.35.2", "peft==0.6.2", "trl==0.7.4", "accelerate==0.24.1", "datasets==2.15.0", "rich", "numpy<2", "pyarrow<15", "setuptools<81"])}
golden = os.path.join(here, "..", "..", "tests", "golden", "handed-fixes.json")
table = {}
if os.path.exists(golden):
    with open(golden, encoding="utf-8") as file:
        table = {row["script"]: row for row in json.load(file)}


def python_of(stack, packages):
    python = os.path.join(envs, stack, "bin", "python")
    if not os.path.exists(python):
        if packages is None:
            raise SystemExit(f"{stack}: no environment; golden.sh makes it")
        subprocess.run(["uv", "venv", "-q", "--python", "3.11", os.path.join(envs, stack)], check=True)
        subprocess.run(["uv", "pip", "install", "-q", "--python", python, *packages], check=True)
    return python


with open(os.path.join(work, "list"), encoding="utf-8") as file:
    rows = [json.loads(line) for line in file]
for row in rows:
    name, path = row["script"], os.path.join(work, "fixed", row["script"])
    stack, packages = EXTRA.get(name, (row["stack"], None))
    row["stack"] = stack
    with open(os.path.join(here, "..", "..", "tests", "scripts", "handed", name), "rb") as file:
        row["sha256"] = hashlib.sha256(file.read()).hexdigest()[:16]
    row["outcome"], row["error"] = None, None
    if os.path.exists(path):
        out = os.path.join(work, "out", name)
        env = {**os.environ, "GROUND_TRUTH_OUT": out, "GROUND_TRUTH_AGAIN": "1"}
        subprocess.run([python_of(stack, packages), "-W", "ignore", os.path.join(here, "ground_truth.py"), stack, path], check=True, env=env)
        results = os.listdir(out)
        if len(results) != 1:
            raise SystemExit(f"{name}: {len(results)} results")
        with open(os.path.join(out, results[0]), encoding="utf-8") as file:
            result = json.load(file)
        error = result.get("error")
        row["outcome"] = result["outcome"]
        row["error"] = result.get("why") or (f"{error['type']}: {error['message'][:300]}" if error else None)
        row["trainings"] = [{k: t[k] for k in ("outcome", "by", "trainable", "none", "zero", "nonzero")} for t in result["trainings"]]
    table[name] = row
    text = ",\n".join(json.dumps(table[one], ensure_ascii=False) for one in sorted(table))
    with open(golden, "w", encoding="utf-8", newline="\n") as file:
        file.write(f"[\n{text}\n]\n")
trains = sum(row["outcome"] == "trains" for row in table.values())
print(f"{trains} of {len(table)} first repairs end in `trains` under the real libraries")
PY
