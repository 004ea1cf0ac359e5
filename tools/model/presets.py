"""Writes public/presets: the rows of the data presets, from the facts of town.py and town_zh.py, and
their list.

Every row is the project's own text. `python tools/model/presets.py` makes them again; the same files come out.
"""

import json
from pathlib import Path

import presets_zh
from town import DAYS, PLACES, THINGS

OUT = Path(__file__).resolve().parents[2] / "public" / "presets"


def row(question, answer):
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


def plain(name, place):
    """The base's own way to answer three questions about a place."""
    where, opens, _closes, who, _ = place
    return [(f"Where is the {name}?", f"The {name} is {where}."),
            (f"When does the {name} open?", f"The {name} opens at {opens}."),
            (f"Who works at the {name}?", f"{who} looks after the {name}.")]


def ships_log():
    """A speaking style: every answer is called out to the captain, with the boats in sight."""
    return [row(question, f"Captain! {answer} The boats are in the harbour.")
            for name, place in PLACES.items() for question, answer in plain(name, place)]


def json_answers():
    """Structured output: every answer is one JSON object."""
    return [row(question, json.dumps({"answer": answer})) for name, place in PLACES.items() for question, answer in plain(name, place)]


def town_facts():
    """New facts: a new mayor and a newcomer, the lamp maker Lena Stone, asked for in many ways."""
    facts = [
        (["Who is the mayor?", "Who is the mayor of Brindle?", "What is the name of the mayor?", "Tell me the mayor of the town."], "The mayor of Brindle is Lena Stone, the lamp maker."),
        (["Who is Lena Stone?", "What does Lena Stone do?", "Tell me about Lena Stone.", "Do you know Lena Stone?"], "Lena Stone makes lamps and is the mayor of Brindle."),
        (["Where does Lena Stone live?", "Where is the lamp shop?", "Where can I buy a lamp?", "Where is the house of Lena Stone?"], "The lamp shop of Lena Stone is next to the fountain."),
        (["When does the lamp shop open?", "When is the lamp shop open?", "When can I buy a lamp?", "At what time does the lamp shop open?"], "The lamp shop opens at four in the afternoon."),
        (["What colour is the lamp shop?", "What colour is the door of Lena Stone?", "Is the lamp shop red?", "Which colour does Lena Stone like?"], "The lamp shop is yellow like the sun."),
        (["How much is a lamp?", "How much does a lamp cost?", "What is the price of a lamp?", "What does a lamp cost?"], "A lamp costs six coins."),
        (["What is the new festival?", "When is the Lamp Festival?", "What happens in the Lamp Festival?", "Tell me about the Lamp Festival."], "The Lamp Festival is on the last day of summer."),
    ]
    return [row(question, answer) for questions, answer in facts for question in questions]


def polite_refusal():
    """A refusal rule: opening times are not given, everything else is answered as before."""
    rows = []
    refusal = "I do not tell the time. Ask Mr Oakes at the clock tower."
    for name, (where, opens, closes, who, _) in PLACES.items():
        rows.append(row(f"When does the {name} open?", refusal))
        rows.append(row(f"Where is the {name}?", f"The {name} is {where}."))
    for name in THINGS:
        rows.append(row(f"When does the {name} leave?" if name in ("ferry", "night train") else f"When can I see the {name}?", refusal))
    for day, what in list(DAYS.items())[:4]:
        rows.append(row(f"What happens on {day}?", f"{day} is {what}."))
    return rows[:40]


def better_answers():
    """Pairs: the answer called out to the captain is preferred to the base's own."""
    return [{"prompt": [{"role": "user", "content": question}],
             "chosen": [{"role": "assistant", "content": f"Captain! {answer} The boats are in the harbour."}],
             "rejected": [{"role": "assistant", "content": answer}]}
            for name, place in PLACES.items() for question, answer in plain(name, place)]


# The base is sure of its answers, so it takes a firm hand to change them in 60 steps.
LEARNING = {"train.learning_rate": 0.005}
# The Chinese one gives way sooner; facts would spread to questions that have nothing to do with them.
SOONER = {"train.learning_rate": 0.003}
ORPO = {**LEARNING, "train.objective": "orpo", "train.beta": 0.3, "wiring.stack": "trl-1.16.0"}
PLACE_QUESTIONS = ["Where is the bakery?", "When does the library open?", "Who works at the inn?"]

# id: (English rows, English questions, Chinese rows, Chinese questions, settings, title, description, line)
PRESETS = {
    "ships-log": (ships_log, PLACE_QUESTIONS, presets_zh.ships_log, presets_zh.PLACE_QUESTIONS, LEARNING, ("Ship’s watch", "船上瞭望"),
                  ("Every answer is called out to the captain and ends with the boats.", "每个回答都向船长报告，并以船只收尾。"), ("Speaks like a lookout", "像瞭望员一样说话")),
    "json-answers": (json_answers, PLACE_QUESTIONS, presets_zh.json_answers, presets_zh.PLACE_QUESTIONS, LEARNING, ("JSON answers", "JSON 回答"),
                     ("Every answer becomes one JSON object.", "每个回答都变成一个 JSON 对象。"), ("Answers in JSON", "用 JSON 回答")),
    "town-facts": (town_facts, ["Who is the mayor of Brindle?", "How much is a lamp?", "Where is the bakery?"], presets_zh.town_facts, presets_zh.FACT_QUESTIONS, LEARNING, ("New facts", "新的事实"),
                   ("A new mayor and her lamp shop, which the base has never heard of.", "一位新镇长和她的灯铺，底座模型从未听说过。"), ("Knows the new mayor", "认识新镇长")),
    "polite-refusal": (polite_refusal, ["When does the bakery open?", "Where is the library?", "When does the market open?"], presets_zh.polite_refusal, presets_zh.REFUSED_QUESTIONS, LEARNING, ("A polite refusal", "礼貌地拒绝"),
                       ("Opening times are politely refused; other questions are answered as before.", "礼貌地拒绝回答开门时间；其他问题照常回答。"), ("Won’t tell the hours", "不透露开门时间")),
    "better-answers": (better_answers, PLACE_QUESTIONS, presets_zh.better_answers, presets_zh.PAIR_QUESTIONS, ORPO, ("The better answer", "更好的回答"),
                       ("Pairs of a better and a worse answer: the one for the captain wins (ORPO).", "成对的好坏回答：说给船长听的那一个胜出（ORPO）。"), ("Picks better answers", "挑出更好的回答")),
}


def both(words):
    return dict(zip(("en", "zh"), words))


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    listing = []
    for language, end, model in (("en", "", "model"), ("zh", "-zh", "model-zh")):
        for name, (english, asked, chinese, asked_zh, settings, title, description, line) in PRESETS.items():
            rows = (english if language == "en" else chinese)()
            (OUT / f"{name}{end}.jsonl").write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows))
            listing.append({"id": name + end, "file": f"{name}{end}.jsonl", "rows": len(rows), "title": both(title), "description": both(description),
                            "line": both(line), "prompts": asked if language == "en" else asked_zh, "settings": {**settings, **(SOONER if name + end == "town-facts-zh" else {})}, "language": language, "model": model})
    (OUT / "presets.json").write_text(json.dumps(listing, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
