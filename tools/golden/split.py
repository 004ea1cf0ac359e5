"""Writes tests/golden/split.json: the permutations that datasets' train_test_split draws (numpy default_rng, PCG64)."""

import json
import os

import numpy

CASES = [(42, 2), (42, 10), (0, 7), (123, 36), (2**31, 100), (7, 1000)]
OUT = os.path.join(os.path.dirname(__file__), "..", "..", "tests", "golden", "split.json")


def main():
    rows = [{"seed": seed, "n": n, "permutation": numpy.random.default_rng(seed).permutation(n).tolist()} for seed, n in CASES]
    with open(OUT, "w") as file:
        json.dump({"about": "numpy.random.default_rng(seed).permutation(n)", "numpy": numpy.__version__, "rows": rows}, file)


if __name__ == "__main__":
    main()
