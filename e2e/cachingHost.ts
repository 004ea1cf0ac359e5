// A host of the built page that lets the browser keep its model for an hour, and may have another one: for what stands in a warm cache.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileFor, typeOf } from '../tools/start/serve.ts';

const BASE = '/some/sub/path/';

export interface CachingHost {
  readonly address: string;
  /** Whether the model's bytes are spoiled. */
  spoils: boolean;
  /** How often the model was asked for. */
  asked: number;
  close(): void;
}

export async function cachingHost(): Promise<CachingHost> {
  const host = { address: '', spoils: false, asked: 0, close: () => {} };
  const server = createServer(({ url = '/' }, response) => {
    const file = fileFor('dist', BASE, url.replace(/[?#].*$/, '')) ?? '';
    let bytes: Buffer;
    try {
      bytes = readFileSync(file);
    } catch {
      return void response.writeHead(404).end();
    }
    const model = file.endsWith('model.safetensors');
    if (model) host.asked += 1;
    if (model && host.spoils) bytes[1_000_000] = (bytes[1_000_000] ?? 0) ^ 255;
    response.writeHead(200, {
      'content-type': typeOf(file),
      'content-length': bytes.length,
      'cache-control': model ? 'max-age=3600, immutable' : 'no-store',
    });
    response.end(bytes);
  });
  await new Promise<void>((listens) => server.listen(0, 'localhost', listens));
  const at = server.address();
  host.address = `http://localhost:${typeof at === 'object' && at ? at.port : 0}${BASE}`;
  host.close = () => {
    server.closeAllConnections();
    server.close();
  };
  return host;
}
