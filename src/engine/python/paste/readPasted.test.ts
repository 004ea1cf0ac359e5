// Each kind of thing that people paste, by small texts of our own: what kind it is, which Python it becomes, what is kept beside it.
import { describe, expect, test } from 'vitest';
import { pastedLine } from './pasted.ts';
import { readPasted } from './readPasted.ts';

const notebook = (cells: readonly unknown[]): string =>
  JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
const code = (source: string | string[], outputs: readonly unknown[] = []) => ({
  cell_type: 'code',
  source,
  outputs,
});
const said = (source: string) => ({ cell_type: 'markdown', source });

describe('notebooks', () => {
  test('cells in order, words as comments, magics gone, outputs apart', async () => {
    const read = await readPasted(
      notebook([
        said('# Title\nwords'),
        code(['%%capture\n', '!pip install peft==0.17.1']),
        code('if True:\n    !ls\nx = 1'),
        code('x.train()', [
          { output_type: 'stream', text: ["{'loss': 0.0, 'grad_norm': 0.0}\n"] },
          { output_type: 'error', ename: 'ValueError', evalue: 'no', traceback: ['ValueError: no'] },
        ]),
      ]),
      'run.ipynb',
    );
    expect(read.kind).toBe('notebook');
    expect(read.source).toBe(
      '# # Title\n# words\n# %%capture\n# !pip install peft==0.17.1\nif True:\n    pass  # !ls\nx = 1\nx.train()\n',
    );
    expect(read.versionText).toContain('peft==0.17.1');
    expect(read.evidence).toContain('ValueError: no');
    expect(read.evidence).toContain("'loss': 0.0");
  });

  test('worksheets of nbformat 3', async () => {
    const read = await readPasted(
      JSON.stringify({
        nbformat: 3,
        worksheets: [{ cells: [{ cell_type: 'code', input: ['x = 1\n', 'y = 2'] }] }],
      }),
    );
    expect(read).toMatchObject({ kind: 'notebook', source: 'x = 1\ny = 2\n' });
  });

  test('a script that a cell writes and another one starts stands in its place, with its arguments and its lines', async () => {
    const read = await readPasted(
      notebook([
        code('%%writefile train.py\nimport argparse\nprint("hi")'),
        code('!python train.py --lr 1e-4'),
      ]),
    );
    expect(read.source.split('\n').slice(3)).toEqual([
      '# !python train.py --lr 1e-4',
      'import sys; sys.argv = ["train.py","--lr","1e-4"]',
      'import argparse',
      'print("hi")',
      '',
    ]);
    expect(pastedLine(read, 6)).toBe(2);
    expect(read.files).toEqual({ 'train.py': 'import argparse\nprint("hi")' });
  });

  test('a notebook that only starts a tool is that tool’s training', async () => {
    const read = await readPasted(
      notebook([
        code('!pip install trl'),
        code('!trl sft --model_name_or_path Qwen/Qwen2.5-0.5B --use_peft --lora_r 4 --dataset_name x/y'),
      ]),
    );
    expect(read.kind).toBe('notebook');
    expect(read.source).toContain('r=4');
    expect(read.source).toContain('SFTTrainer(');
  });
});

describe('magics in flat text', () => {
  test.each([
    ['!pip install x', '# !pip install x'],
    ['    !pip install x', 'if a:\n    pass  # !pip install x'],
    ['%matplotlib inline', '# %matplotlib inline'],
    ['%env A=b c', 'import os; os.environ["A"] = "b c"'],
    ['%time model.fit()', 'model.fit()'],
    ['files = !ls -l', 'files = []  # files = !ls -l'],
    ['t = %timeit -o f()', 't = None  # t = %timeit -o f()'],
    ['model?', '# model?'],
    ['pip install -q trl peft', '# pip install -q trl peft'],
    ["get_ipython().system('pip install x')", "# get_ipython().system('pip install x')"],
    ['get_ipython().run_line_magic("env", "A=1")', '# get_ipython().run_line_magic("env", "A=1")'],
    ['z = 10 %3', 'z = 10 %3'],
    ['y = (10\n%3)', 'y = (10\n%3)'],
    ['t = """\n!no\n%no\n"""', 't = """\n!no\n%no\n"""'],
  ])('%s', async (line, expected) => {
    const before = line.startsWith('    ') ? 'x = 1\nif a:\n' : 'x = 1\n';
    const { source } = await readPasted(`${before}${line}\ny = 2\n`);
    expect(source).toBe(`x = 1\n${expected}\ny = 2\n`);
  });

  test('a command over several lines, and a cell of another language', async () => {
    const { source } = await readPasted(
      'x = 1\n!pip install \\\n  trl==0.9.6 \\\n  peft\n%%bash\ncd /content\necho hi\n\nimport torch\ny = 2',
    );
    expect(source).toBe(
      'x = 1\n# !pip install \\\n# trl==0.9.6 \\\n# peft\n# %%bash\n# cd /content\n# echo hi\n\nimport torch\ny = 2\n',
    );
  });

  test('percent cells and exports are comments already', async () => {
    const script = '# %% [markdown]\n# # Title\n\n# %%\nx = 1\n\n# In[2]:\n\n\ny = 2\n';
    expect((await readPasted(script)).source).toBe(script);
  });
});

describe('commands', () => {
  test('a script and the command that starts it: arguments, and the configuration that it reads', async () => {
    const read = await readPasted(
      'train.py\n```python\nimport yaml, sys\ncfg = yaml.safe_load(open("conf/a.yaml"))\n```\nconf/a.yaml\n```yaml\nlr: 1\n```\n```bash\nexport N=2\ntorchrun --nproc_per_node $N train.py --cfg conf/a.yaml --name "a b" --n $N\n```',
    );
    expect(read.kind).toBe('script');
    expect(read.argv).toEqual(['--cfg', 'conf/a.yaml', '--name', 'a b', '--n', '2']);
    expect(read.files).toEqual({ 'conf/a.yaml': 'lr: 1\n' });
  });

  test.each([
    'python train.py --gradient_checkpointing True --lora_r 8',
    'CUDA_VISIBLE_DEVICES=0,1 accelerate launch --config_file fsdp.yaml --num_processes 2 train.py --gradient_checkpointing True --lora_r 8',
    'deepspeed --num_gpus=2 train.py --deepspeed ds.json \\\n  --gradient_checkpointing True \\\n  --lora_r 8',
    '$ torchrun --standalone train.py --gradient_checkpointing=True --lora_r=8',
    'python -m torch.distributed.run --nproc_per_node 2 train.py --gradient_checkpointing True --lora_r 8',
    'nohup python -u train.py --gradient_checkpointing True --lora_r 8 > log.txt 2>&1 &',
    'uv run train.py --gradient_checkpointing True --lora_r 8',
  ])('%s asks for its script and says its flags', async (command) => {
    const read = await readPasted(command);
    expect(read).toMatchObject({ kind: 'command', source: '' });
    expect(read.notes[0]?.text.en).toContain('train.py');
    expect(read.notes[0]?.text.en).toContain('gradient_checkpointing=True, lora_r=8');
    expect(read.notes.some(({ kind }) => kind === 'not-modelled')).toBe(command.startsWith('deepspeed'));
  });

  test('a tool’s command whose configuration isn’t there asks for that', async () => {
    const read = await readPasted('llamafactory-cli train examples/train_lora/llama3_lora_sft.yaml');
    expect(read).toMatchObject({ kind: 'command', source: '' });
    expect(read.notes[0]?.text.en).toContain('examples/train_lora/llama3_lora_sft.yaml');
  });

  test('a shell script, with its variables', async () => {
    const read = await readPasted(
      '#!/bin/bash\nset -e\nlr=2e-4\nmodel=a/b\npython train.py --model_name_or_path $model --learning_rate $lr\n',
    );
    expect(read.kind).toBe('command');
    expect(read.notes[0]?.text.en).toContain('model_name_or_path="a/b", learning_rate=0.0002');
  });

  test('an installation alone trains nothing', async () => {
    expect(await readPasted('pip install -U trl peft\ncd LLaMA-Factory')).toMatchObject({
      kind: 'words',
      source: '',
    });
  });
});

describe('versions alone', () => {
  test.each([
    ['requirements', 'torch==2.1.2\ntransformers>=4.36,<4.40\npeft==0.7.1\n-e .\n'],
    [
      'pip list',
      'Package         Version\n--------------- -------\npeft            0.10.0\ntransformers    4.40.1\n',
    ],
    [
      'an environment block',
      '- `transformers` version: 4.46.3\n- Platform: Linux-5.15\n- PEFT version: 0.13.2\n',
    ],
  ])('%s', async (_, text) => {
    const read = await readPasted(text);
    expect(read).toMatchObject({ kind: 'words', source: '' });
    expect(read.versionText).toMatch(/peft/i);
    expect(read.notes[0]?.text.en).toContain('versions of libraries');
  });

  test('beside a script: on the lines of the script, and from the words around it', async () => {
    const read = await readPasted('I use peft 0.10.0 here.\n```python\n# trl==0.8.6\nimport torch\n```');
    expect(read.versionText.split('\n')[0]).toContain('peft 0.10.0');
    expect(read.versionText.split('\n')[2]).toContain('trl==0.8.6');
  });
});

describe('adapter_config.json', () => {
  const config = {
    base_model_name_or_path: 'tiiuae/falcon-7b',
    bias: 'none',
    inference_mode: true,
    lora_alpha: 16,
    modules_to_save: null,
    peft_type: 'LORA',
    r: 8,
    rank_pattern: {},
    target_modules: ['query_key_value'],
    task_type: 'CAUSAL_LM',
    use_dora: false,
    peft_version: '0.18.0',
  };

  test('what says something, put on the model that it names', async () => {
    const read = await readPasted(JSON.stringify(config, null, 2), 'adapter_config.json');
    expect(read.kind).toBe('adapter-config');
    expect(read.source).toContain('from_pretrained("tiiuae/falcon-7b")');
    expect(read.source).toContain('    target_modules=["query_key_value"],');
    expect(read.source).not.toMatch(/use_dora|rank_pattern|modules_to_save|peft_version/);
    expect(read.versionText).toContain('peft==0.18.0');
    const at = read.source.split('\n').findIndex((line) => line.includes('r=8'));
    expect(pastedLine(read, at + 1)).toBe(8);
  });

  test('a classifier’s is put on a classifier', async () => {
    const read = await readPasted(JSON.stringify({ ...config, task_type: 'SEQ_CLS' }));
    expect(read.source).toContain('AutoModelForSequenceClassification.from_pretrained');
  });

  test.each([
    ['IA3', 'IA3Config', null],
    ['VERA', 'VeraConfig', null],
    ['LN_TUNING', 'LNTuningConfig', null],
    ['ADALORA', 'AdaLoraConfig', null],
    ['PROMPT_TUNING', 'PromptTuningConfig', null],
    ['OFT', 'OFTConfig', null],
    ['HRA', 'HRAConfig', 'HRA'],
    ['XLORA', 'XLoraConfig', 'X-LoRA'],
    ['TRAINABLE_TOKENS', 'TrainableTokensConfig', 'trainable tokens'],
    ['SOMETHING_NEW', 'PeftConfig', 'SOMETHING_NEW'],
  ])('%s', async (type, className, named) => {
    const read = await readPasted(JSON.stringify({ peft_type: type, base_model_name_or_path: 'gpt2' }));
    expect(read.kind).toBe('adapter-config');
    expect(read.source).toContain(`config = ${className}(`);
    const notes = read.notes.filter(({ kind }) => kind === 'not-modelled');
    expect(notes.length).toBe(named === null ? 0 : 1);
    if (named !== null) expect(notes[0]?.text.en).toContain(named);
  });
});

describe('what a run left', () => {
  test('trainer_state.json is a log', async () => {
    const read = await readPasted(
      JSON.stringify({ global_step: 2, log_history: [{ loss: 0, grad_norm: null, step: 1 }] }),
    );
    expect(read).toMatchObject({ kind: 'traceback', source: '' });
    expect(read.evidence).toContain("'grad_norm': nan");
  });

  test('a script with its traceback: the script runs, the traceback is kept', async () => {
    const read = await readPasted(
      'from transformers import Trainer\ntrainer = Trainer(model=model)\ntrainer.train()\n\nTraceback (most recent call last):\n  File "a.py", line 3, in <module>\n    trainer.train()\nRuntimeError: element 0 of tensors does not require grad and does not have a grad_fn\n',
    );
    expect(read.kind).toBe('script');
    expect(read.source).toContain('\ntrainer.train()\n');
    expect(read.source).toContain('# RuntimeError: element 0');
    expect(read.evidence).toMatch(/^Traceback[\s\S]*grad_fn$/);
  });

  test('a traceback among lines that look like keys is no configuration', async () => {
    const read = await readPasted(
      'wandb: Currently logged in\nwandb: Tracking run\nTraceback (most recent call last):\n  File "a.py", line 3, in <module>\n    t.train()\nValueError: no\nwandb: done\n',
    );
    expect(read).toMatchObject({ kind: 'traceback', source: '' });
  });

  test('code that handles and names errors is code', async () => {
    const script =
      'import warnings\nwarnings.filterwarnings("ignore", category=UserWarning)\ntry:\n    f()\nexcept RuntimeError:\n    raise ValueError("loss: 0.0")\nargs = A(\n    max_grad_norm=0.3, category=FutureWarning, loss=0.0)\nprint({"loss": 0.0})\n';
    const read = await readPasted(script);
    expect(read).toMatchObject({ kind: 'script', source: script, evidence: '' });
  });
});
