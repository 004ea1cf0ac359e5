// Ranges of blobs and addresses; servers that answer otherwise than they should are named with what they did.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { blobSource, urlSource } from './byteSource.ts';

const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * 37) & 255);
let address = '';

const server = createServer((request, response) => {
  const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '');
  const [from, to] = [Number(range?.[1] ?? 0), Number(range?.[2] ?? bytes.length - 1)];
  if (request.url === '/whole') response.writeHead(200).end(bytes);
  else if (request.url === '/gone' || !range) response.writeHead(404).end();
  else {
    const short = request.url === '/short' && to > 100 ? 5 : 0;
    response
      .writeHead(206, { 'content-range': `bytes ${from}-${to}/${bytes.length}` })
      .end(bytes.subarray(from, to + 1 - short));
  }
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  address = `http://127.0.0.1:${port}`;
});
afterAll(() => void server.close());

it('reads the same range from a blob and an address', async () => {
  const sources = [blobSource('b', new Blob([bytes])), await urlSource(`${address}/file.gguf`)];
  for (const source of sources) {
    expect(source.size).toBe(1000);
    expect(await source.read(123, 456)).toEqual(bytes.slice(123, 579));
  }
});

it('says so when bytes are not there', async () => {
  await expect(blobSource('cut.gguf', new Blob([bytes])).read(990, 20)).rejects.toThrow(
    /cut\.gguf: bytes 990 to 1010 can't be read \(only 10 bytes came\)/,
  );
});

it('refuses servers that ignore ranges, lack the file or send less than they said', async () => {
  await expect(urlSource(`${address}/whole`)).rejects.toThrow(/the server answered 200 to a range/);
  await expect(urlSource(`${address}/gone`)).rejects.toThrow(/the server answered 404 to a range/);
  const short = await urlSource(`${address}/short`);
  await expect(short.read(100, 50)).rejects.toThrow(/status 206, 45 of 50 bytes/);
  await expect(urlSource('http://127.0.0.1:9/x')).rejects.toThrow(
    /127\.0\.0\.1:9\/x: bytes 0 to 1 can't be read/,
  );
});
