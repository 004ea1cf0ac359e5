// Settings of adapters: which method, and every method's own.
import { defineSetting } from '../ground/settings/setting.ts';
import type { AllSettings } from './methods.ts';
import { methods } from './methods.ts';

const methodSetting = {
  'peft.peft_type': defineSetting({
    type: {
      kind: 'choice',
      options: methods.map(({ type, name }) => ({ value: type, label: { en: name, zh: name } })),
    },
    default: 'LORA',
    section: 'lora',
    advanced: true,
    label: { en: 'peft_type', zh: 'peft_type' },
    help: {
      en: methods.map(({ help }) => help.en).join(' '),
      zh: methods.map(({ help }) => help.zh).join(''),
    },
    python: { statement: methods.map(({ config }) => `${config.className}(…)`).join(' / ') },
  }),
} as const;

/** Every method's own, the last method's first: the order that links have. */
const ownSettings = Object.fromEntries(
  [...methods].reverse().flatMap(({ settings }) => Object.entries(settings)),
) as unknown as AllSettings;

export const adapterSettings = { ...methodSetting, ...ownSettings } as const;
