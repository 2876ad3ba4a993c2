/** One chart of lines over a logarithmic axis, as SVG that needs nothing but a viewer. */

export interface ChartPoint {
  readonly x: number;
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
}

export interface ChartLine {
  readonly name: string;
  /** By x. */
  readonly points: readonly ChartPoint[];
}

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly ChartLine[];
}

const WIDTH = 640;
const HEIGHT = 400;
const LEFT = 70;
const RIGHT = 20;
const TOP = 40;
const BOTTOM = 50;
const LEGEND_STEP = 18;
/** Okabe and Ito's colours, told apart with any colour vision. */
const COLOURS = ['#d55e00', '#0072b2', '#009e73', '#cc79a7'];
/** Where the largest value is so many times the smallest, the vertical axis is logarithmic too. */
const LOGARITHMIC_FROM = 50;

/** @throws RangeError for no point at all, or one that is not positive */
export function chartSvg({ title, xLabel, yLabel, lines }: Chart): string {
  const points = lines.flatMap((line) => line.points);
  if (points.length === 0) throw new RangeError(`${title}: there are no points`);
  for (const { x, p10 } of points)
    if (!(x > 0 && p10 > 0)) throw new RangeError(`${title}: ${x}, ${p10} is not positive`);
  const xs = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
  const place = { x: placeX(xs), y: placeY(points) };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img" aria-label="${escaped(title)}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="20" font-size="15">${escaped(title)}</text>`,
    ...xs.map((x) => xTick(x, place.x(x))),
    ...place.y.ticks.map((y) => yTick(y, place.y.at(y))),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">${escaped(xLabel)}</text>`,
    `<text transform="translate(16 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escaped(yLabel)}</text>`,
    ...lines.map((line, at) => lineSvg(line, COLOURS[at % COLOURS.length]!, place.x, place.y.at)),
    ...lines.map(({ name }, at) => legend(name, COLOURS[at % COLOURS.length]!, at)),
    '</svg>\n',
  ].join('\n');
}

type Place = (value: number) => number;

function scaled(value: number, [low, high]: [number, number], from: number, to: number): number {
  return low === high ? (from + to) / 2 : from + ((value - low) / (high - low)) * (to - from);
}

function placeX(xs: readonly number[]): Place {
  const range: [number, number] = [Math.log10(xs[0]!), Math.log10(xs.at(-1)!)];
  return (x) => scaled(Math.log10(x), range, LEFT + 10, WIDTH - RIGHT - 10);
}

function placeY(points: readonly ChartPoint[]): { at: Place; ticks: number[] } {
  const [low, high] = [Math.min(...points.map(({ p10 }) => p10)), Math.max(...points.map(({ p90 }) => p90))];
  const [bottom, top] = [HEIGHT - BOTTOM, TOP];
  if (high / low < LOGARITHMIC_FROM) {
    const ticks = linearTicks(high);
    return { at: (y) => scaled(y, [0, ticks.at(-1)!], bottom, top), ticks };
  }
  const range: [number, number] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const ticks = Array.from({ length: range[1] - range[0] + 1 }, (_, n) => 10 ** (range[0] + n));
  return { at: (y) => scaled(Math.log10(y), range, bottom, top), ticks };
}

/** From 0, by steps of 1, 2 or 5 times a power of ten, to at least the highest value. */
function linearTicks(high: number): number[] {
  const power = 10 ** Math.floor(Math.log10(high));
  const step = [0.1, 0.2, 0.5, 1, 2].map((part) => part * power).find((each) => high / each <= 6)!;
  return Array.from({ length: Math.ceil(high / step) + 1 }, (_, n) => n * step);
}

function xTick(x: number, at: number): string {
  const bottom = HEIGHT - BOTTOM;
  return `<path d="M${round(at)} ${TOP}V${bottom}" stroke="#eee"/><text x="${round(at)}" y="${bottom + 18}" text-anchor="middle">${x.toLocaleString('en')}</text>`;
}

function yTick(y: number, at: number): string {
  const label = Number(y.toPrecision(3)).toLocaleString('en', { maximumSignificantDigits: 3 });
  return `<path d="M${LEFT} ${round(at)}H${WIDTH - RIGHT}" stroke="#ddd"/><text x="${LEFT - 6}" y="${round(at + 4)}" text-anchor="end">${label}</text>`;
}

/** The medians, and a band from p10 to p90 behind them. */
function lineSvg({ points }: ChartLine, colour: string, x: Place, y: Place): string {
  const path = (each: readonly ChartPoint[], of: (point: ChartPoint) => number) =>
    each.map((point) => `${round(x(point.x))} ${round(y(of(point)))}`).join('L');
  const band = `M${path(points, ({ p90 }) => p90)}L${path(points.toReversed(), ({ p10 }) => p10)}Z`;
  const dots = points.map(
    (point) => `<circle cx="${round(x(point.x))}" cy="${round(y(point.median))}" r="3" fill="${colour}"/>`,
  );
  return [
    `<path d="${band}" fill="${colour}" fill-opacity="0.15"/>`,
    `<path d="M${path(points, ({ median }) => median)}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...dots,
  ].join('');
}

function legend(name: string, colour: string, at: number): string {
  const y = TOP + 12 + at * LEGEND_STEP;
  return `<rect x="${LEFT + 14}" y="${y - 9}" width="10" height="10" fill="${colour}"/><text x="${LEFT + 30}" y="${y}">${escaped(name)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
