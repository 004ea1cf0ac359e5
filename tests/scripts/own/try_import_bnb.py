# trl==0.23.1
import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM
from trl import SFTConfig, SFTTrainer

kw = {}
try:
    import bitsandbytes  # noqa
    from transformers import BitsAndBytesConfig
    kw["quantization_config"] = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_compute_dtype=torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16)
except ImportError:
    print("no bitsandbytes, training in 16 bit")
    kw["torch_dtype"] = torch.bfloat16
model = AutoModelForCausalLM.from_pretrained("HuggingFaceTB/SmolLM2-360M", **kw)
model = get_peft_model(model, LoraConfig(r=16, target_modules="all-linear"))
SFTTrainer(model, args=SFTConfig(output_dir="o"), train_dataset=load_dataset("trl-lib/Capybara", split="train")).train()
