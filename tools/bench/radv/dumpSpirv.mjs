// A process of its own that has Dawn compile WGSL and print the SPIR-V it makes: Dawn writes to the process's output, not to a caller.
// Its argument is a file of JSON, a list of { name, code, entry }. What is printed between two @@ lines belongs to the first of them.
import { readFileSync, writeSync } from 'node:fs';
import { create, globals } from 'webgpu';

const shaders = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
Object.assign(globalThis, globals);
const gpu = create(['enable-dawn-features=dump_shaders,disable_symbol_renaming']);
const adapter = await gpu.requestAdapter();
if (!adapter) throw new Error('WebGPU: no adapter on this machine; any software driver of Vulkan will do.');
const requiredFeatures = ['shader-f16', 'subgroups'].filter((name) => adapter.features.has(name));
const device = await adapter.requestDevice({ requiredFeatures });
for (const { name, code, entry } of shaders) {
  writeSync(1, `\n@@ ${name}\n`);
  try {
    const module = device.createShaderModule({ code });
    await device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: entry } });
  } catch (error) {
    writeSync(1, `\n@@error ${error instanceof Error ? error.message : error}\n`);
  }
}
writeSync(1, '\n@@end\n');
process.exit(0);
