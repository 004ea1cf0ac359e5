// 让训练结果像在别的网页上那样回答的对话框文字，随对话框加载。
import type { enDeploy } from './enDeploy.ts';
import type { TextsOf } from './textShape.ts';

export const zhDeploy: TextsOf<typeof enDeploy> = {
  title: '在您自己的网页上',
  intro: '这里由网页用的文件独自回答：在 ONNX Runtime 中，在单独的线程里，与训练无关。',
  size: '全部文件共 {{size}}。',
  gathering: '正在写文件…',
  starting: '正在打开文件…',
  fetching: '正在获取 ONNX Runtime：{{done}} / {{total}}…',
  question: '问题',
  adapter: '带上学到的内容',
  runsOn: 'ONNX Runtime 运行于',
  wasm: '处理器（WebAssembly）',
  webgpu: 'GPU（WebGPU）',
  ask: '提问',
  answering: '正在回答…',
  measuring: '本页自己的引擎正在回答同一问题…',
  answer: '回答',
  theirs: 'ONNX Runtime，{{device}}：每秒 {{rate}} 个词元。',
  ours: '本页自己的引擎，{{device}}：每秒 {{rate}} 个词元。',
  own: {
    webgpu: 'WebGPU',
    cpu: 'TypeScript',
    ort: '底层为 ONNX Runtime',
    'ort-webgpu': '底层为 ONNX Runtime',
  },
  ratio: '在这里，ONNX Runtime 的速度是其 {{ratio}} 倍。',
  sameText: '两者写出的文字相同。',
  otherText: '自己的引擎写的是：“{{text}}”',
  code: '网页代码',
  codeText: '把下载中的“web”文件夹放在网页旁边。',
  transformers: '使用 transformers.js',
  alone: '使用 ONNX Runtime 和分词器',
  copy: '复制',
  copied: '已复制',
};
