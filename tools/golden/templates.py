"""Writes tests/golden/templates.json: how transformers prints ten conversations by published chat templates, and what it takes for the assistant's.

Argument: the folder of the templates, which are never committed (golden.sh copies them from TRL). Kept are eight digits of SHA-256 of each text
with the spans between generation marks behind it (`text|0-5,9-12`, in characters), or "-" where the template refuses.
"""

import hashlib
import os
import sys
from datetime import datetime as Real

from transformers.utils import chat_template_utils

from chat_cases import CONVERSATIONS
from encoding import versions, write
from template_cases import MESSAGES, TEMPLATES, TOOLS

NOW = Real(2026, 11, 28, 12, 30)
SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}


class Stopped(Real):
    """A clock for templates that print the day."""

    @classmethod
    def now(cls, tz=None):
        return NOW


def own(template: str, prompt: bool = True) -> list:
    """[text, spans], or [what transformers says]."""
    try:
        texts, spans = chat_template_utils.render_jinja_template([MESSAGES], tools=TOOLS, chat_template=template, add_generation_prompt=prompt, return_assistant_tokens_mask=True, **SPECIAL)
    except Exception as error:  # what it refuses is golden too
        return [f"{type(error).__name__}: {error}"]
    return [texts[0], spans[0]]


def rendered(template: str, case: dict, prompt: bool) -> str:
    try:
        texts, spans = chat_template_utils.render_jinja_template(
            [case["messages"]], tools=case.get("tools"), chat_template=template, add_generation_prompt=prompt, return_assistant_tokens_mask=True, **SPECIAL,
        )
    except Exception:  # a template that refuses is the golden value
        return "-"
    told = texts[0] + "|" + ",".join(f"{start}-{end}" for start, end in spans[0])
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def main() -> None:
    chat_template_utils.datetime = Stopped
    found = {}
    for name in sorted(os.listdir(sys.argv[1])):
        with open(os.path.join(sys.argv[1], name), encoding="utf-8") as file:
            template = file.read()
        found[name.removesuffix(".jinja")] = [rendered(template, case, prompt) for case in CONVERSATIONS for prompt in (False, True)]
    write("template-features.json", {
        "about": "small templates of our own under transformers", "versions": versions("transformers", "jinja2"), "now": NOW.isoformat(), "special": SPECIAL,
        "messages": MESSAGES, "tools": TOOLS, "cases": [[template, *own(template)] for template in TEMPLATES],
    })
    write("templates.json", {"about": "chat templates of TRL under transformers", "versions": versions("transformers", "trl", "jinja2"), "now": NOW.isoformat(), "special": SPECIAL, "templates": found})
    refused = sum(value == "-" for values in found.values() for value in values)
    print(len(found), "templates;", refused, "of", 20 * len(found), "renderings refused")


main()
