// 让训练结果像在别的网页上那样回答的对话框文字，随对话框加载。
import type { enDeploy } from './enDeploy.ts';
import type { TextsOf } from './textShape.ts';

export const zhDeploy: TextsOf<typeof enDeploy> = {
  title: '在您自己的网页上',
  intro: '这里由网页用的文件独自回答：在 ONNX Runtime 中，用处理器，在单独的线程里，与训练无关。',
  gathering: '正在写文件…',
  starting: '正在启动 ONNX Runtime（首次约 14 MB）…',
  question: '问题',
  adapter: '带上学到的内容',
  ask: '提问',
  answering: '正在回答…',
  answer: '回答',
  rate: '每秒 {{rate}} 个词元',
  code: '网页代码',
  codeText: '把下载中的“web”文件夹放在网页旁边。',
  transformers: '使用 transformers.js',
  alone: '只用 ONNX Runtime',
  copy: '复制',
  copied: '已复制',
};
