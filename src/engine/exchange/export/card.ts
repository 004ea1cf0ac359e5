// README.md of a PEFT directory. Its front matter is written by a YAML library, and a name in its text stands as code: the name of a model is
// whatever its file says, line breaks too.
import { plainName } from '../../ground/plainName.ts';
import { wellFormed } from '../../ground/wellFormed.ts';
import type { ExportedAdapter, ExportFile } from './adapterTensors.ts';
import { textFile } from './adapterTensors.ts';
import type { PeftSummary } from './peftDirectory.ts';

/** A name within a line of Markdown: shown as it is, read as nothing. */
const shown = (name: string): string => `\`${plainName(name, 'a model').replaceAll('`', "'")}\``;

export async function modelCard(
  { base, recipe }: Pick<ExportedAdapter, 'base' | 'recipe'>,
  summary: PeftSummary,
): Promise<ExportFile> {
  const { stringify } = await import('yaml');
  const { method, whole, targets } = summary;
  const matter = stringify({
    base_model: wellFormed(base),
    library_name: 'peft',
    pipeline_tag: 'text-generation',
    tags: [method.toLowerCase(), 'lora-playground'],
  });
  return textFile(
    'README.md',
    `---
${matter}---

# ${method} adapter for ${shown(base)}

${whole} on ${targets.join(', ')}. Trained in LoRA Playground, in a browser tab or on its command line; the recipe:

\`\`\`
${recipe}
\`\`\`

\`\`\`python
from peft import PeftModel
model = PeftModel.from_pretrained(model, "this-folder")
\`\`\`
`,
  );
}
