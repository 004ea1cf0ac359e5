# which adapter is decided by an enum and a match statement
import enum
import torch
from peft import IA3Config, LoraConfig, VeraConfig, get_peft_model
from transformers import AutoModelForCausalLM


class Method(str, enum.Enum):
    LORA = "lora"
    DORA = "dora"
    IA3 = "ia3"
    VERA = "vera"


def config_for(method: Method, targets: list[str]):
    match method:
        case Method.LORA | Method.DORA:
            return LoraConfig(r=8, target_modules=targets, use_dora=method is Method.DORA)
        case Method.IA3:
            return IA3Config(target_modules=targets, feedforward_modules=[])
        case Method.VERA:
            return VeraConfig(r=64, target_modules=targets[:1])
        case _:
            raise ValueError(method)


results = {}
for method in Method:
    torch.manual_seed(0)
    net = get_peft_model(AutoModelForCausalLM.from_pretrained("HuggingFaceTB/SmolLM2-135M"), config_for(method, ["q_proj", "v_proj"]))
    ids = torch.randint(10, 200, (1, 20))
    loss = net(input_ids=ids, labels=ids).loss
    loss.backward()
    results[method.value] = sum(p.grad is not None for p in net.parameters())
    del net
print(results)
