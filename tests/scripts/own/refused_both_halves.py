from transformers import TrainingArguments

use_fp16, use_bf16 = True, True
args = TrainingArguments(output_dir="out", fp16=use_fp16, bf16=use_bf16, per_device_train_batch_size=2)
