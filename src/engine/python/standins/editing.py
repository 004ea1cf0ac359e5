"""Edits of a script's text by the places of its syntax tree, in its own style: comments, quotes and line breaks stay. Leaves out which
edits a repair needs, and whether the text then does what it should."""

import ast
import io
import json
import tokenize

QUIET = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}


class NoPlace(Exception):
    """An edit found nothing that it could be of."""


class Text:
    """A script with its tree and tokens, places as indices of characters."""

    def __init__(self, source: str):
        self.source = source
        # As Python counts lines: str.splitlines ends them at form feeds and U+2028 too.
        self.lines = [*(f"{line}\n" for line in source.split("\n")[:-1]), source.split("\n")[-1]]
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))
        self.tree = ast.parse(source)
        self.tokens = [
            (one, self.starts[one.start[0] - 1] + one.start[1], self.starts[min(one.end[0], len(self.lines)) - 1] + one.end[1])
            for one in tokenize.generate_tokens(io.StringIO(source).readline)
            if one.type not in QUIET and one.string
        ]
        self.spans: list = []

    def at(self, line: int, bytes_in: int) -> int:
        """Index of a place that ast gives in bytes of the line."""
        text = self.lines[line - 1]
        return self.starts[line - 1] + len(text.encode()[:bytes_in].decode())

    def start(self, node) -> int:
        return self.at(node.lineno, node.col_offset)

    def end(self, node) -> int:
        return self.at(node.end_lineno, node.end_col_offset)

    def before(self, place: int):
        """The last token that ends at or before a place."""
        return next((one for one in reversed(self.tokens) if one[2] <= place), None)

    def after(self, place: int):
        return next((one for one in self.tokens if one[1] >= place), None)

    def replace(self, start: int, end: int, text: str) -> None:
        self.spans.append((start, end, text))

    def line_of(self, place: int) -> int:
        return self.source.count("\n", 0, place) + 1

    def indent(self, line: int) -> str:
        text = self.lines[line - 1]
        return text[: len(text) - len(text.lstrip())]

    def result(self) -> str:
        text = self.source
        for start, end, new in sorted(reversed(self.spans), key=lambda one: (one[0], one[1]), reverse=True):
            text = text[:start] + new + text[end:]
        return text


def edit(message: str) -> str:
    """JSON in, JSON out: the text after the edits, or null."""
    job = json.loads(message)
    try:
        text = Text(job["source"])
        additions: dict = {}
        for one in job["edits"]:
            if "module" in one:
                add_import(text, one["module"], one["name"])
            elif "place" in one:
                edit_statement(text, one)
            else:
                edit_argument(text, one, additions)
        for call, given in additions.values():
            add_arguments(text, call, given)
        changed = text.result()
        ast.parse(changed)
    except (NoPlace, SyntaxError, ValueError, RecursionError, KeyboardInterrupt, tokenize.TokenError):
        return "null"
    return json.dumps(changed)


# --- arguments ------------------------------------------------------------------------------------------------------------------------


def find_call(text: Text, line: int, callee: str):
    """The call of that name on the line: the one that begins there, else the smallest around it."""
    found = []
    for node in ast.walk(text.tree):
        if not isinstance(node, ast.Call) or not node.lineno <= line <= node.end_lineno:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name == callee:
            named = text.line_of(text.end(node.func) - 1)
            found.append(((named != line, node.end_lineno - node.lineno), node))
    if not found:
        raise NoPlace
    return min(found, key=lambda one: one[0])[1]


def edit_argument(text: Text, one: dict, additions: dict) -> None:
    call = find_call(text, one["line"], one["callee"])
    keyword = next((each for each in call.keywords if each.arg == one["argument"]), None)
    if "to" in one:
        if keyword is None:
            raise NoPlace
        start = text.start(keyword)
        text.replace(start, start + len(one["argument"]), one["to"])
    elif one["value"] is None:
        if keyword is None:
            raise NoPlace
        remove_argument(text, keyword)
    elif keyword is not None:
        text.replace(text.start(keyword.value), text.end(keyword.value), one["value"])
    else:
        additions.setdefault(id(call), (call, []))[1].append((one["argument"], one["value"]))


def remove_argument(text: Text, keyword) -> None:
    start, end = text.start(keyword), text.end(keyword)
    following, comma = text.after(end), text.before(start)
    if following[0].string == ",":
        then = text.after(following[2])
        if then[0].string != ")":
            text.replace(start, then[1], "")
            return
    if comma[0].string == ",":
        text.replace(comma[1], end, "")
    else:
        text.replace(start, following[2] if following[0].string == "," else end, "")


def add_arguments(text: Text, call, given: list) -> None:
    """Behind the last argument, on a line of its own where the others have theirs."""
    words = [f"{name}={value}" for name, value in given]
    closing = text.end(call) - 1
    last = text.before(closing)
    arguments = sorted([*call.args, *call.keywords], key=text.start)
    if not arguments:
        text.replace(last[2], last[2], ", ".join(words))
        return
    trailing = last[0].string == ","
    line = arguments[-1].lineno
    own = text.source[text.starts[line - 1] : text.start(arguments[-1])].strip() == "" and line != call.lineno
    if own and text.line_of(last[2] - 1) != text.line_of(closing):
        # Behind the comment of the last one's line.
        between = f",\n{text.indent(line)}"
        if not trailing:
            text.replace(last[2], last[2], ",")
        place = text.starts[text.line_of(last[2] - 1)]
        text.replace(place, place, f"{text.indent(line)}{between.join(words)}{',' if trailing else ''}\n")
    elif own:
        between = f",\n{text.indent(line)}"
        new = between.join(words)
        text.replace(last[2], last[2], f"{between[1:]}{new}," if trailing else f"{between}{new}")
    else:
        new = ", ".join(words)
        text.replace(last[2], last[2], f" {new}," if trailing else f", {new}")


# --- statements -----------------------------------------------------------------------------------------------------------------------


def first_line(node) -> int:
    return min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])


def find_statement(text: Text, line: int):
    """(the smallest statement on the line, the list that it stands in)"""
    best = None
    for node in ast.walk(text.tree):
        for field in ("body", "orelse", "finalbody"):
            listed = getattr(node, field, None)
            for one in listed if isinstance(listed, list) else ():
                if isinstance(one, ast.stmt) and first_line(one) <= line <= one.end_lineno:
                    size = one.end_lineno - first_line(one)
                    if best is None or size < best[0]:
                        best = (size, one, listed)
    if best is None:
        raise NoPlace
    return best[1], best[2]


def indented(statement: str, indent: str) -> str:
    return "\n".join(indent + line if line else line for line in statement.split("\n"))


def edit_statement(text: Text, one: dict) -> None:
    node, siblings = find_statement(text, one["line"])
    statement, place = one["statement"], one["place"]
    first, last = first_line(node), node.end_lineno
    start, end = text.starts[first - 1], text.starts[last]
    own = text.source[start : text.start(node)].strip() in ("", "@") or first != node.lineno
    rest = text.source[text.end(node) : end].strip()
    alone = own and (not rest or rest.startswith("#"))
    indent = text.indent(first)
    if place == "instead":
        if not alone:
            replace_in_line(text, node, statement)
        elif statement or len(siblings) == 1:
            text.replace(start, text.end(node), indented(statement or "pass", indent))
        else:
            text.replace(start, end, "")
    elif place == "before":
        if own:
            text.replace(start, start, f"{indented(statement, indent)}\n")
        else:
            text.replace(text.start(node), text.start(node), f"{statement}; ")
    elif alone:
        broken = text.lines[last - 1].endswith("\n")
        words = indented(statement, indent)
        text.replace(end, end, f"{words}\n" if broken else f"\n{words}")
    else:
        text.replace(text.end(node), text.end(node), f"; {statement}")


def replace_in_line(text: Text, node, statement: str) -> None:
    """One of several statements of a line."""
    start, end = text.start(node), text.end(node)
    following = text.after(end)
    if statement:
        text.replace(start, end, statement)
    elif following and following[0].string == ";":
        then = text.after(following[2])
        same = then is not None and "\n" not in text.source[following[2] : then[1]]
        text.replace(start, then[1] if same else following[2], "")
    else:
        previous = text.before(start)
        text.replace(previous[1] if previous[0].string == ";" else start, end, "" if previous[0].string == ";" else "pass")


# --- imports --------------------------------------------------------------------------------------------------------------------------


def add_import(text: Text, module: str, name: str) -> None:
    imports = [one for one in text.tree.body if isinstance(one, (ast.Import, ast.ImportFrom))]
    for one in imports:
        if isinstance(one, ast.ImportFrom) and one.module == module and not one.level:
            if any(alias.name in (name, "*") for alias in one.names):
                return
            place = text.end(one.names[-1])
            text.replace(place, place, f", {name}")
            return
    if imports:
        # A snippet without imports leaves them to the rest of the text.
        place = text.starts[imports[-1].end_lineno]
        broken = text.lines[imports[-1].end_lineno - 1].endswith("\n")
        line = f"from {module} import {name}"
        text.replace(place, place, f"{line}\n" if broken else f"\n{line}")
