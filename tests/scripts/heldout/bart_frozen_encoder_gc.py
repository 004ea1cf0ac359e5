# encoder frozen by hand, reentrant checkpointing in a Seq2SeqTrainer
from datasets import load_dataset
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, DataCollatorForSeq2Seq, Seq2SeqTrainer, Seq2SeqTrainingArguments

name = "facebook/bart-base"
model = AutoModelForSeq2SeqLM.from_pretrained(name)
tokenizer = AutoTokenizer.from_pretrained(name)
for p in model.get_encoder().parameters():
    p.requires_grad = False
for p in model.model.shared.parameters():
    p.requires_grad = False


def prepare(batch):
    out = tokenizer(batch["document"], truncation=True, max_length=128)
    out["labels"] = tokenizer(text_target=batch["summary"], truncation=True, max_length=32)["input_ids"]
    return out


ds = load_dataset("EdinburghNLP/xsum", split="train[:1%]").map(prepare, batched=True, remove_columns=["document", "summary"])
args = Seq2SeqTrainingArguments("bart", per_device_train_batch_size=2, predict_with_generate=True, max_steps=4, gradient_checkpointing=True, gradient_checkpointing_kwargs={"use_reentrant": True})
Seq2SeqTrainer(model, args, train_dataset=ds, data_collator=DataCollatorForSeq2Seq(tokenizer, model), tokenizer=tokenizer).train()
