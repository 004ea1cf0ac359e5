// The planned memory by part, whether this machine is likely to hold it, and what would make it smaller.
import { Button } from 'react-aria-components';
import type { CostEstimate, MemoryPlan } from '../../../engine/index.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { bytesText } from '../../texts/numbers.ts';

const parts = [
  ['weights', 'weightsBytes'],
  ['adapterBytes', 'adapterBytes'],
  ['optimizer', 'optimizerBytes'],
  ['activations', 'activationBytes'],
  ['scratch', 'scratchBytes'],
  ['answers', 'generationBytes'],
] as const satisfies readonly (readonly [string, keyof MemoryPlan])[];

type Verdict = 'fits' | 'tight' | 'too-big';

/**
 * A browser tells no free memory of a GPU. The yardstick is the machine's memory in GiB as `navigator.deviceMemory` gives it
 * (at most 8, 4 where it is not told): half of it is taken as usable, below three tenths nothing is in danger.
 */
function verdictOf(peakBytes: number, deviceMemoryGiB: number | undefined): Verdict {
  const memory = (deviceMemoryGiB ?? 4) * 2 ** 30;
  if (peakBytes > 0.5 * memory) return 'too-big';
  return peakBytes > 0.3 * memory ? 'tight' : 'fits';
}

function machineMemory(): number | undefined {
  if (!('deviceMemory' in navigator)) return undefined;
  const { deviceMemory } = navigator;
  return typeof deviceMemory === 'number' ? deviceMemory : undefined;
}

/** Whether this machine is likely to hold it. */
export const verdictHere = (peakBytes: number): Verdict => verdictOf(peakBytes, machineMemory());

export function Memory({ estimate }: { readonly estimate: CostEstimate }) {
  const { t } = useTexts();
  const actions = useActions();
  const checkpointing = usePageState((state) => state.recipe.values['train.gradient_checkpointing']);
  const { memory, lessBytes } = estimate;
  const verdict = verdictHere(memory.peakBytes);
  return (
    <div>
      <dt>{t('before.memory')}</dt>
      <dd className="estimate-value">
        {bytesText(memory.peakBytes)}{' '}
        <span className={`verdict verdict-${verdict} small`}>{t(`memory.${verdict}`)}</span>
      </dd>
      <dd className="small dim">
        {parts.map(([name, key]) => `${t(`device.${name}`)} ${bytesText(memory[key])}`).join(' · ')}
      </dd>
      {estimate.halved && <dd className="small dim">{t('memory.halved')}</dd>}
      {verdict !== 'fits' && (
        <dd className="small">
          {t('memory.change')}
          {!checkpointing && lessBytes !== null && (
            <Button
              className="button button-plain"
              onPress={() =>
                actions.edit({
                  kind: 'values',
                  patch: { 'train.gradient_checkpointing': true, 'train.use_reentrant': 'false' },
                })
              }
            >
              {t('memory.checkpointing', { size: bytesText(lessBytes) })}
            </Button>
          )}
        </dd>
      )}
    </div>
  );
}
