import { Counter, Gauge, type Registry } from 'prom-client';

/** By the value of the one label. */
export type Values = Readonly<Record<string, number>>;

/** A metric whose values are asked for when metrics are. */
export interface Followed {
  readonly name: string;
  readonly help: string;
  /** Absent: there is one value. */
  readonly label?: string;
  readonly read: () => Values;
}

/** The same for a gauge. */
export interface FollowedGauge extends Followed {
  /** What becomes of it over several workers: each holds the whole live set, while memory and states add up. */
  readonly aggregator: 'sum' | 'max';
}

/** Adds a gauge that is told anew each time. */
export function addGauge(registers: Registry[], { name, help, label, aggregator, read }: FollowedGauge): void {
  new Gauge({
    ...{ name, help, registers, aggregator, labelNames: label === undefined ? [] : [label] },
    collect() {
      // What is no longer told must not stand there as it last was.
      this.reset();
      for (const [of, value] of Object.entries(read())) this.set(label === undefined ? {} : { [label]: of }, value);
    },
  });
}

/** Adds a counter that is counted elsewhere: where counting is a part of hot work, it must cost next to nothing. */
export function addCounter(registers: Registry[], { name, help, label = 'kind', read }: Followed): void {
  new Counter({
    ...{ name, help, registers, labelNames: [label] },
    collect() {
      this.reset();
      for (const [of, value] of Object.entries(read())) this.inc({ [label]: of }, value);
    },
  });
}
