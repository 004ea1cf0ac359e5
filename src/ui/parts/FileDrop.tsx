// A place to drop files into, with a button that picks them instead. What they are is for the caller. Where the browser gives handles for
// what is picked, they are noted (handles/opened.ts).
import { Button, DropZone, FileTrigger } from 'react-aria-components';
import { pickFiles, pickFolder, picksHandles } from '../handles/opened.ts';

interface Props {
  /** What may be dropped; also the zone's name. */
  readonly label: string;
  /** Said in place of the label while the engine reads. */
  readonly busy: string | null;
  readonly choose: string;
  readonly accept: readonly string[];
  readonly multiple?: boolean;
  /** Label of a second button, which picks a folder; what lies in folders of it is left out. */
  readonly chooseFolder?: string;
  /** With the name of the folder that they lie in, where it is known. */
  readonly onFiles: (files: readonly File[], folder: string | null) => void;
}

type Dropped = Parameters<NonNullable<Parameters<typeof DropZone>[0]['onDrop']>>[0];

/** Files of a drop, those of dropped folders too, with the name of the last one. */
async function droppedFiles({ items }: Dropped): Promise<[File[], string | null]> {
  const files: File[] = [];
  let folder: string | null = null;
  for (const item of items) {
    if (item.kind === 'file') files.push(await item.getFile());
    if (item.kind === 'directory') {
      folder = item.name;
      for await (const entry of item.getEntries())
        if (entry.kind === 'file') files.push(await entry.getFile());
    }
  }
  return [files, folder];
}

/** The files of a picked folder itself. */
function folderFiles(picked: readonly File[]): [File[], string | null] {
  const parts = picked.map((file) => file.webkitRelativePath.split('/'));
  return [picked.filter((_, i) => parts[i]?.length === 2), parts[0]?.[0] ?? null];
}

export function FileDrop(props: Props) {
  const { label, busy, choose, accept, multiple = false, chooseFolder, onFiles } = props;
  const taken =
    (folder: string | null) =>
    (files: readonly File[]): void => {
      if (files.length > 0) onFiles(files, folder);
    };
  return (
    <DropZone
      className="drop"
      aria-label={label}
      getDropOperation={() => 'copy'}
      onDrop={(event) => void droppedFiles(event).then(([files, folder]) => onFiles(files, folder))}
    >
      <span>{busy ?? label}</span>
      {picksHandles() ? (
        <>
          <Button className="button" onPress={() => void pickFiles(accept, multiple).then(taken(null))}>
            {choose}
          </Button>
          {chooseFolder !== undefined && (
            <Button
              className="button"
              onPress={() => void pickFolder().then(([files, name]) => taken(name)(files))}
            >
              {chooseFolder}
            </Button>
          )}
        </>
      ) : (
        <>
          <FileTrigger
            allowsMultiple={multiple}
            acceptedFileTypes={accept}
            onSelect={(files) => onFiles([...(files ?? [])], null)}
          >
            <Button className="button">{choose}</Button>
          </FileTrigger>
          {chooseFolder !== undefined && (
            <FileTrigger acceptDirectory onSelect={(files) => onFiles(...folderFiles([...(files ?? [])]))}>
              <Button className="button">{chooseFolder}</Button>
            </FileTrigger>
          )}
        </>
      )}
    </DropZone>
  );
}
