// The shape every language must have: the keys of English. A missing key is a type error, and a failing test.

/** The same keys with any text; a language without a singular form leaves `…_one` out. */
export type TextsOf<T> = {
  readonly [K in keyof T as K extends `${string}_one` ? never : K]: T[K] extends string
    ? string
    : TextsOf<T[K]>;
} & { readonly [K in keyof T as K extends `${string}_one` ? K : never]?: string };
