/** A name that a value refers to, by which function, and the attribute where one is named. */
export interface Reference {
  readonly by: 'Ref' | 'Fn::GetAtt' | 'Fn::Sub';
  readonly name: string;
  readonly attribute?: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/** What one entry of an object refers to, if it is an intrinsic function. */
export function referencesOf(key: string, value: unknown): Reference[] {
  if (key === 'Ref') return typeof value === 'string' ? [{ by: key, name: value }] : [];
  if (key === 'Fn::GetAtt') return attributeReference(value);
  return key === 'Fn::Sub' ? substitutions(value) : [];
}

function attributeReference(value: unknown): Reference[] {
  const [name, attribute] = Array.isArray(value) ? value : split(String(value));
  return [{ by: 'Fn::GetAtt', name: String(name), ...named(attribute) }];
}

function substitutions(value: unknown): Reference[] {
  const [text, own = {}] = Array.isArray(value) ? value : [value];
  return [...String(text).matchAll(/\$\{([^!}][^}]*)\}/g)].flatMap(([, place]): Reference[] => {
    const [name, attribute] = split(place!.trim());
    return Object.hasOwn(own, name) ? [] : [{ by: 'Fn::Sub', name, ...named(attribute) }];
  });
}

/** `Name.Attribute`, of which the attribute may have dots. */
function split(text: string): [name: string, attribute: string | undefined] {
  const dot = text.indexOf('.');
  return dot < 0 ? [text, undefined] : [text.slice(0, dot), text.slice(dot + 1)];
}

const named = (attribute: unknown) => (typeof attribute === 'string' ? { attribute } : {});

/** All that a value refers to, anywhere in it. */
export function* referencesIn(value: unknown): Generator<Reference> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value as Json)) {
    yield* referencesOf(key, child);
    yield* referencesIn(child);
  }
}
