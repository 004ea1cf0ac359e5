# adapters only in the text layers 20 and up, by a regular expression
import re
import torch
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

layers = "|".join(str(i) for i in range(20, 26))
pattern = rf".*\.layers\.({layers})\.(self_attn\.(q|k|v|o)_proj|mlp\.(gate|up|down)_proj)"
assert re.fullmatch(pattern, "model.layers.21.self_attn.q_proj")
model = AutoModelForCausalLM.from_pretrained("google/gemma-2-2b-it", torch_dtype=torch.bfloat16, attn_implementation="eager")
tok = AutoTokenizer.from_pretrained("google/gemma-2-2b-it")
trainer = SFTTrainer(
    model=model,
    processing_class=tok,
    args=SFTConfig(output_dir="g2", max_seq_length=256, packing=True, per_device_train_batch_size=1, max_steps=5, gradient_checkpointing=True, gradient_checkpointing_kwargs={"use_reentrant": True}),
    train_dataset=load_dataset("HuggingFaceH4/ultrachat_200k", split="train_sft"),
    peft_config=LoraConfig(r=4, target_modules=pattern, task_type="CAUSAL_LM"),
)
trainer.train()
