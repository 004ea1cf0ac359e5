// 把训练结果上传到模型站的对话框文字，随对话框加载。
import type { enPush } from './enPush.ts';
import type { TextsOf } from './textShape.ts';

export const zhPush: TextsOf<typeof enPush> = {
  title: '上传到 {{host}}',
  intro: '适配器、模型卡、脚本和日志作为一次提交放进那里的一个仓库。你的数据留在本机。',
  repository: '仓库',
  repositoryHelp: '拥有者/名称：你在那里的用户名，或允许你写入的组织。不存在时会新建。',
  private: '私有：只有你能看到。已存在的仓库保持原样。',
  token: '访问令牌',
  tokenHelp:
    '需要有写入权限，在 {{host}} 的 Settings → Access Tokens 创建。它只发送给 {{host}}，关闭或刷新页面后即忘记。',
  tokenHeld: '已有令牌在用；留空则继续使用它。',
  send: '上传',
  cancel: '放弃',
  gathering: '正在写文件…',
  sending: '{{file}}：{{done}} / {{total}}',
  starting: '正在联系 {{host}}…',
  pushed: '已上传：',
};
