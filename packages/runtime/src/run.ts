import { ConfigError, readConfig as readSpec, type Spec, unknownNames } from './config.ts';
import { createLogger, type Logger } from './logger.ts';
import { processSpec } from './process-spec.ts';
import { type Env, text } from './settings.ts';

export interface Running {
  /** Designed to end within 10 s: stop the intake, drain, close consumers, close the pool. */
  stop(): Promise<void>;
}

export interface RunOptions {
  /** Of all services in this process: an LZ_ name that none of them knows is warned about. */
  readonly specs?: readonly Spec[];
  readonly env?: Env;
  readonly logger?: Logger;
}

export const stopWithinMs = 10_000;
export const exitCode = { stopped: 0, failed: 1, wrongConfig: 2, forced: 3 } as const;

/**
 * The whole of a main.ts, and the only place that ends the process: reads the configuration, starts, stops at SIGTERM or
 * SIGINT. Exit code 0 after a clean stop, 1 after a failure, 2 for a wrong configuration, 3 when a second signal or 10 s
 * cut the stopping short.
 */
export async function run<C>(
  start: (config: C) => Promise<Running>,
  readConfig: (env: Env) => C,
  { specs = [], env = process.env, logger }: RunOptions = {},
): Promise<void> {
  const read = readOrExit(() => ({ config: readConfig(env), logger: logger ?? processLogger(env) }));
  const log = read.logger;
  const fail = (what: string) => (err: unknown) => {
    log.fatal({ err }, what);
    process.exit(exitCode.failed);
  };
  process.on('unhandledRejection', fail('unhandled rejection'));
  process.on('uncaughtException', fail('uncaught exception'));
  if (specs.length > 0) for (const warning of unknownNames(env, ...specs)) log.warn(warning);

  const signalled = firstSignal(log);
  const running = await start(read.config).catch(fail('start failed'));
  log.info({ pid: process.pid }, 'started');
  log.info({ signal: await signalled }, 'stopping');
  await running.stop().catch(fail('stop failed'));
  log.info('stopped');
  process.exit(exitCode.stopped);
}

function readOrExit<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(exitCode.wrongConfig);
  }
}

/** Resolves at the first signal; from then on a second one, or the time limit, ends the process at once. */
function firstSignal(log: Logger): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let stopping = false;
    const force = (why: string) => {
      log.error({ why }, 'stop forced');
      process.exit(exitCode.forced);
    };
    const onSignal = (signal: NodeJS.Signals) => {
      if (stopping) force(`second ${signal}`);
      stopping = true;
      setTimeout(force, stopWithinMs, `not stopped within ${stopWithinMs} ms`).unref();
      resolve(signal);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}

/** For lines of the process itself; services make their own logger. */
function processLogger(env: Env): Logger {
  const { logLevel, logFile, node } = readSpec(env, {
    ...processSpec,
    node: text('LZ_NODE', { fallback: '-' }),
  });
  return createLogger({ service: 'process', node, level: logLevel, file: logFile });
}
