import { Histogram, type Registry } from 'prom-client';
import { addCounter, addGauge, type Followed, type FollowedGauge, type Values } from './followed-metrics.ts';

/** What one process knows of the changes of all others, and how it reads; looked at when metrics are asked for. */
export interface SpreadFacts {
  readonly lagMilliseconds: Values;
  readonly freshness: (typeof STATES)[number];
  readonly backgroundWork: boolean;
  readonly liveSet: {
    readonly tokens: number;
    readonly generations: number;
    readonly filtered: number;
    readonly bytes: number;
  };
  /** How reads of entities were answered since the start. */
  readonly reads: Values;
  /** By what it was told since the start whether a token was taken back. */
  readonly checks: Values;
}

/** What is spread between processes, measured. */
export interface SpreadMetrics {
  /** Something that was taken back has come to be known here, so long after it was. */
  arrived(milliseconds: number): void;
  /** Gives the gauges and counters their source. */
  follow(facts: () => SpreadFacts): void;
}

const STATES = ['current', 'grace', 'lost'] as const;

/** Upper bounds in seconds: within 250 ms usually, 1 s is promised, more is an outage. */
const SPREAD_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];

/** Adds the metrics of what is spread between processes to the registry. */
export function spreadMetrics(registry: Registry): SpreadMetrics {
  const registers = [registry];
  const spread = new Histogram({
    name: 'latchkey_revocation_spread_seconds',
    help: 'From the making of a revocation, by the clock of its maker, to its arrival here, by the clock here.',
    buckets: SPREAD_BUCKETS,
    registers,
  });
  return {
    arrived: (milliseconds) => spread.observe(Math.max(0, milliseconds) / 1_000),
    follow(facts) {
      for (const gauge of gaugesOf(facts)) addGauge(registers, gauge);
      for (const counter of countersOf(facts)) addCounter(registers, counter);
    },
  };
}

function gaugesOf(facts: () => SpreadFacts): readonly FollowedGauge[] {
  return [
    {
      ...{ name: 'latchkey_live_set_entries', help: 'What was taken back and is held in memory.' },
      ...{ label: 'kind', aggregator: 'max' },
      read() {
        const { tokens, generations, filtered } = facts().liveSet;
        return { tokens, generations, filtered };
      },
    },
    {
      ...{ name: 'latchkey_live_set_bytes', help: 'Memory of what was taken back.', aggregator: 'sum' },
      read: () => ({ bytes: facts().liveSet.bytes }),
    },
    {
      ...{ name: 'latchkey_spread_lag_seconds', help: 'Age of the newest own heartbeat that came back by this way.' },
      ...{ label: 'way', aggregator: 'max' },
      read: () =>
        Object.fromEntries(
          Object.entries(facts().lagMilliseconds).map(([way, milliseconds]) => [way, milliseconds / 1_000]),
        ),
    },
    {
      ...{ name: 'latchkey_freshness', help: 'Processes whose memory is in this state.' },
      ...{ label: 'state', aggregator: 'sum' },
      read() {
        const { freshness } = facts();
        return Object.fromEntries(STATES.map((state) => [state, state === freshness ? 1 : 0]));
      },
    },
    {
      ...{ name: 'latchkey_background_work', help: 'Processes that do the background work.', aggregator: 'sum' },
      read: () => ({ holders: facts().backgroundWork ? 1 : 0 }),
    },
  ];
}

function countersOf(facts: () => SpreadFacts): readonly Followed[] {
  return [
    {
      ...{ name: 'latchkey_entity_reads_total', help: 'Reads of keys, owners and accounts, by what became of them.' },
      ...{ label: 'kind', read: () => facts().reads },
    },
    {
      ...{ name: 'latchkey_revocation_checks_total', help: 'Checks whether a token was taken back, by who told.' },
      ...{ label: 'source', read: () => facts().checks },
    },
  ];
}
