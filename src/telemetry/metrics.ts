import type { LoadedMetrics } from './loaded-metrics.ts';

/** The same before its library is there. */
export interface Metrics extends LoadedMetrics {
  /** Loads what counts. To be called soon after the start, because what happens until then is kept one by one. */
  load(): Promise<void>;
}

type Happened = (metrics: LoadedMetrics) => void;

/**
 * Metrics whose library is loaded with the first look at them or by `load`: it is a fifth of a start's modules, for which
 * the first exchange after a restart would wait. What happens before is told to it then, and nothing is lost.
 */
export function newMetrics(): Metrics {
  let loaded: LoadedMetrics | undefined;
  let loading: Promise<LoadedMetrics> | undefined;
  let waiting: Happened[] = [];

  const loadOnce = (): Promise<LoadedMetrics> => {
    loading ??= import('./prometheus-metrics.ts').then(({ prometheusMetrics }) => {
      loaded = prometheusMetrics();
      for (const happened of waiting) happened(loaded);
      waiting = [];
      return loaded;
    });
    return loading;
  };
  const tell = (happened: Happened): void => {
    if (loaded === undefined) waiting.push(happened);
    else happened(loaded);
  };

  return {
    load: async () => void (await loadOnce()),
    exchanged: (outcome, code) => tell((metrics) => metrics.exchanged(outcome, code)),
    answered: (route, status, seconds) => tell((metrics) => metrics.answered(route, status, seconds)),
    refused: (limiter) => tell((metrics) => metrics.refused(limiter)),
    shed: () => tell((metrics) => metrics.shed()),
    unavailable: (reason) => tell((metrics) => metrics.unavailable(reason)),
    tookLines: (service, source, lines, bytes) => tell((metrics) => metrics.tookLines(service, source, lines, bytes)),
    spread: {
      arrived: (milliseconds) => tell(({ spread }) => spread.arrived(milliseconds)),
      follow: (facts) => tell(({ spread }) => spread.follow(facts)),
    },
    setStoreUp: (up) => tell((metrics) => metrics.setStoreUp(up)),
    followSigningKeyAge: (ageSeconds) => tell((metrics) => metrics.followSigningKeyAge(ageSeconds)),
    followInFlight: (inFlight) => tell((metrics) => metrics.followInFlight(inFlight)),
    followLogLines: (facts) => tell((metrics) => metrics.followLogLines(facts)),
    render: async () => (await loadOnce()).render(),
    asJson: async () => (await loadOnce()).asJson(),
  };
}
