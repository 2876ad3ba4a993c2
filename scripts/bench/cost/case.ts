/** A parser and an input of any size that asks the most of it. */
export interface CostCase {
  readonly what: string;
  /** In whatever grows; inputs of an eighth and of eight times that are parsed. */
  readonly size: number;
  /** What is measured, its input made beforehand. */
  readonly make: (size: number) => () => unknown;
}

/** Of what makes objects with many names: V8 keeps those with more than a thousand in another, slower way. */
export const NAMES = 120;

/** What is parsed; a refusal counts as well, it has read its input. */
export function parsing<T>(
  what: string,
  size: number,
  input: (size: number) => T,
  parse: (input: T) => unknown,
): CostCase {
  return {
    what,
    size,
    make: (n) => {
      const made = input(n);
      return () => {
        try {
          return parse(made);
        } catch (error) {
          return error;
        }
      };
    },
  };
}

export const repeat = (text: string) => (n: number) => text.repeat(n);
export const list =
  <T>(item: (index: number) => T) =>
  (n: number): T[] =>
    Array.from({ length: n }, (_, index) => item(index));
