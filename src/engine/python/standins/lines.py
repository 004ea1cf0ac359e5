"""Where in the person's script something happens, and which instruction of it asked. Leaves out what the frames hold."""

import ast
import itertools
import opcode
import sys

SCRIPT = "script.py"

_frame_at = sys._getframe

by_name = [0]
"""Above 0 while the script asks with getattr or hasattr: what nobody knows is absent then."""


def user_frame():
    """The innermost frame of the script that is running, or None."""
    frame = _frame_at(1)
    while frame is not None and frame.f_code.co_filename != SCRIPT:
        frame = frame.f_back
    return frame


def user_line() -> int:
    """1-based; 0: none of the script's lines is running."""
    frame = user_frame()
    return 0 if frame is None else frame.f_lineno or 0


def instruction(frame) -> tuple[str, int]:
    """Name and argument of what the frame is at."""
    code, at = frame.f_code.co_code, frame.f_lasti
    if at < 0 or at + 1 >= len(code):
        return ("", 0)
    return (opcode.opname[code[at]], code[at + 1])


def caller_instruction(depth: int = 2) -> tuple[str, int]:
    """What the frame that called our caller is at, where that frame is the script's."""
    frame = _frame_at(depth)
    return instruction(frame) if frame.f_code.co_filename == SCRIPT else ("", 0)


def span_of(frame):
    """(start, end) of what a frame of the script is at, each a line and a column; None: not told."""
    if frame is None or frame.f_code.co_filename != SCRIPT or frame.f_lasti < 0:
        return None
    line, end_line, column, end_column = next(itertools.islice(frame.f_code.co_positions(), frame.f_lasti // 2, None))
    if None in (line, end_line, column, end_column):
        return None
    return (line, column), (end_line, end_column)


_while_lines: set[int] = set()


def learn_loops(tree: ast.AST) -> None:
    """Remembers the lines of the conditions of while loops: a condition that nobody knows must end there."""
    _while_lines.clear()
    for node in ast.walk(tree):
        if isinstance(node, ast.While):
            _while_lines.update(range(node.test.lineno, (node.test.end_lineno or node.test.lineno) + 1))


def in_while_test(line: int) -> bool:
    return line in _while_lines
