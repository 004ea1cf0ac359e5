# pip install trl==0.26.2
import os
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

SIZE = os.environ.get("SIZE", "0.6B")
family, version = "Qwen", 3
model_id = f"{family}/{family}{version}-{SIZE}"
out = f"runs/{model_id.split('/')[-1].lower()}-lora"
model = AutoModelForCausalLM.from_pretrained(model_id)
cfg = SFTConfig(output_dir=out, run_name=f"{model_id}-r{16:02d}")
SFTTrainer(model, args=cfg, train_dataset=load_dataset("trl-lib/Capybara", split="train"), peft_config=LoraConfig(r=16, target_modules=[f"{x}_proj" for x in "qkvo"])).train()
print(f"done: {out!r}")
