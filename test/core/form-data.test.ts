import t from 'tap';
import { ConfigError, createRegistry } from '../../src/core/index.ts';
import { HTTP_SOURCES } from '../../src/testing/http-sources.ts';
import { inject } from '../../src/testing/inject.ts';
import { encodeForm, post, TYPE } from '../http-kit/forms.ts';

process.env.AMPHI_LOG_LEVEL = 'FATAL';

const shown = async (form: FormData) => {
  const entries = [...form].map(async ([name, value]) => [
    name,
    typeof value === 'string'
      ? value
      : [value.name, value.type, (await value.text()).slice(0, 50), value.size],
  ]);
  return Promise.all(entries);
};

const limits = { files: 2, fields: 3, parts: 4, fieldSize: 5, fileSize: 8, headerSize: 100 };
const registry = createRegistry({ name: 'forms' })
  .post('/form', async (request) => shown(await request.formData()))
  .post('/twice', async (request) => [
    (await request.text()).length,
    await shown(await request.formData()),
    await shown(await request.formData()),
  ])
  .post('/limited', { formLimits: limits }, async (request) => shown(await request.formData()))
  .post('/small', { bodyLimit: 20 }, async (request) => shown(await request.formData()));
t.teardown(() => registry.close());

const URL_ENCODED = 'application/x-www-form-urlencoded';
const FILE = { name: 'f', filename: 'grüße.txt', type: 'text/plain', body: 'Grüße' };

t.test('a form is the same through every way in', async (t) => {
  const multipart = encodeForm([{ name: 'a', body: 'ä\r\nb' }, FILE, { name: 'a', body: '' }]);
  for (const as of ['fetch', 'server', ...HTTP_SOURCES] as const) {
    const form = await inject(registry, post('/form', multipart), { as });
    t.strictSame(
      await form.json(),
      [
        ['a', 'ä\r\nb'],
        ['f', ['grüße.txt', 'text/plain', 'Grüße', 7]],
        ['a', ''],
      ],
      as,
    );
    const fields = await inject(registry, post('/form', '?a=1+2&b&a=%C3%A4', URL_ENCODED), { as });
    t.strictSame(
      await fields.json(),
      [
        ['?a', '1 2'],
        ['b', ''],
        ['a', 'ä'],
      ],
      as,
    );
    const refused = await inject(registry, post('/form', '{}', 'application/json'), { as });
    t.match(await refused.json(), { status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' }, as);
    const broken = await inject(registry, post('/form', multipart.subarray(0, -9)), { as });
    t.match(await broken.json(), { status: 400, code: 'BAD_MULTIPART' }, as);
  }
});

t.test("it is what fetch's own formData gives", async (t) => {
  const form = new FormData();
  form.append('a', 'one\r\ntwo "three"');
  form.append('naïve "name"', '2');
  form.append('file', new File([new Uint8Array(200_000).fill(7)], 'a "b" ü.bin'));
  form.append('typed', new File(['{}'], 'x.json', { type: 'application/json' }));
  const whole = new Response(form);
  const [bytes, type] = [await whole.clone().bytes(), whole.headers.get('content-type')!];
  const got = (await (await registry.fetch(post('/form', bytes, type))).json()) as unknown[];
  t.strictSame(got, await shown(await new Response(bytes, { headers: { 'content-type': type } }).formData()));
  t.equal(got.length, 4);
});

t.test('no file chosen in a browser is a file without a name', async (t) => {
  const none = { name: 'f', filename: '', type: 'application/octet-stream', body: '' };
  const response = await registry.fetch(post('/form', encodeForm([none])));
  t.strictSame(await response.json(), [['f', ['', 'application/octet-stream', '', 0]]]);
});

t.test('a body may be read again, as text and as a form', async (t) => {
  const body = encodeForm([FILE]);
  const response = await registry.fetch(post('/twice', body));
  const [size, first, second] = (await response.json()) as [number, unknown, unknown];
  t.ok(size > 100);
  t.strictSame(first, [['f', ['grüße.txt', 'text/plain', 'Grüße', 7]]]);
  t.strictSame(second, first);
});

const field = (name: string, body = 'x') => ({ name, body });
const file = (body: string) => ({ name: 'f', filename: 'f', body });

t.test('every limit is a 413 that names it; at the limit all is taken', async (t) => {
  const fits = [field('a', '12345'), field('b'), file('12345678'), file('')];
  t.equal((await registry.fetch(post('/limited', encodeForm(fits)))).status, 200);
  const over: [RegExp, Parameters<typeof encodeForm>[0]][] = [
    [/more than 3 fields/, 'abcd'.split('').map((name) => field(name))],
    [/more than 2 files/, [file(''), file(''), file('')]],
    [/more than 4 parts/, [...fits, field('c')]],
    [/a value of more than 5 bytes/, [field('a', '123456')]],
    [/a file of more than 8 bytes/, [file('123456789'), field('after')]],
    [/name and type have more than 100 bytes/, [field('n'.repeat(101))]],
    [/name and type have more than 100 bytes/, [{ name: 'n', filename: 'f'.repeat(90_000), body: '' }]],
  ];
  for (const [detail, parts] of over) {
    const response = await registry.fetch(post('/limited', encodeForm(parts)));
    t.match(await response.json(), { status: 413, code: 'PAYLOAD_TOO_LARGE', detail }, String(detail));
  }
  for (const [body, detail] of [
    ['a&b&c&d', /more than 3 fields/],
    ['a=123456', /more than 5 bytes/],
  ] as const) {
    const response = await registry.fetch(post('/limited', body, URL_ENCODED));
    t.match(await response.json(), { status: 413, detail }, body);
  }
  const large = await registry.fetch(post('/small', encodeForm([field('a', 'x'.repeat(30))])));
  t.match(await large.json(), { status: 413, code: 'PAYLOAD_TOO_LARGE' }, 'the body limit of the route');
});

const DISPOSITION = 'content-disposition: form-data; name="a"';
const BROKEN: Record<string, [body: string, type?: string]> = {
  'no boundary': ['x', 'multipart/form-data'],
  'an empty boundary': ['x', 'multipart/form-data; boundary='],
  'a boundary too long': ['x', `multipart/form-data; boundary=${'b'.repeat(1000)}`],
  'no body': [''],
  'not a part': ['hello'],
  'no end': [`------edge\r\n${DISPOSITION}\r\n\r\nx\r\n------edge`],
  'no end of the headers': [`------edge\r\n${DISPOSITION}`],
  'a part without a name': ['------edge\r\ncontent-disposition: form-data\r\n\r\nx\r\n------edge--\r\n'],
  'another boundary': [encodeForm([FILE], 'other').toString()],
};

for (const [what, [body, type = TYPE]] of Object.entries(BROKEN)) {
  t.test(`refused with 400: ${what}`, async (t) => {
    const response = await registry.fetch(post('/form', body, type));
    t.match(await response.json(), {
      status: 400,
      code: 'BAD_MULTIPART',
      detail: /no multipart form: \w.*\w\.$/,
    });
  });
}

t.test('limits that are none are refused at registration', async (t) => {
  const register = (formLimits: object) => () =>
    createRegistry({ name: 'x' }).post('/', { formLimits }, () => 1);
  t.throws(register({ files: -1 }), ConfigError);
  t.throws(register({ file: 1 }), {
    message: /^POST \/: formLimits takes numbers: parts, .*; not file 1$/,
  });
});
