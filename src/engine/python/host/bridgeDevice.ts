// The one door of the Python world: a character device that takes a request as a line of JSON and gives the reply back as another.
// Python holds no object of JavaScript, so that a script finds no way into it.

/** What this uses of Emscripten's file system. */
export interface FileSystem {
  readonly makedev: (major: number, minor: number) => number;
  readonly registerDevice: (device: number, operations: object) => void;
  readonly mkdev: (path: string, device: number) => void;
  readonly mkdirTree: (path: string) => void;
  readonly writeFile: (path: string, data: string) => void;
  readonly unlink: (path: string) => void;
}

/** Longest line that is taken: a script could write without end. */
const LONGEST_BYTES = 32 << 20;

type Listener = (line: string) => string;

/** Makes the device and returns the function that sets who answers. */
export function bridgeDevice(files: FileSystem, path: string): (listener: Listener) => void {
  let listener: Listener = () => '{}';
  let asked: Uint8Array[] = [];
  let askedBytes = 0;
  let replied = new Uint8Array(0);
  const device = files.makedev(97, 0);
  files.registerDevice(device, {
    open: (stream: { seekable: boolean }) => {
      stream.seekable = false;
    },
    close: () => {},
    write: (_stream: unknown, memory: Uint8Array, offset: number, length: number): number => {
      const bytes = new Uint8Array(memory.subarray(offset, offset + length));
      asked.push(bytes);
      askedBytes += length;
      if (bytes[length - 1] !== 10 && askedBytes < LONGEST_BYTES) return length;
      const line = textOf(asked, askedBytes);
      asked = [];
      askedBytes = 0;
      replied = new TextEncoder().encode(`${listener(line)}\n`);
      return length;
    },
    read: (_stream: unknown, memory: Uint8Array, offset: number, length: number): number => {
      const part = replied.subarray(0, length);
      memory.set(part, offset);
      replied = replied.subarray(part.length);
      return part.length;
    },
  });
  files.mkdev(path, device);
  return (next) => {
    listener = next;
  };
}

function textOf(parts: readonly Uint8Array[], bytes: number): string {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new TextDecoder().decode(whole);
}
