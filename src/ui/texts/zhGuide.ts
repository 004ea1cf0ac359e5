// 指南的文字，随对话框加载。
import type { enGuide } from './enGuide.ts';
import type { TextsOf } from './textShape.ts';

export const zhGuide: TextsOf<typeof enGuide> = {
  title: '五分钟读懂 requires_grad',
  advice: '常见建议，逐一验证',
  adviceIntro: '每条建议都在它所针对的情形上、在每组模拟的版本下试过。结果就是此刻在本页算出来的。',
  waiting: '正在各组版本下尝试这些建议',
  helpsIn: '在 $t(translation:units.stack, {"count": {{total}} })中的 {{count}} 组有效',
  versions: '版本',
  before: '之前',
  after: '采纳之后',
  verdict: '结论',
  trains: '能训练',
  silent: '不报错却什么都没学到',
  raises: '报错',
  helps: '有效',
  nothing: '没有作用',
  breaks: '造成失败',
  hides: '掩盖失败',
  try: '打开',
  tryOf: '在 {{versions}} 下打开此情形',
};
