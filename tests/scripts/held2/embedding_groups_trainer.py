# slower learning rate for embeddings (trl 0.19.1, transformers 4.57.1)
import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from torch.optim import AdamW
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer


class TwoRatesTrainer(SFTTrainer):
    def create_optimizer(self):
        if self.optimizer is None:
            slow = [p for n, p in self.model.named_parameters() if p.requires_grad and ("embed" in n or "lm_head" in n)]
            fast = [p for n, p in self.model.named_parameters() if p.requires_grad and not ("embed" in n or "lm_head" in n)]
            self.optimizer = AdamW([{"params": slow, "lr": self.args.learning_rate / 10}, {"params": fast}], lr=self.args.learning_rate, weight_decay=self.args.weight_decay)
        return self.optimizer


BASE = "mistralai/Mistral-7B-v0.3"
tokenizer = AutoTokenizer.from_pretrained(BASE)
tokenizer.pad_token = tokenizer.unk_token
model = AutoModelForCausalLM.from_pretrained(BASE, torch_dtype=torch.bfloat16, device_map="auto")
peft_config = LoraConfig(r=64, lora_alpha=16, target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"], modules_to_save=["embed_tokens", "lm_head"], use_rslora=True, task_type="CAUSAL_LM")
train = load_dataset("wikimedia/wikipedia", "20231101.ko", split="train")
train = train.map(lambda r: {"text": r["title"] + "\n" + r["body"] + tokenizer.eos_token})
trainer = TwoRatesTrainer(
    model=model,
    args=SFTConfig(output_dir="ko", max_length=256, per_device_train_batch_size=1, gradient_accumulation_steps=8, learning_rate=5e-5, max_steps=120, gradient_checkpointing=True, bf16=True, lr_scheduler_type="cosine", report_to="none"),
    train_dataset=train,
    processing_class=tokenizer,
    peft_config=peft_config,
)
trainer.train()
