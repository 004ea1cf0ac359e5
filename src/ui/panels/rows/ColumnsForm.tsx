// What the columns are for: the format that the file is read as, what a row is, and the column of each role.
import { memo } from 'react';
import type { ColumnMapping, ColumnRole, DataFormat, RowKind } from '../../../engine/index.ts';
import { rolesOf, rowKinds } from '../../../engine/index.ts';
import { useActions } from '../../PageContext.tsx';
import { Picker } from '../../parts/Picker.tsx';
import { Tick } from '../../parts/Tick.tsx';
import { startMapping, withColumn } from './mappingEdits.ts';
import { useRowsTexts } from './rowsTexts.ts';

const formats: readonly DataFormat[] = ['json', 'csv', 'text'];
const isFormat = (value: string): value is DataFormat => formats.some((one) => one === value);
const isKind = (value: string): value is RowKind => rowKinds.some((one) => one === value);

/** The column of a role: a list of all columns, and so not drawn again for anything else. */
const Role = memo(function Role(props: {
  readonly role: ColumnRole;
  readonly mapping: ColumnMapping;
  readonly columns: readonly string[];
}) {
  const { role, mapping, columns } = props;
  const r = useRowsTexts();
  const actions = useActions();
  const needed = rolesOf[mapping.to].needed.includes(role);
  const chosen = mapping.columns[role] ?? '';
  const none = { value: '', label: r('none') };
  const options = columns.map((column) => ({ value: column, label: column }));
  return (
    <div className="setting">
      <span className="setting-label">{r(`role_${role}`)}</span>
      <Picker
        label={r(`role_${role}`)}
        options={needed && chosen !== '' ? options : [none, ...options]}
        value={chosen}
        onChange={(column) => actions.changeRows({ columns: withColumn(mapping, role, column) })}
      />
    </div>
  );
});

interface Props {
  readonly mapping: ColumnMapping | null;
  readonly format: DataFormat;
  /** Whether the rows are a file's. */
  readonly inFile: boolean;
  readonly columns: readonly string[];
}

export const ColumnsForm = memo(function ColumnsForm({ mapping, format, inFile, columns }: Props) {
  const r = useRowsTexts();
  const actions = useActions();
  const roles = mapping ? [...rolesOf[mapping.to].needed, ...rolesOf[mapping.to].more] : [];
  const turns = mapping?.to === 'prompt-completion' || mapping?.to === 'preference';
  return (
    <div className="columns-form">
      {!(inFile && format === 'parquet') && (
        <div className="setting">
          <span className="setting-label">{r('format')}</span>
          <Picker
            label={r('format')}
            options={formats.map((one) => ({ value: one, label: r(`format_${one}`) }))}
            value={format}
            onChange={(one) => isFormat(one) && one !== format && actions.readAs(one)}
          />
        </div>
      )}
      <div className="setting">
        <span className="setting-label">{r('kind')}</span>
        <Picker
          label={r('kind')}
          options={[
            { value: 'named', label: r('kind_named') },
            ...rowKinds.map((kind) => ({ value: kind, label: r(`kind_${kind}`) })),
          ]}
          value={mapping?.to ?? 'named'}
          onChange={(kind) =>
            actions.changeRows({
              columns: isKind(kind) ? startMapping(kind, columns, mapping ?? undefined) : null,
            })
          }
        />
      </div>
      {mapping && roles.map((role) => <Role key={role} role={role} mapping={mapping} columns={columns} />)}
      {mapping && turns && (
        <Tick on={mapping.chat} onChange={(chat) => actions.changeRows({ columns: { ...mapping, chat } })}>
          {r('chat')}
        </Tick>
      )}
      {mapping && mapping.to !== 'text' && (
        <Tick
          on={mapping.renameRoles}
          onChange={(renameRoles) => actions.changeRows({ columns: { ...mapping, renameRoles } })}
        >
          {r('rename')}
        </Tick>
      )}
      {mapping && <p className="small dim">{r('guessed')}</p>}
    </div>
  );
});
