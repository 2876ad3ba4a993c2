import { createRegistry, type TakenCall } from 'amphi';
import t from 'tap';

const makeInvoice = async (event: { readonly order: number }) => ({ url: `/invoices/${event.order}` });

declare module 'amphi' {
  interface ServiceFunctions {
    'make-invoice': typeof makeInvoice;
  }
}

/** Fails to compile where the types are not the same. */
function is<Expected>(_value: Expected): void {}

t.test('context.invoke has the types of the functions that a service names', async (t) => {
  const registry = createRegistry({ name: 'shop' });
  registry.function('make-invoice', makeInvoice);
  registry.post('/invoices', { invokes: ['make-invoice', 'other'] }, async (_request, context) => {
    const made = await context.invoke('make-invoice', { order: 7 });
    is<{ url: string }>(made);
    // @ts-expect-error the payload has another type
    const wrong = () => context.invoke('make-invoice', { order: '7' });
    is<() => Promise<TakenCall>>(() => context.invoke('make-invoice', { order: 7 }, { wait: false }));
    // Of others nothing is known.
    is<() => Promise<unknown>>(() => context.invoke('other', [1]));
    return { made, wrong: typeof wrong };
  });
  registry.function('other', () => null);
  const response = await registry.fetch(new Request('http://localhost/invoices', { method: 'POST' }));
  t.strictSame(await response.json(), { made: { url: '/invoices/7' }, wrong: 'function' });
});
