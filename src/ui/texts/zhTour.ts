// 导览的文字，与导览一起取得。
import type { enTour } from './enTour.ts';
import type { TextsOf } from './textShape.ts';

export const zhTour: TextsOf<typeof enTour> = {
  title: '导览',
  at: '{{at}} / {{count}}',
  leave: '离开导览',
  keys: '空格：继续 · Esc：离开',
  next: '继续',
  break_title: '弄坏它',
  break_text: '来这里的人大多遇到过一个报错。我们来制造它：打开一个省内存的开关，蓝线就断了。',
  break_do: '弄坏它',
  fix_title: '修好它',
  fix_text: '下面写着原因和修法，只是脚本里的一个词。',
  fix_do: '应用修复',
  train_title: '训练它',
  train_text: '又变蓝了，现在它能学习：看损失下降，看回答改变。',
  train_do: '训练',
  train_on: '它正在学习。可以留下来看，也可以继续。',
  home_title: '带回家',
  home_text: '学到的东西是一个小文件，别的程序也能打开。它在这里做成，归你所有。',
  home_do: '保存适配器',
  home_wait: '运行结束或暂停后就能保存。',
};
