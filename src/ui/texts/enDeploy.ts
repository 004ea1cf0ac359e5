// Texts of the dialog in which a run answers as it would on another page. Fetched with it.
export const enDeploy = {
  title: 'On a page of your own',
  intro:
    'Here the files for web pages answer by themselves: in ONNX Runtime, on the processor, in a thread of their own. Nothing of the training helps.',
  gathering: 'writing the files …',
  starting: 'starting ONNX Runtime (about 14 MB the first time) …',
  question: 'Question',
  adapter: 'With what was learned',
  ask: 'Ask',
  answering: 'answering …',
  answer: 'Answer',
  rate: '{{rate}} tokens a second',
  code: 'Code for your page',
  codeText: 'Put the folder “web” of the download beside your page.',
  transformers: 'With transformers.js',
  alone: 'With ONNX Runtime alone',
  copy: 'Copy',
  copied: 'Copied',
} as const;
