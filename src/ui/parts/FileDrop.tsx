// A place to drop files into, with a button that picks them instead. What they are is for the caller.
import { Button, DropZone, FileTrigger } from 'react-aria-components';

interface Props {
  /** What may be dropped; also the zone's name. */
  readonly label: string;
  /** Said in place of the label while the engine reads. */
  readonly busy: string | null;
  readonly choose: string;
  readonly accept: readonly string[];
  readonly multiple?: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

type Dropped = Parameters<NonNullable<Parameters<typeof DropZone>[0]['onDrop']>>[0];

/** Files of a drop, those of dropped folders too. */
async function droppedFiles({ items }: Dropped): Promise<File[]> {
  const files: File[] = [];
  for (const item of items) {
    if (item.kind === 'file') files.push(await item.getFile());
    if (item.kind === 'directory')
      for await (const entry of item.getEntries())
        if (entry.kind === 'file') files.push(await entry.getFile());
  }
  return files;
}

export function FileDrop({ label, busy, choose, accept, multiple = false, onFiles }: Props) {
  return (
    <DropZone
      className="drop"
      aria-label={label}
      getDropOperation={() => 'copy'}
      onDrop={(event) => void droppedFiles(event).then(onFiles)}
    >
      <span>{busy ?? label}</span>
      <FileTrigger
        allowsMultiple={multiple}
        acceptedFileTypes={accept}
        onSelect={(files) => onFiles([...(files ?? [])])}
      >
        <Button className="button">{choose}</Button>
      </FileTrigger>
    </DropZone>
  );
}
