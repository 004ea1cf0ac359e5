# Adds ChatML to a base without it. trl 0.17.0; peft 0.17.1; transformers 4.57.1
import json
import os

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

CFG = json.loads(os.environ.get("CFG", '{"base": "bigcode/starcoder2-3b", "r": 16, "alpha": 32, "lr": 0.0001, "save": ["embed_tokens", "lm_head"]}'))
CHAT = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"

tok = AutoTokenizer.from_pretrained(CFG["base"])
added = tok.add_special_tokens({"additional_special_tokens": ["<|im_start|>", "<|im_end|>"]})
tok.pad_token = tok.eos_token
tok.chat_template = CHAT
model = AutoModelForCausalLM.from_pretrained(CFG["base"], torch_dtype=torch.bfloat16)
if added > 0:
    model.resize_token_embeddings(len(tok), pad_to_multiple_of=64)
lora = LoraConfig(
    r=CFG["r"],
    lora_alpha=CFG["alpha"],
    target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "c_fc", "c_proj"],
    modules_to_save=CFG["save"],
    task_type="CAUSAL_LM",
)
talks = [[{"role": "user", "content": f"What is {i} squared?"}, {"role": "assistant", "content": f"It is {i * i}."}] for i in range(16)]
trainer = SFTTrainer(
    model=model,
    args=SFTConfig(output_dir="chatml", max_length=128, packing=False, learning_rate=CFG["lr"], max_steps=4, gradient_checkpointing=True, gradient_checkpointing_kwargs={"use_reentrant": True}, report_to="none"),
    train_dataset=Dataset.from_dict({"messages": talks}),
    peft_config=lora,
    processing_class=tok,
)
trainer.train()
