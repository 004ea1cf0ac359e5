# transformers 4.46.3 / peft 0.13.2
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments


class LoggingTrainer(Trainer):
    losses = []

    def compute_loss(self, model, inputs, return_outputs=False, **kwargs):
        out = model(**inputs)
        loss = out.loss.detach()
        self.losses.append(loss.item())
        return (loss, out) if return_outputs else loss


model = AutoModelForCausalLM.from_pretrained("gpt2-medium")
model = get_peft_model(model, LoraConfig(r=8, target_modules=["c_attn"], fan_in_fan_out=True))
trainer = LoggingTrainer(model=model, args=TrainingArguments("out", report_to="none"), train_dataset=train_ds)
trainer.train()
