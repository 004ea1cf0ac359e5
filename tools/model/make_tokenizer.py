"""Trains the byte-level BPE tokenizer of an embedded model on the project's corpus of its language and writes
tokenizer.json, tokenizer_config.json and special_tokens_map.json.  `python make_tokenizer.py ../../public/model`, and
`python make_tokenizer.py ../../public/model-zh corpus_zh` for the Chinese one."""
import importlib
import json
import sys
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|pad|>"]
VOCAB = 1024
TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
    "{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}"
    "{% else %}{{ message['content'] + '<|im_end|>' }}{% endif %}{{ '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def main(out: Path, corpus: str) -> None:
    documents = importlib.import_module(corpus).documents

    def lines():
        for kind, body in documents(11, 40_000):
            if kind == "text":
                yield body
            else:
                for role, content in body:
                    yield role
                    yield content

    tokenizer = Tokenizer(models.BPE())
    bytes_of = pre_tokenizers.ByteLevel(add_prefix_space=False)
    # A Chinese character is a token: joined, a small corpus makes tokens of whole sentences, whose pieces are then never seen alone.
    apart = pre_tokenizers.Split(Regex(r"[\u4e00-\u9fff]"), "isolated")
    tokenizer.pre_tokenizer = bytes_of if corpus == "corpus" else pre_tokenizers.Sequence([apart, bytes_of])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCAB, special_tokens=[AddedToken(t, special=True, normalized=False) for t in SPECIAL],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False,
    )
    tokenizer.train_from_iterator(lines(), trainer)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(out / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512, "clean_up_tokenization_spaces": False,
        "bos_token": None, "eos_token": "<|im_end|>", "pad_token": "<|pad|>", "unk_token": None, "chat_template": TEMPLATE,
    }
    (out / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
    (out / "special_tokens_map.json").write_text(json.dumps({"eos_token": "<|im_end|>", "pad_token": "<|pad|>"}, indent=2) + "\n")
    print("vocabulary", tokenizer.get_vocab_size())


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(sys.argv[2:3] or ["corpus"]))
