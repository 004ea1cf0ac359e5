// The check of what is told of a device. For the page's end.
import { boolean, list, nullable, number, oneOf, record, shape, string } from './ground/shapes.ts';
import { bilingual } from './recipe/recipeShapes.ts';
import type { DeviceInfo } from './training/backends/deviceInfo.ts';
import { backendKinds, cpuReasons } from './training/backends/deviceInfo.ts';

export const device = shape<DeviceInfo>({
  backend: oneOf(...backendKinds),
  reason: nullable(oneOf(...cpuReasons)),
  threads: nullable(number),
  trouble: nullable(bilingual),
  compared: nullable(shape({ adapter: string, times: number, flops: number })),
  adapter: nullable(
    shape({ vendor: string, architecture: string, device: string, description: string, fallback: boolean }),
  ),
  features: list(string),
  limits: record(number),
});
