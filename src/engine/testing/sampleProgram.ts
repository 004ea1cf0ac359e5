// A script's program as a recipe carries one: small, with every kind of value that JSON lacks.
import type { RecipeProgram } from '../recipe/program/program.ts';

export const sampleProgram: RecipeProgram = {
  versions: { transformers: '4.57.1', peft: '0.17.1', trl: '0.19.1', torch: '2.8.0', bitsandbytes: null },
  calls: [
    {
      line: 2,
      callee: 'transformers.AutoModelForCausalLM.from_pretrained',
      receiver: null,
      args: ['HuggingFaceTB/SmolLM2-135M'],
      kwargs: { dtype: { dtype: 'float32' }, max_memory: { dict: [[0, { float: 'inf' }]] } },
    },
    {
      line: 3,
      callee: 'torch.nn.Module.half',
      receiver: { ref: 0 },
      args: [],
      kwargs: {},
    },
  ],
  source: 'from transformers import AutoModelForCausalLM\nmodel = load("模型")\nmodel.half()\n',
  files: { 'config.json': '{}' },
  caught: [],
  failure: null,
  failedAt: null,
  changes: [],
};
