"""Writes tests/golden/data-files.json: what `datasets` loads from files as people have them, with the arguments that our script gives, and what
TRL makes of rows whose prompt is not said.

Every file stands there in base64, so that a byte order mark or a carriage return is what it was.
"""

import base64
import json
import os
import tempfile

import pyarrow as pa
import pyarrow.parquet as pq
from datasets import Features, Value, load_dataset
from trl.data_utils import maybe_convert_to_chatml, maybe_extract_prompt

from encoding import versions, write

CSV = {
    "byte order mark, CRLF": "\ufeffquestion,answer\r\nWho?,Me\r\nWhere?,Here\r\n",
    "quoted line breaks and quotes": 'question,answer\n"a\r\nb","say ""hi"", then\ngo"\n"",""\n',
    "short rows": "a,b,c\n1,2\n3\n4,5,6\n",
    "long row": "a,b\n1,2\n1,2,3\n",
    "quotes inside a cell": 'a,b\nx"y,"ab"c\n"p""q"r,s" t"\n "x",y\n',
    "open quote": 'a,b\n1,"2\n3,4\n',
    "blank lines": "\n  \na,b\n\n1,2\n \t \n3,4\n\n",
    "white space": "a,b\n  x, y \n\tz,w\n",
    "names twice and none": "a,a,,b,\n1,2,3,4,5\n",
    "carriage returns": "a,b\r1,2\r3,4\r",
    "mixed line ends": "a,b\r\n1,2\n3,4\r5,6",
    "words for nothing": "a,b\nNA,null\nNone,\n1,1.50\ntrue,007\n-inf,NaN\n",
    "one column": 'text\nx\n\n"" \ny\n',
    "nul": "a,b\n1,2\x003\n",
    "names over two lines": '"a\nz",b\n1,2\n',
    "quoted after a byte order mark": '\ufeff"a",b\n1,2\n',
    "separators of Unicode": "a,b\n1\x0c,2\x85\u2028z\n",
    "no line end": "a,b\n1,2\n3,",
    "latin-1": "a,b\ncafé,1\n".encode("latin-1"),
    "emoji": "问题,回答\n谁？,🙂 我\n",
}
SEPARATED = {
    "tabs": ("\t", "a\tb\n  \tx\n\ty\n\"q\tr\"\tz\n"),
    "semicolons": (";", "a;b;c\n1,5;2;3\n"),
    "bars": ("|", "a|b\n1|2\n"),
}
CHAT = [{"role": "user", "content": "Hi?"}, {"role": "assistant", "content": ""}]
CALL = [
    {"role": "user", "content": "Weather?"},
    {"role": "assistant", "tool_calls": [{"type": "function", "function": {"name": "weather", "arguments": {"city": "Bo"}}}]},
    {"role": "tool", "name": "weather", "content": "21"},
]
ROWS = [{"id": 1, "messages": CHAT, "more": {"a": [1, 2.5]}}, {"id": 2, "messages": CHAT[:1], "more": None}]
JSON = {
    "lines": ({}, "".join(json.dumps(row) + "\n" for row in ROWS)),
    "lines with CRLF and blanks": ({}, "\r\n".join(json.dumps(row) for row in ROWS) + "\r\n\r\n"),
    "a list": ({}, json.dumps(ROWS)),
    "a list over lines": ({}, json.dumps(ROWS, indent=2)),
    "a field": ({"field": "data"}, json.dumps({"version": 1, "data": ROWS})),
    "a field over lines": ({"field": "data"}, json.dumps({"version": 1, "data": ROWS}, indent=1)),
    "tool calls": ({}, json.dumps({"messages": CALL, "tools": json.dumps([{"type": "function"}])}) + "\n"),
}
TEXT = {
    "lines": "one\ntwo\n\nfour",
    "CRLF": "\ufeffone\r\ntwo\r\n\r\n",
    "carriage returns": "one\rtwo\r\rthree",
    "last line blank": "one\n\n",
    "separators of Unicode": "a\x0cb\x1cc\u2028d\x85e\n",
}
PAIRS = {
    "text": {"chosen": "The sky is blue.", "rejected": "The sky is green."},
    "text without a space": {"chosen": "abc", "rejected": "abd"},
    "text from the start": {"chosen": "yes", "rejected": "no"},
    "one begins the other": {"chosen": "same words", "rejected": "same words more"},
    "characters of two halves": {"chosen": "\U0001f600a", "rejected": "\U0001f601a"},
    "said": {"prompt": "Sky?", "chosen": "Blue.", "rejected": "Green."},
    "messages": {"chosen": CHAT[:1] + [{"role": "assistant", "content": "a"}], "rejected": CHAT[:1] + [{"role": "assistant", "content": "b"}]},
    "messages beside words": {
        "prompt": "Hi?",
        "chosen": CHAT[:1] + [{"role": "assistant", "content": "a"}],
        "rejected": CHAT[:1] + [{"role": "assistant", "content": "b"}],
    },
    "two turns alike": {"chosen": CHAT + [{"role": "user", "content": "x"}], "rejected": CHAT + [{"role": "user", "content": "y"}]},
}
SHARED = [{"conversations": [{"from": "human", "value": "Hi?"}, {"from": "gpt", "value": "Yes."}]}]


def plain(value):
    return json.loads(json.dumps(value, default=str))


def loaded(folder, name, builder, content, **arguments):
    """What load_dataset gives, or the kind of its error."""
    path = os.path.join(folder, name)
    content = content.encode() if isinstance(content, str) else content
    with open(path, "wb") as file:
        file.write(content)
    case = {"file": base64.b64encode(content).decode(), "builder": builder, "arguments": {k: v for k, v in arguments.items() if k != "features"}}
    try:
        dataset = load_dataset(builder, data_files=path, split="train", cache_dir=os.path.join(folder, "cache"), **arguments)
        return {**case, "rows": plain(list(dataset))}
    except Exception as error:  # noqa: BLE001
        return {**case, "error": type(error.__cause__ or error).__name__}


def texts(content, sep):
    """All columns as text; which there are pandas says."""
    import io

    import pandas

    data = content.encode() if isinstance(content, str) else content
    try:
        names = pandas.read_csv(io.BytesIO(data), sep=sep, nrows=0).columns
    except (UnicodeDecodeError, pandas.errors.ParserError):
        names = ["a", "b"]
    return Features({name: Value("string") for name in names})


def parquet(compression):
    sink = pa.BufferOutputStream()
    table = pa.table({
        "id": pa.array([1, 2, 3], pa.int64()),
        "messages": [CHAT, CHAT[:1], None],
        "answer": pa.array(["a", None, "c"], pa.large_string()),
        "score": [0.5, None, 2.0],
        "tags": [["x", "y"], [], None],
    })
    pq.write_table(table, sink, compression=compression, row_group_size=2)
    return sink.getvalue().to_pybytes()


def main():
    with tempfile.TemporaryDirectory() as folder:
        cases = {}
        for index, (name, content) in enumerate(CSV.items()):
            cases[f"csv: {name}"] = loaded(folder, f"{index}.csv", "csv", content, keep_default_na=False, features=texts(content, ","))
        for index, (name, (sep, content)) in enumerate(SEPARATED.items()):
            cases[f"csv: {name}"] = loaded(folder, f"s{index}.csv", "csv", content, sep=sep, keep_default_na=False, features=texts(content, sep))
        for index, (name, (arguments, content)) in enumerate(JSON.items()):
            cases[f"json: {name}"] = loaded(folder, f"{index}.json", "json", content, **arguments)
        for index, (name, content) in enumerate(TEXT.items()):
            cases[f"text: {name}"] = loaded(folder, f"{index}.txt", "text", content, encoding="utf-8-sig")
        for compression in ("none", "snappy", "gzip", "zstd", "brotli", "lz4"):
            cases[f"parquet: {compression}"] = loaded(folder, f"{compression}.parquet", "parquet", parquet(compression))
    write(
        "data-files.json",
        {
            "versions": versions("datasets", "pandas", "pyarrow", "trl"),
            "files": cases,
            "pairs": {name: {"row": row, "parted": maybe_extract_prompt(dict(row))} for name, row in PAIRS.items()},
            "conversations": [{"row": plain(row), "converted": maybe_convert_to_chatml(plain(row))} for row in SHARED],
        },
        depth=2,
    )


if __name__ == "__main__":
    main()
