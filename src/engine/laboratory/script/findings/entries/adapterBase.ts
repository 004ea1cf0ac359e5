// An adapter of somebody else's on a base that hasn't its targets: its own adapter_config.json decides, which no script holds. Where the
// text itself notes what loading it said, that is held against the base. Leaves out adapters that this script saved.
import { same, text } from '../../../../ground/text.ts';
import type { Finding, Match } from '../finding.ts';
import type { ProgramFacts } from '../programFacts.ts';

/** PEFT's refusal as people note it beside the line that raised. */
const NOTED = /#.*?\b(ValueError): (Target modules ([[{][^\]}]*[\]}]) not found[^\n]*)/;

function match(facts: ProgramFacts): Match | null {
  const lines = facts.source.split('\n');
  for (const call of facts.callsTo(/(PeftModel\w*\.from_pretrained|\.load_adapter)$/)) {
    const said = NOTED.exec(lines[call.line - 1] ?? '');
    const root = facts.modelOf({ ref: call.index })?.root;
    const names = [...(said?.[3] ?? '').matchAll(/['"]([^'"]+)['"]/g)].map(([, name = '']) => name);
    if (!said || !root || names.length === 0) continue;
    const paths = [...root.namedModules()].map(([path]) => path);
    if (names.some((name) => paths.some((path) => path === name || path.endsWith(`.${name}`)))) continue;
    const targets = names.join(', ');
    return {
      lines: [call.line],
      severity: 'cause',
      ends: { kind: 'raises', error: { type: said[1] ?? 'ValueError', message: (said[2] ?? '').trim() } },
      cause: text(
        `The adapter was made for a base with ${targets}, by what line ${call.line} notes, and this base has no such module. Its own adapter_config.json decides: load it on the base that it was trained on.`,
        `按第 ${call.line} 行的注释，这个适配器是为含有 ${targets} 的底座训练的，而当前底座没有这样的模块。以它自己的 adapter_config.json 为准：请加载到训练时的底座上。`,
      ),
      evidence: [same((said[0] ?? '').trim())],
      proposals: [],
    };
  }
  return null;
}

export const adapterBaseFindings: readonly Finding[] = [{ id: 'adapter-of-another-base', match }];
