# AdaLoRA driven by a callback. transformers 4.48.2, peft 0.14.0
from dataclasses import dataclass, field

import torch
from datasets import load_dataset
from peft import AdaLoraConfig, get_peft_model
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, DataCollatorForSeq2Seq, HfArgumentParser, Seq2SeqTrainer, Seq2SeqTrainingArguments, TrainerCallback


@dataclass
class AdaArguments:
    model_name: str = field(default="google/flan-t5-base")
    init_r: int = field(default=12)
    target_r: int = field(default=4)
    total_step: int = field(default=300)


class AllocateCallback(TrainerCallback):
    def on_optimizer_step(self, args, state, control, model=None, **kwargs):
        model.base_model.update_and_allocate(state.global_step)


def main():
    (ada,) = HfArgumentParser(AdaArguments).parse_args_into_dataclasses(args=["--total_step", "120"])
    tokenizer = AutoTokenizer.from_pretrained(ada.model_name)
    model = AutoModelForSeq2SeqLM.from_pretrained(ada.model_name, torch_dtype=torch.float32)
    model = get_peft_model(
        model,
        AdaLoraConfig(init_r=ada.init_r, target_r=ada.target_r, beta1=0.85, beta2=0.85, tinit=20, tfinal=50, deltaT=10, lora_alpha=32, lora_dropout=0.1, task_type="SEQ_2_SEQ_LM", inference_mode=False, total_step=ada.total_step),
    )
    ds = load_dataset("knkarthick/samsum", split="train")

    def prep(batch):
        out = tokenizer(["summarize: " + d for d in batch["dialogue"]], max_length=96, truncation=True)
        out["labels"] = tokenizer(text_target=batch["summary"], max_length=24, truncation=True)["input_ids"]
        return out

    ds = ds.map(prep, batched=True, remove_columns=ds.column_names)
    args = Seq2SeqTrainingArguments(output_dir="ada", per_device_train_batch_size=4, learning_rate=1e-3, max_steps=ada.total_step, report_to=[], save_strategy="no")
    Seq2SeqTrainer(model=model, args=args, train_dataset=ds, data_collator=DataCollatorForSeq2Seq(tokenizer, model=model), callbacks=[AllocateCallback()]).train()


if __name__ == "__main__":
    main()
