# FLAN-T5 with accelerate: prepare, accumulate, schedule, evaluation without gradient
import evaluate
import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from datasets import load_dataset
from peft import LoraConfig, TaskType, get_peft_model
from torch.utils.data import DataLoader
from tqdm.auto import tqdm
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, DataCollatorForSeq2Seq, get_linear_schedule_with_warmup


def main():
    accelerator = Accelerator(gradient_accumulation_steps=2)
    set_seed(42)
    name = "google/flan-t5-base"
    tokenizer = AutoTokenizer.from_pretrained(name)
    model = AutoModelForSeq2SeqLM.from_pretrained(name)
    model = get_peft_model(model, LoraConfig(task_type=TaskType.SEQ_2_SEQ_LM, inference_mode=False, r=8, lora_alpha=32, lora_dropout=0.1))
    with accelerator.main_process_first():
        raw = load_dataset("knkarthick/samsum")

    def preprocess(batch):
        enc = tokenizer(["summarize: " + d for d in batch["dialogue"]], max_length=128, truncation=True)
        enc["labels"] = tokenizer(text_target=batch["summary"], max_length=32, truncation=True)["input_ids"]
        return enc

    data = raw.map(preprocess, batched=True, remove_columns=raw["train"].column_names)
    collator = DataCollatorForSeq2Seq(tokenizer, model=model, label_pad_token_id=-100)
    train = DataLoader(data["train"], shuffle=True, collate_fn=collator, batch_size=4)
    valid = DataLoader(data["validation"], collate_fn=collator, batch_size=4)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    scheduler = get_linear_schedule_with_warmup(optimizer, 0, len(train) * 1)
    model, optimizer, train, valid, scheduler = accelerator.prepare(model, optimizer, train, valid, scheduler)
    rouge = evaluate.load("rouge")
    for epoch in range(1):
        model.train()
        total = 0
        for batch in tqdm(train, disable=not accelerator.is_local_main_process):
            with accelerator.accumulate(model):
                outputs = model(**batch)
                total += outputs.loss.detach().float()
                accelerator.backward(outputs.loss)
                optimizer.step()
                scheduler.step()
                optimizer.zero_grad()
            break
        model.eval()
        with torch.no_grad():
            for batch in valid:
                model(**batch)
                break
        accelerator.print(epoch, total)
    accelerator.wait_for_everyone()
    accelerator.unwrap_model(model).save_pretrained("flan-t5-lora")


if __name__ == "__main__":
    main()
