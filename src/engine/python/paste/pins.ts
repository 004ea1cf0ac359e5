// Lines that say which version of a library someone has, kept on their lines for readVersions; and what a release of a tool pins.

const libraries =
  'transformers|peft|trl|torch|pytorch|bitsandbytes|accelerate|datasets|deepspeed|unsloth|llama-?factory|axolotl|autotrain(?:-advanced)?|python';
/** A library and a number after it: pip's, an environment block's, a comment's, a bug report's. */
const named = new RegExp(
  `(?<![\\w/.-])(?:${libraries})(?:\\[[^\\]]*\\])?["'\`*]*(?:\\s|version|[=~<>!:@|v]|git\\+\\S*)*\\d+\\.\\d+`,
  'i',
);
const installs =
  /\bpip3?\s+install\b|git\+https?:\/\/\S*(?:transformers|peft|trl)|^\s*(?:-\s*)?(?:Name|Version):\s/i;

/** Whether a line may name a version. */
export const saysVersion = (text: string): boolean => named.test(text) || installs.test(text);

/** The text with all other lines empty. */
export const versionLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => (saysVersion(line) ? line : ''))
    .join('\n');

interface ToolRelease {
  readonly tool: 'llamafactory' | 'axolotl' | 'autotrain';
  readonly release: string;
  readonly pins: string;
}

/** What the releases of the tools ask for (their own requirements files). */
const releases: readonly ToolRelease[] = [
  { tool: 'llamafactory', release: '0.9.0', pins: 'transformers==4.45.0 peft==0.12.0 trl==0.9.6' },
  { tool: 'llamafactory', release: '0.9.1', pins: 'transformers==4.46.1 peft==0.12.0 trl==0.9.6' },
  { tool: 'llamafactory', release: '0.9.2', pins: 'transformers==4.49.0 peft==0.12.0 trl==0.9.6' },
  { tool: 'llamafactory', release: '0.9.3', pins: 'transformers==4.52.4 peft==0.15.2 trl==0.9.6' },
  { tool: 'llamafactory', release: '0.9.4', pins: 'transformers==4.57.1 peft==0.17.1 trl==0.24.0' },
  { tool: 'llamafactory', release: '0.9.5', pins: 'transformers==5.6.0 peft==0.18.1 trl==0.24.0' },
  { tool: 'axolotl', release: '0.5.0', pins: 'transformers==4.46.1 peft==0.13.2 trl==0.12.0' },
  { tool: 'axolotl', release: '0.6.0', pins: 'transformers==4.46.3 peft==0.14.0 trl==0.12.1' },
  { tool: 'axolotl', release: '0.7.0', pins: 'transformers==4.48.3 peft==0.14.0 trl==0.15.0' },
  { tool: 'axolotl', release: '0.8.0', pins: 'transformers==4.50.3 peft==0.15.0 trl==0.16.0' },
  { tool: 'axolotl', release: '0.9.0', pins: 'transformers==4.51.3 peft==0.15.2 trl==0.17.0' },
  { tool: 'axolotl', release: '0.10.0', pins: 'transformers==4.52.3 peft==0.15.2 trl==0.18.1' },
  { tool: 'axolotl', release: '0.11.0', pins: 'transformers==4.53.1 peft==0.15.2 trl==0.18.2' },
  { tool: 'axolotl', release: '0.12.0', pins: 'transformers==4.55.0 peft==0.17.0 trl==0.21.0' },
  { tool: 'axolotl', release: '0.13.0', pins: 'transformers==4.57.1 peft==0.17.1 trl==0.25.0' },
  { tool: 'axolotl', release: '0.14.0', pins: 'transformers==5.0.0 peft==0.18.1 trl==0.27.1' },
  { tool: 'axolotl', release: '0.15.0', pins: 'transformers==5.3.0 peft==0.18.1 trl==0.29.0' },
  { tool: 'axolotl', release: '0.16.0', pins: 'transformers==5.4.0 peft==0.18.1 trl==0.29.0' },
  { tool: 'autotrain', release: '0.8.36', pins: 'transformers==4.48.0 peft==0.14.0 trl==0.13.0' },
];

/** What is assumed of a tool whose release nobody names: the newest that a modelled stack matches. */
const assumed = { llamafactory: '0.9.4', axolotl: '0.13.0', autotrain: '0.8.36' } as const;

export interface ToolPins {
  readonly text: string;
  readonly tool: keyof typeof assumed;
  readonly release: string;
  /** The text names the release. */
  readonly said: boolean;
}

/** What the release of a tool brings, where the text names no version of the libraries itself. */
export function pinsOfTool(tool: keyof typeof assumed, text: string): ToolPins | null {
  if (/\b(?:transformers|peft)\b["']?\s*(?:[=~<>]=|version|:|v|\s)\s*v?\d/i.test(text)) return null;
  const names = tool === 'llamafactory' ? 'llama-?factory' : tool;
  const named = new RegExp(
    `\\b${names}(?:-advanced)?["'\\s]*(?:==|version:?|@|v|:)?\\s*v?(\\d+\\.\\d+\\.\\d+)`,
    'i',
  ).exec(text)?.[1];
  const said = releases.find((one) => one.tool === tool && one.release === named);
  const found = said ?? releases.find((one) => one.tool === tool && one.release === assumed[tool]);
  if (!found) return null;
  return {
    text: `pip install ${found.pins}  # ${tool} ${found.release}`,
    tool,
    release: found.release,
    said: said !== undefined,
  };
}
