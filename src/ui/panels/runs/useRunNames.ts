// The names of the kept runs for the panels that show them.
import { usePageState, useTexts } from '../../PageContext.tsx';
import { runNames } from './runNames.ts';
import { useRunsTexts } from './runsTexts.ts';

/** Names of the kept runs, the same wherever they are shown. */
export function useRunNames(): ReadonlyMap<string, string> {
  const t = useRunsTexts();
  const { language } = useTexts();
  const presets = usePageState((state) => state.presets);
  const listed = usePageState((state) => state.runs.listed);
  return runNames({ t, language, presets }, listed ?? []);
}
