// Everything that the doctor knows of programs, in order of precedence: what stops a script first, then what leaves nothing to learn, then
// what cuts the graph; beside a script that runs, what it does otherwise than meant.
import { adapterBaseFindings } from './entries/adapterBase.ts';
import { argumentFindings } from './entries/arguments.ts';
import { cutFindings } from './entries/cut.ts';
import { elsewhereAdvice, elsewhereFindings } from './entries/elsewhere.ts';
import { frozenFindings } from './entries/frozen.ts';
import { fsdpFindings } from './entries/fsdp.ts';
import { maskedAdvice, maskedFindings } from './entries/masked.ts';
import { numberAdvice } from './entries/numbers.ts';
import { paddingAdvice } from './entries/padding.ts';
import { refusedFindings } from './entries/refused.ts';
import { savingAdvice } from './entries/saving.ts';
import { settingsFindings } from './entries/settings.ts';
import { targetAdvice, targetFindings } from './entries/targets.ts';
import type { Finding, Found } from './finding.ts';
import type { ProgramFacts } from './programFacts.ts';

const findings: readonly Finding[] = [
  ...fsdpFindings,
  ...adapterBaseFindings,
  ...argumentFindings,
  ...settingsFindings,
  ...targetFindings,
  ...refusedFindings,
  ...frozenFindings,
  ...cutFindings,
  ...maskedFindings,
  ...elsewhereFindings,
  ...savingAdvice,
  ...paddingAdvice,
  ...numberAdvice,
  ...targetAdvice,
  ...maskedAdvice,
  ...elsewhereAdvice,
];

/** What fits, causes before warnings, each in its order. */
export function findingsOf(facts: ProgramFacts): Found[] {
  const found = findings.flatMap(({ id, match }): Found[] => {
    const one = match(facts);
    return one ? [{ id, ...one }] : [];
  });
  return [
    ...found.filter(({ severity }) => severity === 'cause'),
    ...found.filter(({ severity }) => severity === 'warning'),
  ];
}
