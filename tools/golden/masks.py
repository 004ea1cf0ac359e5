"""Writes tests/golden/masks.json: rows as SFTTrainer prepares them with other kinds of tokenizers than the embedded one's.

Tokenizers come from tokenizers.json (sentencepiece's BPE with a first token and a prefix, byte-level BPE that composes, unigram), each with a template of
our own that marks what the assistant says, dashes and all, and prints the first token. The conversations are chat_cases.py's.
"""

import json
import os
import tempfile

from datasets import Dataset
from tokenizers import Tokenizer
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast
from transformers.utils import logging
from trl import SFTConfig, SFTTrainer

from chat_cases import CONVERSATIONS
from encoding import GOLDEN_DIR, versions, write
from tiny import tiny_config

logging.set_verbosity_error()
TEMPLATE = """{{- bos_token }}
{%- for message in messages %}
    {{- '[' + message.role + '] ' }}
    {%- if message.role == 'assistant' %}
        {%- generation %}
        {{- message.content.strip('\\n') + eos_token }}
        {%- endgeneration %}
    {%- else %}
        {{- message.content | trim }}
    {%- endif %}
    {{- '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '[assistant] ' }}{% endif %}"""
KINDS = {
    "sentencepiece BPE with a prefix": {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"},
    "byte-level": {"bos_token": "<bos>", "eos_token": "</s>", "pad_token": "<|im_start|>"},
    "unigram with bytes": {"eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"},
}
ROWS = {
    "messages": [{"messages": case["messages"]} for case in CONVERSATIONS if case["name"] not in ("open question", "tool called", "tools offered")],
    "text": [{"text": text} for text in ("Plain words.", "<s>It begins itself", "Ends itself</s>", " spaces  inside ", "é e\u0301 你好")],
    "prompt-completion": [{"prompt": "Where?", "completion": " Here."}, {"prompt": "", "completion": "Only this."}, {"prompt": "Q: ", "completion": "A"}],
}


def prepared(tokenizer, rows: list[dict], **settings) -> list:
    with tempfile.TemporaryDirectory() as folder:
        args = SFTConfig(folder, bf16=False, use_cpu=True, report_to="none", gradient_checkpointing=False, max_length=None, **settings)
        model = LlamaForCausalLM(tiny_config(vocab=len(tokenizer)))
        trainer = SFTTrainer(model, args=args, train_dataset=Dataset.from_list(rows), processing_class=tokenizer)
        out = []
        for row in trainer.train_dataset:
            batch = trainer.data_collator([dict(row)])
            out.append([batch["input_ids"][0].tolist(), batch["labels"][0].tolist()])
        return out


def main() -> None:
    with open(os.path.join(GOLDEN_DIR, "tokenizers.json"), encoding="utf-8") as file:
        kinds = json.load(file)["kinds"]
    cases = []
    for name, tokens in KINDS.items():
        tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(json.dumps(kinds[name]["json"])), chat_template=TEMPLATE, **tokens)
        for rows, settings in (("messages", {"assistant_only_loss": True}), ("messages", {}), ("text", {}), ("prompt-completion", {})):
            cases.append({"kind": name, "config": tokens | {"chat_template": TEMPLATE}, "rows": rows, "settings": settings, "prepared": prepared(tokenizer, ROWS[rows], **settings)})
    write("masks.json", {"about": "rows as prepared by trl SFTTrainer with the tokenizers of tokenizers.json", "versions": versions("transformers", "tokenizers", "trl"), "rows": ROWS, "cases": cases})


main()
