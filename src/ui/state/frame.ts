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
  train: '.train, .try-train',
  progress: '.progress',
  paste: '[data-part="paste"]',
  step: '[data-part="step"]',
  reset: '[data-part="reset"]',
  guide: '[data-part="guide"]',
  script: '[data-part="script"]',
  share: '[data-part="share"]',
  device: '[data-part="device"]',
  runs: '[data-part="runs"]',
  menu: '[data-part="menu"]',
  language: '[data-part="language"]',
  theme: '[data-part="theme"]',
  doors: '.doors',
  what: '.what',
  tour: '[data-part="tour"]',
  teach: '[data-part="teach"]',
  play: '.strip-play',
  try: '.try',
  presets: '.presets',
  figures: '[data-part="figures"]',
  openRun: '[data-part="open-run"]',
  recipe: '.column-recipe, [data-part="recipe"]',
  parameters: '.column-parameters, .tab-list, [data-part="parameters"]',
  strip: '.strip',
  rows: '[data-part="rows"]',
  answers: '.answers',
  charts: '[data-part="charts"]',
  takeHome: '.take-home',
} as const;

/** What has no use where the recipe can't be changed. Sliders go too: a name and its value are left. */
const changers = [
  places.paste,
  places.presets,
  places.tour,
  '.doors-row',
  '.recipe-foot',
  '.fix .button',
  '[inert] .slider',
];

export type FramePart = keyof typeof places;
const isPart = (name: string): name is FramePart => Object.hasOwn(places, name);

/** The card of one preset on the first screen, by its id. */
export type FrameCard = `preset.${string}`;
/** Nothing that could end a rule of style. */
const isCard = (name: string): name is FrameCard => /^preset\.[a-z0-9-]{1,40}$/.test(name);
const isSetting = (name: string): name is SettingKey => settingKeys.some((key) => key === name);

export const frameParts: readonly FramePart[] = Object.keys(places).filter(isPart);

export type FrameName = FramePart | FrameCard | SettingKey;

export interface Frame {
  readonly hidden: readonly FrameName[];
  readonly readOnly: boolean;
}

/** `search` begins with '?', or is empty. What is not known is left out. */
export function readFrame(search: string): Frame {
  const asked = new URLSearchParams(search);
  const names = (asked.get('hide') ?? '').split(',').map((name) => name.trim());
  const hidden = names.filter((name): name is FrameName => isPart(name) || isCard(name) || isSetting(name));
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

/** Rules that hide what a frame hides, a setting by its row; and where it is read-only what would change the recipe. */
export function frameRules({ hidden, readOnly }: Frame): string {
  const placeOf = (name: FrameName): string => {
    if (isPart(name)) return places[name];
    return isCard(name) ? `[data-preset="${name.slice('preset.'.length)}"]` : `[data-setting="${name}"]`;
  };
  const found = [...hidden.map(placeOf), ...(readOnly ? changers : [])];
  const hide = found.map((place) => `:is(${place}) { display: none !important; }`);
  return [...hide, ...columnRules(new Set(hidden))].join('\n');
}

/** HTML that puts the page into another. */
export const frameHtml = (address: string): string =>
  `<iframe src="${address.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}" title="LoRA Playground" width="100%" height="720" style="border:0" allow="clipboard-write"></iframe>`;
