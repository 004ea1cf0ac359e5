# Translation with T5. Worked until the update: transformers 5.15.0, peft 0.20.0, trl 1.9.0, torch 2.13
import random
from datasets import Dataset
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, DataCollatorForSeq2Seq, Seq2SeqTrainer, Seq2SeqTrainingArguments

random.seed(0)
PREFIX = "translate English to German: "
pairs = [("Good morning", "Guten Morgen"), ("Thank you", "Danke"), ("See you", "Bis bald"), ("Yes", "Ja")]
random.shuffle(pairs)
tok = AutoTokenizer.from_pretrained("google-t5/t5-small")
net = AutoModelForSeq2SeqLM.from_pretrained("google-t5/t5-small")
net = get_peft_model(net, LoraConfig(task_type=TaskType.SEQ_2_SEQ_LM, r=8, lora_alpha=16, target_modules=["q", "v", "wi", "wo"]))

ds = Dataset.from_dict({"src": [a for a, _ in pairs], "tgt": [b for _, b in pairs]})
ds = ds.map(lambda r: tok(PREFIX + r["src"], text_target=r["tgt"], max_length=32, truncation=True), remove_columns=["src", "tgt"])
args = Seq2SeqTrainingArguments(
    output_dir="t5-de",
    overwrite_output_dir=True,
    per_device_train_batch_size=2,
    learning_rate=3e-4,
    num_train_epochs=1,
    eval_strategy="no",
    predict_with_generate=True,
    generation_max_length=32,
)
Seq2SeqTrainer(model=net, args=args, train_dataset=ds, data_collator=DataCollatorForSeq2Seq(tok, net), processing_class=tok).train()
