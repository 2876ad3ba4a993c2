/** What a handler returns that says nothing; `void` admits async functions without a return. */
// biome-ignore lint/suspicious/noConfusingVoidType: the return type of handlers
export type Nothing = undefined | void;
