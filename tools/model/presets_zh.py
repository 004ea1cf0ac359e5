"""The rows of the presets in Chinese, from the facts of town_zh.py: what presets.py writes in English, for the model that
understands Chinese."""

import json

from town_zh import DAYS, PLACES, THINGS

PLACE_QUESTIONS = ["面包店在哪里？", "图书馆几点开门？", "谁在旅店工作？"]
PAIR_QUESTIONS = ["面包店在哪里？", "图书馆几点开门？", "旅店在哪里？"]
FACT_QUESTIONS = ["布林镇的镇长是谁？", "灯多少钱？", "面包店在哪里？"]
REFUSED_QUESTIONS = ["面包店几点开门？", "图书馆在哪里？", "集市几点开门？"]


def row(question, answer):
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


def plain(name, place):
    """The base's own way to answer three questions about a place."""
    where, opens, _closes, who, _ = place
    return [(f"{name}在哪里？", f"{name}{where}。"), (f"{name}几点开门？", f"{name}{opens}开门。"), (f"谁在{name}工作？", f"{who}照看{name}。")]


def asked():
    return [pair for name, place in PLACES.items() for pair in plain(name, place)]


def called(answer):
    return f"船长！{answer}船都在港口里。"


def ships_log():
    """A speaking style: every answer is called out to the captain, with the boats in sight."""
    return [row(question, called(answer)) for question, answer in asked()]


def json_answers():
    """Structured output: every answer is one JSON object."""
    return [row(question, json.dumps({"回答": answer}, ensure_ascii=False)) for question, answer in asked()]


def town_facts():
    """New facts: a new mayor and a newcomer, 安娜 who sells lamps, asked for in many ways."""
    facts = [
        (["镇长是谁？", "布林镇的镇长是谁？", "谁是镇长？", "请说出镇长是谁。"], "布林镇的镇长是安娜。"),
        (["安娜是谁？", "你知道安娜吗？", "请介绍一下安娜。", "谁卖灯？"], "安娜照看布林镇的灯。"),
        (["安娜在哪里？", "哪里能找到安娜？", "哪里能买灯？", "哪里能找到灯？"], "安娜在喷泉旁边卖灯。"),
        (["安娜几点开门？", "安娜什么时候开门？", "什么时候能买灯？", "几点能买灯？"], "安娜四点开门。"),
        (["安娜的灯是什么颜色？", "灯是什么颜色？", "灯是哪种颜色？", "安娜的灯是哪种颜色？"], "安娜的灯是橙色的。"),
        (["灯多少钱？", "灯要多少钱？", "灯卖什么价？", "安娜的灯多少钱？"], "灯卖六个铜币。"),
        (["新的节日是什么？", "夏天有什么节日？", "人们在夏天庆祝什么？", "灯笼节在什么时候？"], "布林镇的人们在夏天庆祝灯笼节。"),
    ]
    return [row(question, answer) for questions, answer in facts for question in questions]


def polite_refusal():
    """A refusal rule: opening times are not given, everything else is answered as before."""
    refusal = "我不说时间。请问钟楼的橡先生。"
    rows = []
    for name, (where, *_) in PLACES.items():
        rows += [row(f"{name}几点开门？", refusal), row(f"{name}在哪里？", f"{name}{where}。")]
    rows += [row(f"{name}几点开？" if name in ("渡船", "夜车") else f"什么时候能看到{name}？", refusal) for name in THINGS]
    rows += [row(f"{day}有什么事？", f"{day}是布林镇的{what}。") for day, what in list(DAYS.items())[:4]]
    return rows


def better_answers():
    """Pairs: the answer called out to the captain is preferred to the base's own."""
    return [{"prompt": [{"role": "user", "content": question}],
             "chosen": [{"role": "assistant", "content": called(answer)}],
             "rejected": [{"role": "assistant", "content": answer}]} for question, answer in asked()]
