import t from 'tap';
import { Gathered } from '../../src/core/index.ts';

t.test('pieces of any size are joined, and cleared bytes stay as they were given out', async (t) => {
  const gathered = new Gathered();
  t.equal(gathered.length, 0);
  const whole = Buffer.from('a text in pieces of every size');
  for (let size = 1; size <= whole.length; size++) {
    let all: Buffer = Buffer.alloc(0);
    for (let at = 0; at < whole.length; at += size) all = gathered.add(whole.subarray(at, at + size));
    t.equal(all.toString(), whole.toString());
    t.equal(gathered.length, whole.length);
    gathered.clear();
    gathered.add(Buffer.from('other'));
    t.equal(all.toString(), whole.toString(), 'after it was cleared');
    gathered.clear();
  }
});

t.test('a piece is copied once or twice on average, not with each piece after it', async (t) => {
  const gathered = new Gathered();
  const places = new Set<ArrayBufferLike>();
  for (let n = 0; n < 100_000; n++) places.add(gathered.add(Buffer.of(n)).buffer);
  t.ok(places.size < 30, `moved ${places.size} times for 100,000 pieces`);
});
