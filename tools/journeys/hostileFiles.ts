// Files that mean harm, written for the walk of hangs.ts: a zip of nothing that unpacks to 900 MB, and tiny models whose chat template never
// ends or nests without measure.
import { writeFileSync } from 'node:fs';
import { crc32, deflateRawSync } from 'node:zlib';
import { types, writeGguf } from '../../src/engine/ground/formats/gguf/writer.ts';
import { tinyMetadata, tinySpec } from '../../src/engine/testing/ggufModel.ts';

const MiB = 1024 * 1024;
const BOMB_MIB = 858;

/** An honest zip by its headers: one stored-as-deflate entry of zeros, about 0.9 MB for 900 MB. */
export function writeBomb(path: string): void {
  const name = Buffer.from('adapter_model.safetensors');
  const zeros = Buffer.alloc(BOMB_MIB * MiB);
  const packed = deflateRawSync(zeros);
  const sizes = (at: number, head: Buffer): Buffer => {
    head.writeUInt16LE(20, at);
    head.writeUInt16LE(8, at + 4);
    head.writeUInt32LE(crc32(zeros), at + 10);
    head.writeUInt32LE(packed.length, at + 14);
    head.writeUInt32LE(zeros.length, at + 18);
    head.writeUInt16LE(name.length, at + 22);
    return head;
  };
  const local = sizes(4, Buffer.alloc(30));
  local.writeUInt32LE(0x04034b50, 0);
  const central = sizes(6, Buffer.alloc(46));
  central.writeUInt32LE(0x02014b50, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + name.length, 12);
  end.writeUInt32LE(local.length + name.length + packed.length, 16);
  writeFileSync(path, Buffer.concat([local, name, packed, central, name, end]));
}

/** A tiny model with this chat template. */
export function writeModel(path: string, template: string): void {
  const metadata = tinyMetadata();
  metadata.set('tokenizer.chat_template', ['tokenizer.chat_template', types.string, template]);
  writeFileSync(path, writeGguf(tinySpec(metadata)).file);
}
