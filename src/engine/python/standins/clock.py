"""The end of a script that runs too long: the host's clock sends SIGINT, and one that is caught is followed by others at every line. Leaves
out when that is (openHost.ts)."""

import signal
import sys

from .lines import SCRIPT

_monitoring = sys.monitoring
_TOOL = 4
_met = [0]


def met(number, frame):
    _met[0] += 1
    if _met[0] == 2:
        # Somebody caught it: from here each line of the script raises, also those that catch.
        _monitoring.use_tool_id(_TOOL, "clock")
        _monitoring.register_callback(_TOOL, _monitoring.events.LINE, at_line)
        _monitoring.set_events(_TOOL, _monitoring.events.LINE)
    raise KeyboardInterrupt


def at_line(code, line):
    if code.co_filename == SCRIPT:
        raise KeyboardInterrupt


def install() -> None:
    signal.signal(signal.SIGINT, met)


def reset() -> None:
    if _met[0] > 1 and _monitoring.get_tool(_TOOL) is not None:
        _monitoring.set_events(_TOOL, 0)
        _monitoring.register_callback(_TOOL, _monitoring.events.LINE, None)
        _monitoring.free_tool_id(_TOOL)
    _met[0] = 0
