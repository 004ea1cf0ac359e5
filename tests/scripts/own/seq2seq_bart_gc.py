# transformers==4.46.3 peft==0.13.2
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, DataCollatorForSeq2Seq, Seq2SeqTrainer, Seq2SeqTrainingArguments

tok = AutoTokenizer.from_pretrained("facebook/bart-base")
model = AutoModelForSeq2SeqLM.from_pretrained("facebook/bart-base")
model = get_peft_model(model, LoraConfig(task_type="SEQ_2_SEQ_LM", r=8, target_modules=["q_proj", "v_proj"]))

def prep(b):
    x = tok(b["document"], truncation=True, max_length=128)
    x["labels"] = tok(text_target=b["summary"], truncation=True, max_length=32)["input_ids"]
    return x

ds = load_dataset("xsum", split="train[:100]").map(prep, batched=True, remove_columns=["document", "summary"])
args = Seq2SeqTrainingArguments("bart-xsum", gradient_checkpointing=True, predict_with_generate=True, fp16=False)
Seq2SeqTrainer(model=model, args=args, train_dataset=ds, data_collator=DataCollatorForSeq2Seq(tok, model=model)).train()
