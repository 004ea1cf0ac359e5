// The Python files that stand in for the libraries, as text: they go into pyodide's file system. They are one package, `standins`.
import batches from './batches.py?raw';
import bridge from './bridge.py?raw';
import choices from './choices.py?raw';
import clock from './clock.py?raw';
import configs from './configs.py?raw';
import datasets from './datasets.py?raw';
import editing from './editing.py?raw';
import grafts from './grafts.py?raw';
import imports from './imports.py?raw';
import layers from './layers.py?raw';
import library from './library.py?raw';
import lightning from './lightning.py?raw';
import lines from './lines.py?raw';
import lockin from './lockin.py?raw';
import models from './models.py?raw';
import modules from './modules.py?raw';
import names from './names.py?raw';
import outputs from './outputs.py?raw';
import parameters from './parameters.py?raw';
import parsers from './parsers.py?raw';
import placeholder from './placeholder.py?raw';
import progress from './progress.py?raw';
import recorded from './recorded.py?raw';
import refusals from './refusals.py?raw';
import rewriting from './rewriting.py?raw';
import running from './running.py?raw';
import scriptFunctions from './script_functions.py?raw';
import shortcuts from './shortcuts.py?raw';
import signature from './signature.py?raw';
import sizes from './sizes.py?raw';
import tensors from './tensors.py?raw';
import torchNames from './torch_names.py?raw';
import trainers from './trainers.py?raw';
import tunerLayers from './tuner_layers.py?raw';
import world from './world.py?raw';
import yamlFiles from './yaml_files.py?raw';

/** By path in the folder that Python imports from. */
export const standInFiles: Readonly<Record<string, string>> = {
  'standins/__init__.py': '',
  'standins/batches.py': batches,
  'standins/bridge.py': bridge,
  'standins/choices.py': choices,
  'standins/clock.py': clock,
  'standins/configs.py': configs,
  'standins/datasets.py': datasets,
  'standins/editing.py': editing,
  'standins/grafts.py': grafts,
  'standins/imports.py': imports,
  'standins/layers.py': layers,
  'standins/library.py': library,
  'standins/lightning.py': lightning,
  'standins/lines.py': lines,
  'standins/lockin.py': lockin,
  'standins/models.py': models,
  'standins/modules.py': modules,
  'standins/names.py': names,
  'standins/outputs.py': outputs,
  'standins/parameters.py': parameters,
  'standins/parsers.py': parsers,
  'standins/placeholder.py': placeholder,
  'standins/progress.py': progress,
  'standins/recorded.py': recorded,
  'standins/refusals.py': refusals,
  'standins/rewriting.py': rewriting,
  'standins/running.py': running,
  'standins/script_functions.py': scriptFunctions,
  'standins/shortcuts.py': shortcuts,
  'standins/signature.py': signature,
  'standins/sizes.py': sizes,
  'standins/tensors.py': tensors,
  'standins/torch_names.py': torchNames,
  'standins/trainers.py': trainers,
  'standins/tuner_layers.py': tunerLayers,
  'standins/world.py': world,
  'standins/yaml_files.py': yamlFiles,
};
