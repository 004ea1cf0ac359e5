"""Keep the adapter near the model it sits on: KL to the same network with its adapter switched off.

peft==0.17.1 transformers==4.57.1 trl==0.19.1
"""
import torch
import torch.nn.functional as F
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, DataCollatorForLanguageModeling, Trainer, TrainingArguments


class NearBaseTrainer(Trainer):
    def __init__(self, *args, kl_weight=0.1, temperature=2.0, **kwargs):
        super().__init__(*args, **kwargs)
        self.kl_weight = kl_weight
        self.temperature = temperature

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        outputs = model(**inputs)
        student = outputs.logits / self.temperature
        with torch.no_grad(), model.disable_adapter():
            teacher = model(**inputs).logits / self.temperature
        kl = F.kl_div(F.log_softmax(student, -1), F.softmax(teacher, -1), reduction="batchmean")
        loss = outputs.loss + self.kl_weight * kl * self.temperature**2
        self.log({"kl": kl.item()})
        return (loss, outputs) if return_outputs else loss


def main():
    name = "allenai/OLMo-1B-hf"
    tok = AutoTokenizer.from_pretrained(name)
    if tok.pad_token is None:
        tok.add_special_tokens({"pad_token": "<|padding|>"})
    model = AutoModelForCausalLM.from_pretrained(name, dtype=torch.bfloat16)
    model.resize_token_embeddings(len(tok))
    model = get_peft_model(model, LoraConfig(r=4, target_modules=["q_proj", "v_proj"], lora_dropout=0.0))
    model.print_trainable_parameters()
    rows = load_dataset("wikitext", "wikitext-2-raw-v1", split="train[:1%]")
    rows = rows.filter(lambda r: len(r["text"].strip()) > 0)
    rows = rows.map(lambda b: tok(b["text"], truncation=True, max_length=64), batched=True, remove_columns=["text"])
    args = TrainingArguments("near", per_device_train_batch_size=2, max_steps=5, learning_rate=1e-4, bf16=True, logging_steps=1, report_to="none")
    NearBaseTrainer(model=model, args=args, train_dataset=rows, data_collator=DataCollatorForLanguageModeling(tok, mlm=False), kl_weight=0.5).train()


if __name__ == "__main__":
    main()
