"""A batch for every head: two rows of ids with labels, whatever the model needs beside them."""

import torch


def batch_for(config, head: str, model) -> dict:
    torch.manual_seed(0)
    rows, tokens = 2, 16
    ids = torch.randint(6, 200, (rows, tokens))
    ids[:, -1] = 2
    batch: dict = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if config.model_type == "vit":
        batch = {"pixel_values": torch.randn(rows, 3, config.image_size, config.image_size)}
    if config.model_type == "gemma3" or (config.model_type == "paligemma" and head == "ImageTextToText"):
        batch["token_type_ids"] = torch.ones_like(ids) if config.model_type == "paligemma" else torch.zeros_like(ids)
    if head in ("SequenceClassification", "ImageClassification"):
        batch["labels"] = torch.tensor([0, 1])
    elif head == "QuestionAnswering":
        batch |= {"start_positions": torch.tensor([1, 2]), "end_positions": torch.tensor([3, 4])}
    elif head == "TokenClassification":
        batch["labels"] = ids % 2
    elif head == "Model":
        if getattr(config, "is_encoder_decoder", False):
            batch["decoder_input_ids"] = ids
    else:
        batch["labels"] = ids
    return batch
