// One press opens files of this machine that were opened at an earlier visit, where the browser knows them; nothing where it does not.
import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTexts } from '../PageContext.tsx';

interface Props {
  /** Of what was made of them. */
  readonly digest: string;
  readonly onFiles: (files: readonly File[], name: string) => void;
}

export function OpenAgain({ digest, onFiles }: Props) {
  const { t } = useTexts();
  const [name, setName] = useState<string | null>(null);
  const [gone, setGone] = useState(false);
  useEffect(() => {
    let left = false;
    setName(null);
    setGone(false);
    void import('../handles/kept.ts')
      .then(({ findHandles }) => findHandles(digest))
      .then(
        (found) => !left && setName(found?.name ?? null),
        () => {},
      );
    return () => {
      left = true;
    };
  }, [digest]);
  if (name === null) return null;
  async function open(): Promise<void> {
    const found = await (await import('../handles/kept.ts')).openHandles(digest);
    setGone(found === null);
    if (found !== null) onFiles(found.files, found.name);
  }
  return (
    <>
      <Button className="button button-main" onPress={() => void open()}>
        {t('openAgain.open', { name })}
      </Button>
      {gone && (
        <span className="small is-cut" role="alert">
          {t('openAgain.gone', { name })}
        </span>
      )}
    </>
  );
}
