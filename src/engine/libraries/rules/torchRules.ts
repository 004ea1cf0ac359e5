// Where the modelled torch versions differ: what torch.utils.checkpoint says when use_reentrant is left out, and when it runs again.
// It stays reentrant in all of them.
import type { Since } from '../since.ts';
import type { Rule, RulesOf } from './rule.ts';

const advice =
  'use_reentrant=False is recommended, but if you need to preserve the current default behavior, you can pass use_reentrant=True. Refer to docs for more details on the differences between the two variants.';
const source = 'torch/utils/checkpoint.py checkpoint; every text was printed by the version itself';
const recompute = 'torch/utils/checkpoint.py, the recomputation';
const passed = 'torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly.';

const torch = <V>(...since: Since<V>): Rule<'torch', V> => ({ library: 'torch', since });

export const torchRules: RulesOf<'torch'> = {
  checkpointWarning: torch(
    ['0', null, source],
    [
      '2.1',
      'torch.utils.checkpoint: please pass in use_reentrant=True or use_reentrant=False explicitly. The default value of use_reentrant will be updated to be False in the future. To maintain current behavior, pass use_reentrant=True. It is recommended that you use use_reentrant=False. Refer to docs for more details on the differences between the two variants.',
      source,
    ],
    [
      '2.3',
      `${passed} In version 2.4 we will raise an exception if use_reentrant is not passed. ${advice}`,
      source,
    ],
    [
      '2.5',
      `${passed} In version 2.5 we will raise an exception if use_reentrant is not passed. ${advice}`,
      source,
    ],
    [
      '2.9',
      `${passed} Starting in PyTorch 2.9, calling checkpoint without use_reentrant will raise an exception. ${advice}`,
      source,
    ],
    [
      '2.14',
      `${passed} In a future release, calling checkpoint without use_reentrant will raise an exception. ${advice}`,
      source,
    ],
  ),
  recomputeWarning: torch(
    ['0', null, recompute],
    [
      '2.4',
      "`torch.cpu.amp.autocast(args...)` is deprecated. Please use `torch.amp.autocast('cpu', args...)` instead.",
      `${recompute}, run on 2.4.1`,
    ],
    ['2.5', null, `${recompute}, run on 2.5.1`],
  ),
};
