// `npm run train`: the page's run without the page. Same engine, same recipe, same numbers; exit status 1 on failure.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isExportRefusal } from '../../src/engine/exchange/exchangeErrors.ts';
import { counted } from '../../src/engine/ground/counted.ts';
import type { UserError } from '../../src/engine/ground/errors.ts';
import { openNet } from '../../src/engine/ground/fetching/net.ts';
import type { HubSettings } from '../../src/engine/hub/hubNet.ts';
import { assertPushable, pushFiles } from '../../src/engine/hub/push/pushFiles.ts';
import type { Event, ExportFormat } from '../../src/engine/protocol.ts';
import type { Recipe } from '../../src/engine/recipe/recipe.ts';
import { sameRun } from '../../src/engine/recipe/sameRun.ts';
import { Assets } from '../../src/engine/session/assets.ts';
import { runLink } from '../../src/engine/session/exportRun.ts';
import { lossBehind } from '../../src/engine/session/lossBehind.ts';
import { TrainingRun } from '../../src/engine/session/run.ts';
import { scriptBundle } from '../../src/engine/session/scriptBundle.ts';
import type { Snapshot, SnapshotStore } from '../../src/engine/session/snapshot.ts';
import { memoryStore } from '../../src/engine/session/snapshot.ts';
import { newestSnapshot } from '../../src/engine/session/snapshotDecode.ts';
import { isOnOrt } from '../../src/engine/training/backends/deviceInfo.ts';
import type { OpenedBackend } from '../../src/engine/training/backends/openDevice.ts';
import { openBackend } from '../../src/engine/training/backends/openDevice.ts';
import { openOrt } from '../../src/engine/training/backends/ort/openOrt.ts';
import type { StepMetrics } from '../../src/engine/training/metrics.ts';
import { deviceLost, noGpu, ortError } from '../../src/engine/training/trainingErrors.ts';
import { helped, usageError } from '../commandLine.ts';
import { cliError } from './cliErrors.ts';
import { fileTuning } from './fileTuning.ts';
import { folderStore } from './folderStore.ts';
import { deleteKeptModel, listKeptModels } from './keptModels.ts';
import { nodeGpu, nodeOrtGpu } from './nodeGpu.ts';
import { opinionOf } from './opinion.ts';
import type { CliOptions } from './options.ts';
import { command, readOptions } from './options.ts';
import { readPublic } from './readPublic.ts';
import { recipeOf } from './recipeOf.ts';
import type { Report } from './report.ts';
import { jsonReport, textReport } from './report.ts';
import { rowLossesOf } from './rowLosses.ts';
import { stepLog } from './stepLog.ts';
import type { TrainOne } from './sweep.ts';
import { sweep, writeSweep } from './sweep.ts';
import { writePieces } from './writePieces.ts';

const MOST_ATTEMPTS = 4;

/** Opens the device that was asked for. Throws UserError 'no-gpu'. */
async function openDevice(options: CliOptions, recipe: Recipe): Promise<OpenedBackend> {
  const opened = await openBackend({
    gpu: await nodeGpu(),
    ort: () => openOrt(),
    ortGpu: nodeOrtGpu,
    choice: options.backend,
    profile: options.profile,
    half: recipe.values['model.dtype'] !== 'float32',
    tuning: fileTuning(),
    now: () => performance.now(),
  });
  const wanted = options.backend;
  if (wanted === 'auto' || opened.device.backend === wanted) return opened;
  // Without an adapter ONNX Runtime takes the place of WebGPU.
  if (wanted === 'webgpu' || opened.device.backend === 'ort') throw noGpu({});
  if (isOnOrt(wanted))
    throw ortError({ cause: opened.device.trouble?.en ?? 'its WebAssembly did not start' });
  return opened;
}

/** Adapter and log always, the merged model when it was asked for. A format that can't say the adapter is told, not fatal. */
async function writeFiles(run: TrainingRun, folder: string, job: Job): Promise<void> {
  const { merge, web } = job.options;
  const wanted: readonly (readonly [ExportFormat, string])[] = [
    ['peft', 'peft'],
    ['gguf', '.'],
    ['mlx', 'mlx'],
    ['log', 'log'],
    ...(merge === null
      ? []
      : ([
          ['merged', 'merged'],
          ['merged-gguf', '.'],
        ] as const)),
    ...web.map((format) => [format, 'web'] as const),
  ];
  for (const [format, place] of wanted) {
    try {
      await writePieces(run.exportPieces(format, merge ?? 'float16'), `${folder}/${place}`);
    } catch (error) {
      if (!isExportRefusal(error)) throw error;
      job.report.warning('export', error.message);
    }
  }
}

const writer = ({ hub }: CliOptions): HubSettings => ({ address: hub, token: process.env.HF_TOKEN ?? null });

/** Adapter, card, script and log into a repository of the hub; HF_TOKEN says who writes. */
async function push(run: TrainingRun, repository: string, { options, report }: Job): Promise<void> {
  const files = await run.exportAs('repository');
  const settings = writer(options);
  const wish = {
    repository,
    private: !options.public,
    title: 'An adapter of LoRA Playground',
    files: files.map(({ name, bytes }) => ({ name, file: new Blob([bytes]) })),
  };
  const { page, commit } = await pushFiles(openNet(), settings, wish);
  report.pushed(page, commit);
}

/** The same run in Python, as one zip. */
async function writeBundle(file: string, recipe: Recipe, assets: Assets): Promise<void> {
  const { downloadZip } = await import('client-zip');
  const files = await scriptBundle(assets, recipe);
  const zip = downloadZip(files.map(({ name, bytes }) => ({ name: `script/${name}`, input: bytes })));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, new Uint8Array(await zip.arrayBuffer()));
}

/** Lets files be written: the CPU backend would otherwise keep the thread from its first step to its last. */
const breathe = (): Promise<void> =>
  new Promise((go) => {
    setImmediate(go);
  });

interface Job {
  readonly options: CliOptions;
  readonly report: Report;
  readonly assets: Assets;
  readonly recipe: Recipe;
  /** Whether it goes on behind a step; absent: to its end. */
  readonly goesOn?: Parameters<TrainOne>[2];
}

/** One run on one device, from the start or from what was saved. */
async function runOn(
  opened: OpenedBackend,
  saved: Snapshot | null,
  job: Job,
  store: SnapshotStore,
): Promise<void> {
  const { options, report, assets, recipe } = job;
  const { backend, device } = opened;
  const lost: UserError[] = [];
  void opened.lost.then((error) => lost.push(error));
  const deviceName = device.adapter
    ? `${device.backend === 'webgpu' ? '' : 'ONNX Runtime, '}WebGPU on ${device.adapter.description || device.adapter.device}`
    : device.compared
      ? `ONNX Runtime on the CPU, ${device.compared.times.toFixed(1)} times as fast as ${device.compared.adapter} here`
      : device.backend === 'ort'
        ? 'ONNX Runtime on the CPU'
        : 'CPU';
  const answers = new Map<string, { before: string; after: string }>();
  const emit = (event: Event): void => {
    if (event.type === 'phase' && event.note === 'compiling') report.compiling(event.done, event.total);
    if (event.type === 'warning') report.warning(event.category, event.message);
    if (event.type === 'refused') {
      const { code, message, remedy } = event.error;
      report.warning(code, `${message.en} ${remedy.en}`);
    }
    if (event.type === 'started') report.start({ ...event, device: deviceName });
    if (event.type === 'diagnosed') report.diagnosed(event.diagnosis);
    if (event.type === 'restored') report.restored(event.metrics.length);
    if (event.type === 'answer' && event.done) {
      const pair = answers.get(event.prompt) ?? { before: '', after: '' };
      answers.set(event.prompt, { ...pair, [event.side]: event.text });
    }
  };
  const run = await TrainingRun.begin({
    assets,
    recipe,
    opened,
    store,
    saved,
    emit,
    now: () => performance.now(),
    cancelled: () => false,
    breathe,
  });
  if (!saved) await run.answers.own('before');
  await backend.timings();
  const counters = { ...backend.counters };
  const first = run.step;
  const steps: StepMetrics[] = [];
  const log = stepLog(report, recipe, saved?.metrics ?? []);
  while (!run.finished) {
    const metrics = await run.next();
    // What the device complains of comes beside the numbers, which then mean nothing.
    if (lost[0]) throw lost[0];
    log(metrics, run.totalSteps);
    steps.push(metrics);
    if (job.goesOn?.(steps, run.totalSteps) === false) break;
    await breathe();
  }
  if (options.profile) {
    const taken = run.step - first;
    const perStep = (key: keyof typeof counters): number => (backend.counters[key] - counters[key]) / taken;
    const layers = (await assets.model(recipe)).config.layers;
    const kernels = [...(await backend.timings())]
      .map(([name, ms]) => ({ name, ms: ms / taken }))
      .sort((a, b) => b.ms - a.ms);
    report.profile({
      dispatchesPerStep: run.dispatchesPerStep,
      dispatchesPerLayer: run.layerDispatches / layers,
      submitsPerStep: perStep('submits'),
      readbacksPerStep: perStep('readbacks'),
      allocatedBytes: backend.allocatedBytes(),
      kernels,
    });
  }
  await run.answers.own('after');
  for (const [prompt, { before, after }] of answers) report.sample(prompt, before, after);
  if (options.rows > 0) report.rows(await rowLossesOf(run, options.rows, breathe));
  if (options.check !== null) report.opinion(await opinionOf(run, options.check, breathe));
  if (options.export !== null) await writeFiles(run, options.export, job);
  if (options.push !== null) await push(run, options.push, job);
  await run.keeper.clear();
  report.done(await runLink(assets, recipe, run.fingerprint));
}

/** One run, or those of a sweep. */
async function train(options: CliOptions, report: Report, assets: Assets): Promise<void> {
  // What could be known before the first step is not told after the last.
  if (options.push !== null) assertPushable(writer(options), options.push);
  const recipe = await recipeOf({ ...options, keep: true }, assets, (text) => report.warning('link', text));
  if (options.bundle !== null) await writeBundle(options.bundle, recipe, assets);
  if (options.sweep.length === 0) return trainOne({ options, report, assets, recipe });
  const one: TrainOne = (swept, folder, goesOn) =>
    trainOne({ options: { ...options, export: folder }, report, assets, recipe: swept, goesOn });
  const runs = await sweep(options, recipe, one, report.sweepRun);
  report.sweep(runs);
  if (options.export !== null) await writeSweep(options.export, runs);
}

/** A run that loses its device goes on with another; one that was ended goes on when the same folder is named again. */
async function trainOne(job: Job): Promise<void> {
  const { options, report, recipe } = job;
  const store = options.checkpoint === null ? memoryStore() : folderStore(options.checkpoint);
  for (let attempt = 1; ; attempt++) {
    const found = await newestSnapshot(store);
    const saved = found && sameRun(found.recipe, recipe) ? found : null;
    const opened = await openDevice(options, recipe);
    try {
      await runOn(opened, saved, job, store);
      return;
    } catch (error) {
      const loss = await lossBehind(error, opened);
      if (!deviceLost.is(loss) || attempt === MOST_ATTEMPTS) throw loss;
      report.warning('device-lost', 'The device was lost; the run goes on from the last saved step.');
    } finally {
      opened.backend.destroy();
    }
  }
}

export { command };

export async function main(args: readonly string[]): Promise<number> {
  if (helped(command, args)) return 0;
  const report = args.includes('--json') ? jsonReport : textReport;
  try {
    const options = readOptions(args);
    const assets = new Assets(readPublic);
    if (options.listPresets) {
      for (const { id, title, rows } of await assets.presets()) {
        process.stdout.write(
          options.json
            ? `${JSON.stringify({ event: 'preset', id, title: title.en, rows })}\n`
            : `${id.padEnd(18)} ${title.en} (${counted(rows, 'row')})\n`,
        );
      }
      return 0;
    }
    const write = (text: string): void => void process.stdout.write(text);
    if (options.listModels) {
      await listKeptModels(options.json, write);
      return 0;
    }
    if (options.deleteModel !== null) {
      const { deleteModel, json } = options;
      if (await deleteKeptModel(deleteModel, json, write)) return 0;
      throw usageError(
        command,
        `--delete-model: no kept model is called '${deleteModel}'. --list-models names them.`,
      );
    }
    await train(options, report, assets);
    return 0;
  } catch (error) {
    report.error(cliError(error));
    return 1;
  }
}
