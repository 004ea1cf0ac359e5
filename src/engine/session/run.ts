// One run from a recipe: loads, checks the wiring, answers before, trains, answers after. Emits protocol events; whoever
// drives it (worker, command line) decides when to step.
import type { ExportFile } from '../exchange/export/adapterTensors.ts';
import type { FloatType } from '../exchange/export/floatBytes.ts';
import type { ExportFormat } from '../exchange/export/formats.ts';
import type { ExportPiece } from '../exchange/export/pieces.ts';
import { collected } from '../exchange/export/pieces.ts';
import { placeAdapter } from '../exchange/import/placeAdapter.ts';
import { weightFormatsOf } from '../models/weightPlaces.ts';
import type { RunPhase } from '../protocol.ts';
import { weightOptions } from '../python/run/wire.ts';
import type { ChangePatch } from '../recipe/changes.ts';
import type { Fingerprint } from '../recipe/fingerprint.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { countParameters } from '../torch/nn/counts.ts';
import type { Backend } from '../training/backends/backend.ts';
import { deviceClass, isOnOrt } from '../training/backends/deviceInfo.ts';
import { estimateCost } from '../training/estimate.ts';
import { Generator } from '../training/generate/generator.ts';
import type { Watch } from '../training/generate/watch.ts';
import type { StepMetrics } from '../training/metrics.ts';
import { trainerOptions } from '../training/options.ts';
import { adapterLayoutOf } from '../training/recordTraining.ts';
import { RunPace } from '../training/runPace.ts';
import { Trainer } from '../training/trainer.ts';
import { firstValues } from '../training/valuesFromBase.ts';
import { assertMemory } from './assertMemory.ts';
import { assertSettings } from './assertSettings.ts';
import { errorData } from './errorData.ts';
import { exportRun } from './exportRun.ts';
import { fingerprintOf } from './fingerprint.ts';
import { Keeper } from './keeper.ts';
import { loadFiles, tellKernels } from './loadFiles.ts';
import { allRows } from './preparedRows.ts';
import { RunAnswers } from './runAnswers.ts';
import { RunChanges } from './runChanges.ts';
import { RunDoctor } from './runDoctor.ts';
import { beginNote } from './runNote.ts';
import type { RunOptions, RunParts } from './runOptions.ts';
import type { RunRows } from './runRows.ts';
import { rowsOf } from './runRows.ts';
import type { Snapshot } from './snapshot.ts';
import { encodeSnapshot } from './snapshot.ts';
import { assertFits } from './snapshotDecode.ts';
import { wiredRecipe } from './wiredRecipe.ts';

export class TrainingRun {
  readonly parts: RunParts;
  #steps = false;
  readonly backend: Backend;
  readonly #options: RunOptions;
  readonly answers: RunAnswers;
  readonly rows: RunRows;
  readonly #metrics: StepMetrics[] = [];
  readonly #pace = new RunPace(() => this.#options.now());
  readonly #doctor: RunDoctor;
  readonly keeper: Keeper;

  private constructor(options: RunOptions, parts: RunParts) {
    this.backend = options.opened.backend;
    this.#options = options;
    this.parts = parts;
    this.answers = parts.answers;
    this.rows = parts.rows;
    const { store, now, emit, saved } = options;
    this.#doctor = new RunDoctor(parts.values, emit);
    this.keeper = new Keeper({
      store,
      now,
      onUnsaved: (error) => emit({ type: 'unsaved', error: error && errorData(error) }),
      onKept: (bytes) => emit({ type: 'kept', run: bytes && new Blob([bytes]) }),
    });
    if (!saved) return;
    const { stateLengths } = this.parts.trainer;
    assertFits(saved, { stateLengths, totalSteps: this.parts.trainer.totalStepsAt(saved.state.step) });
    this.parts.trainer.restore(saved.state);
    this.#metrics.push(...saved.metrics);
    emit({ type: 'restored', recipe: this.recipe, metrics: saved.metrics });
    const { note } = saved;
    this.answers.restore(saved.before, note?.said ?? note?.after ?? []);
  }

  /** Everything up to the first step. Throws UserError or PythonError. */
  static async begin(options: RunOptions): Promise<TrainingRun> {
    const { assets, recipe, emit, opened } = options;
    assertSettings(recipe.values);
    emit({ type: 'phase', phase: 'loading', done: 0, total: 0, note: '' });
    const plain = await assets.model(recipe, options.signal);
    const source = await assets.rows(recipe, options.signal);
    const seen = await allRows(options, source, plain.tokenizer, recipe.values);
    const judged = await wiredRecipe(
      plain.config,
      recipe,
      { batch: seen.largest.train, allMasked: false },
      ({ category, message }) => emit({ type: 'warning', category, message }),
    );
    const { values, error } = judged;
    // A program may say another objective than the form: then the rows are pairs, or aren't. Those that train are judged.
    const data = recipe.program ? await allRows(options, source, plain.tokenizer, values) : seen;
    data.assertLearns();
    const { largest } = data;
    const layout = adapterLayoutOf(judged.wired);
    const first = firstValues(plain, judged.wired, layout, values);
    const { files, factors } = first;
    // A fresh wired model: the examination has recorded on its own.
    const weightFormat = weightFormatsOf(files.config, files.formatOf, weightOptions(values));
    const wired = { ...judged.wired, weightFormat };
    const brought = options.saved ? null : assets.adapter(recipe);
    const initial = brought && placeAdapter(brought, layout);
    const { backend } = opened;
    const estimate = estimateCost({
      config: files.config,
      wired,
      options: trainerOptions(values),
      largest,
      steps: data.facts.steps,
      profile: backend.profile,
      sessions: isOnOrt(backend.kind),
    });
    assertMemory(estimate, opened, options.memoryBytes ?? null);
    await loadFiles(options, files, weightOptions(values), largest);
    const changes = new RunChanges(recipe);
    const trainer = new Trainer({
      optionsAt: (step) => changes.optionsAt(step, values),
      backend,
      config: files.config,
      wired,
      options: trainerOptions(values),
      train: data.split.train,
      test: data.split.test,
      padId: files.tokenizer.padId,
      initial,
      first,
      now: options.now,
    });
    await trainer.prepare(tellKernels(options, 'compiling'));
    if (error) throw error;
    const generator = new Generator({
      backend,
      config: files.config,
      model: wired,
      layout: trainer.layout,
      tokenizer: files.tokenizer,
      stopIds: files.stopIds,
      ...{ rowTokens: largest.train.tokens, now: options.now },
      refresh: () => trainer.refresh(),
    });
    emit({
      type: 'started',
      ...countParameters(wired.root),
      peakBytes: estimate?.memory.peakBytes ?? backend.allocatedBytes(),
      totalSteps: trainer.totalSteps,
      backend: backend.kind,
      dispatchesPerStep: estimate?.dispatchesPerStep ?? 0,
    });
    const { quiet = options.cancelled, now } = options;
    const answers = new RunAnswers({
      ...{ run: options, recipe, prompts: source.prompts, backend, generator, quiet, now, taken: factors },
      adapterLength: trainer.stateLengths[0] ?? 0,
      refresh: () => trainer.refresh(),
      step: () => trainer.step,
    });
    return new TrainingRun(options, {
      trainer,
      answers,
      rows: rowsOf({ trainer, backend, wired, files, values, answers, split: data.split }),
      train: data.split.train,
      taken: factors,
      wired,
      values,
      files,
      note: options.saved?.note ?? beginNote(recipe, source, options.as),
      changes,
    });
  }

  /** Which run this is, wherever it goes on. */
  get id(): string {
    return this.parts.note.id;
  }

  get recipe(): Recipe {
    return this.parts.changes.recipe;
  }

  /** From the next step on other settings; a step that is under way ends as it began. */
  change(patch: ChangePatch): void {
    this.parts.changes.want(patch);
    if (!this.#steps) this.#settle();
  }

  #settle(): void {
    if (!this.parts.changes.settle(this.step)) return;
    this.parts.trainer.follow();
    this.#options.emit({ type: 'changed', recipe: this.recipe, totalSteps: this.totalSteps });
  }

  get step(): number {
    return this.parts.trainer.step;
  }

  get totalSteps(): number {
    return this.parts.trainer.totalSteps;
  }

  get finished(): boolean {
    return this.parts.trainer.finished;
  }

  get dispatchesPerStep(): number {
    return this.parts.trainer.dispatchesPerStep;
  }

  /** Of dispatchesPerStep, those inside decoder layers; the rest is embedding, final norm, head, loss and update. */
  get layerDispatches(): number {
    return this.parts.trainer.layerDispatches;
  }

  get fingerprint(): Fingerprint {
    const losses = this.#metrics.map(({ loss }) => loss);
    return fingerprintOf(losses, deviceClass(this.#options.opened.device));
  }

  phase(phase: RunPhase): void {
    this.#options.emit({ type: 'phase', phase, done: this.step, total: this.totalSteps, note: '' });
  }

  /** Throws UserError 'nan-loss' behind a step whose loss is no number. */
  async next(): Promise<StepMetrics> {
    this.#steps = true;
    const step = await this.parts.trainer.next().finally(() => {
      this.#steps = false;
    });
    const metrics = this.#pace.timed(step, this.totalSteps);
    this.#metrics.push(metrics);
    this.#options.emit({ type: 'step', metrics });
    this.#settle();
    this.#doctor.look(this.#metrics);
    const every = this.recipe.values['train.save_steps'];
    const asked = every > 0 && this.step % every === 0;
    if (!this.finished) await this.#pace.between(this.keeper.after(this.parts.trainer, this.#facts(), asked));
    return metrics;
  }

  /** The run as it stands, as files that other programs open. `type`: float type of a merged model. */
  exportAs(format: ExportFormat, type?: FloatType): Promise<readonly ExportFile[]> {
    return collected(this.exportPieces(format, type));
  }

  /** The same in pieces, for files that are not to be whole in memory. */
  async *exportPieces(format: ExportFormat, type: FloatType = 'float16'): AsyncGenerator<ExportPiece> {
    const { trainer, changes, values, wired, taken, files } = this.parts;
    const { adapter } = await trainer.state();
    const { recipe, fingerprint, totalSteps, finished } = this;
    const told = { recipe, fingerprint, totalSteps, finished, metrics: this.#metrics, best: trainer.best };
    const made = { wired, layout: trainer.layout, adapter, taken, files, values: changes.values(values) };
    yield* exportRun({ ...told, ...made }, this.#options.assets, format, type);
  }

  /** Logits [V] of the token that follows a question, with the adapter or without. */
  scores(prompt: string, adapter = true): Promise<Float32Array> {
    const { tokenizer } = this.parts.files;
    const ids = tokenizer.encode(tokenizer.render([{ role: 'user', content: prompt }], true).text);
    return this.answers.scores(ids, adapter);
  }

  /** How far the last step moved each tensor. */
  updateNorms(): Promise<number[]> {
    return this.parts.trainer.updateNorms();
  }

  /** Saves the run as it stands. */
  save(): Promise<void> {
    return this.keeper.after(this.parts.trainer, this.#facts(), true);
  }

  /** The run as it stands, as a file that a page can open and go on with. */
  async saved(): Promise<ExportFile> {
    const bytes = encodeSnapshot({ ...this.#facts(), state: await this.parts.trainer.state() });
    return { name: `${this.recipe.preset}-step-${this.step}.lora-run`, bytes };
  }

  #facts(): Omit<Snapshot, 'state'> {
    return {
      recipe: this.recipe,
      metrics: this.#metrics.map((metrics) => ({ ...metrics, tensorNorms: [] })),
      totalSteps: this.totalSteps,
      before: [...this.answers.before].map(([prompt, text]) => ({ prompt, text })),
      device: deviceClass(this.#options.opened.device),
      note: { ...this.parts.note, ...this.answers.told() },
    };
  }

  /** Between two steps: a few tokens of what is asked while the run trains. */
  async watch(watch: Watch): Promise<void> {
    const stepMs = this.#metrics.at(-1)?.stepMs ?? 0;
    if (!this.finished) await this.#pace.between(this.answers.between(watch, stepMs));
  }
}
