/** The picture of a topology as a browser shows it, on a telephone and a desk, in light and dark, and to a screen reader. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { htmlOf, pictureOf } from '../../../infra/describe/index.ts';
import { emitTopology } from '../../../infra/index.ts';
import { SAMPLE } from '../sample.ts';
import { type Browser, missingChromium, openPage } from './chromium.ts';

const LEAST_PIXELS = 11;
/** WCAG 2 AA for text. */
const LEAST_CONTRAST = 4.5;

const SERVICE = {
  ...{ name: 'omega', version: '1.2.3', description: 'A service' },
  routes: [{ method: 'GET', path: `/orders/${'x'.repeat(80)}` }],
  functions: [{ name: 'hello' }, { name: 'on-upload_2', source: 's3' }],
};

// Sizes on the screen, which for the drawing follow its scale, and colours of text with those behind it.
const MEASURE = `(() => {
  const svg = document.querySelector('svg');
  const shown = getComputedStyle(document.querySelector('figure')).display !== 'none';
  const scale = shown ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 0;
  const size = (element, by) => parseFloat(getComputedStyle(element).fontSize) * by;
  const words = [...document.querySelectorAll('h1, h2, h3, main p, li')].map((element) => size(element, 1));
  const drawn = shown ? [...document.querySelectorAll('svg text')].map((element) => size(element, scale)) : [];
  const rgb = (text) => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (!/, 0\\)$/.test(backgroundColor)) return backgroundColor;
    }
  };
  const pairs = [...document.querySelectorAll('h1, h2, h3, main p, li, a')].map((element) => [rgb(getComputedStyle(element).color), rgb(behind(element))]);
  return { shown, least: Math.min(...words, ...drawn), overflow: document.documentElement.scrollWidth - innerWidth, pairs };
})()`;

interface Measured {
  readonly shown: boolean;
  readonly least: number;
  readonly overflow: number;
  readonly pairs: readonly (readonly [number[], number[]])[];
}

/** @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(rgb: readonly number[]): number {
  const [r, g, b] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: readonly number[], b: readonly number[]): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

/** A node of the accessibility tree. */
interface Heard {
  readonly ignored: boolean;
  readonly role?: { readonly value: string };
  readonly name?: { readonly value: string };
}

async function measured(browser: Browser, width: number, scheme: string): Promise<Measured> {
  await browser.call('Emulation.setDeviceMetricsOverride', {
    width,
    height: 900,
    deviceScaleFactor: 1,
    mobile: width < 600,
  });
  await browser.call('Emulation.setEmulatedMedia', {
    features: [{ name: 'prefers-color-scheme', value: scheme }],
  });
  return browser.evaluate(MEASURE);
}

t.test('the page in Chromium', { skip: missingChromium() }, async (t) => {
  const file = join(t.testdir({}), 'topology.html');
  const { template } = emitTopology({ ...SAMPLE, alb: 'internal', trustProxy: ['10.0.0.0/16'] });
  writeFileSync(file, htmlOf(pictureOf(SERVICE, template)));
  const browser = await openPage(pathToFileURL(file).href);
  t.teardown(() => browser.close());

  const papers = new Set<string>();
  for (const width of [400, 1000, 1600]) {
    for (const scheme of ['light', 'dark']) {
      const { shown, least, overflow, pairs } = await measured(browser, width, scheme);
      const where = `${width} pixels, ${scheme}`;
      t.equal(shown, width > 400, `${where}: the drawing`);
      t.ok(least >= LEAST_PIXELS, `${where}: the smallest text has ${least} pixels`);
      t.ok(overflow <= 0, `${where}: nothing is cut off`);
      const worst = Math.min(...pairs.map(([text, paper]) => contrast(text, paper)));
      t.ok(worst >= LEAST_CONTRAST, `${where}: contrast ${worst.toFixed(1)}`);
      papers.add(String(pairs[0]![1]));
    }
  }
  t.equal(papers.size, 2, 'light and dark are two');

  await browser.call('Accessibility.enable');
  const { nodes } = await browser.call<{ nodes: Heard[] }>('Accessibility.getFullAXTree');
  const heard = (role: string) =>
    nodes.filter((node) => node.role?.value === role && !node.ignored).map(({ name }) => name?.value);
  t.strictSame(heard('image'), ['Topology of omega 1.2.3, told in words below']);
  for (const heading of ['omega 1.2.3', 'Entries', 'Load balancer'])
    t.ok(heard('heading').includes(heading), heading);
  t.ok(heard('link').includes('EC2 instances'));
});
