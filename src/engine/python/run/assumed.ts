// What is said where a value that decides is a placeholder, and one of its values is taken.
import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';

export const assumedTrue = (name: string, origin: string): Text =>
  text(`${name}=${origin} is not known here; True is assumed.`, `${name}=${origin} 在此未知，假定为 True。`);

export const assumedFalse = (name: string, origin: string): Text =>
  text(
    `${name}=${origin} is not known here; False is assumed.`,
    `${name}=${origin} 在此未知，假定为 False。`,
  );
