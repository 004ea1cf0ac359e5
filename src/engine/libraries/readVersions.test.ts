// Versions read from what people write, and the releases that follow from them.
import { describe, expect, it } from 'vitest';
import { readVersions } from './readVersions.ts';
import { stackOf, stacks } from './stacks.ts';
import { versionStatements } from './versionStatements.ts';

const specifiers = (text: string): readonly string[] =>
  versionStatements(text).map(({ library, specifiers, date, kind }) => {
    const said = specifiers.map(({ operator, version }) => operator + version).join(',');
    return `${library ?? ''} ${date ?? said}${kind === 'asked' ? '' : ` ${kind}`}`;
  });

describe('statements', () => {
  it.each([
    [
      '!pip install -q trl==0.9.6 "peft>=0.11,<0.13" transformers~=4.41.0',
      ['trl ==0.9.6', 'peft >=0.11,<0.13', 'transformers >=4.41.0,<4.42'],
    ],
    ['%pip install "trl[peft]==0.11.4" torch==2.4.1+cu121', ['trl ==0.11.4', 'torch ==2.4.1']],
    ["pip install -U 'transformers!=4.46.0' bitsandbytes", ['transformers !=4.46.0']],
    ['uv pip install git+https://github.com/huggingface/peft.git@v0.4.0', ['peft ==0.4.0']],
    ['!pip install -q -U git+https://github.com/huggingface/transformers.git', ['transformers  source']],
    ['pip install git+https://github.com/huggingface/trl@7075cec94987a37b8', ['trl  source']],
    ['  - transformers=4.36.2', ['transformers ==4.36.2']],
    ['  - pytorch=2.1.2=py3.10_cuda12.1', ['torch ==2.1.2']],
    ['transformers = "^4.44"', ['transformers >=4.44,<5']],
    ['peft = { version = "0.12.0", optional = true }', ['peft ==0.12.0']],
    ['dependencies = ["trl (>=0.20,<0.21)", "torch>=2.6"]', ['trl >=0.20,<0.21', 'torch >=2.6']],
    ['transformers==4.41.*', ['transformers >=4.41,<4.42']],
    ['transformers              4.44.0', ['transformers ==4.44.0 installed']],
    ['trl                      0.8.7.dev0       /src/trl', ['trl ==0.8.7 installed']],
    ['- `transformers` version: 4.44.0', ['transformers ==4.44.0 installed']],
    ['- PyTorch version (GPU?): 2.3.0+cu121 (True)', ['torch ==2.3.0 installed']],
    ['- TRL version: 0.20.0', ['trl ==0.20.0 installed']],
    ['Name: peft\nVersion: 0.10.0\nSummary: Parameter-Efficient', ['peft ==0.10.0 installed']],
    ['"transformers_version": "4.31.0",', ['transformers ==4.31.0 file']],
    ['# trl==0.9.6 works', ['trl ==0.9.6']],
    ['# tested with TRL 0.20 and PEFT v0.17.0', ['trl ==0.20 words', 'peft ==0.17.0 words']],
    [
      '# transformers 4.41.2 / trl==0.9.3 / peft 0.11',
      ['transformers ==4.41.2 words', 'trl ==0.9.3', 'peft ==0.11 words'],
    ],
    ['# TRL (0.12.1), transformers version 4.46', ['trl ==0.12.1 words', 'transformers ==4.46 words']],
    ['# TRL ≤ 0.7.4, transformers 4.33-4.39', ['trl <=0.7.4', 'transformers >=4.33,<4.40']],
    ['print(trl.__version__)  # 0.7.10', []],
    ['trl.__version__ == "0.7.10"', ['trl ==0.7.10']],
    ['  File "/opt/pkgs/transformers-4.36.2-py311/lib/x.py"', ['transformers ==4.36.2 installed']],
    ['# removed in TRL 0.20; deprecated since transformers 4.46', []],
    ['x = torch.tensor(0.5); y = peft_model(0.1)', []],
    ['config = dict(transformers=None, lr=1.5)', []],
    ['# July 2023', [' 2023-07-15 date']],
    ['# 2024-10-03', [' 2024-10-15 date']],
    ['2023年8月', [' 2023-08-15 date']],
    ['!pip install "unsloth[colab-new]==2024.10.2"', [' 2024-10-15 date']],
  ])('%s', (text, expected) => {
    expect(specifiers(text)).toEqual(expected);
  });

  it('tells the line and what stands there', () => {
    const [one] = versionStatements('import trl\n!pip install "trl[peft]>=0.7,<0.9" peft');
    expect(one).toMatchObject({ library: 'trl', line: 2, said: 'trl[peft]>=0.7,<0.9' });
  });
});

const read = (text: string) => {
  const { versions, stack } = readVersions(text);
  const { transformers, peft, trl, torch } = versions;
  return [stack, transformers, peft, trl, torch];
};
const asStack = (id: string, changed: Readonly<Record<string, string>> = {}) => {
  const { transformers, peft, trl, torch } = { ...stackOf(id), ...changed };
  return [id, transformers, peft, trl, torch];
};

describe('releases', () => {
  it.each(stacks.map(({ id, trl }) => [id, trl] as const))('TRL alone: %s', (id, trl) => {
    expect(read(`pip install trl==${trl}`)).toEqual(asStack(id));
  });

  it('nothing said: the default, and says so', () => {
    const { because, libraries } = readVersions('from trl import SFTTrainer');
    expect(because).toBe('nothing');
    expect(libraries.trl).toEqual({ library: 'trl', version: '0.19.1', modelled: '0.19.1', from: null });
  });

  it('each library as pinned, the others of that time', () => {
    const text = 'pip install "transformers==4.39.1" "peft==0.10.0"';
    expect(read(text)).toEqual(asStack('trl-0.8.6', { transformers: '4.39.1' }));
    const { libraries, because } = readVersions(text);
    expect(because).toBe('named');
    expect(libraries.transformers).toMatchObject({
      modelled: '4.41.2',
      from: { said: 'transformers==4.39.1' },
    });
    expect(libraries.peft.modelled).toBe('0.10.0');
    expect(libraries.trl.from).toBeNull();
  });

  it.each([
    ['a newer PEFT under an old TRL', 'trl==0.7.10 peft==0.21.2', 'trl', '0.7.10'],
    ['a newer PEFT under an old TRL', 'trl==0.7.10 peft==0.21.2', 'peft', '0.21.2'],
    ['a ceiling alone: what pip takes', '!pip install "trl<0.9.0"', 'trl', '0.8.6'],
    ['a ceiling beside a pin: of that time', 'peft<0.12 transformers==4.39.3', 'peft', '0.10.0'],
    ['a floor that the default meets', 'pip install "peft>=0.10"', 'peft', '0.17.1'],
    ['a floor above it', 'pip install "trl>=0.26"', 'trl', '0.26.0'],
    ['words name some release of a minor', '# TRL 0.22', 'trl', '0.22.2'],
    ['one that was never modelled', '# peft 0.3', 'peft', '0.3.0'],
    [
      'a requirement over a saved file',
      '{"transformers_version": "4.28.1"}\ntransformers==4.44.0',
      'transformers',
      '4.44.0',
    ],
    [
      'what is installed over a requirement',
      '- `transformers` version: 4.57.1\n# pip install transformers==4.31.0',
      'transformers',
      '4.57.1',
    ],
    ['the last of two requirements', 'pip install trl==0.7.1\npip install trl==0.22.2', 'trl', '0.22.2'],
    ['a pin within a range', 'trl>=0.7\ntrl==0.8.6', 'trl', '0.8.6'],
    ['an exclusion', 'transformers==4.41.2\npeft!=0.10.0', 'peft', '0.11.1'],
  ] as const)('%s: %s', (_why, text, library, version) => {
    expect(readVersions(text).versions[library]).toBe(version);
  });

  it('a date is weak evidence: it picks the stack where nothing is named', () => {
    expect(read('# July 2023')).toEqual(asStack('trl-0.7.1'));
    expect(readVersions('# July 2023').because).toBe('date');
    expect(read('# July 2023\n# trl==0.22.2')).toEqual(asStack('trl-0.22.2'));
  });

  it('bitsandbytes as named, else as the stack has it', () => {
    expect(readVersions('bitsandbytes==0.41.1 trl==0.7.1').versions.bitsandbytes).toBe('0.41.1');
    expect(readVersions('trl==0.7.1').versions.bitsandbytes).toBeNull();
  });

  it('a release that does not exist is still one', () => {
    const { libraries } = readVersions('trl==99.1 peft==0.0.0.1');
    expect(libraries.trl).toMatchObject({ version: '99.1', modelled: '1.16.0' });
    expect(libraries.peft).toMatchObject({ version: '0.0.0.1', modelled: '0.5.0' });
  });
});
