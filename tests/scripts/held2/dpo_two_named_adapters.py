# DPO where the reference is a second copy of the SFT adapter. TRL 0.12.2
import torch
from datasets import load_dataset
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import DPOConfig, DPOTrainer

base_id = "HuggingFaceTB/SmolLM2-360M-Instruct"
sft_dir = "runs/sft-adapter"
tokenizer = AutoTokenizer.from_pretrained(base_id)

# (stage 1, kept here so the file is self contained)
seed = get_peft_model(AutoModelForCausalLM.from_pretrained(base_id), LoraConfig(r=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
seed.save_pretrained(sft_dir)
del seed

model = AutoModelForCausalLM.from_pretrained(base_id, torch_dtype=torch.bfloat16)
model.config.use_cache = False
model = PeftModel.from_pretrained(model, sft_dir, is_trainable=True, adapter_name="policy")
model.load_adapter(sft_dir, adapter_name="reference")

train = load_dataset("argilla/distilabel-intel-orca-dpo-pairs", split="train")
train = train.map(lambda r: {"prompt": r["prompt"], "chosen": r["chosen"], "rejected": r["rejected"]}).select_columns(["prompt", "chosen", "rejected"])

args = DPOConfig(
    output_dir="runs/dpo", beta=0.1, loss_type="sigmoid", max_length=256, max_prompt_length=128,
    model_adapter_name="policy", ref_adapter_name="reference",
    per_device_train_batch_size=2, gradient_accumulation_steps=2, learning_rate=5e-6, max_steps=50, bf16=True, report_to="none", logging_steps=1,
)
trainer = DPOTrainer(model=model, ref_model=None, args=args, train_dataset=train, processing_class=tokenizer)
trainer.train()
