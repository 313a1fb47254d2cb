import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { SanadError } from '#shared/contract/problem.ts';
import type { LogEntry, RequestEntry } from '../log/log.ts';
import type { Readiness } from './readiness.ts';

const PREFIX = 'sanad_gateway_';
const SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** What Prometheus reads. Made from the log's entries, so it can tell no more of anybody than the log does. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = new Counter({
    ...this.#named('requests_total', 'Requests answered'),
    labelNames: ['method', 'route', 'status'],
  });
  readonly #problems = new Counter({
    ...this.#named('problems_total', 'Requests that ended with a problem, by its code'),
    labelNames: ['code'],
  });
  readonly #duration = new Histogram({
    ...this.#named(
      'request_seconds',
      'From the headers to the end of the answer; without public files, which are in memory',
    ),
    labelNames: ['route'],
    buckets: SECONDS,
  });
  readonly #troubles = new Counter({
    ...this.#named('troubles_total', 'Tasks of its own that did not work out'),
    labelNames: ['at'],
  });
  readonly #failures = new Counter(this.#named('failures_total', 'What nobody foresaw: read the log'));

  readonly #ready = new Gauge({
    ...this.#named('ready', 'Whether a part is in order'),
    labelNames: ['part'],
  });
  readonly #listAge = new Gauge(
    this.#named('status_list_age_seconds', 'Since the published status list was signed'),
  );
  readonly #diskFree = new Gauge(
    this.#named('disk_free_bytes', 'On the file system of the gateway’s directory'),
  );
  /** Public files read since the last reading, by status and route: counted at once, since they are most of what there is. */
  readonly #routine = new Map<number, Map<string, number>>();
  readonly #readiness: () => Promise<Readiness>;

  /** `readiness` is asked at each reading. */
  constructor(readiness: () => Promise<Readiness>) {
    this.#readiness = readiness;
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything, as text. */
  async read(): Promise<string> {
    for (const [status, routes] of this.#routine)
      for (const [route, times] of routes) this.#requests.inc({ method: 'GET', route, status }, times);
    this.#routine.clear();
    const { parts } = await this.#readiness();
    for (const [part, { ok }] of Object.entries(parts)) this.#ready.set({ part }, ok ? 1 : 0);
    this.#listAge.set(parts.status_list.age_seconds);
    this.#diskFree.set(parts.disk.free_bytes);
    return await this.#registry.metrics();
  }

  #countRoutine({ route, status }: RequestEntry): void {
    const routes = this.#routine.get(status) ?? new Map<string, number>();
    this.#routine.set(status, routes.set(route, (routes.get(route) ?? 0) + 1));
  }

  count(entry: LogEntry): void {
    switch (entry.event) {
      case 'request': {
        if (entry.isRoutine) {
          this.#countRoutine(entry);
          break;
        }
        const { method, route, status, code, milliseconds } = entry;
        this.#requests.inc({ method: knownMethod(method), route, status });
        if (code !== undefined) this.#problems.inc({ code });
        this.#duration.observe({ route }, milliseconds / 1000);
        break;
      }
      case 'trouble':
        this.#troubles.inc({ at: entry.at });
        if (entry.error instanceof SanadError) this.#problems.inc({ code: entry.error.problem.code });
        break;
      case 'failure':
        this.#failures.inc();
        break;
      default:
    }
  }

  #named(name: string, help: string) {
    return { name: `${PREFIX}${name}`, help, registers: [this.#registry] };
  }
}

/** HTTP lets anybody make up methods; a series for each would be without end. */
function knownMethod(method: string): string {
  return ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'].includes(method) ? method : '(other)';
}
