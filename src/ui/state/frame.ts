// A page inside another's, for lessons: which parts and settings are hidden, and whether the recipe can be changed; as it stands in the address
// before the '#', and as rules of style. Pure. Words are the share dialog's, obeying is mountPage.tsx's and actions.ts's.
import type { SettingKey, Text } from '../../engine/index.ts';
import { settingKeys } from '../../engine/index.ts';

/** Said where somebody tries to change the recipe of a read-only frame. */
export const readOnlyNote: Text = {
  en: 'This frame is read-only: nothing was changed. Open the whole page to change the recipe.',
  zh: '这个嵌入框是只读的：什么都没有改变。要修改配方，请打开完整页面。',
};

/** Parts that can be hidden, by where they stand on the page. */
const places = {
  bar: '.bar',
  paste: '[data-part="paste"], .paste-door',
  step: '[data-part="step"]',
  reset: '[data-part="reset"]',
  guide: '[data-part="guide"]',
  script: '[data-part="script"]',
  share: '[data-part="share"]',
  device: '[data-part="device"]',
  runs: '[data-part="runs"]',
  recipe: '.column-recipe, [data-part="recipe"]',
  parameters: '.column-parameters, .tab-list, [data-part="parameters"]',
  strip: '.strip',
  rows: '[data-part="rows"]',
  answers: '.answers',
  charts: '[data-part="charts"]',
  takeHome: '.take-home',
} as const;

export type FramePart = keyof typeof places;
const isPart = (name: string): name is FramePart => Object.hasOwn(places, name);
const isSetting = (name: string): name is SettingKey => settingKeys.some((key) => key === name);

export const frameParts: readonly FramePart[] = Object.keys(places).filter(isPart);

export interface Frame {
  readonly hidden: readonly (FramePart | SettingKey)[];
  readonly readOnly: boolean;
}

/** `search` begins with '?', or is empty. What is not known is left out. */
export function readFrame(search: string): Frame {
  const asked = new URLSearchParams(search);
  const names = (asked.get('hide') ?? '').split(',').map((name) => name.trim());
  const hidden = names.filter((name): name is FramePart | SettingKey => isPart(name) || isSetting(name));
  return { hidden: [...new Set(hidden)], readOnly: asked.get('frame') === 'read' };
}

/** With '?' before it; '' for the whole page. */
export function frameSearch({ hidden, readOnly }: Frame): string {
  const parts = [
    ...(hidden.length > 0 ? [`hide=${hidden.join(',')}`] : []),
    ...(readOnly ? ['frame=read'] : []),
  ];
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/** What takes the room of columns that are hidden. */
function columnRules(without: ReadonlySet<string>): string[] {
  const recipe = without.has('recipe') ? '' : '296px ';
  const parameters = without.has('parameters') ? '' : ' 448px';
  if (recipe !== '' && parameters !== '') return [];
  const columns = (list: string): string => `.columns { grid-template-columns: ${list}; }`;
  return [
    `@media (min-width: 1180px) { ${columns(`${recipe}minmax(0, 1fr)${parameters}`)} }`,
    `@media (min-width: 700px) and (max-width: 1179px) { ${columns(`${recipe}minmax(0, 1fr)`)} }`,
  ];
}

/** Rules that hide what a frame hides; a setting by its row. */
export function frameRules({ hidden }: Frame): string {
  const found = hidden.map((name) => (isPart(name) ? places[name] : `[data-setting="${name}"]`));
  const hide = found.map((place) => `:is(${place}) { display: none !important; }`);
  return [...hide, ...columnRules(new Set(hidden))].join('\n');
}

/** HTML that puts the page into another. */
export const frameHtml = (address: string): string =>
  `<iframe src="${address.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}" title="LoRA Playground" width="100%" height="720" style="border:0" allow="clipboard-write"></iframe>`;
