#!/usr/bin/env bash
# Runs the script that the product hands out for every recipe of parity_recipes.json under the real libraries and writes
# tests/golden/parity.json: `npm run golden -- parity [PATTERN]` (a regular expression: only recipes whose name has it; the others stay as they are).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
python=$1
only=${2:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$root" && node tools/run.mjs tools/golden/writeParity.ts "$work") >"$work/list"
while IFS=$'\t' read -r name folder stack; do
  [[ "$name" =~ $only ]] || continue
  result=$(cd "$folder" && "$python" -W ignore "$here/run_parity.py" </dev/null 2>"$work/stderr" | grep '^RESULT ' || true)
  [ -n "$result" ] || { tail -40 "$work/stderr" >&2; echo "$name: no result" >&2; exit 1; }
  printf '%s\t%s\n' "$name" "${result#RESULT }" >>"$work/results"
  echo "$name" >&2
done <"$work/list"
"$python" - "$work/results" "$here/parity_recipes.json" "$root/tests/golden/parity.json" <<'PY'
import json, os, sys
results, listed, path = sys.argv[1:]
old = json.load(open(path, encoding="utf-8")) if os.path.exists(path) else {}
new = dict(line.rstrip("\n").split("\t", 1) for line in open(results, encoding="utf-8"))
names = list(json.load(open(listed, encoding="utf-8")))
compact = {n: json.loads(new[n]) if n in new else old.get(n) for n in names}
body = ",\n".join(f"{json.dumps(n)}: {json.dumps(v, separators=(',', ':'))}" for n, v in compact.items() if v)
open(path, "w", encoding="utf-8", newline="\n").write("{\n" + body + "\n}\n")
PY
