import { execFileSync } from 'node:child_process';
import { findProgram } from '../../support/programs.ts';

export { findProgram };

const PROBE = 'import supervisor.options';

/** A Python that can import supervisor: Debian's own first, whose packages others on PATH do not see. */
export function findSupervisorPython(): string | undefined {
  for (const python of ['/usr/bin/python3', findProgram('python3')]) {
    if (python === undefined) continue;
    try {
      execFileSync(python, ['-c', PROBE], { stdio: 'ignore' });
      return python;
    } catch {
      // Absent, or without supervisor.
    }
  }
  return undefined;
}

const READ_BACK = `
import json, shlex, sys
from supervisor.options import ServerOptions
options = ServerOptions()
options.realize(['-c', sys.argv[1]])
out = []
for group in options.process_group_configs:
    for c in group.process_configs:
        out.append(dict(name=c.name, argv=shlex.split(c.command), directory=c.directory, uid=c.uid,
            environment=c.environment, autorestart=c.autorestart.__name__, startsecs=c.startsecs,
            startretries=c.startretries, stopsignal=int(c.stopsignal), stopwaitsecs=c.stopwaitsecs,
            stopasgroup=c.stopasgroup, killasgroup=c.killasgroup, priority=c.priority,
            stdout_logfile=str(c.stdout_logfile), stdout_logfile_maxbytes=c.stdout_logfile_maxbytes,
            stdout_logfile_backups=c.stdout_logfile_backups))
s = options.configroot.supervisord
print(json.dumps(dict(programs=out, socket=options.server_configs[0]['file'], minfds=s.minfds,
    nodaemon=s.nodaemon, logfile=s.logfile, pidfile=s.pidfile, childlogdir=s.childlogdir)))
`;

/** A program as supervisord itself has read it. */
export interface ReadProgram {
  name: string;
  argv: string[];
  directory: string | null;
  uid: number | null;
  environment: Record<string, string>;
  autorestart: string;
  startsecs: number;
  startretries: number;
  stopsignal: number;
  stopwaitsecs: number;
  stopasgroup: boolean;
  killasgroup: boolean;
  priority: number;
  stdout_logfile: string;
  stdout_logfile_maxbytes: number;
  stdout_logfile_backups: number;
}

/** What supervisord's own parser makes of a whole configuration file. */
export interface ReadConfig {
  programs: ReadProgram[];
  socket: string;
  minfds: number;
  nodaemon: boolean;
  logfile: string;
  pidfile: string;
  childlogdir: string;
}

/** Reads a supervisord.conf with supervisor's real parser; throws with its message when it refuses. */
export function readBack(python: string, confPath: string): ReadConfig {
  const out = execFileSync(python, ['-c', READ_BACK, confPath], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PYTHONUTF8: '1' },
  });
  return JSON.parse(out);
}
