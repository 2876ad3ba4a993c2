import { ResourceAttributes, type ResourceType } from '@awboost/cfntypes';
import t from 'tap';
import { emitTopology, ref, resource, type Template, type TemplateDecorator } from '../../infra/index.ts';
import { ATTRIBUTES } from '../../infra/template/checks/attributes.ts';
import { templateProblems } from '../../infra/template/decorate.ts';
import { SAMPLE } from './sample.ts';
import { PLACED, VARIANTS } from './variants.ts';

const emit = (decorate: TemplateDecorator) => emitTopology({ ...SAMPLE, decorate });

t.test('a decorator adds to the finished template in place', async (t) => {
  const { template, templateText } = emit((template, { slug }) => {
    template.Resources.Table = resource('AWS::DynamoDB::Table', {
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      Tags: [{ Key: 'service', Value: slug }],
    });
    template.Outputs.TableName = { Description: 'x', Value: ref('Table') };
  });
  t.match(template.Resources.Table, { Properties: { Tags: [{ Value: 'omega-service' }] } });
  t.same(JSON.parse(templateText), template, 'the text is that of the decorated template');
});

t.test('or gives another one', async (t) => {
  const { template } = emit((template) => ({ ...template, Description: 'mine' }));
  t.equal(template.Description, 'mine');
  t.ok(template.Resources.AutoScalingGroup);
  const { template: bare } = emit(
    ({ AWSTemplateFormatVersion }) =>
      ({
        AWSTemplateFormatVersion,
        Parameters: undefined,
        Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: undefined } } },
      }) as unknown as Template,
  );
  t.match(bare.Metadata, { Amphi: { S3Key: SAMPLE.s3Key } }, 'what it is of is told all the same');
  t.same(
    { ...bare, Metadata: undefined },
    {
      ...{ AWSTemplateFormatVersion: '2010-09-09', Description: undefined, Metadata: undefined },
      Parameters: {},
      Conditions: {},
      Outputs: {},
      Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: {} } },
    },
  );
});

t.test('references in all forms to what is there are fine', async (t) => {
  const { template } = emit((template) => {
    template.Mappings = { Sizes: { small: { cpu: 1 } } };
    const Properties = {
      e: { 'Fn::FindInMap': ['Sizes', 'small', 'cpu'] },
      a: { Ref: 'AWS::Region' },
      b: { 'Fn::Sub': [`$\{A}-$\{HelloFunction.Arn}-$\{AWS::Region}-$\{!Literal}`, { A: 'x' }] },
      c: { 'Fn::GetAtt': 'HelloFunction.Arn' },
      d: { 'Fn::If': ['AppIsOpen', { Ref: 'VpcId' }, { Ref: 'AWS::NoValue' }] },
    };
    template.Resources.Mine = {
      Type: 'Custom::X',
      DependsOn: ['HelloFunction'],
      Condition: 'AppIsOpen',
      Properties,
    };
  });
  t.ok(template.Resources.Mine);
});

const add =
  (Properties: object, more: object = {}) =>
  (template: Template) => {
    template.Resources.Mine = { Type: 'X', Properties, ...more };
  };

const REFUSED: Record<string, [TemplateDecorator, RegExp]> = {
  'a dangling Ref': [
    add({ a: [{ Ref: 'Nope' }] }),
    /Resources\.Mine\.Properties\.a\.0: Ref names Nope, which/,
  ],
  'a dangling GetAtt': [add({ a: { 'Fn::GetAtt': ['Nope', 'Arn'] } }), /Fn::GetAtt names Nope/],
  'GetAtt of a parameter': [add({ a: { 'Fn::GetAtt': 'VpcId.X' } }), /Fn::GetAtt names VpcId/],
  'a dangling Sub': [add({ a: { 'Fn::Sub': `x$\{Nope.Arn}` } }), /Fn::Sub names Nope/],
  'a dangling FindInMap': [add({ a: { 'Fn::FindInMap': ['Nope', 'a', 'b'] } }), /Fn::FindInMap names Nope/],
  'an unknown condition': [add({ a: { 'Fn::If': ['Nope', 1, 2] } }), /Fn::If names Nope/],
  'a dangling DependsOn': [add({}, { DependsOn: 'Nope' }), /Mine\.DependsOn: there is no resource Nope/],
  'an unknown Condition': [add({}, { Condition: 'Nope' }), /Mine\.Condition: there is no condition Nope/],
  'a removed resource that is in use': [
    (template) => void delete template.Resources.HelloFunctionRole,
    /HelloFunction\.Properties\.Role: Fn::GetAtt names HelloFunctionRole/,
  ],
  'no resources': [(template) => ({ ...template, Resources: {} }), /Resources: there are none/],
  'a resource without a type': [
    (template) => void Object.assign(template.Resources, { Mine: {} }),
    /Resources\.Mine: it has no Type/,
  ],
  'a name that is not one': [
    (template) => void Object.assign(template.Resources, { 'my-x': { Type: 'X', Properties: {} } }),
    /"my-x" is not an alphanumeric logical name/,
  ],
  'a section of another shape': [
    (template) => ({ ...template, Resources: [] }) as unknown as Template,
    /Resources: it is no object/,
  ],
  'no template': [() => 'text' as unknown as Template, /it is no object/],
  'an attribute that the type does not have': [
    add({ a: { 'Fn::GetAtt': ['HelloFunction', 'Name'] } }),
    /Mine\.Properties\.a: Fn::GetAtt names HelloFunction\.Name: AWS::Lambda::Function has no attribute Name: there is Arn/,
  ],
  'an attribute in a Sub': [
    add({ a: { 'Fn::Sub': `x$\{HelloFunction.Nope}` } }),
    /Fn::Sub names HelloFunction\.Nope: AWS::Lambda::Function has no attribute Nope/,
  ],
  'a circle of references': [
    (template) => {
      add({ a: { Ref: 'Other' } })(template);
      template.Resources.Other = {
        ...{ Type: 'X', Properties: { b: { 'Fn::Sub': `$\{Third}` } } },
      };
      template.Resources.Third = { Type: 'X', Properties: {}, DependsOn: 'Mine' };
    },
    /Resources: Mine → Other → Third → Mine need each other in a circle/,
  ],
  'more resources than CloudFormation takes': [
    (template) => {
      for (let i = 0; i < 500; i++) template.Resources[`Extra${i}`] = { Type: 'X', Properties: {} };
    },
    /Resources: there are 5\d\d; CloudFormation allows 500/,
  ],
  'more text than CloudFormation takes': [
    add({ a: 'x'.repeat(1_000_000) }),
    /it has 10\d{5} bytes; CloudFormation allows 1000000/,
  ],
  'more user-data than EC2 takes': [
    (template) => {
      const { LaunchTemplateData } = template.Resources.LaunchTemplate!.Properties as {
        LaunchTemplateData: { UserData: unknown };
      };
      LaunchTemplateData.UserData = {
        'Fn::Base64': { 'Fn::Join': ['', ['x'.repeat(16_300), { Ref: 'VpcId' }]] },
      };
    },
    /Resources\.LaunchTemplate: the user-data has 164\d\d bytes; EC2 allows 16384/,
  ],
  'what JSON cannot hold': [add({ a: () => 1 }), /Mine\.Properties\.a: a function is no JSON value/],
};

for (const [what, [decorate, message]] of Object.entries(REFUSED)) {
  t.test(`refused: ${what}`, async (t) => {
    t.throws(() => emit(decorate), { name: 'ProvisionError', message });
  });
}

t.test('every shape of the template passes the checks of a decorated one', async (t) => {
  for (const [name, options] of Object.entries({ ...VARIANTS, ...PLACED })) {
    t.same(templateProblems({ ...emitTopology(options).template }), [], name);
  }
});

t.test("the attributes that are known are those of AWS's schemas, and more", async (t) => {
  for (const [type, names] of Object.entries(ATTRIBUTES)) {
    const missing = ResourceAttributes[type as ResourceType].filter((name) => !names.includes(name as never));
    t.same(missing, [], type);
  }
});

t.test('an attribute of a structure, and one of a type that is not known', async (t) => {
  const { template } = emit((template) => {
    template.Resources.Db = { Type: 'AWS::RDS::DBInstance', Properties: {} };
    add({
      a: { 'Fn::GetAtt': 'Db.Endpoint.Address' },
      b: { 'Fn::GetAtt': ['HelloFunction', 'SnapStartResponse.X'] },
    })(template);
  });
  t.ok(template.Resources.Mine);
});

t.test('the permissions boundary is on every role', async (t) => {
  const permissionsBoundary = 'arn:aws:iam::123456789012:policy/bound';
  const own = { PermissionsBoundary: 'arn:aws:iam::123456789012:policy/own' };
  const decorate = ({ Resources }: Template) => {
    Resources.Mine = { Type: 'AWS::IAM::Role', Properties: {} };
    Resources.Own = { Type: 'AWS::IAM::Role', Properties: own };
  };
  const { template } = emitTopology({ ...SAMPLE, permissionsBoundary, decorate });
  const { Own, ...others } = template.Resources;
  t.same(Own!.Properties, own, 'one that a decorator has chosen');
  const roles = Object.values(others).filter(({ Type }) => Type === 'AWS::IAM::Role');
  t.ok(roles.length >= 5);
  for (const { Properties } of roles) t.match(Properties, { PermissionsBoundary: permissionsBoundary });
});
