// 快捷键列表的文字，随对话框加载。
import type { enKeys } from './enKeys.ts';
import type { TextsOf } from './textShape.ts';

export const zhKeys: TextsOf<typeof enKeys> = {
  title: '键盘',
  space: '训练或暂停',
  step: '单步',
  reset: '重置运行',
  share: '分享',
  runs: '保留的训练',
  undo: '撤销设置改动',
  redo: '重做',
  paste: '读取脚本或报错；在输入框之外按 Ctrl V 亦可',
  list: '此列表',
  close: '关闭打开的内容',
  off: '单键快捷键已打开',
  space_key: '空格',
};
