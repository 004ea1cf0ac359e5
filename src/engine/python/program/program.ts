// The calls of a script, by the name that this room knows them: declared below it, because a recipe may carry a program.

export type { Program, ProgramCall, ProgramValue } from '../../recipe/program/program.ts';
