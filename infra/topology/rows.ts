/** Kinds of options, as rows of a table, and the types that follow from such a table. */
import type { TextForm } from './forms.ts';

/** Another option without which one has no meaning. */
export interface Need<Name extends string = string> {
  readonly option: Name;
  /** The value that it must have; any by default. */
  readonly value?: string;
  /** Only this value of the option itself needs it; every one by default. */
  readonly when?: string;
  readonly why?: string;
  /** Only while something runs on this side. */
  readonly side?: 'server';
}

/** What of a topology an option is for; it is refused where the placement leaves nothing there. */
export type Side =
  | 'routes'
  | 'lambdaRoutes'
  | 'sharedRoutes'
  | 'entry'
  | 'server'
  | 'worker'
  | 'instances'
  | 'functions';

interface Common<Name extends string> {
  /** What it does, in one line. Values, needs and default are added to it where it is shown. */
  readonly help: string;
  /** Name of the flag where that is not the option's; `false` where there is none. */
  readonly flag?: string | false;
  /** `true`: it has to be given. */
  readonly required?: true;
  /** What holds without it, where no default says so. */
  readonly absent?: string;
  readonly needs?: readonly (Name | Need<Name>)[];
  /** Options that it cannot go with. */
  readonly excludes?: readonly Name[];
  /** Parameter of the stack whose default it is, so that it can be changed without a new template. */
  readonly parameter?: string;
  /** It is the ARN of something that has to be in the stack's region. */
  readonly regional?: true;
  /** Where it counts. */
  readonly side?: Side;
}

/** A row of a table of options; `Name` is the names of the table. */
export type Row<Name extends string = string> = Common<Name> &
  (
    | { readonly kind: 'text'; readonly form: TextForm; readonly default?: string }
    | {
        readonly kind: 'choice';
        readonly values: readonly (string | number)[];
        /** What single values mean, for the help. */
        readonly meanings?: Readonly<Record<string, string>>;
        readonly default?: string | number;
      }
    | { readonly kind: 'whole'; readonly min: number; readonly max: number; readonly default?: number }
    | { readonly kind: 'switch' }
    /** Texts; its flag is repeatable. */
    | { readonly kind: 'list'; readonly form: TextForm }
    /** Texts by name; its flag is a repeatable `NAME=value`. */
    | {
        readonly kind: 'pairs';
        /** Problems of all pairs together, each a whole line. @param label what to call the option */
        readonly check: (pairs: Readonly<Record<string, unknown>>, label: string) => string[];
        readonly default?: Readonly<Record<string, string>>;
      }
  );

export type Table = Readonly<Record<string, Row>>;

/** Checks at compile time that rows name rows of the same table only. */
export function defineOptions<const T extends { readonly [K in keyof T]: Row<keyof T & string> }>(
  table: T,
): T {
  return table;
}

type ValueOf<R> = R extends { readonly kind: 'choice'; readonly values: readonly (infer Value)[] }
  ? Value
  : R extends { readonly kind: 'whole' }
    ? number
    : R extends { readonly kind: 'switch' }
      ? boolean
      : R extends { readonly kind: 'list' }
        ? readonly string[]
        : R extends { readonly kind: 'pairs' }
          ? Readonly<Record<string, string>>
          : string;

/** The options of a table as they are given: what is not required may be absent. */
export type OptionsOf<T> = {
  readonly [K in keyof T as T[K] extends { readonly required: true } ? K : never]: ValueOf<T[K]>;
} & {
  readonly [K in keyof T as T[K] extends { readonly required: true } ? never : K]?: ValueOf<T[K]>;
};

/** The options of a table that have a value in any case. */
export type DefaultsOf<T> = {
  readonly [K in keyof T as T[K] extends { readonly default: unknown } ? K : never]: ValueOf<T[K]>;
};

type FlagName<K, R> = R extends { readonly flag: infer Flag } ? (Flag extends string ? Flag : never) : K;

type FlagValue<R> = R extends { readonly kind: 'switch' }
  ? boolean
  : R extends { readonly kind: 'list' | 'pairs' }
    ? string[]
    : string;

/** The flags of a table as a command line gives them, unchecked. */
export type FlagsOf<T> = { readonly [K in keyof T as FlagName<K, T[K]>]?: FlagValue<T[K]> };
