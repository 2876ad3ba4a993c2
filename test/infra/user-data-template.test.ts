import t from 'tap';
import {
  expandMarkup,
  joinParts,
  type MarkupValues,
  readable,
} from '../../infra/instance/user-data/template.ts';
import type { Argument } from '../../infra/intrinsics.ts';

const expand = (source: string, values: MarkupValues = {}): Argument =>
  joinParts(expandMarkup(source, values));
const join = (...parts: Argument[]) => ({ 'Fn::Join': ['', parts] });

const LITERAL = [
  '',
  'plain\n\n\nblank lines\n',
  'carriage\r\nreturns\r\n',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: bash's own
  'echo ${FOO} $(id) `id` ${FOO:-{}}',
  'cp {a,b} /x',
  '{"Reference":"X"}',
  '{"a":{"b":[1,2]}}',
  '{ "Refs": 1 }',
  'awk \'{ print "Ref" }\'',
  '{"Ref"}',
  '{',
  '}}',
];

for (const source of LITERAL) {
  t.test(`stays literal: ${JSON.stringify(source)}`, async (t) => {
    t.equal(expand(source), source);
  });
}

const EXPRESSIONS: [string, unknown][] = [
  ['{"Ref":"X"}', { Ref: 'X' }],
  ['{ "Ref" : "AWS::Region" }', { Ref: 'AWS::Region' }],
  ['{\r\n  "Ref":\n "X" }', { Ref: 'X' }],
  ['{"Fn::GetAtt":["A","B"]}', { 'Fn::GetAtt': ['A', 'B'] }],
  ['{ "Fn::GetAtt": "A.B" }', { 'Fn::GetAtt': ['A', 'B'] }],
  ['{ "Fn::GetAtt": "A.B.C" }', { 'Fn::GetAtt': ['A', 'B.C'] }],
  ['{"Fn::GetAtt":["A",{"Ref":"P"}]}', { 'Fn::GetAtt': ['A', { Ref: 'P' }] }],
  [
    '{"Fn::FindInMap":["M",{"Ref":"AWS::Region"},"K"]}',
    { 'Fn::FindInMap': ['M', { Ref: 'AWS::Region' }, 'K'] },
  ],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own
  ['{"Fn::Sub":"${A}-}{"}', { 'Fn::Sub': '${A}-}{' }],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own
  ['{"Fn::Sub":["${A}",{"A":{"Ref":"B"}}]}', { 'Fn::Sub': ['${A}', { A: { Ref: 'B' } }] }],
  ['{"Fn::ImportValue":{"Fn::Sub":"x"}}', { 'Fn::ImportValue': { 'Fn::Sub': 'x' } }],
  [
    '{"Fn::Join":["/",["a",{"Fn::Join":["",["b",{"Ref":"C"}]]}]]}',
    { 'Fn::Join': ['/', ['a', { 'Fn::Join': ['', ['b', { Ref: 'C' }]] }]] },
  ],
  ['{"Fn::Join":[",",{"Ref":"SubnetIds"}]}', { 'Fn::Join': [',', { Ref: 'SubnetIds' }] }],
  ['{"Fn::Sub":"quote \\" and } brace"}', { 'Fn::Sub': 'quote " and } brace' }],
];

for (const [source, expected] of EXPRESSIONS) {
  t.test(`expression: ${JSON.stringify(source)}`, async (t) => {
    t.same(expand(source), expected, 'alone');
    t.same(expand(`a=${source}\n\nb`), join('a=', expected as Argument, '\n\nb'), 'within text');
    t.same(expand(`{"k":${source}}`), join('{"k":', expected as Argument, '}'), 'within other JSON');
  });
}

t.test('markup takes strings, numbers and expressions; strings are data, not read again', async (t) => {
  const values = {
    Name: 'x',
    Port: 9999,
    Region: { Ref: 'AWS::Region' },
    Data: '{"Ref":"X"} {{ .Name }} $&',
  };
  t.equal(expand('{{ .Name }}:{{.Port}}\r\n{{"{{"}} .Name }}', values), 'x:9999\r\n{{ .Name }}');
  t.same(expand('a {{ .Region }} b', values), join('a ', { Ref: 'AWS::Region' }, ' b'));
  t.equal(expand('[{{ .Data }}]', values), `[${values.Data}]`);
  t.equal(readable(expandMarkup('a {{ .Region }}{"Ref":"X"}', values)), 'a {"Ref":"AWS::Region"}{"Ref":"X"}');
});

const REFUSED: [string, number, RegExp][] = [
  [
    'a\nb {{ .Nope }} c',
    2,
    /line 2: no value for the template key \.Nope \(known: Name\): b \{\{ \.Nope \}\} c/,
  ],
  ['{{ .toString }}', 1, /no value for the template key \.toString/],
  ['{{ Name }}', 1, /line 1: expected \{\{ \.Name \}\}/],
  ['x\r\n\r\n{{ .Name', 3, /line 3: expected/],
  ['{{ .Name | upper }}', 1, /expected/],
  ['a\n{"Ref":"X"\nb', 2, /line 2: the JSON expression never ends: \{"Ref":"X"$/],
  ['{"Ref":"X}', 1, /never ends/],
  ['{"Ref":"X"\necho }', 1, /line 1: not a JSON expression/],
  ['{"Ref":1}', 1, /Ref takes the name/],
  ['{"Ref":""}', 1, /Ref takes the name/],
  ['{"Ref":"X","Other":1}', 1, /exactly one key, not 2/],
  ['{"Fn::GetAtt":"A"}', 1, /Fn::GetAtt takes/],
  ['{"Fn::GetAtt":".A"}', 1, /Fn::GetAtt takes/],
  ['{"Fn::GetAtt":["A"]}', 1, /Fn::GetAtt takes/],
  ['{"Fn::GetAtt":["A","B","C"]}', 1, /Fn::GetAtt takes/],
  ['{"Fn::FindInMap":["A","B"]}', 1, /expected an intrinsic function/],
  ['{"Fn::FindInMap":["A","B","C","D"]}', 1, /three values/],
  ['{"Fn::Sub":["x"]}', 1, /Fn::Sub takes/],
  ['{"Fn::Join":[1,["a"]]}', 1, /Fn::Join takes/],
  ['{"Fn::Join":["",[1]]}', 1, /expected an intrinsic function, not 1/],
  ['{"Fn::ImportValue":{"Nope":1}}', 1, /Nope is not supported here/],
  ['{"Fn::Cidr":"x"}', 1, /Fn::Cidr is not supported here \(Ref, Fn::GetAtt/],
];

for (const [source, line, message] of REFUSED) {
  t.test(`refused: ${JSON.stringify(source)}`, async (t) => {
    t.throws(() => expandMarkup(source, { Name: 'x' }), { name: 'MarkupError', line, message });
  });
}
