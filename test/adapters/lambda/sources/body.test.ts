import t from 'tap';
import { ALL, answer, latticeV1, requestOf, v1, v2 } from './support.ts';

const text = (body: unknown) => (body === undefined ? undefined : Buffer.from(body as Uint8Array).toString());

t.test('null, missing and empty bodies are none', async (t) => {
  for (const [name, make] of Object.entries(ALL))
    for (const body of [null, undefined, '']) t.equal(requestOf(make({ body })).body, undefined, name);
});

t.test('a text body is its UTF-8 bytes, a base64 one its bytes', async (t) => {
  for (const [name, make] of Object.entries(ALL)) {
    t.equal(text(requestOf(make({ body: 'é😀' })).body), 'é😀', name);
    const bytes = Buffer.from([0, 255, 254, 0x80]);
    const flags = { isBase64Encoded: true, is_base64_encoded: true };
    const { body } = requestOf(make({ body: bytes.toString('base64'), ...flags }));
    t.same(Buffer.from(body as Uint8Array), bytes, name);
  }
});

t.test('bad base64 is read as far as it goes', async (t) => {
  t.equal(text(requestOf(v1({ body: 'aGk*=!', isBase64Encoded: true })).body), 'hi');
});

t.test('only a true flag means base64', async (t) => {
  t.equal(text(requestOf(v1({ body: 'aGk=', isBase64Encoded: null })).body), 'aGk=');
  t.equal(text(requestOf(latticeV1({ body: 'aGk=', is_base64_encoded: undefined })).body), 'aGk=');
});

t.test('GET with a body is tolerated, PATCH keeps its body, base64 stays bytes', async (t) => {
  const get = await answer(v2({ body: 'hello' }), (request) => request.text());
  t.match(get.result, { statusCode: 200, body: 'hello' });
  const patch = await answer(v2({ http: { method: 'PATCH' }, body: '{"a":1}' }), (request) => request.json());
  t.equal(patch.result.body, '{"a":1}');
  const bytes = await answer(
    v1({ httpMethod: 'POST', body: 'AP+A', isBase64Encoded: true }),
    async (request) => [...(await request.bytes())],
  );
  t.equal(bytes.result.body, '[0,255,128]');
});

t.test('a body or field of the wrong type is an error that names it', async (t) => {
  const bad: [unknown, string][] = [
    [v1({ body: { a: 1 } }), 'The apigateway-v1 event has a bad body: object, not a string or null.'],
    [v1({ path: null }), 'The apigateway-v1 event has a bad path: null, not a string.'],
    [v1({ httpMethod: '' }), 'The apigateway-v1 event has a bad httpMethod: empty, not a string.'],
    [v2({ rawPath: undefined }), 'The apigateway-v2 event has a bad rawPath: undefined, not a string.'],
    [
      v2({ http: { method: undefined } }),
      'The apigateway-v2 event has a bad requestContext.http.method: undefined, not a string.',
    ],
    [latticeV1({ raw_path: 7 }), 'The vpc-lattice-v1 event has a bad raw_path: number, not a string.'],
  ];
  for (const [event, message] of bad)
    t.throws(() => requestOf(event), { code: 'UNSUPPORTED_EVENT', message });
});
