// Texts of the dialog in which a run is handed to a hub. Fetched with it.
export const enPush = {
  title: 'Push to {{host}}',
  intro:
    'Adapter, model card, script and log go into one repository there, as one commit. Your rows stay here.',
  repository: 'Repository',
  repositoryHelp:
    'owner/name: your name there, or an organisation that lets you write. It is made if it is not there.',
  private: 'Private: only you see it. A repository that is there already stays as it is.',
  token: 'Access token',
  tokenHelp:
    'One with the right to write, made at {{host}} under Settings, Access Tokens. It is sent to {{host}} alone and forgotten when this page is closed or reloaded.',
  tokenHeld: 'A token is in use; leave this empty to keep it.',
  send: 'Push',
  cancel: 'Give it up',
  gathering: 'writing the files …',
  sending: '{{file}}: {{done}} of {{total}}',
  starting: 'asking {{host}} …',
  pushed: 'It is there:',
} as const;
