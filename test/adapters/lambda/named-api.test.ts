/** What is on the wire, once more with an address that is a name: there the runtime connects by node:net. */
process.env.AMPHI_TEST_NAMED_API = '1';
await import('./wire-faults.test.ts');
await import('./stream.test.ts');

export {};
