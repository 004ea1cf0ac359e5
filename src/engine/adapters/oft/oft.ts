// OFT: an orthogonal rotation of the weight in blocks, the identity at first; a scale of the rows beside it from PEFT 0.14 to 0.15. Nothing
// that it is multiplied with is zero. Source: PEFT 0.7, 0.10, 0.13, 0.14, 0.17, 0.21 tuners/oft/layer.py.
import { compareVersions } from '../../libraries/version.ts';
import type { JudgedMethod, Part } from '../judgedMethod.ts';

const number = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

export const oft: JudgedMethod = {
  type: 'OFT',
  name: 'OFT',
  configClass: 'OFTConfig',
  modelClass: 'OFTModel',
  prefix: 'oft_',
  layerClass: 'oft.Linear',
  takes: { packed: false, transposed: false },
  penalises: false,
  parts: ({ inFeatures, outFeatures }, given, { stack }) => {
    const before = (release: string): boolean => compareVersions(stack.peft, release) < 0;
    const asked = number(given('r'), 8);
    const shared = given('block_share') === true;
    if (before('0.14')) {
      const side = Math.ceil(outFeatures / asked);
      return [{ name: 'oft_r', shape: [shared ? 1 : asked, side, side] }];
    }
    const block = number(given('oft_block_size'), before('0.16') ? 0 : 32);
    const side = block > 0 && asked === 0 ? block : Math.floor(inFeatures / Math.max(1, asked));
    const blocks = shared ? 1 : Math.ceil(inFeatures / Math.max(1, side));
    const scale: Part = { name: 'oft_s', shape: [outFeatures, 1] };
    if (before('0.16')) return [{ name: 'oft_r', shape: [blocks, side, side] }, scale];
    return [{ name: 'oft_R', shape: [blocks, (side * (side - 1)) / 2], inModule: 'OFTRotationModule' }];
  },
};
