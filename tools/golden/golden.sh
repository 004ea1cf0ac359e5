#!/usr/bin/env bash
# Makes the golden values with the real Python libraries: `npm run golden -- [NAME...]`; no name means all.
# NAME: quant random llama tokenizer packing pairs sft split gguf_blocks optimizers lora_config peft_adapter, or a stack of stacks.json (its product, its named cases and its signatures).
# signatures [STACK...]: how the calls that decide are called in the stacks' libraries, and what their modules export; no STACK means all.
# known: the table of known models (src/engine/models/known/table.json) from several stacks, and what PEFT does to them; STACK.json of an
#   earlier run in $KNOWN_WORK is taken as it is.
# parity [PART]: 50 steps of every recipe of parity_recipes.json, by the scripts that the product hands out.
# export [llama.cpp]: no golden file; checks what we export with PEFT, transformers, gguf-py, TensorBoard, and llama.cpp.
# accelerate: no golden file; one exported script on one process and on two.
# smollm2 FILE: SmolLM2-135M-Instruct's Q4_1 GGUF, which a person must bring.
# Needs uv and a package registry; environments go to $GOLDEN_ENVS (default: .envs, which git ignores).
set -euo pipefail
if [ "${1:-}" = --help ]; then
  sed -n '2,/^[^#]/{s/^# \?//p}' "$0"
  exit
fi
here=$(cd "$(dirname "$0")" && pwd)
envs=${GOLDEN_ENVS:-$here/../../.envs}
newest=trl-1.16.0
unset PYTHONDONTWRITEBYTECODE # or every process would compile the libraries again
export HF_HUB_OFFLINE=1 TQDM_DISABLE=1 HF_DATASETS_DISABLE_PROGRESS_BARS=1 PYTHONHASHSEED=0

# Prints the environment's python, after installing it if it is not there.
python_of() {
  local stack=$1 dir=$envs/$1
  if [ ! -e "$dir/ready" ]; then
    local -a packages
    mapfile -t packages < <(python3 -c 'import json,sys; print("\n".join(json.load(open(sys.argv[1]))[sys.argv[2]]["packages"]))' "$here/stacks.json" "$stack")
    uv venv -q --clear --python 3.11 "$dir" >&2
    uv pip install -q --python "$dir/bin/python" "${packages[@]}" >&2
    # TRL 0.17-0.26 takes every 4-bit model whose weights lie on the CPU for a sharded one and skips its preparation.
    # Narrowing the test to "meta" makes the CPU behave as a GPU does.
    grep -rl '{"cpu", "meta"}' "$dir"/lib/python3.11/site-packages/trl --include=*.py | xargs -r sed -i 's/{"cpu", "meta"}/{"meta"}/'
    # transformers before 4.46 says that bitsandbytes is not there where there is no GPU.
    sed -i 's/return _bitsandbytes_available and torch.cuda.is_available()/return _bitsandbytes_available/' \
      "$dir/lib/python3.11/site-packages/transformers/utils/import_utils.py"
    touch "$dir/ready"
  fi
  echo "$dir/bin/python"
}

# Prints the folder of packages that a stack's cases want beside it, after installing them; they come without what they need themselves.
beside_of() {
  local -a packages
  mapfile -t packages < <(python3 -c 'import json,sys; print("\n".join(json.load(open(sys.argv[1]))[sys.argv[2]].get("beside", [])))' "$here/stacks.json" "$1")
  [ -n "${packages[0]:-}" ] || return 0
  if [ ! -e "$envs/beside-$1/ready" ]; then
    uv pip install -q --no-deps --python "$(python_of "$1")" --target "$envs/beside-$1" "${packages[@]}" >&2
    touch "$envs/beside-$1/ready"
  fi
  echo "$envs/beside-$1"
}

make() {
  case $1 in
    quant | llama | tokenizer | packing | pairs | sft | split | gguf_blocks | optimizers | lora_config | peft_adapter) "$(python_of $newest)" -W ignore "$here/$1.py" ;;
    random) "$(python_of $newest)" -W ignore "$here/random_values.py" ;;
    *)
      "$(python_of "$1")" -W ignore "$here/wiring.py" "$1"
      PYTHONPATH=$(beside_of "$1") "$(python_of "$1")" -W ignore "$here/wiring_cases.py" "$1"
      "$(python_of "$1")" -W ignore "$here/signatures.py" "$1"
      "$(python_of "$1")" -W ignore "$here/exports.py" "$1"
      ;;
  esac
}

if [ "${1:-}" = smollm2 ]; then
  "$(python_of $newest)" -W ignore "$here/smollm2.py" "${2:?the path of the GGUF file}"
  exit
fi
if [ "${1:-}" = parity ]; then
  exec bash "$here/parity.sh" "$(python_of $newest)" "${2:-}"
fi
if [ "${1:-}" = known ]; then
  work=${KNOWN_WORK:-$(mktemp -d)}
  for stack in trl-0.7.1 trl-0.8.6 trl-0.19.1 $newest; do
    [ -e "$work/$stack.json" ] || "$(python_of "$stack")" -W ignore "$here/models/table.py" "$work/$stack.json"
  done
  for stack in trl-0.7.1 trl-0.7.10 trl-0.8.6 trl-0.9.6 trl-0.11.4 trl-0.12.2 trl-0.15.2 trl-0.19.1 trl-0.26.2 trl-1.9.0 $newest; do
    "$(python_of "$stack")" -W ignore "$here/models/targets.py" >"$work/targets-$stack.json"
  done
  # Packages that hold sizes of published models; only their files are read.
  uv pip install -q --no-deps --target "$work/sources" litgpt==0.5.13 llm-analysis==0.2.2 keras-nlp==0.6.1
  "$(python_of $newest)" -W ignore "$here/models/verify.py" "$work/sources"
  python3 "$here/models/merge.py" "$here/../../src/engine/models/known/table.json" "$work"/*.json
  for stack in trl-0.8.6 trl-0.19.1 $newest; do "$(python_of "$stack")" -W ignore "$here/models/check.py" "$stack" attach; done
  for stack in trl-0.7.1 trl-0.19.1 $newest; do "$(python_of "$stack")" -W ignore "$here/models/check.py" "$stack" steps; done
  exit
fi
if [ "${1:-}" = accelerate ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  (cd "$here/../.." && node tools/run.mjs tools/golden/writeParity.ts "$work" >"$work/list")
  "$(python_of $newest)" -W ignore "$here/check_accelerate.py" "$work/00"
  exit
fi
if [ "${1:-}" = export ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  (cd "$here/../.." && node tools/run.mjs tools/golden/writeExport.ts "$work")
  "$(python_of $newest)" -W ignore "$here/check_export.py" "$here/../../public/model" "$work"
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
mapfile -t stacks < <(python3 -c 'import json,sys; print("\n".join(json.load(open(sys.argv[1]))))' "$here/stacks.json")
if [ "${1:-}" = signatures ]; then
  shift
  # All of them: from nothing, so that nothing of an earlier run is left, and put in place when the last is done.
  if [ $# -eq 0 ]; then
    set -- "${stacks[@]}"
    SIGNATURES_DIR=$(mktemp -d)
    export SIGNATURES_DIR
  fi
  for stack in "$@"; do
    "$(python_of "$stack")" -W ignore "$here/signatures.py" "$stack"
    "$(python_of "$stack")" -W ignore "$here/exports.py" "$stack"
  done
  if [ -n "${SIGNATURES_DIR:-}" ]; then
    cp "$SIGNATURES_DIR"/*.json "$here/../../src/engine/libraries/signatures/"
    rm -r "$SIGNATURES_DIR"
  fi
  exit
fi
if [ $# -eq 0 ]; then
  set -- quant random llama tokenizer packing pairs sft split gguf_blocks optimizers lora_config peft_adapter "${stacks[@]}"
fi
for name in "$@"; do make "$name"; done
