// Both languages hold the same keys and the same placeholders, and the engine's texts are in both as well.
import { describe, expect, it } from 'vitest';
import { settingKeys, settingOf } from '../../engine/index.ts';
import { en } from './en.ts';
import { enDeploy } from './enDeploy.ts';
import { enGuide } from './enGuide.ts';
import { enKept } from './enKept.ts';
import { enKeys } from './enKeys.ts';
import { enLinks } from './enLinks.ts';
import { enModel } from './enModel.ts';
import { enOpinion } from './enOpinion.ts';
import { enPush } from './enPush.ts';
import { enReading } from './enReading.ts';
import { enRows } from './enRows.ts';
import { enRuns } from './enRuns.ts';
import { enTour } from './enTour.ts';
import { browserLanguage } from './i18n.ts';
import { zh } from './zh.ts';
import { zhDeploy } from './zhDeploy.ts';
import { zhGuide } from './zhGuide.ts';
import { zhKept } from './zhKept.ts';
import { zhKeys } from './zhKeys.ts';
import { zhLinks } from './zhLinks.ts';
import { zhModel } from './zhModel.ts';
import { zhOpinion } from './zhOpinion.ts';
import { zhPush } from './zhPush.ts';
import { zhReading } from './zhReading.ts';
import { zhRows } from './zhRows.ts';
import { zhRuns } from './zhRuns.ts';
import { zhTour } from './zhTour.ts';

type Tree = { readonly [key: string]: string | Tree };

function flat(tree: Tree, prefix = ''): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'string' ? [[prefix + key, value] as const] : [...flat(value, `${prefix}${key}.`)],
    ),
  );
}

const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1] ?? '').sort();

describe('texts', () => {
  const english = flat({
    ...en,
    reading: enReading,
    rows: enRows,
    runs: enRuns,
    kept: enKept,
    model: enModel,
    tour: enTour,
    keys: enKeys,
    guide: enGuide,
    push: enPush,
    deploy: enDeploy,
    opinion: enOpinion,
    links: enLinks,
  });
  const chinese = flat({
    ...zh,
    reading: zhReading,
    rows: zhRows,
    runs: zhRuns,
    kept: zhKept,
    model: zhModel,
    tour: zhTour,
    keys: zhKeys,
    guide: zhGuide,
    push: zhPush,
    deploy: zhDeploy,
    opinion: zhOpinion,
    links: zhLinks,
  });

  it('has every English key in Chinese, except singular forms that Chinese does not have', () => {
    const missing = [...english.keys()].filter((key) => !chinese.has(key) && !key.endsWith('_one'));
    expect(missing).toEqual([]);
  });

  it('has no Chinese key that English lacks', () => {
    expect([...chinese.keys()].filter((key) => !english.has(key))).toEqual([]);
  });

  it('fills the same placeholders in both', () => {
    const differing = [...chinese].filter(
      ([key, text]) => placeholders(text).join() !== placeholders(english.get(key) ?? '').join(),
    );
    expect(differing).toEqual([]);
  });

  it('leaves no text empty or with stray spaces', () => {
    const stray = [...english, ...chinese].filter(
      ([key, text]) => !key.startsWith('strip.saidC') && text !== text.trim(),
    );
    expect(stray).toEqual([]);
    expect([...english, ...chinese].filter(([, text]) => text === '')).toEqual([]);
  });

  it('finds label and help of every setting in both languages', () => {
    for (const key of settingKeys) {
      const { label, help } = settingOf(key);
      for (const text of [label.en, label.zh, help.en, help.zh]) expect(text.trim(), key).not.toBe('');
    }
  });

  it('takes the first language of the browser that it has', () => {
    expect(browserLanguage(['fr', 'zh-TW', 'en'])).toBe('zh');
    expect(browserLanguage(['en-GB', 'zh'])).toBe('en');
    expect(browserLanguage(['fr'])).toBe('en');
  });
});
