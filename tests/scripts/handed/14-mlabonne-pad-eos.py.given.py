"""The function that makes one text of a row."""


def to_inst(row):
    return {"text": f"<s>[INST] mask it [/INST] {row['text']} </s>"}
