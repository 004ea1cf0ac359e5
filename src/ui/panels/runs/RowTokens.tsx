// The tokens of one row with their losses: each number stands under its token, and the colour says the same. Reads, and asks nothing.
import type { ScoredRow, ScoredText } from '../../../engine/protocol.ts';
import { lossText } from '../../texts/numbers.ts';
import type { RunsText } from './runsTexts.ts';
import { useRunsTexts } from './runsTexts.ts';
import { signedLoss } from './runWords.ts';

/** Nats from which a token is as dark as it gets: a guess among 150. */
const DARKEST = 5;
const SHADES = 5;

/** 0 to 5. */
const shadeOf = (loss: number): number =>
  Number.isNaN(loss) ? SHADES : Math.max(0, Math.min(SHADES, Math.ceil((loss / DARKEST) * SHADES - 0.2)));

const shown = (text: string): string => text.replaceAll('\n', '↵');

function titleOf(t: RunsText, { loss, base, tokens }: ScoredText): string | undefined {
  if (loss === null || base === null) return undefined;
  const words = t('tokenSaid', {
    loss: lossText(loss),
    base: lossText(base),
    change: signedLoss(loss - base),
  });
  return tokens > 1 ? `${words} ${t('tokensTogether', { count: tokens })}` : words;
}

function Token({ token, changes }: { readonly token: ScoredText; readonly changes: boolean }) {
  const t = useRunsTexts();
  const { text, mask, loss, base } = token;
  if (loss === null || base === null)
    return <span className={`token token-${mask} scored scored-plain`}>{shown(text)}</span>;
  return (
    <span className={`token scored scored-${shadeOf(loss)}`} title={titleOf(t, token)}>
      <span>{shown(text)}</span>
      <span className="scored-number">{changes ? signedLoss(loss - base) : lossText(loss)}</span>
    </span>
  );
}

export function RowTokens({ row, changes }: { readonly row: ScoredRow; readonly changes: boolean }) {
  return (
    <p className="scored-row">
      {row.shown?.map((token, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: tokens have no identity but their place in the row
        <Token key={index} token={token} changes={changes} />
      ))}
    </p>
  );
}
