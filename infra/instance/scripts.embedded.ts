/**
 * The parts of an instance's first boot: bash with `{{ .Name }}` markup and inline expressions. The build takes this
 * module's values into the executable, where the files are not.
 */
import { readFileSync } from 'node:fs';

const textOf = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

/** What every instance does. Defines functions; see `script.ts` for what calls them. */
export const BOOT: string = textOf('boot.sh');
/** `install_tls`: the server's certificate and key come from a secret. */
export const TLS: string = textOf('tls.sh');
/** `forward_logs`: CloudWatch's agent forwards the logs. */
export const CLOUDWATCH: string = textOf('cloudwatch.sh');
/** `unhealthy`, `install_watch`: has the group replace an instance that is of no use. */
export const WATCH: string = textOf('watch.sh');
/** `on_termination`: what runs here ends before the group ends the instance. */
export const DRAIN: string = textOf('drain.sh');
/** `extend_stop`: a drain that is longer than the machine takes to stop by itself. */
export const STOP: string = textOf('stop.sh');
/** `settle`: a load balancer has to find the server ready, too. */
export const SETTLE: string = textOf('settle.sh');
