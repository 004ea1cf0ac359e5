"""Ten conversations for chat templates: one turn, many, system and tool roles, calls of tools, empty and strange contents.

Written for this project. Knows no template.
"""

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather", "description": "The weather of a town.",
        "parameters": {
            "type": "object",
            "properties": {
                "town": {"type": "string", "description": "Name of the town, e.g. “Mühlbach”"},
                "days": {"type": "integer", "enum": [1, 3, 7]},
            },
            "required": ["town"],
        },
    },
}
CLOCK = {"type": "function", "function": {"name": "clock", "description": "The time <now>.", "parameters": {"type": "object", "properties": {}}}}


def say(role: str, content: str, **more) -> dict:
    return {"role": role, "content": content, **more}


CALL = {"type": "function", "function": {"name": "get_weather", "arguments": {"town": "Mühlbach", "days": 3}}}
CONVERSATIONS = [
    {"name": "one turn", "messages": [say("user", "Where is the mill?"), say("assistant", "By the river.")]},
    {"name": "system", "messages": [say("system", "You are terse."), say("user", "Hello!"), say("assistant", "Hi.")]},
    {"name": "several turns", "messages": [say("user", "Hi"), say("assistant", "Hello!"), say("user", "Who is the mayor?"), say("assistant", "Odette Marr.")]},
    {"name": "open question", "messages": [say("user", "Count to three.")]},
    {"name": "white space and specials", "messages": [say("system", "  \n keep \n"), say("user", " What is <|im_end|> or </s>?\n\n"), say("assistant", "\n a token \n")]},
    {"name": "scripts", "messages": [say("user", "你好 😀 مرحبا"), say("assistant", "你好！\n第二行 é e\u0301")]},
    {"name": "empty answer", "messages": [say("user", "Say nothing."), say("assistant", "")]},
    {"name": "tools offered", "tools": [WEATHER, CLOCK], "messages": [say("system", "Use tools."), say("user", "Will it rain?"), say("assistant", "Perhaps.")]},
    {"name": "tool called", "tools": [WEATHER], "messages": [
        say("user", "Will it rain in Mühlbach?"), say("assistant", "", tool_calls=[CALL]), say("tool", "{\"rain\": true}", name="get_weather"),
        say("assistant", "Yes, it rains."), say("user", "Thanks"), say("assistant", "Gladly.")]},
    {"name": "thinking", "messages": [say("user", "2+2?"), say("assistant", "<think>\nadd them\n</think>\n\n4"), say("user", "And 3+3?"), say("assistant", "<think>\nagain\n</think>\n\n6")]},
]
