// Where the modelled torch versions differ: what torch.utils.checkpoint says when use_reentrant is left out.
// It stays reentrant in all of them.
import type { RuleTable } from './rule.ts';

const advice =
  'use_reentrant=False is recommended, but if you need to preserve the current default behavior, you can pass use_reentrant=True. Refer to docs for more details on the differences between the two variants.';
const source = 'torch/utils/checkpoint.py checkpoint; every text was printed by the version itself';
const passed = 'torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly.';

export const torchRules = {
  checkpointWarning: [
    { id: 'checkpointWarning', library: 'torch', versions: '<2.1', value: null, source },
    {
      id: 'checkpointWarning',
      library: 'torch',
      versions: '>=2.1 <2.4',
      value:
        'torch.utils.checkpoint: please pass in use_reentrant=True or use_reentrant=False explicitly. The default value of use_reentrant will be updated to be False in the future. To maintain current behavior, pass use_reentrant=True. It is recommended that you use use_reentrant=False. Refer to docs for more details on the differences between the two variants.',
      source,
    },
    {
      id: 'checkpointWarning',
      library: 'torch',
      versions: '>=2.4 <2.9',
      value: `${passed} In version 2.5 we will raise an exception if use_reentrant is not passed. ${advice}`,
      source,
    },
    {
      id: 'checkpointWarning',
      library: 'torch',
      versions: '>=2.9 <2.14',
      value: `${passed} Starting in PyTorch 2.9, calling checkpoint without use_reentrant will raise an exception. ${advice}`,
      source,
    },
    {
      id: 'checkpointWarning',
      library: 'torch',
      versions: '>=2.14',
      value: `${passed} In a future release, calling checkpoint without use_reentrant will raise an exception. ${advice}`,
      source,
    },
  ],
} as const satisfies Partial<RuleTable>;
