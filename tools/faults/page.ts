// What the machine for faults puts into the page, and what it reads off it: what a person sees there, every step's loss as the worker tells
// it, and how often a worker that says nothing was asked whether it lives. Runs in any browser; decides nothing.

export interface Seen {
  readonly progress: string;
  /** Failures, notes and warnings. */
  readonly told: string;
  /** Some of it says that the run stopped. */
  readonly failure: boolean;
  readonly goOn: boolean;
  /** The trainer has looked for a device: what was saved is looked up next. */
  readonly awake: boolean;
  /** Of each step, so far; a step told again replaces the earlier one. null: told by an earlier page, in another tab. */
  readonly losses: readonly (number | null)[];
  /** Downloads that the page has begun. */
  readonly saved: number;
  /** The most that a worker was asked in vain whether it lives, before it was given up. */
  readonly vain: number;
}

/** Before the page's own scripts. */
export function watch(): void {
  const told: (number | null)[] = JSON.parse(sessionStorage.getItem('losses') ?? '[]');
  const workers: Worker[] = [];
  const vain = new Map<Worker, number>();
  const given = new Set<Worker>();
  const fault = { workers, told, vain, given, awake: false, saved: 0 };
  Object.assign(window, { fault });
  const Original = Worker;
  window.Worker = class extends Original {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      workers.push(this);
      this.addEventListener('message', ({ data }) => {
        vain.set(this, 0);
        if (data.type === 'device') fault.awake = true;
        if (data.type !== 'step') return;
        told[data.metrics.step - 1] = data.metrics.loss;
        sessionStorage.setItem('losses', JSON.stringify(told));
      });
    }
    override postMessage(message: unknown, transfer?: Transferable[] | StructuredSerializeOptions): void {
      if (Object(message).type === 'ping') vain.set(this, (vain.get(this) ?? 0) + 1);
      if (Array.isArray(transfer)) super.postMessage(message, transfer);
      else super.postMessage(message, transfer);
    }
  };
  const ends = Original.prototype.terminate;
  Original.prototype.terminate = function terminated() {
    given.add(this);
    ends.call(this);
  };
  const click = HTMLAnchorElement.prototype.click;
  HTMLAnchorElement.prototype.click = function clicked() {
    if (this.download !== '') fault.saved += 1;
    click.call(this);
  };
}

/** What `watch` keeps, as the page's own scripts can't name it. */
export function look(): Seen {
  const { told, vain, given, awake, saved } = Object(window).fault;
  const inVain = [...given].map((worker) => Number(vain.get(worker) ?? 0));
  const texts = [...document.querySelectorAll('.failure, .note, .warnings')].map(
    (one) => one.textContent ?? '',
  );
  const buttons = [...document.querySelectorAll('button')].map((one) => one.textContent?.trim() ?? '');
  return {
    progress: document.querySelector('.progress')?.textContent?.trim() ?? '',
    told: texts.join(' | '),
    failure: document.querySelector('.failure[aria-label="The run stopped"]') !== null,
    goOn: buttons.includes('Go on'),
    awake,
    losses: Array.from<number | null, number | null>(told, (loss) => loss ?? null),
    saved,
    vain: Math.max(0, ...inVain),
  };
}

export function terminate(list: readonly number[]): void {
  const workers: readonly Worker[] = Object(window).fault.workers;
  for (const index of list) workers[index]?.terminate();
}

/** A page without scripts of its own keeps which kernels a run takes, and that it takes WebGPU, so that no run measures either. */
export async function keepTuning([key, variants]: readonly [string, object]): Promise<void> {
  localStorage.setItem('lora-playground.backend', 'webgpu');
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle('lora-playground', { create: true });
  const file = await (await folder.getFileHandle('tuning.json', { create: true })).createWritable();
  await file.write(JSON.stringify({ [key]: variants }));
  await file.close();
}

/** What a run would find: an adapter, and the features of its device. Throws where there is none. */
export async function adapterOf(wanted: readonly GPUFeatureName[]): Promise<{
  info: Pick<GPUAdapterInfo, 'vendor' | 'architecture' | 'device' | 'description'>;
  features: string[];
}> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('this browser has no WebGPU adapter');
  const device = await adapter.requestDevice({
    requiredFeatures: wanted.filter((feature) => adapter.features.has(feature)),
  });
  const { vendor, architecture, device: name, description } = adapter.info;
  const features = [...device.features].sort();
  device.destroy();
  return { info: { vendor, architecture, device: name, description }, features };
}
