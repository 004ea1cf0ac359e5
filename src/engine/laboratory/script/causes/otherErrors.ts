// Errors that are not about what trains: memory, downloads, batches. Said plainly, so that nobody looks for a fault in the wiring.

import type { Text } from '../../../ground/text.ts';
import { text } from '../../../ground/text.ts';
import type { SymptomRule } from './cause.ts';
import { ruleOf } from './saidCauses.ts';

const elsewhere: readonly (readonly [RegExp, Text])[] = [
  [
    /OutOfMemoryError|CUDA out of memory|CUBLAS_STATUS_ALLOC_FAILED/,
    text(
      'The device’s memory is full. That is a question of sizes, not of what trains.',
      '设备显存不足。这是大小问题，与训练什么无关。',
    ),
  ],
  [
    /gated repo|401 Client Error|RepositoryNotFound|is not a local folder and is not a valid model identifier|HFValidationError|ConnectionError|offline mode/i,
    text(
      'The model or the data couldn’t be fetched: a name, a licence to accept, or a network.',
      '模型或数据无法获取：名称、需要接受的许可，或网络。',
    ),
  ],
  [
    /Unable to create tensor|expected sequence of length|too many dimensions 'str'/,
    text(
      'A batch couldn’t be made: rows of different lengths without padding, or text columns that reached the collator.',
      '无法组成批次：行长不同且没有填充，或文本列进入了整理器。',
    ),
  ],
  [
    /^(KeyError|ColumnNotFoundError|DatasetGenerationError)/,
    text('The rows lack a column that the script reads.', '数据缺少脚本要读取的列。'),
  ],
  [
    /No module named|ModuleNotFoundError|PackageNotFoundError/,
    text('A package isn’t installed, or not in this environment.', '有包没有安装，或不在此环境中。'),
  ],
  [
    /device-side assert|index out of range in self|CUDA error/,
    text(
      'An index is outside a table, most often a token id beyond the embedding: a tokenizer with more words than the model.',
      '索引越界，最常见的是词元 id 超出嵌入：分词器的词表大于模型。',
    ),
  ],
  [
    /^(SyntaxError|IndentationError|TabError)/,
    text('Python couldn’t read the script.', 'Python 无法读取脚本。'),
  ],
];

export const otherRules: readonly SymptomRule[] = elsewhere.map(([pattern, says], i) =>
  ruleOf({ id: `elsewhere-${i}`, pattern, says, causes: () => [] }),
);
