#!/usr/bin/env bash
# Runs the generated Python script of every recipe in script_recipes.json under the real libraries and writes
# tests/golden/scripts.json. `bash tools/golden/scripts.sh`; environments as in golden.sh ($GOLDEN_ENVS/<stack>/bin/python,
# made there first). About three minutes on one core.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
envs=${GOLDEN_ENVS:-$root/.envs}
export HF_HUB_OFFLINE=1 TQDM_DISABLE=1 CUDA_VISIBLE_DEVICES=
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$root/public/model" "$work/model"
cp "$here/rows.jsonl" "$work/rows.jsonl"
# Older tokenizers read merges as "a b", not as pairs.
python3 - "$work/model/tokenizer.json" <<'PY'
import json, sys
tokenizer = json.load(open(sys.argv[1]))
tokenizer["model"]["merges"] = [m if isinstance(m, str) else " ".join(m) for m in tokenizer["model"]["merges"]]
tokenizer["model"].pop("ignore_merges", None)
json.dump(tokenizer, open(sys.argv[1], "w"))
PY
(cd "$root" && node tools/run.mjs tools/golden/writeScripts.ts "$work/scripts") >"$work/list"
: >"$work/results"
while IFS=$'\t' read -r name file stack; do
  result=$(cd "$work" && "$envs/$stack/bin/python" -W ignore "$here/run_script.py" "$file" </dev/null 2>"$work/stderr" | grep '^RESULT ' || true)
  [ -n "$result" ] || { cat "$work/stderr" >&2; echo "$name: no result" >&2; exit 1; }
  printf '%s\t%s\n' "$name" "${result#RESULT }" >>"$work/results"
done <"$work/list"
python3 - "$work/results" "$root/tests/golden/scripts.json" <<'PY'
import json, sys
rows = [line.rstrip("\n").split("\t", 1) for line in open(sys.argv[1], encoding="utf-8")]
body = ",\n".join(f"{json.dumps(name)}: {result}" for name, result in rows)
open(sys.argv[2], "w", encoding="utf-8", newline="\n").write("{\n" + body + "\n}\n")
PY
