// The configurations as text; that accelerate reads them and that two processes give the losses of one is shown by
// tools/golden/check_accelerate.py.
import { expect, it } from 'vitest';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import { accelerateFiles } from './accelerateFiles.ts';

it('says how the batch divides', () => {
  const [ddp, fsdp] = accelerateFiles(withPatch(defaultValues, { 'train.per_device_train_batch_size': 8 }));
  expect(ddp?.text).toContain('set per_device_train_batch_size to 4 in train.py');
  expect(ddp?.text).toContain("distributed_type: 'MULTI_GPU'\n");
  expect(fsdp?.text).toContain(
    "fsdp_config:\n  fsdp_version: 2\n  fsdp_auto_wrap_policy: 'TRANSFORMER_BASED_WRAP'\n  fsdp_transformer_layer_cls_to_wrap: 'LlamaDecoderLayer'\n",
  );
});

it('does not divide what two processes can not', () => {
  const [ddp] = accelerateFiles(withPatch(defaultValues, { 'train.per_device_train_batch_size': 3 }));
  expect(ddp?.text).toContain('choose a per_device_train_batch_size that 2 processes divide');
});
