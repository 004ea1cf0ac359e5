# trl==0.29.1 transformers==4.57.1 peft==0.18.0
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM
from trl import SFTConfig, SFTTrainer

model = get_peft_model(AutoModelForCausalLM.from_pretrained("HuggingFaceTB/SmolLM2-135M"), LoraConfig(r=8, target_modules=["q_proj", "v_proj"]))
for n, p in model.named_parameters():
    if "norm" in n:
        p.requires_grad_(True)
SFTTrainer(model, args=SFTConfig("o"), train_dataset=load_dataset("stanfordnlp/imdb", split="train")).train()
