"""Names the formula of a number that was seen under three configurations: `b`, `4*b`, `b*e/d`, `d*f+2*e*f`.

Letters are the configuration's numbers (knobs) in their order. A number that no formula gives stays what it is, if all three
agree; else it is refused.
"""

from itertools import combinations_with_replacement

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Formulas:
    """All formulas over the knobs, simplest first; `values`: knob → its three numbers."""

    def __init__(self, values: dict):
        self.known: dict[tuple, str] = {}
        names = {LETTERS[i]: tuple(v) for i, v in enumerate(values.values())}
        terms = [(n, v) for n, v in names.items()]
        pairs = [(f"{a}*{b}", tuple(x * y for x, y in zip(names[a], names[b]))) for a, b in combinations_with_replacement(names, 2)]
        quotients = []
        for text, value in terms + pairs:
            for n, v in names.items():
                if n not in text and all(x % y == 0 for x, y in zip(value, v)):
                    quotients.append((f"{text}/{n}", tuple(x // y for x, y in zip(value, v))))
        products = terms + pairs + quotients
        scaled = [(f"{k}*{t}", tuple(k * x for x in v)) for k in (2, 3, 4, 8) for t, v in products]
        shifted = [(f"{t}+{k}", tuple(x + k for x in v)) for k in (1, 2, 3) for t, v in terms]
        # Patches of a picture, and one place more for its class.
        letter = {name.rpartition(".")[2]: LETTERS[i] for i, name in enumerate(values)}
        image, patch = letter.get("image_size"), letter.get("patch_size")
        squares = []
        if image and patch:
            sides = [x // y for x, y in zip(names[image], names[patch])]
            whole = f"{image}*{image}/{patch}/{patch}"
            squares = [(f"{whole}+{k}" if k else whole, tuple(n * n + k for n in sides)) for k in (0, 1)]
        for text, value in terms + scaled[: len(products)] + shifted + pairs + quotients + scaled + squares:
            self.known.setdefault(value, text)
        # Fused projections: of the numbers of one part of a model, which are few.
        summed = products if len(names) <= 9 else terms + pairs
        doubled = [(f"2*{t}", tuple(2 * x for x in v)) for t, v in summed]
        for ta, va in summed:
            for tb, vb in summed + doubled:
                self.known.setdefault(tuple(x + y for x, y in zip(va, vb)), f"{ta}+{tb}")

    def of(self, numbers: tuple) -> str:
        found = self.known.get(tuple(numbers))
        if found is not None and len(set(numbers)) > 1:
            return found
        if len(set(numbers)) == 1:
            return str(numbers[0])
        raise ValueError(f"no formula gives {numbers}")
