/** What it costs when the work grows, each beside a peer: rows without goals, drawn as curves. */
import { IN_PROCESS, inProcessRows } from '../curves/in-process.ts';
import { SERVER_CURVES, serverRows } from '../curves/servers.ts';
import { httpServers } from '../http-server.ts';
import type { Bench, Row } from '../types.ts';

export const curvesBench: Bench = {
  name: 'curves',
  about: 'dispatch, batches, slow requests and idle connections as they grow; writes SVG and HTML',
  async run(options) {
    const rows: Row[] = [];
    for (const curve of IN_PROCESS) rows.push(...(await inProcessRows(curve, options)));
    const servers = await httpServers(['fastify'], options);
    for (const curve of SERVER_CURVES) rows.push(...(await serverRows(curve, servers, options)));
    return rows;
  },
};
