// The configurations of the adapter methods, read from adapter_config.json. The reverse of write/adapterConfig.ts.
import type { ConfigArgument } from '../../adapters/method.ts';
import type { AdapterValues, ConfigClass } from '../../adapters/methods.ts';
import type { ArgumentReader } from './argumentReaders.ts';
import { as, asObject, asWord, literal, nothing } from './argumentReaders.ts';
import type { PythonValue } from './pythonValue.ts';

type Argument = ConfigArgument<AdapterValues>;

const names = (value: PythonValue): string | null => {
  if (value.kind === 'list') {
    const items = value.items.map(literal);
    return items.every((item) => typeof item === 'string') ? JSON.stringify(items) : null;
  }
  const plain = literal(value);
  if (plain === null) return 'None';
  return typeof plain === 'string' ? plain : null;
};
const asNames =
  (key: keyof AdapterValues, none: string): ArgumentReader =>
  (value) => {
    const text = names(value);
    return text === null ? null : [{ key, value: text === 'None' ? none : text }];
  };

const layersRead =
  (key: keyof AdapterValues): ArgumentReader =>
  (value) => {
    const items = value.kind === 'list' ? value.items.map(literal) : [literal(value)];
    if (items.length === 1 && items[0] === null) return [];
    return items.every((item) => typeof item === 'number') ? [{ key, value: JSON.stringify(items) }] : null;
  };

function readerOf(argument: Argument): ArgumentReader {
  if (argument.form === 'config') return nothing;
  if (argument.form === 'constant')
    return argument.read === 'anything'
      ? nothing
      : (value) => (literal(value) === argument.value ? [] : null);
  const { form, setting } = argument;
  switch (form) {
    case 'value':
    case 'float':
      return as(setting);
    case 'word':
      return asWord(setting);
    case 'targets':
      return asNames(setting, 'None');
    case 'excluded':
      return asNames(setting, '');
    case 'names':
      return asNames(setting, '[]');
    case 'layers':
      return layersRead(setting);
    case 'pattern':
      return asObject(setting);
  }
}

/** Readers of a configuration's arguments, by their names. */
export const readersOf = ({ arguments: list }: Pick<ConfigClass, 'arguments'>) =>
  Object.fromEntries(list.map((argument) => [argument.name, readerOf(argument)]));
