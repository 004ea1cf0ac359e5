# pip install trl==0.17.0
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM
from trl import SFTConfig, SFTTrainer

args = SFTConfig("out")
args.max_length = 512
args.per_device_train_batch_size = 1
args.gradient_checkpointing = True
args.gradient_checkpointing_kwargs = {"use_reentrant": True}
model = AutoModelForCausalLM.from_pretrained("HuggingFaceTB/SmolLM2-1.7B")
peft_config = LoraConfig()
peft_config.r = 32
peft_config.lora_alpha = 64
peft_config.target_modules = ["q_proj", "v_proj"]
model = get_peft_model(model, peft_config)
trainer = SFTTrainer(model=model, args=args, train_dataset=load_dataset("imdb", split="train"))
trainer.train()
