export {
  type Backoff,
  type BackoffOptions,
  createBackoff,
  type Pause,
  pause,
  startPause,
} from './backoff.ts';
export { type Clock, fixedClock, systemClock, type TestClock, testClock } from './clock.ts';
export {
  type Config,
  ConfigError,
  describe,
  type Problem,
  readConfig,
  type Spec,
  unknownNames,
} from './config.ts';
export { closing, running } from './lifecycle.ts';
export { createLogger, type Logger, type LoggerOptions, type LogLevel, logLevels } from './logger.ts';
export { type Loop, type LoopOptions, type LoopResult, startLoop } from './loop.ts';
export { type ProcessConfig, processSpec } from './process-spec.ts';
export { exitCode, type Running, type RunOptions, run, stopWithinMs } from './run.ts';
export {
  boolean,
  durationMs,
  type Env,
  file,
  integer,
  json,
  list,
  oneOf,
  optional,
  type Parsed,
  pem,
  port,
  type Setting,
  type SettingOptions,
  secret,
  setting,
  text,
} from './settings.ts';
