// What a rule is: one behaviour of one library, and what it was since which release. The points at which the modelled versions
// differ stand here by library, with their possible values.
import type { Since } from '../since.ts';
import type { Library } from '../version.ts';

/**
 * How a base model's weights are packed, by transformers' `quantization_method`; of bitsandbytes by its width. What is the same in all
 * modelled releases: every one of them sets `is_quantized`, so Trainer wants adapters on it and PeftModel's constructor installs no hook;
 * only bitsandbytes' set `is_loaded_in_4bit` or `is_loaded_in_8bit`, which is all that SFTTrainer looks at before it prepares a model.
 */
export type PackedWeights =
  | 'bnb-4bit'
  | 'bnb-8bit'
  | 'gptq'
  | 'awq'
  | 'aqlm'
  | 'eetq'
  | 'hqq'
  | 'torchao'
  | 'quanto';

interface TransformersBehaviours {
  /** What `gradient_checkpointing_enable()` passes to torch when the script passes nothing. */
  readonly checkpointingDefault: 'nothing' | 'reentrant' | 'non-reentrant';
  /** Whether `gradient_checkpointing_enable` and TrainingArguments know `gradient_checkpointing_kwargs`. */
  readonly checkpointingKwargs: boolean;
  /** When `gradient_checkpointing_enable` installs the input-grad hook by itself. */
  readonly checkpointingHook: 'never' | 'after-add-adapter' | 'always';
  /** What Trainer passes to `gradient_checkpointing_enable` when its arguments hold no kwargs. */
  readonly trainerKwargs: 'none' | 'empty';
  /** Whether Trainer switches the cache off itself, so that checkpointing has nothing to log. */
  readonly trainerCacheOff: boolean;
  readonly trainerRefusesQuantised: boolean;
  /** On which packed bases Trainer trains adapters; on others it raises `quantisedTrainingError`. */
  readonly trainsQuantised: readonly PackedWeights[];
  /** `{method}` stands for the quantization_method. */
  readonly quantisedTrainingError: string;
  /** dtype of what bitsandbytes doesn't pack, when the script names none. */
  readonly quantisedDtype: 'float16' | 'checkpoint';
  /** Whether Trainer keeps the columns that a PeftModel's base takes; else those of its own forward, which names none without a task_type. */
  readonly trainerAsksBaseModel: boolean;
  /** Whether Trainer divides the summed loss by the token count of the window. */
  readonly trainerDividesLoss: boolean;
  readonly addAdapter: 'missing' | 'works' | 'refuses-peft';
  /** Whether the older names of checkpointing warn. */
  readonly checkpointingDeprecated: boolean;
  readonly useCacheLog: string;
  /** What the model logs of its own cache when a forward makes one; `inTraining`: in train mode too. */
  readonly cacheTupleLog: { readonly text: string; readonly inTraining: boolean } | null;
  /** What Trainer logs about a PeftModel without label_names; `{class}` is the model's class. */
  readonly labelNamesLog: string | null;
  /** Texts that Trainer prints before the first step whatever the wiring. */
  readonly trainerChatter: readonly string[];

  /** Whether the bias of a 4-bit linear requires grad as it is loaded. */
  readonly quantisedBiasTrains: boolean;

  /** What changed in trees like llama's: the end of attention's class, the activation's class, rotary tables in each layer or once. */
  readonly moduleClasses: {
    readonly attention: string;
    readonly activation: string;
    readonly rotaryPerLayer: boolean;
  };
}

interface TorchBehaviours {
  /** What torch.utils.checkpoint says when use_reentrant is left out. */
  readonly checkpointWarning: string | null;
  /** What torch.utils.checkpoint says when backward runs a layer again. */
  readonly recomputeWarning: string | null;
}

interface PeftBehaviours {
  /** Whether prepare_model_for_kbit_training knows `gradient_checkpointing_kwargs`. */
  readonly prepareKwargs: boolean;
  /**
   * What prepare_model_for_kbit_training takes for quantised besides bitsandbytes' models: it leaves their floats as they are. Another one
   * is to it a model of floats: halves become float32, nobody enables checkpointing or installs the hook.
   */
  readonly preparesQuantised: readonly PackedWeights[];
  /** On whose layers a LoRA layer is put; another one's layers are not supported as a target. quanto's and torchao's are Linear. */
  readonly wrapsQuantised: readonly PackedWeights[];
  /** Module that holds the frozen weight inside a LoRA layer: `base_layer`, or the layer itself. */
  readonly baseLayer: boolean;
  /** What `target_modules="all-linear"` is to models that are not a PreTrainedModel, or to all. */
  /** 'all-linear' leaves out the head of a sequence classifier too. */
  readonly allLinearSparesClassifier: boolean;
  /** layers_to_transform reads the last number of a path that follows two names, not the first. */
  readonly layerIndexLast: boolean;
  /** What modules_to_save names gets no adapter. */
  readonly savedNotTargeted: boolean;
  /** A target inside a module of modules_to_save: adapted in the copy, refused, or hung beside the copy, where nothing runs it. */
  readonly savedSwallowsTarget: 'copies' | 'refuses' | 'beside';
  /** How modules_to_save names a list that it refuses; null: it takes one. */
  readonly savedRefusesLists: string | null;
  /** modules_to_save refuses a module that got an adapter. */
  readonly savedRefusesAdapted: boolean;
  readonly allLinear: 'a-name' | 'pretrained-only' | 'any-model';
  /** Arguments that LoraConfig does not know yet. */
  readonly loraConfigLacks: readonly string[];
  /** The words that init_lora_weights may be; another raises as unknown. null: every true value is the default. */
  readonly knownInits: RegExp | null;
  /** Whether init_lora_weights="gaussian" is anything but True. */
  readonly gaussianInit: boolean;
  /** Whether keys of rank_pattern and alpha_pattern that match nothing are told. */
  readonly unusedPatternWarning: boolean;
  readonly targetsPrinted: 'list' | 'set';
  /** Whether a pattern may mean the model itself, whose path is the empty string. */
  readonly rootIsTarget: boolean;
  readonly emptyTargets: 'not-found' | 'nothing-passed';
  /** Whether the text of targets that match nothing tells of layers_to_transform. */
  readonly noMatchTellsLayers: boolean;
  readonly unspecifiedTargets: string;
  readonly noMatchError: 'ValueError' | 'NoMatchingPeftModuleError';
  readonly unsupportedTarget: string;
  readonly secondWrapWarnings: boolean;
  /** dtype of new LoRA weights on a half-precision base; 'autocast': float32 unless told otherwise. */
  readonly adapterDtype: 'float32' | 'base' | 'autocast';
  /** Whether an adapter with a name of its own on a packed linear stays frozen: its layers keep 'default' active. */
  readonly packedNeedsDefault: boolean;
  readonly trainableLine: 'four-decimals' | 'unrounded';
  /** `top-level-targets`: only those whose whole path is `lm_head` or `embed_tokens`. */
  readonly tiedWarning:
    | 'none'
    | 'top-level-targets'
    | 'targets'
    | 'targets-and-saved'
    | 'ensure-weight-tying';
  /**
   * What loading a second, inactive adapter does to the active one: it requires grad afterwards, whatever it did before; the second's
   * inference_mode falls on it; or it stays as it was, and the second requires grad beside it.
   */
  readonly secondAdapter: 'thaws-active' | 'flags-active' | 'adds-up';
  /** Whether disabling adapters leaves requires_grad as it was. */
  readonly disabledKeepsFlags: boolean;
  /** Whether disabling adapters makes the originals of modules_to_save require grad. */
  readonly disabledThawsOriginal: boolean;
  readonly savedOriginalTrains: boolean;
  /** Whether a frozen adapter's copies of modules_to_save require grad all the same. */
  readonly frozenCopyTrains: boolean;
}

interface TrlBehaviours {
  /** What SFTTrainer does with a PeftModel that comes with a peft_config. */
  readonly sftConfigOnPeftModel: 'ignores' | 'wraps-again' | 'merges' | 'refuses';
  /** Which k-bit models SFTTrainer hands to prepare_model_for_kbit_training. */
  readonly sftPreparation: 'base-with-config' | 'all' | 'not-peft-model' | 'none';
  /** Whether that preparation switches off the Trainer's own checkpointing call. */
  readonly sftPreparationEndsCheckpointing: boolean;
  /** Whether that preparation is told the arguments' checkpointing; before, it always turned it on. */
  readonly sftPreparationArguments: boolean;
  /** On which models that are not prepared SFTTrainer installs the input-grad hook under checkpointing. */
  readonly sftHook: 'never' | 'base-with-config' | 'config-or-peft-model' | 'peft-model';
  /** What DPOTrainer does to a model before it wraps it; ORPOTrainer stays with its arguments. */
  readonly preferencePreparation: 'always' | 'by-arguments' | 'none';
  /** Whether DPOTrainer refuses a ref_model beside a peft_config. */
  readonly preferenceRefusesBoth: boolean;
  readonly sftEnablesCheckpointing: boolean;
  readonly sftCastsAdapter: boolean;
  /**
   * What becomes bfloat16 when SFTTrainer wraps a 4-bit base under bf16=True: the float32 head and embedding, and the adapter's weights
   * with them or not. Norms become float32. Nothing on other bases.
   */
  readonly sftCastsUnderBf16: 'nothing' | 'head' | 'head-and-adapter';
  readonly sftDefaultsToNonReentrant: boolean;
  readonly sftCacheOff: boolean;
  readonly sftHeadAdapter: string | null;
  /** What SFTTrainer raises without args when it wraps a model: it reads a field of None. */
  readonly sftWrapsWithoutArguments: string | null;
  /** What SFTTrainer raises for rows that it is to read itself but isn't told how. */
  readonly sftNeedsTextField: string | null;
  /** Whether SFTTrainer knows rows of messages, or of prompt and completion, by their columns. */
  readonly sftKnowsChatRows: boolean;
  readonly sftChatter: readonly string[];
}

interface ByLibrary {
  readonly transformers: TransformersBehaviours;
  readonly peft: PeftBehaviours;
  readonly trl: TrlBehaviours;
  readonly torch: TorchBehaviours;
}

export type Behaviours = TransformersBehaviours & PeftBehaviours & TrlBehaviours & TorchBehaviours;
export type BehaviourKey = keyof Behaviours;

export interface Rule<L extends Library, V> {
  readonly library: L;
  readonly since: Since<V>;
}

/** A rule for every point at which a library's versions differ. */
export type RulesOf<L extends Library> = {
  readonly [K in keyof ByLibrary[L]]: Rule<L, ByLibrary[L][K]>;
};
