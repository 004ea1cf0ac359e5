"""What PyYAML makes of texts, for the reader of the stand-ins: `python yaml_values.py`, inside a stack's environment, writes tests/golden/yaml.json."""

import json
import os

import yaml

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "golden", "yaml.json")
TEXTS = [
    "model: a/b\ntrain:\n  learning_rate: 2e-4\n  decay: 1.0e-4\n  steps: 1_000\n  packing: yes\n  bf16: False\n  warmup:\n",
    "targets: [q_proj, k_proj,\n  \"v proj\", 'it''s']\nother:\n- a\n- b: 1\n  c: {x: 1.5, y: no}\n-\n  d: e\n",
    "a: 0o17\nb: 017\nc: 0x1F\nd: 12:30\ne: .5\nf: -3\ng: ~\nh: 1.\ni: 1e5\nj: +1.2e+3\nk: 0b101\n",
    "u: \"http://x#y\"\nv: http://a:8080/x # where\nkey with spaces: on\n'quoted key': \"tab\\tand \\\"quote\\\"\"\n",
    "text: |\n  one\n    two\n\n  three\nlast: |-\n  end\n",
    "- 1\n- [2, [3, {a: b}]]\n- null\n- - x\n  - y\n",
    "---\n# a comment\nonly: one\n",
    "just a text\n",
    "",
]


def main() -> None:
    rows = [{"text": text, "value": yaml.safe_load(text)} for text in TEXTS]
    with open(GOLDEN, "w", encoding="utf-8", newline="\n") as file:
        json.dump(rows, file, ensure_ascii=False, indent=1)
        file.write("\n")


main()
