// Errors and logs in the shapes that terminals, notebooks and people give them.
import { describe, expect, test } from 'vitest';
import { ownFrame, readTraceback } from './traceback.ts';

const element0 = 'element 0 of tensors does not require grad and does not have a grad_fn';
const plain = `Traceback (most recent call last):
  File "/home/me/train.py", line 88, in <module>
    main()
  File "/home/me/train.py", line 61, in main
    trainer.train()
  File "/opt/env/lib/python3.10/site-packages/transformers/trainer.py", line 1859, in train
    return inner_training_loop(
           ^^^^^^^^^^^^^^^^^^^^
  File "/opt/env/lib/python3.10/site-packages/torch/autograd/__init__.py", line 251, in backward
    Variable._execution_engine.run_backward(
RuntimeError: ${element0}`;

describe('tracebacks', () => {
  test('CPython: error, frames, the last line of their own', () => {
    const read = readTraceback(`some log\n${plain}\n`);
    expect(read?.error).toEqual({ type: 'RuntimeError', message: element0 });
    expect(read?.frames).toHaveLength(4);
    expect(read && ownFrame(read)).toMatchObject({
      file: '/home/me/train.py',
      line: 61,
      name: 'main',
      code: 'trainer.train()',
    });
  });

  test('every line behind the prefix of a launcher or a logger', () => {
    for (const prefix of [
      '[rank0]: ',
      '2024-05-01 10:00:00,123 - ERROR - ',
      '[default0]:',
      '(train_fn pid=71) ',
    ]) {
      const read = readTraceback(
        plain
          .split('\n')
          .map((line) => prefix + line)
          .join('\n'),
      );
      expect(read?.error, prefix).toEqual({ type: 'RuntimeError', message: element0 });
      expect(read && ownFrame(read), prefix).toMatchObject({ line: 61, code: 'trainer.train()' });
    }
  });

  test('quoted in a mail', () => {
    const read = readTraceback(
      plain
        .split('\n')
        .map((line) => `> ${line}`)
        .join('\n'),
    );
    expect(read?.error?.type).toBe('RuntimeError');
  });

  test('several in a row: the last one ended it', () => {
    const read = readTraceback(
      `Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\nKeyError: 'x'\n\nDuring handling of the above exception, another exception occurred:\n\n${plain}`,
    );
    expect(read?.before).toEqual([{ type: 'KeyError', message: "'x'" }]);
    expect(read?.error?.type).toBe('RuntimeError');
    expect(read?.frames[0]?.line).toBe(88);
  });

  test('IPython, old and new, with colours', () => {
    const old = `\u001b[0;31m-------------------------\u001b[0m
\u001b[0;31mRuntimeError\u001b[0m                              Traceback (most recent call last)
\u001b[0;32m<ipython-input-7-3435b262f1ae>\u001b[0m in \u001b[0;36m<module>\u001b[0;34m\u001b[0m
\u001b[1;32m      1\u001b[0m x = 1
\u001b[0;32m----> 2\u001b[0;31m \u001b[0mtrainer\u001b[0m.train()
\u001b[0;32m/usr/local/lib/python3.10/dist-packages/transformers/trainer.py\u001b[0m in \u001b[0;36mtrain\u001b[0;34m(self)\u001b[0m
\u001b[0;32m-> 1859\u001b[0;31m return inner()
\u001b[0;31mRuntimeError\u001b[0m: ${element0}`;
    const first = readTraceback(old);
    expect(first?.error?.message).toBe(element0);
    expect(first && ownFrame(first)).toMatchObject({ file: 'Cell In[7]', line: 2, code: 'trainer.train()' });
    const now = readTraceback(
      `ValueError                                Traceback (most recent call last)\nCell In[3], line 4\n      1 x = 1\n----> 4 trainer.train()\n\nFile /opt/env/lib/python3.11/site-packages/peft/tuners/lora/model.py:300, in LoraModel._replace(self)\n--> 300 raise ValueError()\n\nValueError: Target modules {'a'} not found in the base model.`,
    );
    expect(now?.error?.message).toContain("{'a'}");
    expect(now && ownFrame(now)).toMatchObject({ file: 'Cell In[3]', line: 4 });
    expect(now?.frames[1]).toMatchObject({ line: 300, own: false });
  });

  test('rich boxes, with a message that the terminal wrapped', () => {
    const read = readTraceback(`╭───────────── Traceback (most recent call last) ──────────────╮
│ /content/train.py:42 in main                                 │
│   41 │   model = wrap(model)                                 │
│ ❱ 42 │   trainer.train()                                     │
│ /usr/lib/python3.10/dist-packages/peft/lora.py:280 in inject │
╰──────────────────────────────────────────────────────────────╯
ValueError: Target modules ['q_proj'] not found in the base model. Please check the target
modules and try again.`);
    expect(read?.error?.message).toMatch(/check the target modules and try again\.$/);
    expect(read && ownFrame(read)).toMatchObject({
      file: '/content/train.py',
      line: 42,
      name: 'main',
      code: 'trainer.train()',
    });
  });

  test('only the last line, and a class with its module', () => {
    expect(readTraceback('torch.cuda.OutOfMemoryError: CUDA out of memory.')?.error?.type).toBe(
      'OutOfMemoryError',
    );
    expect(readTraceback(`RuntimeError: ${element0}`)?.error?.message).toBe(element0);
  });

  test.each([
    [`I get ${element0} when I train`, 'RuntimeError'],
    ['Why “Attempting to unscale FP16 gradients.” with my V100?', 'ValueError'],
    [
      "It says SFTTrainer.__init__() got an unexpected keyword argument 'tokenizer', since yesterday",
      'TypeError',
    ],
    ['报错 Please specify `target_modules` in `peft_config`，怎么办', 'ValueError'],
  ])('in a sentence: %s', (text, type) => {
    expect(readTraceback(text)?.error?.type).toBe(type);
  });

  test('releases in paths', () => {
    const read = readTraceback(
      'Traceback (most recent call last):\n  File "/x/site-packages/peft-0.4.0.dev0-py3.10.egg/peft/a.py", line 1, in f\n    g()\n  File "/conda/pkgs/transformers-4.31.0/b.py", line 2, in g\n    h()\nKeyError: 1',
    );
    expect(read?.versions).toEqual({ peft: '0.4.0.dev0', transformers: '4.31.0' });
  });

  test('nothing of the kind', () => {
    for (const text of [
      '',
      'Dear all, my training does not work.',
      'loss = 0.0\nfor x in y:\n    loss += 1',
      '{"loss": 1.5, "grad_norm": 0.3}',
    ])
      expect(readTraceback(text), text).toBeNull();
  });
});

describe('logs', () => {
  const ids = (text: string) => readTraceback(text)?.symptoms.map(({ id }) => id);

  test.each([
    ["{'loss': 0.0, 'grad_norm': nan, 'learning_rate': 2e-4}", ['loss-zero', 'grad-norm-nan']],
    ["{'loss': 1.2, 'grad_norm': 0.0, 'epoch': 0.1}", ['grad-norm-zero']],
    ["{'loss': '0.0', 'grad_norm': '0'}", ['loss-zero', 'grad-norm-zero']],
    ['step 10 loss=nan lr=1e-4', ['loss-nan']],
    ['trainable params: 0 || all params: 6,738,415,616 || trainable%: 0.0', ['zero-trainable']],
    [
      'torch/utils/checkpoint.py:31: UserWarning: None of the inputs have requires_grad=True. Gradients will be None',
      ['inputs-without-grad'],
    ],
    ['UserWarning: Could not find response key `### A:` in the following instance', ['response-not-found']],
    ["{'loss': 1.5}\n{'loss': 1.5}\n{'loss': 1.5}\n{'loss': 1.5}\n{'loss': 1.5}", ['loss-constant']],
  ])('%s', (text, expected) => {
    expect(ids(text)).toEqual(expected);
  });

  test('a healthy log shows nothing', () => {
    expect(
      ids(
        "{'loss': 2.1, 'grad_norm': 0.8}\n{'loss': 2.0, 'grad_norm': 0.7}\ntrainable params: 8,388,608 || all params: 1 || trainable%: 0.1",
      ),
    ).toBeUndefined();
    expect(ids('TrainingArguments(max_grad_norm=0, loss=1)')).toBeUndefined();
  });
});
