// What runs the numbers and why: backend, adapter, features, limits, and the memory of this recipe part by part.
import { Button } from 'react-aria-components';
import { isBackendChoice } from '../../../engine/index.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { Choice } from '../../parts/Choice.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import { bytesText, countText } from '../../texts/numbers.ts';
import { adapterWords } from './adapterWords.ts';

function Facts({ rows }: { readonly rows: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl className="facts facts-wide">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function DeviceBody() {
  const { t, say, language } = useTexts();
  const actions = useActions();
  const device = usePageState((state) => state.device);
  const choice = usePageState((state) => state.backend);
  const memory = usePageState((state) => state.inspection?.estimate?.memory);
  const dispatches = usePageState((state) => state.inspection?.estimate?.dispatchesPerStep);
  const reason = device?.reason ?? null;
  const adapter = device?.adapter ?? null;
  const why = device === null ? null : adapterWords(t, device, choice, language);
  const adapterName =
    adapter === null
      ? t('device.none')
      : [adapter.description, adapter.vendor, adapter.architecture, adapter.device]
          .filter((part, index, all) => part !== '' && all.indexOf(part) === index)
          .join(' · ');
  const threads =
    device === null || device.threads === null
      ? null
      : device.threads === 1 && !crossOriginIsolated
        ? t('device.oneThread')
        : countText(device.threads, language);
  const limit = (key: string, bytes: boolean): string => {
    const value = device?.limits[key];
    if (value === undefined) return '–';
    return bytes ? bytesText(value) : countText(value, language);
  };
  return (
    <>
      <div className="setting">
        <span>{t('device.choose')}</span>
        <Choice
          label={t('device.choose')}
          value={choice}
          options={[
            { value: 'auto', label: t('device.choice_auto') },
            { value: 'webgpu', label: t('device.choice_webgpu') },
            { value: 'ort', label: t('device.choice_ort') },
            { value: 'cpu', label: t('device.choice_cpu') },
            { value: 'ort-webgpu', label: t('device.choice_ort-webgpu') },
          ]}
          onChange={(next) => {
            if (isBackendChoice(next)) actions.chooseBackend(next);
          }}
        />
      </div>
      {device === null ? (
        <p className="dim">{t('device.unknown')}</p>
      ) : (
        <>
          {reason !== null && reason !== 'slower-adapter' && <p>{t(`device.reason_${reason}`)}</p>}
          {why !== null && <p>{why}</p>}
          {device.trouble !== null && <p>{say(device.trouble)}</p>}
          {device.backend === 'ort' && <p className="dim">{t('device.ortFetched')}</p>}
          {device.backend === 'ort-webgpu' && <p className="dim">{t('device.ortGpu')}</p>}
          {adapter?.fallback && <p>{t('device.software')}</p>}
          <Facts
            rows={[
              [t('device.backend'), t(`device.${device.backend}`)],
              ...(threads === null ? [] : [[t('device.threads'), threads] as const]),
              [t('device.adapter'), adapterName],
              [t('device.features'), device.features.join(', ') || t('device.none')],
            ]}
          />
          {device.backend === 'webgpu' && (
            <>
              <h3>{t('device.limits')}</h3>
              <Facts
                rows={[
                  [t('device.storageBinding'), limit('maxStorageBufferBindingSize', true)],
                  [t('device.bufferSize'), limit('maxBufferSize', true)],
                  [t('device.workgroupMemory'), limit('maxComputeWorkgroupStorageSize', true)],
                  [t('device.invocations'), limit('maxComputeInvocationsPerWorkgroup', false)],
                ]}
              />
            </>
          )}
        </>
      )}
      {memory !== undefined && (
        <>
          <h3>{t('device.memoryPlan')}</h3>
          <Facts
            rows={[
              [t('device.weights'), bytesText(memory.weightsBytes)],
              [t('device.adapterBytes'), bytesText(memory.adapterBytes)],
              [t('device.optimizer'), bytesText(memory.optimizerBytes)],
              [t('device.activations'), bytesText(memory.activationBytes)],
              [t('device.scratch'), bytesText(memory.scratchBytes)],
              [t('device.answers'), bytesText(memory.generationBytes)],
              [t('device.peak'), bytesText(memory.peakBytes)],
              [t('device.dispatches'), countText(dispatches ?? 0, language)],
            ]}
          />
        </>
      )}
      <Button className="button" onPress={() => actions.openDialog('opinion')}>
        {t('takeHome.opinion')}
      </Button>
      <p className="small dim">{t('device.local')}</p>
    </>
  );
}

export function DeviceDialog() {
  const { t } = useTexts();
  const actions = useActions();
  const open = usePageState((state) => state.dialog === 'device');
  return (
    <Sheet title={t('device.title')} open={open} onClose={() => actions.openDialog(null)}>
      <DeviceBody />
    </Sheet>
  );
}
