/** Units as CloudWatch names them, those that a service needs. */
export const METRIC_UNITS = ['Count', 'Milliseconds', 'Seconds', 'Bytes', 'Percent', 'None'] as const;
export type MetricUnit = (typeof METRIC_UNITS)[number];

export interface MetricOptions {
  /** Default `Count`. */
  readonly unit?: MetricUnit;
  /** What the value is told apart by, each combination a metric of its own: few values, no ids. At most 8. */
  readonly dimensions?: Readonly<Record<string, string>>;
}

/** Takes the values that handlers measure. */
export interface Metrics {
  record(name: string, value: number, options: MetricOptions, requestId: string): void;
}

export interface MetricsOptions {
  /** Of CloudWatch; the name of the service by default, AMPHI_METRICS_NAMESPACE goes before it. */
  readonly namespace: string;
  readonly service: string;
  /** Takes one line, newline included: the same place as the log's. */
  readonly write: (line: string) => void;
  /** For tests. Default: the clock. */
  readonly now?: () => number;
}

const NAME = /^[A-Za-z][\w.:/ #-]{0,254}$/;
const MOST_DIMENSIONS = 8;

/**
 * Metrics as lines of the log in CloudWatch's embedded metric format: CloudWatch Logs makes metrics of them, whichever side
 * they come from. The request id is in the line, not in the metric.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function createMetrics({ namespace, service, write, now = Date.now }: MetricsOptions): Metrics {
  return {
    record(name, value, { unit = 'Count', dimensions = {} }, requestId) {
      assertMetric(name, value, unit, dimensions);
      const Dimensions = [['service', ...Object.keys(dimensions)]];
      const CloudWatchMetrics = [{ Namespace: namespace, Dimensions, Metrics: [{ Name: name, Unit: unit }] }];
      const line = {
        _aws: { Timestamp: now(), CloudWatchMetrics },
        requestId,
        ...dimensions,
        service,
        [name]: value,
      };
      write(`${JSON.stringify(line)}\n`);
    },
  };
}

/** @throws TypeError naming what is wrong, as it is a mistake in the service */
function assertMetric(name: string, value: number, unit: MetricUnit, dimensions: object): void {
  const where = `metric ${JSON.stringify(name)}`;
  if (typeof name !== 'string' || !NAME.test(name) || name === 'service' || name === 'requestId')
    throw new TypeError(
      `${where}: a name is a letter, then letters, digits and . : / # - _ or spaces, at most 255`,
    );
  if (!Number.isFinite(value)) throw new TypeError(`${where}: ${value} is no finite number`);
  if (!METRIC_UNITS.includes(unit))
    throw new TypeError(`${where}: unit ${unit} is none of ${METRIC_UNITS.join(', ')}`);
  const entries = Object.entries(dimensions);
  const bad = entries.find(
    ([key, text]) => !NAME.test(key) || key === name || typeof text !== 'string' || text === '',
  );
  if (bad !== undefined || entries.length > MOST_DIMENSIONS)
    throw new TypeError(
      `${where}: dimensions are at most ${MOST_DIMENSIONS} texts by name, none of them empty`,
    );
}
