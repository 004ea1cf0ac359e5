// Which releases of transformers have no such model type yet, as tools/golden/models/releases.py read it in their sources. Left out: releases
// between the newest that lacks a type and the oldest that was read with it; there it counts as known.
import { own } from '../../ground/own.ts';
import { compareVersions } from '../../libraries/version.ts';
import lacking from './releases.json';

const newestWithout: Readonly<Record<string, string>> = lacking;

/** Whether a release of transformers doesn't know the type. */
export function lacksType(modelType: string, transformers: string): boolean {
  const release = own(newestWithout, modelType);
  return release !== undefined && compareVersions(transformers, release) <= 0;
}
