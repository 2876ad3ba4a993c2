/** A picture as data, apart from how it is drawn. */

import type { EventTrigger, RunOn } from '../../src/core/index.ts';

/** What a picture shows of a service's registry. Routes run on both sides by default, functions in Lambda. */
export interface PicturedService {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly routes: readonly { readonly method: string; readonly path: string; readonly runOn?: RunOn }[];
  /** `source` is the type of the events that a handler takes. */
  readonly functions: readonly {
    readonly name: string;
    readonly source?: string;
    readonly runOn?: RunOn;
    /** Where the events come from. */
    readonly trigger?: EventTrigger;
  }[];
  /** Ranges of proxies whose X-Forwarded-* the server believes. */
  readonly trustProxy?: readonly string[];
}

export interface Box {
  readonly id: string;
  readonly title: string;
  readonly lines: readonly string[];
}

/** Boxes that stand one below the other. */
export interface Column {
  readonly title: string;
  readonly boxes: readonly Box[];
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly label?: string;
  /** Nothing goes this way as things are: a weight of 0. */
  readonly idle?: boolean;
}

/** The topology as columns from left to right: entries, queues, what runs the executable, what the registry holds. */
export interface Picture {
  readonly title: string;
  readonly subtitle: string;
  readonly columns: readonly Column[];
  readonly edges: readonly Edge[];
}

/** Ids of boxes that edges from elsewhere lead to. */
export const INSTANCES = 'instances';
export const lambdaId = (handler: string) => `lambda-${handler}`;
export const queueId = (handler: string) => `queue-${handler}`;
export const sourceId = (handler: string) => `source-${handler}`;
