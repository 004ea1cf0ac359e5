"""`yaml`: what PyYAML makes of a text that the script holds or wrote, and the text of plain values. Block and flow collections, quoted and plain
scalars by PyYAML's own rules (YAML 1.1: `2e-4` is a text, `yes` is true), `|` and `>`. Leaves out anchors, tags and documents with several
parts: such a text, and that of a file that nobody has, is a placeholder."""

import json
import re

from . import bridge, lines
from .library import hand
from .placeholder import Placeholder

LONGEST = 200_000
INTEGER = re.compile(r"[-+]?(0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+)$")
FLOAT = re.compile(r"[-+]?([0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)?|\.[0-9][0-9_]*([eE][-+][0-9]+)?)$")
SIXTIES = re.compile(r"[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+$")
SPECIAL = {".inf": float("inf"), "+.inf": float("inf"), "-.inf": float("-inf"), ".nan": float("nan")}
WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
KEY = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#&*!|>'"%@`{\[,\-?:][^#]*?|[-?:][^\s#][^#]*?)\s*:(?:\s+(.*))?$""")
ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "/": "/", "0": "\0", "r": "\r"}


class Beyond(Exception):
    """Something that isn't read here."""


def scalar(text: str):
    """A plain scalar, as PyYAML resolves it."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text.lower() in WORDS and (text.islower() or text.isupper() or text.istitle()):
        return WORDS[text.lower()]
    if INTEGER.match(text):
        digits = text.replace("_", "")
        sign, bare = (-1 if digits[0] == "-" else 1), digits.lstrip("+-")
        base = 2 if bare.startswith("0b") else 16 if bare.startswith("0x") else 8 if len(bare) > 1 and bare[0] == "0" else 10
        return sign * int(bare[2:] if base in (2, 16) else bare, base)
    if SIXTIES.match(text):
        sign, parts = (-1 if text[0] == "-" else 1), [int(one) for one in text.replace("_", "").lstrip("+-").split(":")]
        return sign * sum(one * 60**place for place, one in enumerate(reversed(parts)))
    if FLOAT.match(text):
        return float(text.replace("_", ""))
    return SPECIAL.get(text.lower(), text)


def without_comment(text: str) -> str:
    quote = ""
    for at, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"" and (at == 0 or text[at - 1] in " [{,:"):
            quote = sign
        elif sign == "#" and (at == 0 or text[at - 1] in " \t"):
            return text[:at].rstrip()
    return text.rstrip()


class Flow:
    """A value on one line: a scalar, [a, b] or {a: b}."""

    def __init__(self, text: str):
        self.text, self.at = text, 0

    def past_blanks(self):
        while self.at < len(self.text) and self.text[self.at] in " \t\n":
            self.at += 1

    def peek(self) -> str:
        self.past_blanks()
        return self.text[self.at] if self.at < len(self.text) else ""

    def take(self, sign: str):
        if self.peek() != sign:
            raise Beyond(sign)
        self.at += 1

    def value(self, ends: str = ""):
        sign = self.peek()
        if sign == "[":
            return self.many("[", "]", lambda: self.value(",]"), [])
        if sign == "{":
            return dict(self.many("{", "}", self.pair, []))
        if sign in ("'", '"'):
            return self.quoted(sign)
        if sign and sign in "&*!|>%@`":
            raise Beyond(sign)
        start = self.at
        while self.at < len(self.text) and not (ends and self.text[self.at] in ends):
            if ends and self.text[self.at] == ":" and self.text[self.at + 1 : self.at + 2] in ("", " "):
                break
            self.at += 1
        return scalar(self.text[start : self.at].strip())

    def many(self, opening: str, closing: str, item, out: list) -> list:
        self.take(opening)
        while self.peek() != closing:
            out.append(item())
            if self.peek() == ",":
                self.at += 1
            elif self.peek() != closing:
                raise Beyond(closing)
        self.take(closing)
        return out

    def pair(self):
        key = self.value(",}")
        self.take(":")
        return key, self.value(",}")

    def quoted(self, sign: str) -> str:
        self.take(sign)
        out = []
        while self.at < len(self.text):
            one = self.text[self.at]
            self.at += 1
            if one == sign:
                if sign == "'" and self.text[self.at : self.at + 1] == "'":
                    self.at += 1
                else:
                    return "".join(out)
            elif one == "\\" and sign == '"':
                code = self.text[self.at : self.at + 1]
                self.at += 1
                if code not in ESCAPES:
                    raise Beyond(code)
                one = ESCAPES[code]
            out.append(one)
        raise Beyond("an open quote")

    def whole(self):
        found = self.value()
        if self.peek():
            raise Beyond(self.text)
        return found


class Reader:
    """Lines of a document with their indentation."""

    def __init__(self, text: str):
        self.raw = text.expandtabs(8).split("\n")
        self.at = 0

    def line(self):
        """Indentation and text of the next line that says something; None at the end."""
        while self.at < len(self.raw):
            said = without_comment(self.raw[self.at])
            if said.strip() and not (self.at == 0 and said.strip() == "---"):
                if said.startswith(("---", "...", "%")):
                    raise Beyond("documents")
                return len(said) - len(said.lstrip()), said.strip()
            self.at += 1
        return None

    def node(self, least: int):
        """The collection or scalar whose lines stand at least so far in."""
        found = self.line()
        if found is None or found[0] < least:
            return None
        indent, said = found
        if said == "-" or said.startswith("- "):
            return self.sequence(indent)
        if KEY.match(said):
            return self.mapping(indent)
        self.at += 1
        return self.flow(said)

    def flow(self, said: str):
        """A value that may go on over lines until its brackets close."""
        while said[:1] in "[{" and (said.count("[") > said.count("]") or said.count("{") > said.count("}")):
            more = self.line()
            if more is None:
                raise Beyond("an open bracket")
            said += " " + more[1]
            self.at += 1
        return Flow(said).whole()

    def sequence(self, indent: int) -> list:
        out = []
        while (found := self.line()) is not None and found[0] == indent and (found[1] == "-" or found[1].startswith("- ")):
            rest = found[1][1:].lstrip()
            if not rest:
                self.at += 1
                out.append(self.node(indent + 1))
            elif KEY.match(rest) or rest.startswith("- "):
                # The item's first line stands where its text begins.
                self.raw[self.at] = " " * (indent + len(found[1]) - len(rest)) + rest
                out.append(self.node(indent + 1))
            else:
                self.at += 1
                out.append(self.flow(rest))
        return out

    def mapping(self, indent: int) -> dict:
        out = {}
        while (found := self.line()) is not None and found[0] == indent and (match := KEY.match(found[1])):
            key, rest = Flow(match[1]).whole(), (match[2] or "").strip()
            self.at += 1
            if rest[:1] in ("|", ">"):
                out[key] = self.block(indent, rest)
            elif rest:
                out[key] = self.flow(rest)
            else:
                below = self.line()
                listed = below is not None and below[0] == indent and (below[1] == "-" or below[1].startswith("- "))
                out[key] = self.sequence(indent) if listed else self.node(indent + 1)
        found = self.line()
        if found is not None and found[0] > indent:
            raise Beyond("a line further in")
        return out

    def block(self, indent: int, head: str) -> str:
        kept = []
        while self.at < len(self.raw) and (not self.raw[self.at].strip() or len(self.raw[self.at]) - len(self.raw[self.at].lstrip()) > indent):
            kept.append(self.raw[self.at])
            self.at += 1
        if head.strip("|>+-"):
            raise Beyond(head)
        depth = min((len(one) - len(one.lstrip()) for one in kept if one.strip()), default=0)
        body = [one[depth:].rstrip() for one in kept]
        while body and not body[-1]:
            body.pop()
        text = "\n".join(body) if head[0] == "|" else " ".join(one or "\n" for one in body)
        return text if head.endswith("-") or not body else text + "\n"


def parsed(text: str):
    reader = Reader(text)
    found = reader.node(0)
    if reader.line() is not None:
        raise Beyond("a second part")
    return found


def load(stream=None, Loader=None):
    """yaml.load and safe_load: of a text, or of a file that the script wrote."""
    text = stream if isinstance(stream, (str, bytes, Placeholder)) else stream.read()
    if isinstance(text, bytes):
        text = text.decode()
    if isinstance(text, str) and len(text) <= LONGEST:
        try:
            return parsed(text)
        except Beyond as what:
            bridge.note("not-modelled", lines.user_line(), f"YAML with {what} isn't read here", f"此处不读取含有 {what} 的 YAML")
    origin = text._lab_origin if isinstance(text, Placeholder) else "…"
    return Placeholder(f"yaml.safe_load({origin})")


def plain(value) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        said = repr(value)
        return said.replace("e", ".0e") if "e" in said and "." not in said else said
    if isinstance(value, int):
        return repr(value)
    said = str(value)
    if "\n" in said or "\t" in said:
        return json.dumps(said, ensure_ascii=False)
    return said if said and scalar(said) == said and KEY.match(f"{said}: x") and ": " not in said and "\n" not in said else "'" + said.replace("'", "''") + "'"


def written(value, indent: int) -> list:
    pad = " " * indent
    if isinstance(value, dict) and value:
        out = []
        for key, one in value.items():
            nested = isinstance(one, (dict, list, tuple)) and len(one) > 0
            out += [f"{pad}{plain(key)}:", *written(one, indent + 2)] if nested else [f"{pad}{plain(key)}: {small(one)}"]
        return out
    if isinstance(value, (list, tuple)) and value:
        out = []
        for one in value:
            below = written(one, indent + 2) if isinstance(one, (dict, list, tuple)) and one else [f"{pad}  {small(one)}"]
            out += [f"{pad}- {below[0].strip()}", *below[1:]]
        return out
    return [pad + small(value)]


def small(value) -> str:
    return "{}" if value == {} and isinstance(value, dict) else "[]" if isinstance(value, (list, tuple)) and not value else plain(value)


def dump(data, stream=None, Dumper=None, **kwargs):
    text = "\n".join(written(data, 0)) + "\n"
    if stream is None:
        return text
    stream.write(text)
    return None


for _name in ("load", "safe_load", "full_load", "unsafe_load"):
    hand[f"yaml.{_name}"] = load
for _name in ("dump", "safe_dump"):
    hand[f"yaml.{_name}"] = dump
